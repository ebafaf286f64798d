import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import { isTemplate } from "../../../formats/template/render.ts";
import type { Workspace } from "../../workspace.ts";
import type { Host, Play, Task, Value, Variable } from "../fleet.ts";
import { folderOf, joined } from "../paths.ts";
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
    if (set === undefined) words.set(path, (set = identifiers(templateParts(workspace, path).map((part) => workspace.text(part)).join("\n"), TEMPLATE_CODE)));
    return set;
  };
  const mentionedBy = (task: Task): ReadonlySet<string> => {
    let mentioned = known.get(task);
    if (mentioned !== undefined) return mentioned;
    // What an outer block or an include gives the task stands elsewhere.
    const given = [...task.keywords.values()].filter(({ location }) => !within(location, task.location)).map(({ location }) => workspace.textAt(location));
    const all = identifiers([workspace.textAt(task.location), ...given].join("\n"), undefined);
    if (task.module.endsWith("template")) for (const source of allSourcesOf(workspace, task)) for (const word of wordsOf(source)) all.add(word);
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

function within(inner: Location, outer: Location): boolean {
  return inner.path === outer.path && inner.range.start >= outer.range.start && inner.range.end <= outer.range.end;
}

/** The files of the repository that a task brings to a host. */
export function sourcesOf(workspace: Workspace, task: Task, host: Host): readonly string[] {
  return (workspace.memo(deploymentsByTask).get(task) ?? []).filter(({ hosts }) => hosts === undefined || hosts.has(host.name)).map(({ source }) => source);
}

/** The files of the repository that a task brings to any host. */
export function allSourcesOf(workspace: Workspace, task: Task): readonly string[] {
  return [...new Set((workspace.memo(deploymentsByTask).get(task) ?? []).map(({ source }) => source))];
}

function deploymentsByTask(workspace: Workspace): ReadonlyMap<Task, readonly { source: string; hosts: ReadonlySet<string> | undefined }[]> {
  const byTask = new Map<Task, { source: string; hosts: ReadonlySet<string> | undefined }[]>();
  for (const { task, source, scope } of workspace.fleet.deployments) {
    const one = { source, hosts: isUnknown(scope) ? undefined : new Set(scope.hosts.map((host) => host.name)) };
    const list = byTask.get(task);
    if (list === undefined) byTask.set(task, [one]);
    else list.push(one);
  }
  return byTask;
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
    for (const word of identifiers(templatesIn(value).join("\n"), TEMPLATE_CODE)) {
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
