import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";

/** A host whose kernel is known. */
export interface KernelHost {
  readonly host: Host;
  readonly kernel: { readonly major: number; readonly minor: number; readonly text: string; readonly location: Location };
}

/**
 * Kernels of Red Hat's line carry changes of much later versions under an old number, so that their number tells nothing
 * about a boundary of the kernel's own releases.
 */
const BACKPORTS = /\.el\d|\.amzn|\.ocs|\.tl\d/;

/** The hosts of a list whose kernel is known by a number that means what it says. */
export function kernelsOf(workspace: Workspace, hosts: readonly Host[]): KernelHost[] {
  return hosts.flatMap((host): KernelHost[] => {
    const kernel = workspace.fleet.kernel(host);
    return isUnknown(kernel) || BACKPORTS.test(kernel.text) ? [] : [{ host, kernel }];
  });
}

/** Whether the kernel of some host is written in a file. */
export function tellsKernels(workspace: Workspace, path: string): boolean {
  return workspace.derive(pathsOfKernels).has(path);
}

function pathsOfKernels(workspace: Workspace): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const host of workspace.fleet.hosts) {
    const kernel = workspace.fleet.kernel(host);
    if (!isUnknown(kernel)) paths.add(kernel.location.path);
  }
  return paths;
}
