import type { Play, Task } from "./fleet.ts";
import { stringsOf } from "./values.ts";

/**
 * The handlers of a play that a task notifies, by name, by `role : name` or by topic, and those that they notify in turn,
 * in the order in which they run: that of their definition.
 */
export function handlersOf(play: Play, task: Task): Task[] {
  const notified = new Set<Task>();
  const queue = [task];
  for (let current = queue.pop(); current !== undefined; current = queue.pop()) {
    const names = new Set(stringsOf(current.keywords.get("notify")?.value));
    if (names.size === 0) continue;
    for (const handler of play.handlers) {
      if (notified.has(handler) || !callNames(handler).some((name) => names.has(name))) continue;
      notified.add(handler);
      queue.push(handler);
    }
  }
  return play.handlers.filter((handler) => notified.has(handler));
}

/** What a `notify` can say to call the handler. */
function callNames({ name, role, keywords }: Task): string[] {
  const own = name === undefined ? [] : role === undefined ? [name] : [name, `${role} : ${name}`];
  return [...own, ...stringsOf(keywords.get("listen")?.value)];
}
