import type { Workspace } from "../../workspace.ts";
import type { Play, Task } from "../fleet.ts";

/** A task as one play runs it. */
export interface Use {
  readonly play: Play;
  readonly task: Task;
}

/** For every word that the tasks and their templates mention: the tasks that do. */
export type Consumers = ReadonlyMap<string, readonly Use[]>;

const WORD = /[A-Za-z_][A-Za-z0-9_]*/g;
/** What a template's literal text says is no reference; only what stands between delimiters is. */
const TEMPLATE_CODE = /\{\{.*?\}\}|\{%.*?%\}/gs;

/**
 * Which tasks read which variables: every identifier in a task's own words, in the template that it renders, and in a
 * variable of its role that is defined by others. A word that is no variable costs nothing: it is looked up by name only.
 */
export function consumersOf(workspace: Workspace): Consumers {
  const consumers = new Map<string, Use[]>();
  const templates = templatesByTask(workspace);
  const words = new Map<string, ReadonlySet<string>>();
  const wordsOf = (path: string, code: RegExp | undefined): ReadonlySet<string> => {
    const key = `${path}\0${code === undefined}`;
    let set = words.get(key);
    if (set === undefined) words.set(key, (set = identifiers(workspace.text(path) ?? "", code)));
    return set;
  };
  for (const play of workspace.fleet.plays) {
    for (const task of [...play.tasks, ...play.handlers]) {
      const mentioned = new Set(identifiers(workspace.textAt(task.location), undefined));
      for (const source of templates.get(task) ?? []) for (const word of wordsOf(source, TEMPLATE_CODE)) mentioned.add(word);
      for (const word of mentioned) {
        const uses = consumers.get(word);
        if (uses === undefined) consumers.set(word, [{ play, task }]);
        else uses.push({ play, task });
      }
    }
  }
  return consumers;
}

function templatesByTask(workspace: Workspace): Map<Task, string[]> {
  const templates = new Map<Task, string[]>();
  for (const { task, source } of workspace.fleet.deployments) {
    if (task.module !== "template") continue;
    const sources = templates.get(task);
    if (sources === undefined) templates.set(task, [source]);
    else if (!sources.includes(source)) sources.push(source);
  }
  return templates;
}

function identifiers(text: string, code: RegExp | undefined): Set<string> {
  const parts = code === undefined ? [text] : (text.match(code) ?? []);
  return new Set(parts.flatMap((part) => part.match(WORD) ?? []));
}

/**
 * The names that change when `names` do: a variable whose text refers to one of them, and so on. `defined` gives the
 * texts of every variable definition.
 */
export function withDependents(names: ReadonlySet<string>, defined: ReadonlyMap<string, readonly string[]>): Set<string> {
  const readers = new Map<string, Set<string>>();
  for (const [name, texts] of defined) {
    for (const text of texts) {
      for (const word of identifiers(text, TEMPLATE_CODE)) {
        if (!readers.has(word)) readers.set(word, new Set());
        readers.get(word)!.add(name);
      }
    }
  }
  const reached = new Set(names);
  const queue = [...names];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const reader of readers.get(name) ?? []) {
      if (reached.has(reader)) continue;
      reached.add(reader);
      queue.push(reader);
    }
  }
  return reached;
}
