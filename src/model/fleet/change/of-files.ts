import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import type { Task } from "../fleet.ts";
import { templateParts } from "./consumers.ts";
import { firstDifference } from "./differences.ts";
import type { Found } from "./effects.ts";
import { Comparison, sideOf } from "./inputs.ts";
import type { Reach } from "./interruptions.ts";
import { lookedUpBy } from "./looked-up.ts";

/** The tasks that take a file in by a lookup, by the file. */
function lookersOf(workspace: Workspace): ReadonlyMap<string, readonly Task[]> {
  const lookers = new Map<string, Task[]>();
  for (const task of new Set(workspace.fleet.plays.flatMap(({ tasks }) => tasks))) for (const path of lookedUpBy(workspace, task)) lookers.set(path, [...(lookers.get(path) ?? []), task]);
  return lookers;
}

/** The files that differ and that tasks bring to hosts, themselves or as part of a template. */
export function ofFiles(before: Workspace, after: Workspace): Found[] {
  const found: Found[] = [];
  let lookers: ReadonlyMap<string, readonly Task[]> | undefined;
  for (const path of after.paths) {
    const text = after.text(path)!;
    const old = before.text(path);
    if (old === undefined || old === text) continue;
    const deployments = after.fleet.deployments.filter(({ source, task }) => source === path || (task.module.endsWith("template") && templateParts(after, source).includes(path)));
    const looking = (lookers ??= lookersOf(after)).get(path) ?? [];
    if (deployments.length + looking.length === 0) continue;
    const tasks = new Set([...deployments.map((deployment) => deployment.task), ...looking]);
    const names = new Set(deployments.flatMap(({ scope }) => (isUnknown(scope) ? [] : scope.hosts.map((host) => host.name))));
    const reaches: Reach[] = [];
    for (const play of after.fleet.plays) {
      if (isUnknown(play.scope)) continue;
      for (const task of play.tasks) {
        if (!tasks.has(task)) continue;
        const sides = { hosts: after, roles: after };
        const comparison = new Comparison(sideOf({ ...sides, files: before }, play, task), sideOf({ ...sides, files: after }, play, task));
        const hosts = play.scope.hosts.filter((host) => (names.has(host.name) || looking.includes(task)) && comparison.differs(host, host));
        if (hosts.length > 0) reaches.push({ play, task, hosts });
      }
    }
    if (reaches.length > 0) found.push({ cause: { kind: "file" }, location: { path, range: firstDifference(old, text) }, also: [], hosts: [], used: true, reaches });
  }
  return found;
}
