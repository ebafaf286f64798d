import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Play, Task } from "../fleet/fleet.ts";
import { batches } from "../rollout/batches.ts";
import type { Workspace } from "../workspace.ts";
import type { Element, Found, ObjectType } from "./element.ts";
import { scopeFields, thing } from "./element.ts";

/** A task as conditions see it. */
export const taskType: ObjectType<Task> = {
  name: "Task",
  summary: "A task or handler of Ansible.",
  fields: {
    path: { type: "string", summary: "The file.", read: ({ location }) => location.path },
    name: { type: "string", summary: "Its name; empty where it has none.", read: ({ name }) => name ?? "" },
    module: { type: "string", summary: "The module without its collection: `service`, `template`, `command`, …", read: ({ module }) => module },
    arguments: { type: "map<string, dyn>", summary: "The module's arguments by name; a free-form command as `_raw_params`. Ask has(task.arguments.NAME) first.", read: ({ args }) => plainMap(args) },
    command: { type: "string", summary: "What command, shell, raw and script run; empty for other modules.", read: commandOf },
    keywords: { type: "map<string, dyn>", summary: "Keywords by name: `when`, `notify`, `loop`, `ignore_errors`, `run_once`, `delegate_to`, `throttle`, … as written.", read: ({ keywords }) => plainMap(keywords) },
    notifies: { type: "list<string>", summary: "The handlers that it notifies.", read: ({ keywords }) => listOf(keywords.get("notify")?.value) },
    isConditional: { type: "bool", summary: "It has a `when`, of its own or of a block around it.", read: ({ keywords }) => keywords.has("when") },
    role: { type: "string", summary: "The role that it belongs to; empty for none.", read: ({ role }) => role ?? "" },
    section: { type: "string", summary: "`pre_tasks`, `roles`, `tasks`, `post_tasks` or `handlers`.", read: ({ section }) => section },
  },
};

/** A play as conditions see it. */
export const playType: ObjectType<Play> = {
  name: "Play",
  summary: "A play of Ansible with all that it runs.",
  fields: {
    path: { type: "string", summary: "The file.", read: ({ path }) => path },
    name: { type: "string", summary: "Its name; empty where it has none.", read: ({ name }) => name },
    pattern: { type: "string", summary: "The host pattern as written after `hosts`.", read: ({ hostsPattern }) => hostsPattern },
    batches: { type: "list<int>", summary: "The sizes of its batches in turn, from `serial`; one batch of all hosts without it.", read: batchesOf },
    strategy: { type: "string", summary: "`linear` where none is written.", read: (play) => keyword(play, "strategy", "linear") },
    maxFailPercentage: { type: "double", summary: "The share of a batch that may fail before the play stops; absent where none is written: then it stops only when all have failed.", unit: "percent", read: (play) => numeric(keyword(play, "max_fail_percentage", undefined)) },
    isStoppedByErrors: { type: "bool", summary: "`any_errors_fatal`: the first failure stops the play.", read: (play) => truth(keyword(play, "any_errors_fatal", false)) },
    keywords: { type: "map<string, dyn>", summary: "Its other keywords by name, as written: `serial`, `become`, `gather_facts`, …", read: ({ keywords }) => plainMap(keywords) },
    roles: { type: "list<string>", summary: "The roles that it lists.", read: ({ roles }) => roles.map(({ name }) => name) },
    tasks: { type: "list<Task>", summary: "Its tasks and those of its roles, in the order in which they run.", read: ({ tasks }) => tasks.map((one) => thing(taskType, one)) },
    handlers: { type: "list<Task>", summary: "Its handlers and those of its roles.", read: ({ handlers }) => handlers.map((one) => thing(taskType, one)) },
    ...scopeFields<Play>(({ scope }) => scope),
  },
};

/** Plays. */
export const play: Element = {
  name: "play",
  variable: "play",
  type: playType as ObjectType<never>,
  source: "playbooks of Ansible",
  subject: "playbook",
  parts: { hosts: "The host pattern." },
  examplePath: "site.yml",
  find: playsIn,
};

/** Tasks. */
export const task: Element = {
  name: "task",
  variable: "task",
  type: taskType as ObjectType<never>,
  source: "playbooks, roles and files of tasks of Ansible",
  subject: "playbook",
  parts: {},
  examplePath: "site.yml",
  find: tasksIn,
};

/** The plays that are written in one file. */
export function playsIn(workspace: Workspace, path: string): readonly Found[] {
  return (workspace.subject("playbook", path)?.plays ?? []).map((one) => ({
    value: thing(playType, one),
    path,
    range: one.hostsLocation.path === path && one.hostsLocation.range.end > 0 ? nameless(workspace, one) : one.location.range,
    parts: { hosts: one.hostsLocation.range },
  }));
}

/** The tasks that are written in one file. */
export function tasksIn(workspace: Workspace, path: string): readonly Found[] {
  return (workspace.subject("playbook", path)?.tasks ?? []).map((one) => ({ value: thing(taskType, one), path, range: head(workspace, one.location), parts: { task: one.location.range } }));
}

/** A play is long: its finding stands at its first line. */
function nameless(workspace: Workspace, one: Play): Found["range"] {
  return head(workspace, one.location);
}

function head(workspace: Workspace, location: Play["location"]): Found["range"] {
  const line = workspace.textAt(location).search(/\r?\n/);
  return line > 0 ? { start: location.range.start, end: location.range.start + line } : location.range;
}

function plainMap(map: ReadonlyMap<string, { readonly value: unknown }>): ReadonlyMap<string, unknown> {
  return new Map([...map].map(([name, { value }]) => [name, value]));
}

function keyword({ keywords }: Play, name: string, fallback: unknown): unknown {
  return keywords.get(name)?.value ?? fallback;
}

function numeric(value: unknown): unknown {
  if (isUnknown(value) || typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  if (/^\s*\d+(?:\.\d+)?\s*%?\s*$/.test(value)) return Number.parseFloat(value);
  return /\{\{/.test(value) ? { unknown: "a template gives it" } : undefined;
}

function truth(value: unknown): unknown {
  if (isUnknown(value) || typeof value === "boolean") return value;
  if (typeof value === "string" && /\{\{/.test(value)) return { unknown: "a template gives it" };
  return typeof value === "string" && /^(?:yes|true|on|1)$/i.test(value.trim());
}

function listOf(value: unknown): unknown {
  if (value === undefined || value === null) return [];
  return isUnknown(value) || Array.isArray(value) ? value : [String(value)];
}

function commandOf({ module, args }: Task): unknown {
  if (!["command", "shell", "raw", "script", "win_command", "win_shell"].includes(module)) return "";
  const value = args.get("_raw_params")?.value ?? args.get("cmd")?.value ?? args.get("argv")?.value ?? "";
  if (Array.isArray(value)) return value.some((word) => isUnknown(word)) ? { unknown: "a template gives a part of the command" } : value.map(String).join(" ");
  return isUnknown(value) ? value : String(value);
}

function batchesOf({ keywords, scope }: Play): Maybe<readonly number[]> {
  return isUnknown(scope) ? scope : batches(keywords.get("serial")?.value, scope.hosts.length);
}
