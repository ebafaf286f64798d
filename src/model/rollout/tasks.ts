import { isUnknown } from "../../engine/unknown.ts";
import type { Play, Task } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import { allLab } from "./lab.ts";
import type { PlaybookFile } from "./playbook.ts";

/** A task or handler that is written in a file, with the plays that run it; none for a role that no play here uses. */
export interface UsedTask {
  readonly task: Task;
  readonly plays: readonly Play[];
}

/** The tasks and handlers that a file holds, each once, in the order of the text. */
export function tasksIn(workspace: Workspace, { path, tasks }: PlaybookFile): readonly UsedTask[] {
  const used = workspace.derive(byPath).get(path) ?? [];
  const known = new Set(used.map(({ task }) => task.location.range.start));
  const others = tasks.filter((task) => !known.has(task.location.range.start)).map((task) => ({ task, plays: [] }));
  return [...used, ...others].sort((a, b) => a.task.location.range.start - b.task.location.range.start);
}

function byPath(workspace: Workspace): Map<string, UsedTask[]> {
  const plays = new Map<string, Map<number, { task: Task; plays: Play[] }>>();
  for (const play of workspace.fleet.plays) {
    for (const task of [...play.tasks, ...play.handlers]) {
      const { path, range } = task.location;
      let file = plays.get(path);
      if (file === undefined) plays.set(path, (file = new Map()));
      const entry = file.get(range.start);
      if (entry === undefined) file.set(range.start, { task, plays: [play] });
      else if (entry.plays.at(-1) !== play) entry.plays.push(play);
    }
  }
  return new Map([...plays].map(([path, tasks]) => [path, [...tasks.values()]]));
}

/** How many hosts the plays reach together; undefined: nobody can count them. */
export function hostsReached(plays: readonly Play[]): number | undefined {
  if (plays.length === 0) return undefined;
  const [only] = plays;
  if (plays.length === 1) return isUnknown(only!.scope) ? undefined : only!.scope.hosts.length;
  const names = new Set<string>();
  for (const { scope } of plays) {
    if (isUnknown(scope)) return undefined;
    for (const host of scope.hosts) names.add(host.name);
  }
  return names.size;
}

/** True where the plays reach lab hosts only. */
export function labOnly(workspace: Workspace, plays: readonly Play[]): boolean {
  return plays.length > 0 && plays.every(({ scope }) => !isUnknown(scope) && allLab(workspace, scope.hosts));
}
