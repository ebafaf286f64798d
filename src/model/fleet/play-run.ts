import type { Location } from "../../engine/location.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { isTemplate } from "../../formats/template/render.ts";
import type { YamlMapping, YamlNode } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf, stringOf, valueOf } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";
import type { Gap, Play, Task, Turns, Value, Variable } from "./fleet.ts";
import { includedVariables } from "./included-variables.ts";
import { textAtStanding } from "./lookup.ts";
import { findFile, folderOf } from "./paths.ts";
import type { Role, RoleParts } from "./roles.ts";
import { findRole, joinedRole, roleFile, roleWith } from "./roles.ts";
import type { Section } from "./tasks.ts";
import { inherit, isTaskKeyword, readTasks, tasksOfFile } from "./tasks.ts";
import { memberOf } from "./values.ts";

type Settings = Task["keywords"];
type Ran = Pick<Play, "roles" | "tasks" | "handlers" | "ran" | "files" | "variables" | "gaps">;

/** Includes inside each other, and tasks of one play; beyond, the rest is left out. */
const DEPTH = 30;
const TASKS = 20_000;
const NONE: Settings = new Map();

/** The files that a call of a role takes instead of `main`. */
interface RoleCall extends RoleParts {
  readonly tasks?: string | undefined;
  readonly handlers?: string | undefined;
}

/** Where tasks are being read: what the includes so far hand down. */
interface Frame {
  readonly role: Role | undefined;
  readonly section: Section;
  readonly outer: Settings;
  /** The blocks around those includes. */
  readonly blocks?: Task["blocks"];
  /** The loops of those includes. */
  readonly turns?: Task["turns"];
  /** Places of the includes that lead here. */
  readonly trail: readonly string[];
}

/** Follows one play through its roles and includes, in the order in which Ansible runs them. */
export class PlayRun {
  readonly #workspace: Workspace;
  readonly #path: string;
  readonly #node: YamlMapping;
  /** Those of the play, and what its tasks include. */
  readonly #variables: Map<string, Variable>;
  readonly #roles: { name: string; location: Location }[] = [];
  readonly #ran = new Map<string, Role>();
  /** Files of handlers by the folder of the role that they belong to. */
  readonly #handlers = new Map<string, Set<string>>();
  readonly #files = new Set<string>();
  readonly #done = new Set<string>();
  readonly #gaps = new Map<string, Gap>();
  #count = 0;

  constructor(workspace: Workspace, path: string, node: YamlMapping, variables: ReadonlyMap<string, Variable>) {
    this.#workspace = workspace;
    this.#path = path;
    this.#node = node;
    this.#variables = new Map(variables);
  }

  result(): Ran {
    const tasks = [
      ...this.#listed("pre_tasks"),
      ...itemsOf(entryOf(this.#node, "roles")?.value).flatMap((item) => this.#role(item)),
      ...this.#listed("tasks"),
      ...this.#listed("post_tasks"),
    ];
    const handlers = this.#listed("handlers");
    for (const role of this.#ran.values()) {
      for (const file of this.#handlers.get(role.folder) ?? []) handlers.push(...this.#file(file, { role, section: "handlers", outer: NONE, trail: [] }));
    }
    return { roles: this.#roles, tasks, handlers, ran: [...this.#ran.values()], files: this.#files, variables: this.#variables, gaps: [...this.#gaps.values()] };
  }

  #listed(section: Section): Task[] {
    const node = entryOf(this.#node, section)?.value;
    if (node === undefined) return [];
    const tasks = readTasks(this.#path, this.#workspace.text(this.#path) ?? "", node, section, undefined);
    return this.#expand(tasks, folderOf(this.#path), { role: undefined, section, outer: NONE, trail: [] });
  }

  /** One entry of `roles:`: a name, or a mapping with conditions and parameters. */
  #role(node: YamlNode): Task[] {
    const entry = entryOf(node, "role") ?? entryOf(node, "name");
    const name = stringOf(node) ?? stringOf(entry?.value);
    if (name === undefined) return [];
    const place = entry?.value ?? node;
    this.#roles.push({ name, location: { path: this.#path, range: place.range } });
    if (isTemplate(name)) this.#gap({ path: this.#path, range: place.range }, `a template decides which role ${name} is`);
    else if (findRole(this.#workspace, name, folderOf(this.#path)) === undefined) this.#gap({ path: this.#path, range: place.range }, `the role ${name} is not in the repository`);
    const outer = new Map<string, { value: Value; location: Location }>();
    const parameters: Record<string, Value> = {};
    for (const { key, value } of entriesOf(node)) {
      const setting = { value: valueOf(value), location: { path: this.#path, range: value.range } };
      if (key === "role" || key === "name") continue;
      if (key === "vars" && value.kind === "mapping") Object.assign(parameters, setting.value);
      else if (isTaskKeyword(key)) outer.set(key, setting);
      else parameters[key] = setting.value;
    }
    if (Object.keys(parameters).length > 0) outer.set("vars", { value: parameters, location: { path: this.#path, range: node.range } });
    return this.#runRole(name, {}, folderOf(this.#path), { role: undefined, section: "roles", outer, trail: outer.size > 0 ? [`${this.#path}:${node.range.start}`] : [] });
  }

  #gap(location: Location, reason: string): void {
    this.#gaps.set(`${location.path}\0${location.range.start}\0${reason}`, { location, reason });
  }

  #runRole(name: string, from: RoleCall, folder: string, frame: Frame): Task[] {
    const found = findRole(this.#workspace, name, folder);
    if (found === undefined || frame.trail.length > DEPTH) return [];
    const role = roleWith(this.#workspace, found, from);
    const key = `${role.folder}\0${JSON.stringify(from)}\0${frame.trail.join("\0")}`;
    // A role runs once in a play unless something about it differs.
    if (this.#done.has(key)) return [];
    this.#done.add(key);
    const before = this.#ran.get(role.folder);
    this.#ran.set(role.folder, before === undefined ? role : joinedRole(before, role));
    this.#handle(role, from.handlers);
    const inner: Frame = { ...frame, role };
    const tasks = role.dependencies.flatMap((dependency) => {
      const target = findRole(this.#workspace, dependency, folder);
      if (target === undefined) this.#gap({ path: `${role.folder}/meta/main.yml`, range: { start: 0, end: 0 } }, `the role ${dependency}, on which ${role.name} depends, is not in the repository`);
      return target === undefined || this.#ran.has(target.folder) ? [] : this.#runRole(dependency, {}, folder, frame);
    });
    const file = roleFile(this.#workspace, role, "tasks", (from.tasks ?? "main").replace(/\.ya?ml$/, ""));
    return file === undefined ? tasks : [...tasks, ...this.#file(file, inner)];
  }

  #handle(role: Role, from = "main"): void {
    const file = roleFile(this.#workspace, role, "handlers", from.replace(/\.ya?ml$/, ""));
    if (file === undefined) return;
    let files = this.#handlers.get(role.folder);
    if (files === undefined) this.#handlers.set(role.folder, (files = new Set()));
    files.add(file);
  }

  #file(path: string, frame: Frame): Task[] {
    this.#files.add(path);
    return this.#expand(tasksOfFile(this.#workspace, path, frame.section, frame.role?.name), folderOf(path), frame);
  }

  #expand(tasks: readonly Task[], folder: string, frame: Frame): Task[] {
    const result: Task[] = [];
    for (const written of tasks) {
      if (++this.#count > TASKS) break;
      const task = handedDown(written, frame.outer, frame.blocks, frame.turns);
      const below = /^(?:include|import)(?:_tasks|_role)?$/.test(task.module) ? this.#included(task, folder, frame) : undefined;
      if (task.module === "include_vars") this.#include(task, frame.role);
      if (below === undefined) result.push(task);
      else for (const one of below) result.push(one);
    }
    return result;
  }

  /** A name that several tasks include has the value of one of them. */
  #include(task: Task, role: Role | undefined): void {
    for (const variable of includedVariables(this.#workspace, task, { play: { path: this.#path, variables: this.#variables }, role, task })) {
      const before = this.#variables.get(variable.name);
      // A file that is included by its own name is hardly meant by another task's template too.
      if (before !== undefined && before.location.path === variable.location.path && before.origin.startsWith("include_vars ")) continue;
      const several = before?.origin.startsWith("include_vars ") === true && before.value !== variable.value;
      this.#variables.set(variable.name, several ? { ...variable, value: unknown(`several tasks include ${variable.name}`) } : variable);
    }
  }

  /** The tasks that an include stands for; undefined where the repository does not tell. */
  #included(task: Task, folder: string, frame: Frame): Task[] | undefined {
    const here = `${task.location.path}:${task.location.range.start}`;
    if (frame.trail.includes(here) || frame.trail.length >= DEPTH) {
      this.#gap(task.location, "it includes itself again and again");
      return [];
    }
    const turns = turnsOf(task);
    const inner: Frame = { ...frame, outer: task.keywords, ...(task.blocks && { blocks: task.blocks }), ...(turns && { turns }), trail: [...frame.trail, here] };
    const argument = (...names: string[]): string | undefined => {
      const value = names.map((name) => task.args.get(name)?.value).find((one) => one !== undefined);
      if (value === undefined) return undefined;
      const text = textAtStanding(value, { play: { path: this.#path, variables: this.#variables }, role: frame.role, task });
      return isUnknown(text) ? undefined : text;
    };
    if (task.module.endsWith("_role")) {
      const name = argument("name", "role");
      if (name === undefined || findRole(this.#workspace, name, folderOf(this.#path)) === undefined) {
        this.#gap(task.location, name === undefined ? "a template decides which role is included" : `the role ${name} is not in the repository`);
        return undefined;
      }
      const from = { tasks: argument("tasks_from"), handlers: argument("handlers_from"), vars: argument("vars_from"), defaults: argument("defaults_from") };
      return this.#runRole(name, from, folderOf(this.#path), inner);
    }
    const file = argument("file", "_raw_params");
    if (file === undefined) {
      this.#gap(task.location, "a template decides which file is included");
      return undefined;
    }
    const bases = [folder, ...(frame.role === undefined ? [] : [`${frame.role.folder}/tasks`, frame.role.folder]), folderOf(this.#path), ""];
    const path = findFile(this.#workspace, file, bases);
    if (path === undefined) {
      this.#gap(task.location, `${file}, which is included, is not in the repository`);
      return undefined;
    }
    this.#files.add(path);
    return this.#expand(tasksOfFile(this.#workspace, path, frame.section, frame.role?.name), folderOf(path), inner);
  }
}

/** Keywords of an include that its tasks get. */
const PASSED = new Set(["when", "vars", "ignore_errors", "delegate_to", "run_once", "become", "become_user", "any_errors_fatal", "throttle", "environment"]);

const handed = new WeakMap<Task, WeakMap<object, Task>>();

const looped = new WeakMap<Task, readonly Turns[]>();

/** The loops around what a task includes, its own one innermost; one list for each task that has any. */
function turnsOf(task: Task): readonly Turns[] | undefined {
  const own = task.keywords.get("loop") ?? task.keywords.get("with_items") ?? task.keywords.get("with_list");
  if (own === undefined && task.turns === undefined) return undefined;
  let turns = looped.get(task);
  if (turns === undefined) {
    const name = memberOf(task.keywords.get("loop_control")?.value, "loop_var");
    const inner = own === undefined ? [] : [{ name: typeof name === "string" ? name : "item", value: own.value, location: own.location }];
    looped.set(task, (turns = [...(task.turns ?? []), ...inner]));
  }
  return turns;
}

/** A task with what its includes say. The same object each time, so that plays which run it in one way share it. */
function handedDown(task: Task, outer: Settings, blocks: Task["blocks"], turns: Task["turns"]): Task {
  const passed = new Map([...outer].filter(([key]) => PASSED.has(key)));
  if (passed.size === 0 && blocks === undefined && turns === undefined) return task;
  let copies = handed.get(task);
  if (copies === undefined) handed.set(task, (copies = new WeakMap()));
  let copy = copies.get(turns ?? outer);
  if (copy === undefined) copies.set(turns ?? outer, (copy = { ...task, keywords: inherit(task.keywords, passed), ...(blocks && { blocks: [...blocks, ...(task.blocks ?? [])] }), ...(turns && { turns }) }));
  return copy;
}
