import type { BlockPlace, Play, Task } from "../fleet/fleet.ts";
import { handlersOf } from "../fleet/handlers.ts";
import { truth } from "../fleet/values.ts";

/** A task in its place of a play's run, or a block of them. */
export type Step =
  | { readonly kind: "task"; readonly task: Task }
  /** Handlers that were notified so far, in the order of their definition: Ansible flushes them at the end of each section. */
  | { readonly kind: "handlers"; readonly notifiers: ReadonlyMap<Task, readonly Task[]> }
  | { readonly kind: "block"; readonly block: readonly Step[]; readonly rescue: readonly Step[]; readonly always: readonly Step[]; readonly hasAlways: boolean };

/** What a play runs, in order: pre_tasks, roles and tasks, post_tasks, each with its handlers behind it. */
export function stepsOf(play: Play): readonly Step[] {
  const steps: Step[] = [];
  let open = new Map<Task, Task[]>();
  const flush = (): void => {
    if (open.size > 0) steps.push({ kind: "handlers", notifiers: open });
    open = new Map();
  };
  const sections: Task[][] = [];
  for (const task of play.tasks) {
    const last = sections.at(-1);
    if (last === undefined || sectionOf(last[0]!) !== sectionOf(task)) sections.push([task]);
    else last.push(task);
  }
  const isForced = truth(play.keywords.get("force_handlers")?.value) === true;
  for (const tasks of sections) {
    let from = 0;
    const start = steps.length;
    for (const [index, task] of tasks.entries()) {
      if (metaOf(task) === "flush_handlers" && task.blocks === undefined) {
        steps.push(...nested(tasks.slice(from, index), 0));
        flush();
        from = index + 1;
        continue;
      }
      for (const handler of handlersOf(play, task)) open.set(handler, [...(open.get(handler) ?? []), task]);
    }
    steps.push(...nested(tasks.slice(from), 0));
    // Handlers run in the order in which they are defined, whoever notifies them first.
    open = new Map(play.handlers.flatMap((handler) => (open.has(handler) ? [[handler, open.get(handler)!] as const] : [])));
    flush();
    // With force_handlers each section is a block whose always holds them (ansible/playbook/play.py, compile).
    if (isForced) {
      const section = steps.splice(start);
      const always = section.at(-1)?.kind === "handlers" ? [section.pop()!] : [];
      steps.push({ kind: "block", block: section, rescue: [], always, hasAlways: true });
    }
  }
  return steps;
}

/** What `meta:` asks for: `flush_handlers`, `end_play`, `clear_host_errors`, …; undefined for another module. */
export function metaOf({ module, args }: Task): string | undefined {
  const value = args.get("_raw_params")?.value;
  return module === "meta" && typeof value === "string" ? value.trim() : undefined;
}

/** Roles run with the tasks, and so do their handlers. */
function sectionOf({ section }: Task): string {
  return section === "roles" ? "tasks" : section;
}

/** Tasks of one list with the blocks around them put together again. */
function nested(tasks: readonly Task[], depth: number): Step[] {
  const steps: Step[] = [];
  for (let i = 0; i < tasks.length; ) {
    const place = tasks[i]!.blocks?.[depth];
    if (place === undefined) {
      steps.push({ kind: "task", task: tasks[i]! });
      i++;
      continue;
    }
    let end = i + 1;
    while (end < tasks.length && isSame(tasks[end]!.blocks?.[depth], place)) end++;
    const inside = tasks.slice(i, end);
    const part = (name: BlockPlace["part"]): Step[] => nested(inside.filter((task) => task.blocks![depth]!.part === name), depth + 1);
    const always = part("always");
    steps.push({ kind: "block", block: part("block"), rescue: part("rescue"), always, hasAlways: always.length > 0 });
    i = end;
  }
  return steps;
}

function isSame(a: BlockPlace | undefined, b: BlockPlace): boolean {
  return a !== undefined && a.location.path === b.location.path && a.location.range.start === b.location.range.start;
}

/** Whether a failure of the task ends the run of every host: its own keyword, or the play's. */
export function isFatal(play: Play, { keywords }: Task): boolean {
  const own = keywords.get("any_errors_fatal");
  return truth((own ?? play.keywords.get("any_errors_fatal"))?.value) === true || truth(keywords.get("run_once")?.value) === true;
}
