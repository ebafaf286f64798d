import type { Range } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import type { Field, Ruleset, Statement, Values } from "../ruleset.ts";

/** A host's name where an address belongs: the tool looks it up while the rules load. */
export interface LookedUp {
  readonly name: string;
  readonly range: Range;
}

/** Names that every host's /etc/hosts and /etc/networks answer. */
const LOCAL = /^(localhost([46]|\.localdomain\d?)?|ip6-(localhost|loopback|localnet|mcastprefix|allnodes|allrouters|allhosts)|loopback|default|link-local)$/i;
/** What a template or the shell puts in. */
const HIDDEN = /\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<%.*?%>|\$\{[^}]*\}|\$\([^)]*\)|`[^`]*`/gs;
/** RFC 1123, section 2.1: letters, digits and hyphens; no underscore, which makers of
 * templates put into placeholders, as they do capitals. */
const NAME = /^(?=.*[a-z])(?!0x)[A-Za-z\d](?:[A-Za-z\d-]*[A-Za-z\d])?(?:\.[A-Za-z\d](?:[A-Za-z\d-]*[A-Za-z\d])?)*\.?$/;
const ADDRESS: ReadonlySet<Field> = new Set(["ip saddr", "ip daddr", "ip6 saddr", "ip6 daddr"]);
/** What stands in the text of a match beside its values. */
const WORDS = new Set(["ip", "ip6", "saddr", "daddr", "vmap", "map", "counter", "accept", "drop", "reject", "return", "continue", "jump", "goto", "timeout", "expires", "comment"]);

/** The names in a ruleset that have to be looked up, each where it first stands; those that hosts files of the repository hold are not among them. */
export function lookedUpNames(workspace: Workspace, ruleset: Ruleset): LookedUp[] {
  const text = workspace.text(ruleset.path) ?? "";
  const found = new Map<number, LookedUp>();
  const note = (values: Values | undefined, range: Range): void => {
    const one = values !== undefined && isUnknown(values) ? nameIn(text, range, values.unknown) : undefined;
    if (one !== undefined && !LOCAL.test(one.name) && !found.has(one.range.start)) found.set(one.range.start, one);
  };
  for (const table of ruleset.tables) {
    for (const { rules } of table.chains) {
      for (const rule of rules) for (const statement of rule.statements) for (const [values, range] of addressesOf(statement)) note(values, range);
    }
    for (const { keyType, elements } of table.sets) {
      if (isUnknown(elements)) continue;
      for (const { key, range } of elements) keyType.forEach((type, at) => /^ipv[46]_addr$|^ip6? [sd]addr$/.test(type) && note(key[at], range));
    }
  }
  if (found.size === 0) return [];
  const known = workspace.derive(namesOfHostsFiles);
  const first = new Map<string, LookedUp>();
  for (const one of [...found.values()].sort((a, b) => a.range.start - b.range.start)) {
    if (!known.has(one.name.toLowerCase()) && !first.has(one.name)) first.set(one.name, one);
  }
  return [...first.values()];
}

const NONE: readonly (readonly [Values | undefined, Range])[] = [];

function addressesOf(statement: Statement): readonly (readonly [Values | undefined, Range])[] {
  if (statement.kind === "match") return isUnknown(statement.values) && statement.set === undefined && ADDRESS.has(statement.field) ? [[statement.values, statement.range]] : NONE;
  if ((statement.kind !== "match-tuple" && statement.kind !== "vmap") || statement.set !== undefined || isUnknown(statement.elements)) return NONE;
  const at = statement.fields.flatMap((field, index) => (ADDRESS.has(field) ? [index] : []));
  return statement.elements.flatMap(({ key, range }) => at.map((index) => [key[index], range] as const));
}

/** The first name in the text of a match or element; behind a variable, the one that the reason gives. */
function nameIn(text: string, { start, end }: Range, reason: string): LookedUp | undefined {
  const written = text.slice(start, end).replace(HIDDEN, (hidden) => "$".repeat(hidden.length));
  for (const match of written.matchAll(/[^\s,{};"'=!]+/g)) {
    const name = match[0].replace(/\/\d+(\.\d+){0,3}$/, "");
    if (!NAME.test(name) || WORDS.has(name) || /^-/.test(match[0])) continue;
    const at = start + match.index;
    return { name, range: { start: at, end: at + name.length } };
  }
  const behind = /\$\w/.test(written) ? /^"([^"]+)" is a name\b/.exec(reason)?.[1] : undefined;
  return behind !== undefined && NAME.test(behind) ? { name: behind, range: { start, end } } : undefined;
}

/** What the repository's hosts(5) files answer without DNS. */
function namesOfHostsFiles(workspace: Workspace): ReadonlySet<string> {
  const names = new Set<string>();
  for (const path of workspace.paths) {
    if (!/(^|\/)(etc\/)?hosts(\.j2|\.erb|\.tmpl)?$/.test(path)) continue;
    for (const line of workspace.text(path)!.split("\n")) {
      const [address, ...others] = line.replace(/#.*/, "").trim().split(/\s+/);
      if (/^[\d.]+$|:/.test(address ?? "")) for (const name of others) names.add(name.toLowerCase());
    }
  }
  return names;
}
