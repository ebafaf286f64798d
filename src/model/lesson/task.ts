import type { Location, Range } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Host, Play, Scope, Task, Value } from "../fleet/fleet.ts";
import { handlersOf } from "../fleet/handlers.ts";
import { stringsOf } from "../fleet/values.ts";
import { commandActions } from "../rollout/commands.ts";
import { packagesOf } from "../rollout/services.ts";
import { reader } from "../rollout/standing.ts";
import type { Read } from "../rollout/task-values.ts";
import { expand } from "../rollout/task-values.ts";
import type { Workspace } from "../workspace.ts";
import type { Element, Found, ObjectType } from "./element.ts";
import { scopeFields, thing } from "./element.ts";
import { machinesField } from "./host.ts";

/** A task, and the workspace whose plays run it. */
export interface TaskItem {
  readonly workspace: Workspace;
  readonly task: Task;
}

const COMMANDS = new Set(["command", "shell", "raw", "script", "win_command", "win_shell"]);
const SERVICES = new Set(["service", "systemd", "systemd_service", "sysvinit", "openrc", "rc_service"]);
const PACKAGES = new Set(["apt", "yum", "dnf", "dnf5", "package", "zypper", "apk", "pacman"]);
const WRITERS = /^(?:template|copy|assemble|synchronize|unarchive|get_url|ini_file|lineinfile|blockinfile|replace)$/;

/** A task as conditions see it. */
export const taskType: ObjectType<TaskItem> = {
  name: "Task",
  summary: "A task or handler of Ansible.",
  fields: {
    path: { type: "string", summary: "The file.", read: ({ task }) => task.location.path },
    name: { type: "string", summary: "Its name; empty where it has none.", read: ({ task }) => task.name ?? "" },
    text: { type: "string", summary: "All of it as written, templates unresolved: to ask quickly whether a word is in it at all.", read: ({ workspace, task }) => workspace.textAt(task.location) },
    module: { type: "string", summary: "The module without its collection: `service`, `template`, `command`, …", read: ({ task }) => task.module },
    arguments: { type: "map<string, dyn>", summary: "The module's arguments by name; a free-form command as `_raw_params`. Ask has(task.arguments.NAME) first.", read: ({ task }) => plainMap(task.args) },
    command: { type: "string", summary: "What command, shell, raw and script run, as written; empty for other modules.", read: ({ task }) => commandOf(task) },
    restarts: { type: "list<string>", summary: "The services that it restarts, by a module or a command: `docker`, `network`, …", read: (item) => servicesOf(item, "restart") },
    reloads: { type: "list<string>", summary: "The services that it reloads.", read: (item) => servicesOf(item, "reload") },
    stops: { type: "list<string>", summary: "The services that it stops.", read: (item) => servicesOf(item, "stop") },
    starts: { type: "list<string>", summary: "The services that it starts where they do not run.", read: (item) => servicesOf(item, "start") },
    installs: { type: "list<string>", summary: "The packages that it installs by name, without versions.", read: installsOf },
    destination: { type: "string", summary: "The file on the host that it writes; empty where it writes none.", read: ({ task }) => destinationOf(task) },
    content: { type: "string", summary: "What it writes there, as written: a `content`, `line` or `block`, or the text of the repository's file; empty where that is not known.", read: contentOf },
    keywords: { type: "map<string, dyn>", summary: "Keywords by name: `when`, `notify`, `loop`, `ignore_errors`, `run_once`, `delegate_to`, `throttle`, … as written.", read: ({ task }) => plainMap(task.keywords) },
    notifies: { type: "list<string>", summary: "The handlers that it notifies, by the names that it calls them.", read: ({ task }) => listOf(task.keywords.get("notify")?.value) },
    handlers: { type: "list<Task>", summary: "Those handlers, with the ones that they notify in turn.", read: (item) => things(item, (play, task) => handlersOf(play, task)) },
    earlier: { type: "list<Task>", summary: "The tasks that run before it in the plays that run it; all of a play's tasks come before its handlers.", read: (item) => things(item, (play, task) => play.tasks.slice(0, placeIn(play, task))) },
    later: { type: "list<Task>", summary: "The tasks that run after it in those plays, without handlers.", read: (item) => things(item, (play, task) => play.tasks.slice(placeIn(play, task) + 1)) },
    isConditional: { type: "bool", summary: "It has a `when`, of its own or of a block around it.", read: ({ task }) => task.keywords.has("when") },
    role: { type: "string", summary: "The role that it belongs to; empty for none.", read: ({ task }) => task.role ?? "" },
    section: { type: "string", summary: "`pre_tasks`, `roles`, `tasks`, `post_tasks` or `handlers`.", read: ({ task }) => task.section },
    ...scopeFields<TaskItem>(scopeOf, ({ workspace }) => workspace),
    ...machinesField<TaskItem>(scopeOf, ({ workspace }) => workspace),
  },
};

/** Tasks. */
export const task: Element = {
  name: "task",
  variable: "task",
  type: taskType as ObjectType<never>,
  source: "playbooks, roles and files of tasks of Ansible",
  subject: "playbook",
  parts: { command: "The command.", state: "The `state` of a service or package." },
  examplePath: "site.yml",
  find: tasksIn,
};

/** The tasks that are written in one file. */
export function tasksIn(workspace: Workspace, path: string): readonly Found[] {
  return (workspace.subject("playbook", path)?.tasks ?? []).map((one) => ({
    value: taskThing(workspace, one),
    path,
    range: headOf(workspace, one.location),
    parts: { command: placeOf(COMMANDS.has(one.module) ? commandArgument(one) : undefined, path), state: placeOf(one.args.get("state"), path) },
  }));
}

/** A task as a value of conditions. */
export function taskThing(workspace: Workspace, one: Task): Found["value"] {
  return thing(taskType, { workspace, task: one });
}

/** What is long is pointed at by its first line. */
export function headOf(workspace: Workspace, location: Location): Range {
  const line = workspace.textAt(location).search(/\r?\n/);
  return line > 0 ? { start: location.range.start, end: location.range.start + line } : location.range;
}

/** Arguments or keywords by name, without their places. */
export function plainMap(map: ReadonlyMap<string, { readonly value: unknown }>): ReadonlyMap<string, unknown> {
  return new Map([...map].map(([name, { value }]) => [name, value]));
}

/** The plays that run a task, or notify it. */
function playsOf({ workspace, task: { location } }: TaskItem): readonly Play[] {
  return workspace.derive(playsByTask).get(keyOf(location)) ?? [];
}

function playsByTask(workspace: Workspace): ReadonlyMap<string, readonly Play[]> {
  const found = new Map<string, Set<Play>>();
  for (const play of workspace.fleet.plays) {
    for (const { location } of [...play.tasks, ...play.handlers]) {
      const key = keyOf(location);
      const plays = found.get(key);
      if (plays === undefined) found.set(key, new Set([play]));
      else plays.add(play);
    }
  }
  return new Map([...found].map(([key, plays]) => [key, [...plays]]));
}

function keyOf({ path, range }: Location): string {
  return `${path}\0${range.start}`;
}

const scopes = new WeakMap<readonly Play[], Maybe<Scope>>();

/** The hosts of all plays that run it: one that cannot be told makes them unknown. */
function scopeOf(item: TaskItem): Maybe<Scope> {
  const plays = playsOf(item);
  const [only] = plays;
  if (only === undefined) return unknown("no play of the repository runs this task");
  if (plays.length === 1) return only.scope;
  let scope = scopes.get(plays);
  if (scope === undefined) scopes.set(plays, (scope = joined(plays)));
  return scope;
}

function joined(plays: readonly Play[]): Maybe<Scope> {
  const hosts = new Map<string, Host>();
  for (const { scope } of plays) {
    if (isUnknown(scope)) return scope;
    for (const host of scope.hosts) hosts.set(host.name, host);
  }
  return { hosts: [...hosts.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), how: "plays that run the task" };
}

/** Where a play runs a task among its tasks; behind all of them for a handler. */
function placeIn(play: Play, { location }: Task): number {
  const at = play.tasks.findIndex((one) => keyOf(one.location) === keyOf(location));
  return at === -1 ? play.tasks.length : at;
}

function things(item: TaskItem, choose: (play: Play, task: Task) => readonly Task[]): unknown {
  const chosen = new Map(playsOf(item).flatMap((play) => choose(play, item.task).map((one): [string, Task] => [keyOf(one.location), one])));
  return [...chosen.values()].map((one) => taskThing(item.workspace, one));
}

function readOf(item: TaskItem): Read | undefined {
  const [play] = playsOf(item);
  return play && reader(play, item.task);
}

function servicesOf(item: TaskItem, wanted: "restart" | "reload" | "stop" | "start"): unknown {
  const { module, args } = item.task;
  if (SERVICES.has(module)) {
    const [state, name] = [args.get("state")?.value, (args.get("name") ?? args.get("service") ?? args.get("unit"))?.value];
    if (isUnknown(state) || (typeof state === "string" && isTemplated(state))) return unknown("a template gives the state of the service");
    if (name === undefined || { restarted: "restart", reloaded: "reload", stopped: "stop", started: "start" }[String(state)] !== wanted) return [];
    return (known(item, name) ?? []).map((text) => (typeof text === "string" ? text.replace(/\.service$/, "") : text));
  }
  const command = commandOf(item.task);
  if (typeof command !== "string" || command === "") return isUnknown(command as Maybe<string>) ? command : [];
  return [...new Set(commandActions(command).filter(({ action }) => action === wanted).map(({ service }) => service))];
}

function installsOf(item: TaskItem): unknown {
  const { module, args } = item.task;
  const read = readOf(item);
  if (!PACKAGES.has(module) && !COMMANDS.has(module)) return [];
  if (["absent", "removed"].includes(String(args.get("state")?.value ?? ""))) return [];
  const names = packagesOf(item.task, read).map(({ name }) => name);
  const written = (args.get("name") ?? args.get("pkg") ?? args.get("package"))?.value;
  return names.length === 0 && PACKAGES.has(module) && written !== undefined ? known(item, written) : names;
}

/** The texts of an argument; a list with one that is unknown where a template hides them. */
function known(item: TaskItem, value: Value): readonly unknown[] {
  if (isUnknown(value)) return [value];
  const read = readOf(item);
  return expand(item.task, value, read ?? ((one) => (typeof one === "string" && !isTemplated(one) ? one : undefined))) ?? [unknown("a template gives the name")];
}

function destinationOf({ module, args }: Task): unknown {
  if (!WRITERS.test(module)) return "";
  const value = (args.get("dest") ?? args.get("path") ?? args.get("destfile"))?.value ?? "";
  return isUnknown(value) ? value : String(value as string);
}

function contentOf(item: TaskItem): unknown {
  const { workspace, task: { args, location } } = item;
  const inline = (args.get("content") ?? args.get("line") ?? args.get("block"))?.value;
  if (inline !== undefined) return isUnknown(inline) ? inline : typeof inline === "string" ? inline : JSON.stringify(inline);
  const sources = workspace.derive(sourcesByTask).get(keyOf(location)) ?? [];
  return sources.map((source) => workspace.text(source) ?? "").join("\n");
}

function sourcesByTask(workspace: Workspace): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { source, task: { location } } of workspace.fleet.deployments) {
    const key = keyOf(location);
    const list = found.get(key);
    if (list === undefined) found.set(key, [source]);
    else if (!list.includes(source)) list.push(source);
  }
  return found;
}

function commandArgument({ args }: Task): { readonly value: Value; readonly location: Location } | undefined {
  return args.get("_raw_params") ?? args.get("cmd") ?? args.get("argv");
}

function commandOf(one: Task): unknown {
  if (!COMMANDS.has(one.module)) return "";
  const value = commandArgument(one)?.value ?? "";
  if (Array.isArray(value)) return value.some((word) => isUnknown(word)) ? unknown("a template gives a part of the command") : value.map(String).join(" ");
  return isUnknown(value) ? value : String(value as string | number | boolean);
}

function listOf(value: Value | undefined): unknown {
  return isUnknown(value) ? value : stringsOf(value);
}

function isTemplated(text: string): boolean {
  return /\{\{|\{%/.test(text);
}

function placeOf(argument: { readonly location: Location } | undefined, path: string): Range | undefined {
  return argument?.location.path === path ? argument.location.range : undefined;
}
