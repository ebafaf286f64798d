import type { Workspace } from "../model/workspace.ts";
import { reachOf } from "./html/reach.ts";
import type { HostReach } from "./report.ts";

/** How many hosts a change reaches; undefined where the repository has no inventory. The page says the same. */
export function hostReach(before: Workspace, after: Workspace): HostReach | undefined {
  const reach = reachOf({ before, after });
  if (reach === undefined || reach.of === 0) return undefined;
  const known = (name: string): boolean => after.fleet.host(name) !== undefined;
  const hosts = [...reach.hosts].filter(known);
  const interrupted = new Set(reach.effects.flatMap((effect) => effect.interruptions.flatMap((one) => one.hosts.map((host) => host.name))));
  return { hosts: hosts.length, of: reach.of, interrupted: hosts.filter((name) => interrupted.has(name)).length };
}
