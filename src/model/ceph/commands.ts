import type { Range } from "../../engine/location.ts";
import { unknown } from "../../engine/unknown.ts";
import type { YamlMapping, YamlNode } from "../../formats/yaml/index.ts";
import { entryOf } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";
import { HOLE } from "../../formats/template/jinja.ts";
import { mappings, moduleName, plainText, unquotedRange } from "../written/tasks.ts";
import type { CephCommand, CephWord } from "./command-lines.ts";
import type { CephSetting } from "./settings.ts";

/** What tells a pool from other things that have a name and a size. */
const POOL_KEYS = ["pg_num", "pgs", "pgp_num", "pool_type", "pg_autoscale_mode", "rule_name", "application", "expected_num_objects"];

/** What `ceph` commands in tasks and scripts set, and pools described for Ansible and Rook. */
export function commandSettings(workspace: Workspace, path: string, commands: readonly CephCommand[]): CephSetting[] {
  const document = workspace.document(path);
  const text = document?.text ?? "";
  if (document === undefined || !/ceph|pool/i.test(text)) return [];
  const settings = commands.flatMap((command) => ofCommand(command, text));
  if (document.language !== "yaml") return settings;
  for (const { node, key, conditions } of mappings(workspace, path)) {
    const option = key !== undefined && moduleName(key) === "ceph_config" ? configTask(node, text, conditions.length > 0) : undefined;
    if (option !== undefined) settings.push(option);
    const pool = describedPool(node, key, text);
    if (pool !== undefined) settings.push(...pool);
    const minimum = rookMinimum(node, text);
    if (minimum !== undefined) settings.push(minimum);
  }
  return settings;
}

function ofCommand({ words, range, conditional }: CephCommand, text: string): CephSetting[] {
  const [area, noun, verb, who, name, value] = words;
  if (area?.text === "osd" && noun?.text === "pool" && verb?.text === "set" && who !== undefined && name !== undefined && value !== undefined) {
    if (name.text !== "size" && name.text !== "min_size") return [];
    const pool = text.slice(who.range.start, who.range.end);
    const created = new RegExp(String.raw`pool\s+create\s+["']?${escaped(pool)}["']?\s[^\n]*\berasure\b`);
    return [setting(poolName(who, text), name, value, range, text, { kind: "pool", conditional, erasure: created.test(text) })];
  }
  if (area?.text === "osd" && noun?.text === "pool" && verb?.text === "create" && who !== undefined) {
    const at = words.findIndex(({ text: word }) => word === "--size" || /^--size=\d+$/.test(word));
    const option = words[at];
    const given = option === undefined ? undefined : option.text === "--size" ? words[at + 1] : { text: option.text.slice(7), range: { start: option.range.end - option.text.length + 7, end: option.range.end } };
    if (option === undefined || given === undefined) return [];
    const name = { text: "size", range: option.range };
    return [setting(poolName(who, text), name, given, range, text, { kind: "pool", conditional, erasure: words.some(({ text: word }) => word === "erasure") })];
  }
  if (area?.text === "config" && noun?.text === "set") {
    const rest = words.slice(2).filter((word) => !word.text.startsWith("--"));
    const [section, option, given] = rest;
    if (section === undefined || option === undefined || given === undefined || option.text.includes(HOLE)) return [];
    return [setting(section.text.includes(HOLE) ? unknown("a variable names the daemons") : section.text, option, given, range, text, { kind: "command", conditional })];
  }
  return [];
}

function poolName({ text: word, range }: CephWord, text: string): string {
  return word.includes(HOLE) ? text.slice(range.start, range.end) : word;
}

function setting(section: CephSetting["section"], name: CephWord, value: CephWord, range: Range, text: string, rest: Pick<CephSetting, "kind" | "erasure" | "conditional">): CephSetting {
  const option = name.text.replaceAll("-", "_");
  return {
    section,
    option,
    rawOption: name.text,
    optionRange: name.range,
    value: value.text.includes(HOLE) ? unknown(`a variable gives ${option} its value`) : value.text,
    valueText: text.slice(value.range.start, value.range.end),
    valueRange: unquotedRange(text, value.range),
    range: { start: range.start, end: Math.max(range.end, value.range.end) },
    ...rest,
  };
}

/** ceph-ansible's module for `ceph config set`. */
function configTask(node: YamlMapping, text: string, conditional: boolean): CephSetting | undefined {
  const [who, option, value] = ["who", "option", "value"].map((key) => entryOf(node, key)?.value);
  const [section, name, given] = [who, option, value].map(plainText);
  const action = plainText(entryOf(node, "action")?.value) ?? "set";
  if (action !== "set" || section === undefined || name === undefined || given === undefined || name.includes("{{")) return undefined;
  const word = (node: YamlNode, written: string): CephWord => ({ text: written.includes("{{") ? HOLE : written, range: unquotedRange(text, node.range) });
  return setting(section.includes("{{") ? unknown("a variable names the daemons") : section, word(option!, name), word(value!, given), node.range, text, { kind: "command", conditional });
}

/** A pool's description: an item of ceph-ansible's lists, the ceph_pool module, `replicated` of Rook's pools. */
function describedPool(node: YamlMapping, key: string | undefined, text: string): CephSetting[] | undefined {
  const size = entryOf(node, "size");
  const rook = key === "replicated" && /^kind:[ \t]*Ceph\w+/m.test(text);
  const name = entryOf(node, "name");
  const pool = name !== undefined && (key !== undefined && moduleName(key) === "ceph_pool" || POOL_KEYS.some((one) => entryOf(node, one) !== undefined));
  if (!rook && !pool) return undefined;
  const type = plainText((entryOf(node, "pool_type") ?? entryOf(node, "type"))?.value);
  const erasure = type === "erasure" || type === "3" || entryOf(node, "erasure_profile") !== undefined && type === undefined;
  const deliberate = plainText(entryOf(node, "requireSafeReplicaSize")?.value) === "false";
  return (["size", "min_size"] as const).flatMap((option) => poolEntry(option === "size" ? size : entryOf(node, option), option, plainText(name?.value), text, { erasure, deliberate }) ?? []);
}

/** The min_size of a replicated pool of Rook, which stands among its `parameters`. */
function rookMinimum(node: YamlMapping, text: string): CephSetting | undefined {
  const parameters = entryOf(node, "parameters")?.value;
  if (parameters === undefined || entryOf(node, "replicated") === undefined || !/^kind:[ \t]*Ceph\w+/m.test(text)) return undefined;
  return poolEntry(entryOf(parameters, "min_size"), "min_size", undefined, text, { erasure: false });
}

function poolEntry(entry: ReturnType<typeof entryOf>, option: string, pool: string | undefined, text: string, more: Pick<CephSetting, "erasure" | "deliberate">): CephSetting | undefined {
  const value = plainText(entry?.value);
  if (entry === undefined || value === undefined) return undefined;
  return {
    section: pool ?? unknown("the pool's name is elsewhere"),
    option,
    rawOption: option,
    optionRange: entry.keyRange,
    value: value.includes("{{") ? unknown(`a template gives the pool its ${option}`) : value,
    valueText: value,
    valueRange: unquotedRange(text, (entry.value as YamlNode).range),
    range: entry.range,
    conditional: false,
    kind: "pool",
    ...more,
  };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
