import type { Play, Task } from "./fleet.ts";
import { stringsOf } from "./values.ts";

const known = new WeakMap<Play, ReadonlySet<string>>();

/** Names that tasks of a play register or set, so that their values are known only when it runs. */
export function namesSetBy(play: Play): ReadonlySet<string> {
  let names = known.get(play);
  if (names === undefined) known.set(play, (names = readNames(play)));
  return names;
}

function readNames(play: Play): ReadonlySet<string> {
  const names = new Set<string>();
  for (const task of play.tasks) {
    const name = registered(task);
    if (name !== undefined) names.add(name);
    if (task.module === "set_fact") for (const key of task.args.keys()) names.add(key);
  }
  return names;
}

function registered(task: Task): string | undefined {
  const name = task.keywords.get("register")?.value;
  return typeof name === "string" ? name : undefined;
}

/**
 * The tasks of a play that run because `task` has changed something, as handlers do: those behind it whose condition asks
 * for that of its registered result (`result.changed`, `result is changed`).
 */
export function followersOf(play: Play, task: Task): Task[] {
  const name = registered(task);
  if (name === undefined || !/^\w+$/.test(name)) return [];
  const asks = new RegExp(String.raw`(?<![\w.])${name}(?:\.changed\b|\[['"]changed['"]\]|\s+is\s+changed\b|\s*\|\s*changed\b)`);
  return play.tasks.slice(play.tasks.indexOf(task) + 1).filter((other) => stringsOf(other.keywords.get("when")?.value).some((text) => asks.test(text)));
}
