import type { Trait } from "../../../engine/configuration.ts";
import type { Confidence } from "../../../engine/finding.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Host } from "../../fleet/fleet.ts";
import type { Workspace } from "../../workspace.ts";
import { allLab } from "../lab.ts";

/** Several hosts of one kind, which others depend on, that get the same file. */
export interface Reach {
  readonly hosts: readonly Host[];
  /** What they are called: `storage hosts`. */
  readonly units: string;
  readonly confidence: Confidence;
}

/** The kinds of hosts whose guests, data or neighbours' traffic are down with them. */
const NEEDED: readonly (readonly [Trait, string])[] = [
  ["storage", "storage hosts"],
  ["hypervisor", "hypervisors"],
  ["router", "routers"],
];

/** The hosts that a file reaches: at least two, not all of a lab; undefined where they are fewer or not known. */
export function hostsOf(workspace: Workspace, path: string): readonly Host[] | undefined {
  const scope = workspace.fleet.scopeOf(path);
  if (isUnknown(scope) || scope.assumed !== undefined) return undefined;
  return several(workspace, scope.hosts);
}

/** The hosts if they are several that matter. */
export function several(workspace: Workspace, hosts: readonly Host[]): readonly Host[] | undefined {
  return hosts.length < 2 || allLab(workspace, hosts) ? undefined : hosts;
}

/** The largest set of hosts of one kind that others depend on, or those of one `kind`; undefined where there are not two. */
export function neededOf(workspace: Workspace, hosts: readonly Host[], kind?: Trait): Reach | undefined {
  let best: Reach | undefined;
  for (const [trait, units] of NEEDED) {
    if (kind !== undefined && trait !== kind) continue;
    const evidence = hosts.flatMap((host) => {
      const found = workspace.fleet.trait(host, trait);
      return found === undefined || workspace.fleet.trait(host, "lab") !== undefined ? [] : [{ host, certain: found.certain }];
    });
    if (evidence.length < 2 || evidence.length <= (best?.hosts.length ?? 0)) continue;
    best = { hosts: evidence.map(({ host }) => host), units, confidence: evidence.every(({ certain }) => certain) ? "certain" : "likely" };
  }
  return best;
}
