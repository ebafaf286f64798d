import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";

/**
 * Whether two files are for the same hosts: the number of hosts that both reach; `tree` where both lie in one tree that
 * mirrors a host's; undefined where nothing says so.
 */
export function sharedHosts(workspace: Workspace, one: string, other: string): number | "tree" | undefined {
  const [here, there] = [workspace.fleet.scopeOf(one), workspace.fleet.scopeOf(other)];
  if (!isUnknown(here) && !isUnknown(there) && here.hosts.length > 0 && there.hosts.length > 0) {
    const names = new Set(here.hosts.map(({ name }) => name));
    const shared = there.hosts.filter(({ name }) => names.has(name)).length;
    return shared === 0 ? undefined : shared;
  }
  const root = rootOf(one);
  return root !== undefined && root === rootOf(other) ? "tree" : undefined;
}

/** The folder above `etc/` in a tree that mirrors a host's. */
function rootOf(path: string): string | undefined {
  return /^(.*?)(?:^|\/)etc\//.exec(path)?.[1];
}
