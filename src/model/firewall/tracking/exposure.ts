import type { Maybe, Unknown } from "../../../engine/unknown.ts";
import { isUnknown, unknown } from "../../../engine/unknown.ts";
import type { Host, Scope } from "../../fleet/fleet.ts";
import type { Workspace } from "../../workspace.ts";
import type { KernelVersion, Losses } from "../reload/losses.ts";
import { compareLost, losses } from "../reload/losses.ts";
import type { Reload } from "../reload/index.ts";
import { reloadsOf } from "../reload/index.ts";
import type { Switches } from "./switches.ts";
import { switchesOf } from "./switches.ts";

/** What loading one ruleset anew does on one host. */
export interface Exposed {
  /** undefined: the file's hosts are not known, and this stands for any of them. */
  readonly host?: Host;
  readonly kernel: Maybe<KernelVersion & { readonly text: string }>;
  readonly switches: Switches;
  /** The worst of the ways in which it is loaded; undefined where none is known. */
  readonly reload?: Reload;
  /** undefined where no way is known. */
  readonly losses?: Losses;
}

const NO_HOST: Unknown = unknown("the hosts of this file are not known");

/**
 * The hosts that a ruleset file reaches, each with what the worst of the reloads costs it; one for all where they are not
 * known. `reloads`: those that the repository tells of.
 */
export function exposure(workspace: Workspace, path: string, reloads: readonly Reload[] = reloadsOf(workspace, path)): { readonly scope: Maybe<Scope>; readonly hosts: readonly Exposed[] } {
  const { fleet } = workspace;
  const scope = fleet.scopeOf(path);
  if (isUnknown(scope)) return { scope, hosts: [expose(reloads, { kernel: NO_HOST, switches: switchesOf(workspace, undefined) })] };
  return { scope, hosts: scope.hosts.map((host) => expose(reloads, { host, kernel: fleet.kernel(host), switches: switchesOf(workspace, host) })) };
}

function expose(reloads: readonly Reload[], at: Omit<Exposed, "reload" | "losses">): Exposed {
  const switches = { liberal: at.switches.liberal.on, loose: at.switches.loose.on };
  let worst: { reload: Reload; losses: Losses } | undefined;
  for (const reload of reloads) {
    if (reload.method === "unknown") continue;
    const cost = losses(reload.method, at.kernel, switches);
    if (worst === undefined || compareLost(cost.lost, worst.losses.lost) > 0) worst = { reload, losses: cost };
  }
  const opaque = reloads.find(({ method }) => method === "unknown");
  return { ...at, ...(worst ?? (opaque === undefined ? {} : { reload: opaque })) };
}
