import { isUnknown } from "../../../engine/unknown.ts";
import { standingOf } from "../../rollout/standing.ts";
import type { Workspace } from "../../workspace.ts";
import type { Host, Play, Task, Variable } from "../fleet.ts";
import { textAtStanding } from "../lookup.ts";
import { findFile, folderOf } from "../paths.ts";
import { variablesOf } from "../variable-files.ts";
import { consumersOf, dependentsOf, withDependents } from "./consumers.ts";
import { isEdited } from "./differences.ts";
import type { Found } from "./effects.ts";
import { Comparison, changesHosts, sideOf } from "./inputs.ts";
import type { Reach } from "./interruptions.ts";

/** Variables of files that `include_vars` reads while a play runs, one entry for each that differs. */
export function ofIncluded(before: Workspace, after: Workspace): Found[] {
  const byPlace = new Map<string, Found & { reaches: Reach[] }>();
  for (const play of after.fleet.plays) {
    if (isUnknown(play.scope)) continue;
    for (const task of play.tasks) {
      if (task.module !== "include_vars") continue;
      for (const [path, hosts] of filesRead(after, play, task, play.scope.hosts)) {
        if (before.text(path) === undefined || !isEdited(before, after, path)) continue;
        const [old, now] = [read(before, path), read(after, path)];
        for (const [name, variable] of now) {
          const was = old.get(name);
          if (was !== undefined && JSON.stringify(was.value) === JSON.stringify(variable.value)) continue;
          const reaches = reached(before, after, play, { old, now }, name, hosts);
          if (reaches.length === 0) continue;
          const key = `${path}\0${variable.location.range.start}`;
          const found = byPlace.get(key);
          if (found === undefined) byPlace.set(key, { cause: { kind: "variables", names: [name] }, location: variable.location, also: [], hosts: [], used: true, atRun: true, reaches });
          else found.reaches.push(...reaches);
        }
      }
    }
  }
  return [...byPlace.values()];
}

/** The file that the task reads on each host, as far as that can be told. */
function filesRead(workspace: Workspace, play: Play, task: Task, hosts: readonly Host[]): Map<string, Host[]> {
  const files = new Map<string, Host[]>();
  const value = (task.args.get("file") ?? task.args.get("_raw_params"))?.value;
  if (value === undefined) return files;
  for (const host of hosts) {
    const standing = standingOf(play, task, host);
    const text = textAtStanding(value, standing);
    if (isUnknown(text)) continue;
    const role = standing.role === undefined ? [] : [`${standing.role.folder}/vars`, standing.role.folder];
    const path = findFile(workspace, text, [...role, folderOf(task.location.path), `${folderOf(play.path)}/vars`, folderOf(play.path)]);
    if (path !== undefined) files.set(path, [...(files.get(path) ?? []), host]);
  }
  return files;
}

function read(workspace: Workspace, path: string): ReadonlyMap<string, Variable> {
  return new Map(variablesOf(workspace, path, `variables file ${path}`).map((variable) => [variable.name, variable]));
}

function reached(before: Workspace, after: Workspace, play: Play, { old, now }: { old: ReadonlyMap<string, Variable>; now: ReadonlyMap<string, Variable> }, name: string, hosts: readonly Host[]): Reach[] {
  const consumers = after.derive(consumersOf);
  const tasks = new Set([...withDependents(name, after.derive(dependentsOf))].flatMap((word) => consumers.get(word) ?? []).filter((use) => use.play === play && !play.handlers.includes(use.task)).map(({ task }) => task));
  return [...tasks].flatMap((task): Reach[] => {
    if (!changesHosts(task)) return [];
    const side = (variables: ReadonlyMap<string, Variable>, roles: Workspace) => ({ ...sideOf({ files: after, hosts: after, roles: after }, play, task), roles, play: { ...play, variables: new Map([...play.variables, ...variables]) } });
    const comparison = new Comparison(side(old, before), side(now, after));
    const differing = hosts.filter((host) => comparison.differs(host, host));
    return differing.length === 0 ? [] : [{ play, task, hosts: differing }];
  });
}
