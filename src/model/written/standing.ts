import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Host, Play, Value, Variable } from "../fleet/fleet.ts";
import type { Standing } from "../fleet/lookup.ts";
import { conditionAt } from "../fleet/lookup.ts";
import { roleOf } from "../fleet/roles.ts";
import type { Workspace } from "../workspace.ts";

/** Plays by the files whose tasks they run and the files that they put onto hosts. */
function playsByFile(workspace: Workspace): ReadonlyMap<string, readonly Play[]> {
  const byFile = new Map<string, Play[]>();
  const add = (file: string, play: Play): void => {
    const plays = byFile.get(file) ?? [];
    if (plays.length === 0) byFile.set(file, plays);
    if (!plays.includes(play)) plays.push(play);
  };
  for (const play of workspace.fleet.plays) {
    add(play.path, play);
    for (const file of play.files) add(file, play);
  }
  for (const { source, task } of workspace.fleet.deployments) {
    for (const play of [...(byFile.get(task.location.path) ?? [])]) add(source, play);
  }
  return byFile;
}

/** What decides the variables that the file `path` sees on a host. Of several plays, the last that runs on it. */
export function standingAt(workspace: Workspace, path: string, host: Host | undefined): Standing {
  const plays = workspace.memo(playsByFile).get(path) ?? [];
  const play = plays.findLast(({ scope }) => host === undefined || (!isUnknown(scope) && scope.hosts.some(({ name }) => name === host.name)));
  return { host, play, role: roleOf(workspace, path) };
}

/** The variable that the file `path` sees under a name on a host: the role's own, the play's, the host's, the role's default. */
export function variableAt(workspace: Workspace, path: string, name: string, host: Host | undefined): Variable | undefined {
  const { role, play } = standingAt(workspace, path, host);
  return role?.vars.get(name) ?? play?.variables.get(name) ?? host?.variables.get(name) ?? role?.defaults.get(name);
}

/** Whether all of a task's conditions hold on a host. */
export function holds(workspace: Workspace, path: string, host: Host, conditions: readonly Value[]): Maybe<boolean> {
  if (conditions.length === 0) return true;
  const standing = standingAt(workspace, path, host);
  let open: Maybe<boolean> = true;
  for (const condition of conditions) {
    const result = conditionAt(condition, standing);
    if (result === false) return false;
    if (isUnknown(result)) open = unknown(`a condition in ${path} decides`);
  }
  return open;
}
