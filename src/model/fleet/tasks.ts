import type { Location } from "../../engine/location.ts";
import type { YamlEntry, YamlMapping, YamlNode, YamlTree } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf, valueOf } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";
import { splitArguments } from "./arguments.ts";
import type { BlockPlace, Task, Value } from "./fleet.ts";
import { isMapping, listOf } from "./values.ts";

/** The part of a play that a task stands in. */
export type Section = Task["section"];
type Settings = ReadonlyMap<string, { readonly value: Value; readonly location: Location }>;

/** Task keywords (docs.ansible.com, Playbook Keywords); every other key of a task is its module. */
const KEYWORDS = new Set([
  "action", "any_errors_fatal", "args", "async", "become", "become_exe", "become_flags", "become_method", "become_user", "changed_when",
  "check_mode", "collections", "connection", "debugger", "delay", "delegate_facts", "delegate_to", "diff", "environment", "failed_when",
  "ignore_errors", "ignore_unreachable", "listen", "local_action", "loop", "loop_control", "module_defaults", "name", "no_log", "notify",
  "poll", "port", "register", "remote_user", "retries", "run_once", "sudo", "sudo_user", "tags", "throttle", "timeout", "until", "vars",
  "when", "block", "rescue", "always",
]);

/** True for a keyword of tasks; anything else names a module. */
export function isTaskKeyword(key: string): boolean {
  return KEYWORDS.has(key) || key.startsWith("with_");
}

/** The tasks of a list as written: blocks opened, each task with what its blocks say; includes stay tasks. */
export function readTasks(path: string, text: string, node: YamlNode | undefined, section: Section, role: string | undefined): Task[] {
  const tasks: Task[] = [];
  for (const item of itemsOf(node)) if (item.kind === "mapping") readItem(path, text, item, section, role, new Map(), tasks, []);
  return tasks;
}

const filed = new WeakMap<YamlTree, Map<string, readonly Task[]>>();

/** The tasks of a file that holds a list of them; the same objects for every play that runs it. */
export function tasksOfFile(workspace: Workspace, path: string, section: Section, role: string | undefined): readonly Task[] {
  const document = workspace.document(path);
  if (document?.language !== "yaml") return [];
  const tree = document.tree as YamlTree;
  let known = filed.get(tree);
  if (known === undefined) filed.set(tree, (known = new Map()));
  const key = `${path}\0${section}\0${role ?? ""}`;
  let tasks = known.get(key);
  if (tasks === undefined) known.set(key, (tasks = readTasks(path, document.text, tree.documents[0], section, role)));
  return tasks;
}

function readItem(path: string, text: string, node: YamlMapping, section: Section, role: string | undefined, outer: Settings, into: Task[], blocks: readonly BlockPlace[]): void {
  const own = keywordsOf(path, node);
  if (entryOf(node, "block") !== undefined) {
    if (blocks.length > 50) return;
    const inner = inherit(own, outer);
    const rescued = itemsOf(entryOf(node, "rescue")?.value).length > 0;
    for (const part of ["block", "rescue", "always"] as const) {
      const within = [...blocks, { location: { path, range: node.range }, part, rescued }];
      for (const item of itemsOf(entryOf(node, part)?.value)) {
        if (item.kind === "mapping") readItem(path, text, item, section, role, inner, into, within);
      }
    }
    return;
  }
  const call = moduleOf(path, text, node);
  if (call === undefined) return;
  const name = entryOf(node, "name")?.value;
  into.push({
    ...(name?.kind === "scalar" && name.text !== "" ? { name: name.text } : {}),
    module: call.module,
    args: call.args,
    keywords: inherit(own, outer),
    location: { path, range: node.range },
    ...(role === undefined ? {} : { role }),
    section,
    ...(blocks.length > 0 && { blocks }),
  });
}

/** A keyword of an outer block holds where the task has none of its own; conditions hold together. */
export function inherit(own: Settings, outer: Settings): Settings {
  if (outer.size === 0) return own;
  const merged = new Map(own);
  for (const [name, setting] of outer) {
    const mine = own.get(name);
    if (name === "name" || name === "tags" || name === "args" || name === "notify" || name === "register" || name === "listen") continue;
    if (mine === undefined) merged.set(name, setting);
    else if (name === "when") merged.set(name, { value: [...listOf(setting.value), ...listOf(mine.value)], location: mine.location });
    else if (name === "vars" && isMapping(setting.value) && isMapping(mine.value)) {
      merged.set(name, { value: { ...setting.value, ...mine.value }, location: mine.location });
    }
  }
  return merged;
}

function keywordsOf(path: string, node: YamlMapping): Settings {
  const keywords = new Map<string, { value: Value; location: Location }>();
  for (const { key, value } of entriesOf(node)) {
    if (!isTaskKeyword(key) || ["action", "local_action", "block", "rescue", "always"].includes(key)) continue;
    keywords.set(key, { value: valueOf(value), location: { path, range: value.range } });
  }
  const local = entryOf(node, "local_action");
  if (local !== undefined && !keywords.has("delegate_to")) {
    keywords.set("delegate_to", { value: "localhost", location: { path, range: local.keyRange } });
  }
  return keywords;
}

function moduleOf(path: string, text: string, node: YamlMapping): { module: string; args: Settings } | undefined {
  const entry = entriesOf(node).find(({ key }) => !isTaskKeyword(key)) ?? entryOf(node, "action") ?? entryOf(node, "local_action");
  if (entry === undefined) return undefined;
  const args = new Map<string, { value: Value; location: Location }>();
  let module = entry.key;
  if (module === "action" || module === "local_action") {
    const given = entryOf(entry.value, "module")?.value ?? entry.value;
    const words = given.kind === "scalar" ? given.text.trim() : "";
    module = /^\S+/.exec(words)?.[0] ?? "";
    if (given !== entry.value) addArguments(path, text, short(module), { ...entry, value: without(entry.value, "module") }, args);
    else if (given.kind === "scalar") freeForm(path, text, short(module), words.slice(module.length).trim(), given, args);
  } else addArguments(path, text, short(module), entry, args);
  for (const extra of entriesOf(entryOf(node, "args")?.value)) {
    args.set(extra.key, { value: valueOf(extra.value), location: { path, range: extra.value.range } });
  }
  return { module: short(module), args };
}

function without(node: YamlNode, key: string): YamlNode {
  return node.kind === "mapping" ? { ...node, entries: node.entries.filter((entry) => entry.key !== key) } : node;
}

function short(module: string): string {
  return module.slice(module.lastIndexOf(".") + 1);
}

function addArguments(path: string, text: string, module: string, { value }: YamlEntry, args: Map<string, { value: Value; location: Location }>): void {
  if (value.kind === "mapping") {
    for (const entry of entriesOf(value)) {
      const name = entry.key === "cmd" && (module === "command" || module === "shell") ? "_raw_params" : entry.key;
      args.set(name, { value: valueOf(entry.value), location: { path, range: entry.value.range } });
    }
  } else if (value.kind === "sequence") args.set("_raw_params", { value: valueOf(value), location: { path, range: value.range } });
  else if (typeof value.value === "string") freeForm(path, text, module, value.text, value, args);
  else if (value.value !== null) args.set("_raw_params", { value: value.value, location: { path, range: value.range } });
}

/** Arguments as one string: exact places where the text holds them as they are read, else the whole string's. */
function freeForm(path: string, text: string, module: string, words: string, node: YamlNode, args: Map<string, { value: Value; location: Location }>): void {
  const found = text.slice(node.range.start, node.range.end).indexOf(words);
  for (const argument of splitArguments(module, words, node.range.start + Math.max(0, found))) {
    const range = found === -1 ? placeOf(text, node, argument.name, argument.value) : argument.range;
    args.set(argument.name ?? "_raw_params", { value: argument.value, location: { path, range } });
  }
}

/** In a folded or quoted string an argument is found by its own words. */
function placeOf(text: string, node: YamlNode, name: string | undefined, value: string): { start: number; end: number } {
  if (name === undefined || value === "") return node.range;
  const at = text.slice(node.range.start, node.range.end).indexOf(`${name}=`);
  if (at === -1) return node.range;
  const from = text.indexOf(value, node.range.start + at + name.length + 1);
  return from === -1 || from + value.length > node.range.end ? node.range : { start: from, end: from + value.length };
}
