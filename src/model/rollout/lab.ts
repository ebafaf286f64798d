import { isUnknown } from "../../engine/unknown.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";

/** True where every one of the hosts is known as a lab host. */
export function allLab(workspace: Workspace, hosts: readonly Host[]): boolean {
  return hosts.length > 0 && hosts.every((host) => workspace.fleet.trait(host, "lab") !== undefined);
}

/** True where a file reaches lab hosts only. */
export function onlyLab(workspace: Workspace, path: string): boolean {
  const scope = workspace.fleet.scopeOf(path);
  return !isUnknown(scope) && allLab(workspace, scope.hosts);
}
