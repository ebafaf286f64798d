import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Host, Play, Value, Variable } from "../fleet/fleet.ts";
import type { Standing } from "../fleet/lookup.ts";
import { conditionAt } from "../fleet/lookup.ts";
import { roleOf } from "../fleet/roles.ts";
import type { Workspace } from "../workspace.ts";

interface Run {
  readonly play: Play;
  /** Names of the hosts that the play runs on; none where that is not known. A set, since whole fleets are asked one by one. */
  readonly hosts: ReadonlySet<string>;
}

/** Plays by the files whose tasks they run and the files that they put onto hosts. */
function runsByFile(workspace: Workspace): ReadonlyMap<string, readonly Run[]> {
  const byFile = new Map<string, Set<Run>>();
  const add = (file: string, run: Run): void => {
    const runs = byFile.get(file);
    if (runs === undefined) byFile.set(file, new Set([run]));
    else runs.add(run);
  };
  for (const play of workspace.fleet.plays) {
    const run = { play, hosts: new Set(isUnknown(play.scope) ? [] : play.scope.hosts.map(({ name }) => name)) };
    for (const file of [play.path, ...play.files]) add(file, run);
  }
  for (const { source, task } of workspace.fleet.deployments) {
    for (const run of byFile.get(task.location.path) ?? []) add(source, run);
  }
  return new Map([...byFile].map(([file, runs]) => [file, [...runs]]));
}

/** The play in which a file is read on a host: of several, the last that runs on it. */
export function playAt(workspace: Workspace, path: string, host: Host | undefined): Play | undefined {
  return workspace.derive(runsByFile).get(path)?.findLast(({ hosts }) => host === undefined || hosts.has(host.name))?.play;
}

/** What decides the variables that the file `path` sees on a host. Of several plays, the last that runs on it. */
export function standingAt(workspace: Workspace, path: string, host: Host | undefined): Standing {
  return { host, play: playAt(workspace, path, host), role: roleOf(workspace, path) };
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
