import type { Range } from "../../engine/location.ts";
import { unknown } from "../../engine/unknown.ts";
import type { YamlMapping, YamlNode } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";
import { mappings, moduleName, plainText, unquotedRange } from "../written/tasks.ts";
import type { CephSetting } from "./settings.ts";

const COMMANDS = new Set(["command", "shell", "raw", "cmd", "run", "script", "_raw_params"]);
/** `ceph`, its own options, and what is set. Blanks may be continued lines. */
const BLANK = String.raw`(?:[ \t]|\\?\r?\n)+`;
const CEPH = String.raw`(?:^|[\s;&|("'=])ceph(?:${BLANK}-{1,2}[\w-]+(?:[= ][^\s-]\S*)?)*${BLANK}`;
const POOL_SET = new RegExp(String.raw`${CEPH}osd${BLANK}pool${BLANK}set${BLANK}((?:\{\{[^}\n]*\}\}|(?!\{\{)\S)+)${BLANK}(size|min_size)${BLANK}(\d+)\b`, "g");
const CONFIG_SET = new RegExp(String.raw`${CEPH}config${BLANK}set${BLANK}(global|mon|mgr|osd|mds|client)\S*${BLANK}([\w-]+)${BLANK}([^\s;&|"']+)`, "g");
/** What tells a pool from other things that have a name and a size. */
const POOL_KEYS = ["pg_num", "pgs", "pgp_num", "pool_type", "pg_autoscale_mode", "rule_name", "application", "expected_num_objects"];

/** What `ceph` commands in tasks and scripts set, and pools described for Ansible and Rook. */
export function commandSettings(workspace: Workspace, path: string): CephSetting[] {
  const document = workspace.document(path);
  const text = document?.text ?? "";
  if (document === undefined || !/ceph|pool/i.test(text)) return [];
  if (document.language === "shell") return inText(text, { start: 0, end: text.length });
  if (document.language !== "yaml") return [];
  const settings: CephSetting[] = [];
  for (const { node, key } of mappings(workspace, path)) {
    for (const entry of entriesOf(node)) {
      if (COMMANDS.has(moduleName(entry.key)) && entry.value.kind === "scalar") settings.push(...inText(text, entry.value.range));
    }
    const pool = describedPool(node, key, text);
    if (pool !== undefined) settings.push(...pool);
  }
  return settings;
}

function inText(text: string, { start, end }: Range): CephSetting[] {
  const part = text.slice(start, end);
  if (!part.includes("ceph")) return [];
  const found: CephSetting[] = [];
  for (const match of part.matchAll(POOL_SET)) {
    const erasure = new RegExp(String.raw`pool\s+create\s+${escaped(match[1]!)}\s[^\n]*\berasure\b`).test(text);
    if (!commented(part, match.index)) found.push(ofMatch(match, start, match[1]!, match[2]!, match[3]!, { kind: "pool", erasure }));
  }
  for (const match of part.matchAll(CONFIG_SET)) {
    if (!commented(part, match.index)) found.push(ofMatch(match, start, match[1]!, match[2]!.replaceAll("-", "_"), match[3]!, { kind: "command" }));
  }
  return found;
}

function ofMatch(match: RegExpMatchArray, base: number, section: string, option: string, value: string, rest: Pick<CephSetting, "kind" | "erasure">): CephSetting {
  const end = base + match.index! + match[0].length;
  const valueRange = { start: end - value.length, end };
  const at = base + match.index! + match[0].lastIndexOf(option.split("_")[0]!, match[0].length - value.length - 1);
  const variable = /[$`{]/.test(value);
  return {
    section,
    option,
    rawOption: option,
    optionRange: { start: at, end: at + option.length },
    value: variable ? unknown(`a variable gives ${option} its value`) : value,
    valueText: value,
    valueRange,
    range: { start: at, end },
    conditional: false,
    ...rest,
  };
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
  const found: CephSetting[] = [];
  for (const [option, entry] of [["size", size], ["min_size", entryOf(node, "min_size")]] as const) {
    const value = plainText(entry?.value);
    if (entry === undefined || value === undefined) continue;
    found.push({
      section: plainText(name?.value) ?? unknown("the pool's name is elsewhere"),
      option,
      rawOption: option,
      optionRange: entry.keyRange,
      value: value.includes("{{") ? unknown(`a template gives the pool its ${option}`) : value,
      valueText: value,
      valueRange: unquotedRange(text, (entry.value as YamlNode).range),
      range: entry.range,
      conditional: false,
      kind: "pool",
      erasure,
      deliberate: plainText(entryOf(node, "requireSafeReplicaSize")?.value) === "false",
    });
  }
  return found;
}

/** True where the line of `index` starts with a comment. */
function commented(text: string, index: number): boolean {
  const start = text.lastIndexOf("\n", index) + 1;
  return /^\s*#/.test(text.slice(start, index + 1)) || /^\s*#/.test(text.slice(start));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
