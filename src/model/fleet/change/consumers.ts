import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import { isTemplate } from "../../../formats/template/render.ts";
import type { Workspace } from "../../workspace.ts";
import type { Deployment, Host, Play, Scope, Task, Value, Variable } from "../fleet.ts";
import { folderOf, joined } from "../paths.ts";
import { lookedUpBy } from "./looked-up.ts";
import { HostVariables, templatesAmong } from "../variables.ts";

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
  const words = new Map<string, ReadonlySet<string>>();
  const known = new Map<Task, ReadonlySet<string>>();
  const wordsOf = (path: string): ReadonlySet<string> => {
    let set = words.get(path);
    if (set === undefined) words.set(path, (set = new Set(templateParts(workspace, path).flatMap((part) => [...templateWords(workspace.text(part) ?? "")]))));
    return set;
  };
  const mentionedBy = (task: Task): ReadonlySet<string> => {
    let mentioned = known.get(task);
    if (mentioned !== undefined) return mentioned;
    const own = ownWords(workspace, task);
    if (!task.module.endsWith("template")) {
      known.set(task, own);
      return own;
    }
    const all = new Set(own);
    for (const source of allSourcesOf(workspace, task)) for (const word of wordsOf(source)) all.add(word);
    known.set(task, (mentioned = all));
    return mentioned;
  };
  for (const play of workspace.fleet.plays) {
    for (const task of [...play.tasks, ...play.handlers]) {
      for (const word of mentionedBy(task)) {
        const uses = consumers.get(word);
        if (uses === undefined) consumers.set(word, [{ play, task }]);
        else uses.push({ play, task });
      }
    }
  }
  return consumers;
}

const written = new WeakMap<Task, ReadonlySet<string>>();

/** The words of a task itself; a task is the same object for as long as its file is. */
function ownWords(workspace: Workspace, task: Task): ReadonlySet<string> {
  let words = written.get(task);
  if (words === undefined) {
    // What an outer block or an include gives the task stands elsewhere.
    const given = [...task.keywords.values()].filter(({ location }) => !within(location, task.location)).map(({ location }) => workspace.textAt(location));
    const loops = (task.turns ?? []).map(({ location }) => workspace.textAt(location));
    written.set(task, (words = identifiers([workspace.textAt(task.location), ...given, ...loops].join("\n"), undefined)));
  }
  return words;
}

function within(inner: Location, outer: Location): boolean {
  return inner.path === outer.path && inner.range.start >= outer.range.start && inner.range.end <= outer.range.end;
}

/** The files of the repository that a task brings to a host. */
export function sourcesOf(workspace: Workspace, task: Task, host: Host): readonly string[] {
  return [...(deploymentsByTask(workspace).get(task) ?? []).filter(({ scope }) => isUnknown(scope) || namesIn(scope).has(host.name)).map(({ source }) => source), ...lookedUpBy(workspace, task)];
}

/** The files of the repository that a task brings to any host. */
export function allSourcesOf(workspace: Workspace, task: Task): readonly string[] {
  return [...new Set([...(deploymentsByTask(workspace).get(task) ?? []).map(({ source }) => source), ...lookedUpBy(workspace, task)])];
}

const byTask = new WeakMap<readonly Deployment[], ReadonlyMap<Task, readonly Deployment[]>>();

function deploymentsByTask({ fleet: { deployments } }: Workspace): ReadonlyMap<Task, readonly Deployment[]> {
  let known = byTask.get(deployments);
  if (known === undefined) {
    const lists = new Map<Task, Deployment[]>();
    for (const deployment of deployments) {
      const list = lists.get(deployment.task);
      if (list === undefined) lists.set(deployment.task, [deployment]);
      else list.push(deployment);
    }
    byTask.set(deployments, (known = lists));
  }
  return known;
}

const named = new WeakMap<Scope, ReadonlySet<string>>();

function namesIn(scope: Scope): ReadonlySet<string> {
  let names = named.get(scope);
  if (names === undefined) named.set(scope, (names = new Set(scope.hosts.map((host) => host.name))));
  return names;
}

const INCLUDED = /\{%-?\s*(?:include|import|extends|from)\s+['"]([^'"]+)['"]/g;

/** A template and those that it includes by name, from the same folders, each once. */
export function templateParts(workspace: Workspace, path: string): readonly string[] {
  const parts = new Set([path]);
  for (const part of parts) {
    const folders = [folderOf(part), /^(.*?\btemplates)\//.exec(part)?.[1] ?? folderOf(part)];
    for (const match of (workspace.text(part) ?? "").matchAll(INCLUDED)) {
      const found = folders.map((folder) => joined(folder, match[1]!)).find((candidate) => workspace.text(candidate) !== undefined);
      if (found !== undefined) parts.add(found);
    }
  }
  return [...parts];
}

const KEPT = 2_000;
const inTemplates = new Map<string, Set<string>>();

/** The names in a template's code; its text stays the same for most edits. */
function templateWords(text: string): ReadonlySet<string> {
  let words = inTemplates.get(text);
  if (words === undefined) {
    if (inTemplates.size >= KEPT) inTemplates.clear();
    inTemplates.set(text, (words = identifiers(text, TEMPLATE_CODE)));
  }
  return words;
}

function identifiers(text: string, code: RegExp | undefined): Set<string> {
  const parts = code === undefined ? [text] : (text.match(code) ?? []);
  return new Set(parts.flatMap((part) => part.match(WORD) ?? []));
}

/** For every name: the variables whose text refers to it. */
export type Dependents = ReadonlyMap<string, ReadonlySet<string>>;

/** Which variables are made from which, wherever they are defined: inventory, roles, plays, and tasks that set facts. */
export function dependentsOf(workspace: Workspace): Dependents {
  const readers = new Map<string, Set<string>>();
  const seen = new Set<ReadonlyMap<string, Variable>>();
  const add = (name: string, value: Value): void => {
    for (const word of templateWords(templatesIn(value).join("\n"))) {
      const names = readers.get(word);
      if (names === undefined) readers.set(word, new Set([name]));
      else names.add(name);
    }
  };
  const addAll = (variables: ReadonlyMap<string, Variable>): void => {
    if (seen.has(variables)) return;
    seen.add(variables);
    for (const variable of templatesAmong(variables)) add(variable.name, variable.value);
  };
  for (const { variables } of workspace.fleet.hosts) {
    if (!(variables instanceof HostVariables)) continue;
    addAll(variables.shared);
    addAll(variables.own);
  }
  for (const { defaults, vars } of workspace.fleet.roles.values()) {
    addAll(defaults);
    addAll(vars);
  }
  const tasks = new Set<Task>();
  for (const play of workspace.fleet.plays) {
    addAll(play.variables);
    for (const task of play.tasks) {
      if (task.module !== "set_fact" || tasks.has(task)) continue;
      tasks.add(task);
      for (const [name, { value }] of task.args) add(name, value);
    }
  }
  return readers;
}

/** The strings of a value that are templates. */
function templatesIn(value: Value, depth = 0): string[] {
  if (typeof value === "string") return isTemplate(value) ? [value] : [];
  if (typeof value !== "object" || value === null || depth > 50) return [];
  return Object.values(value).flatMap((part) => templatesIn(part as Value, depth + 1));
}

/** The names that change when `name` does: a variable whose text refers to it, and so on. */
export function withDependents(name: string, dependents: Dependents): ReadonlySet<string> {
  const reached = new Set([name]);
  // A set takes new names while it is walked.
  for (const one of reached) for (const reader of dependents.get(one) ?? []) reached.add(reader);
  return reached;
}
