import type { Location, Range } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { unknown } from "../../engine/unknown.ts";
import { sysctl as format } from "../../formats/sysctl/index.ts";
import type { SysctlLine, SysctlTree } from "../../formats/sysctl/index.ts";
import { HOLE } from "../../formats/template/jinja.ts";
import type { YamlMapping, YamlNode } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf } from "../../formats/yaml/index.ts";
import type { Scope, Value } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import type { FoundMapping } from "../written/tasks.ts";
import { mappings, moduleName, plainText, scopeAt, unquotedRange } from "../written/tasks.ts";
import { loopItems, loopVariables, memberOf } from "../written/loops.ts";
import { keyFacts } from "./keys.ts";
import { normaliseKey } from "./key.ts";
import type { SysctlSetting } from "./sysctl.ts";
import { specifiedSettings } from "./sysctl-containers.ts";
import { commandSettings } from "./sysctl-commands.ts";

/** Where ansible.posix.sysctl writes without `sysctl_file`. */
const DEFAULT_FILE = "/etc/sysctl.conf";
const SYSCTL_FILE = /(^|\/)sysctl\.d\/|(^|\/)sysctl\.conf$/;
/** Modules and keys whose text a shell runs. */
const COMMANDS = new Set(["command", "shell", "raw", "cmd", "_raw_params", "script", "run"]);
const ROOT = /^(abi|crypto|debug|dev|fs|kernel|net|sunrpc|user|vm)[./][\w./*-]+$/;

/** The sysctls that YAML files set: Ansible's tasks, the variables that they loop over, contents written in place. By file. */
export function yamlSettings(workspace: Workspace): ReadonlyMap<string, readonly SysctlSetting[]> {
  return workspace.data(collect);
}

function collect(workspace: Workspace): ReadonlyMap<string, readonly SysctlSetting[]> {
  const byPath = new Map<string, Map<string, SysctlSetting>>();
  // A variable that two tasks use is one setting.
  const add = (path: string, setting: SysctlSetting): void => {
    const settings = byPath.get(path) ?? new Map<string, SysctlSetting>();
    byPath.set(path, settings);
    const place = `${setting.keyRange.start} ${setting.valueRange.start} ${setting.key}`;
    if (!settings.has(place)) settings.set(place, setting);
  };
  const later: { path: string; found: FoundMapping }[] = [];
  const looped = new Set<string>();
  for (const path of workspace.paths) {
    const text = workspace.text(path)!;
    if (!/sysctl|(net|fs|vm|kernel)[./]\w/.test(text) || workspace.language(path) !== "yaml") continue;
    const specified = specifiedSettings(workspace, path);
    for (const one of specified.settings) add(path, one);
    for (const found of mappings(workspace, path)) {
      const isTask = found.parent !== undefined && found.key !== undefined && moduleName(found.key) === "sysctl" && entryOf(found.node, "value") !== undefined;
      if (isTask) {
        ofModule(workspace, path, found, add);
        for (const name of loopVariables(found.parent!)) looped.add(name);
      }
      else if (contentOf(found.node) !== undefined) ofContent(workspace, path, found, add);
      else if (!specified.nodes.has(found.node)) later.push({ path, found });
      for (const entry of entriesOf(found.node)) {
        if (entry.value.kind !== "scalar") continue;
        const { start, end } = entry.value.range;
        if (moduleName(entry.key) === "sysctl") {
          ofModule(workspace, path, { node: shortForm(text, entry.value.range), parent: found.node, key: entry.key, conditions: found.conditions }, add);
          for (const name of loopVariables(found.node)) looped.add(name);
        }
        if (!COMMANDS.has(moduleName(entry.key))) continue;
        for (const one of commandSettings(text.slice(start, end), start, scopeAt(workspace, path, start), found.conditions)) add(path, one);
      }
    }
  }
  // Variables of roles that are not in the repository.
  for (const { path, found } of later) if (!looped.has(found.key ?? "")) ofVariable(workspace, path, found, add);
  return new Map([...byPath].map(([path, settings]) => [path, [...settings.values()].sort((a, b) => a.range.start - b.range.start)]));
}

/** `sysctl: name=vm.swappiness value=10`: a module's arguments in one line. */
function shortForm(text: string, range: Range): YamlMapping {
  const entries = [...text.slice(range.start, range.end).matchAll(/\b(\w+)=("[^"\n]*"|'[^'\n]*'|(?:\{\{[^}\n]*\}\}|[^\s{"']|\{(?!\{))+)/g)].map((match) => {
    const start = range.start + match.index;
    const valueRange = unquotedRange(text, { start: start + match[1]!.length + 1, end: start + match[0].length });
    const value = text.slice(valueRange.start, valueRange.end);
    const node: YamlNode = { kind: "scalar", range: valueRange, value, text: value };
    return { key: match[1]!, keyRange: { start, end: start + match[1]!.length }, value: node, range: { start, end: start + match[0].length } };
  });
  return { kind: "mapping", range, entries };
}

type Add = (path: string, setting: SysctlSetting) => void;

function ofModule(workspace: Workspace, path: string, { node, parent, conditions }: FoundMapping, add: Add): void {
  const name = entryOf(node, "name") ?? entryOf(node, "key");
  const value = entryOf(node, "value") ?? entryOf(node, "val");
  if (name === undefined || value === undefined || plainText(entryOf(node, "state")?.value) === "absent") return;
  const file = plainText(entryOf(node, "sysctl_file")?.value);
  const destination: Maybe<string> = file === undefined ? DEFAULT_FILE : file.includes("{{") ? unknown("the task's sysctl_file is a template") : file;
  const scope = scopeAt(workspace, path, node.range.start);
  const context = { conditional: conditions.length > 0, conditions, destination, source: "task" as const, task: { path, range: parent!.range }, ignoreErrors: /^(yes|true|1)$/i.test(plainText(entryOf(node, "ignoreerrors")?.value) ?? "") };
  const task = parent!;
  const plainName = plainText(name.value) ?? "";
  if (!plainName.includes("{{")) {
    const text = plainText(value.value) ?? "";
    const items = text.includes("{{") ? loopItems(workspace, path, task, scope) : [];
    // One name with a value from a loop is set several times, and the last one stays: nobody means that.
    if (items.length === 0) add(path, setting(workspace, path, name.value, value.value, task.range, scope, context));
    return;
  }
  for (const item of loopItems(workspace, path, task, scope)) {
    const key = memberOf(plainName, item);
    const text = memberOf(plainText(value.value) ?? "", item) ?? (plainText(value.value)?.includes("{{") === false ? value.value : undefined);
    if (key === undefined || text === undefined || plainText(key)?.includes("{{") !== false) continue;
    add(item.path, setting(workspace, item.path, key, text, item.range, item.scope, context));
  }
}

interface Context {
  readonly task?: Location;
  readonly conditional: boolean;
  readonly conditions?: readonly Value[];
  readonly destination: Maybe<string>;
  readonly source: SysctlSetting["source"];
  readonly ignoreErrors: boolean;
}

function setting(workspace: Workspace, path: string, key: YamlNode, value: YamlNode, range: Range, scope: Maybe<Scope>, context: Context): SysctlSetting {
  const text = workspace.text(path)!;
  const rawKey = plainText(key) ?? "";
  const valueText = plainText(value) ?? "";
  const boolean = value.kind === "scalar" && typeof value.value === "boolean";
  return {
    key: normaliseKey(rawKey),
    rawKey,
    keyRange: unquotedRange(text, key.range),
    // The module writes YAML's booleans as 1 and 0.
    value: valueText.includes("{{") ? unknown(`${rawKey} is set by ${valueText} in ${path}`) : boolean ? (value.value === true ? "1" : "0") : valueText,
    valueText,
    valueRange: unquotedRange(text, value.range),
    range,
    ignoreErrors: context.ignoreErrors,
    conditional: context.conditional,
    ...(context.conditions ? { conditions: context.conditions } : {}),
    persistent: true,
    destination: context.destination,
    scope,
    placements: [{ destination: context.destination, scope }],
    source: context.source,
    ...(context.task ? { task: context.task } : {}),
  };
}

/** A mapping that puts a text into a sysctl file: copy, blockinfile, lineinfile, cloud-init's write_files. */
function contentOf(node: YamlMapping): { content: YamlNode; destination: string } | undefined {
  const destination = plainText((entryOf(node, "dest") ?? entryOf(node, "path"))?.value);
  if (destination === undefined || !SYSCTL_FILE.test(destination)) return undefined;
  const content = (entryOf(node, "content") ?? entryOf(node, "block") ?? entryOf(node, "line"))?.value;
  return content?.kind === "scalar" && plainText(entryOf(node, "state")?.value) !== "absent" ? { content, destination } : undefined;
}

function ofContent(workspace: Workspace, path: string, { node, conditions }: FoundMapping, add: Add): void {
  const { content, destination } = contentOf(node)!;
  const text = workspace.text(path)!;
  const scope = scopeAt(workspace, path, node.range.start);
  // A block's first line holds its indicator; the lines below are as in the file, but indented.
  const range = unquotedRange(text, content.range);
  const inner = text.slice(range.start, range.end);
  const skipped = /^[|>][^\n]*(\n|$)/.exec(inner)?.[0].length ?? 0;
  const { tree } = format.parse(inner.slice(skipped));
  const offset = range.start + skipped;
  const shift = (one: Range): Range => ({ start: one.start + offset, end: one.end + offset });
  for (const line of (tree as SysctlTree).lines) {
    if (line.key.includes(HOLE)) continue;
    add(path, ofLine(line, text, path, shift, { conditional: conditions.length > 0 || line.conditional, ...(line.conditional ? {} : { conditions }), destination, source: "task", task: { path, range: node.range }, ignoreErrors: line.ignoreErrors }, scope));
  }
}

function ofLine(line: SysctlLine, text: string, path: string, shift: (range: Range) => Range, context: Context, scope: Maybe<Scope>): SysctlSetting {
  const valueRange = shift(line.valueRange);
  const valueText = text.slice(valueRange.start, valueRange.end);
  return {
    key: normaliseKey(line.key),
    rawKey: line.key,
    keyRange: shift(line.keyRange),
    value: line.value?.includes(HOLE) === true ? unknown(`${line.key} is set by ${valueText} in ${path}`) : line.value,
    valueText,
    valueRange,
    range: shift(line.range),
    ...context,
    persistent: true,
    scope,
    placements: [{ destination: context.destination, scope }],
  };
}

/** A variable with sysctls by key, or with items that have a sysctl's name and a value. */
function ofVariable(workspace: Workspace, path: string, { node, parent, key }: FoundMapping, add: Add): void {
  if (key === undefined || parent === undefined) return;
  const scope = (): Maybe<Scope> => scopeAt(workspace, path, node.range.start);
  const context: Context = { conditional: false, destination: unknown(`nothing tells into which file the variable ${key} goes`), source: "task", ignoreErrors: false };
  const entries = entriesOf(node);
  if (entries.length > 0 && entries.every((entry) => ROOT.test(entry.key))) {
    if (/sysctl/i.test(key) || entries.every((entry) => keyFacts(entry.key) !== undefined)) {
      for (const entry of entries) {
        const written = entry.value.kind === "mapping" ? entryOf(entry.value, "value")?.value : entry.value;
        if (written?.kind === "scalar") add(path, setting(workspace, path, keyNode(entry.key, entry.keyRange), written, entry.range, scope(), context));
      }
    }
  }
  const name = entryOf(node, "name") ?? entryOf(node, "key");
  const value = entryOf(node, "value");
  const text = plainText(name?.value);
  if (name !== undefined && value?.value.kind === "scalar" && text !== undefined && ROOT.test(text) && keyFacts(text) !== undefined) {
    add(path, setting(workspace, path, name.value, value.value, node.range, scope(), context));
  }
}

/** A mapping's key as a node, so that both are read alike. */
function keyNode(text: string, range: Range): YamlNode {
  return { kind: "scalar", range, value: text, text };
}
