import ipaddr from "ipaddr.js";
import type { Location, Range } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Expression, NftFile } from "../../../formats/nftables/index.ts";
import { changedVariables } from "../../fleet/change/variables.ts";
import type { Value } from "../../fleet/fleet.ts";
import type { Workspace } from "../../workspace.ts";
import { valuesCover } from "../cover.ts";
import type { FirewallRule, NamedSet, SetElement, Table } from "../ruleset.ts";
import type { RulesetPair } from "./pairs.ts";

/** A set, map or list that rules still ask, and of which the change leaves little. */
export interface Emptied {
  /** `set`, `map`: of nft; `definition`: an nft variable; `variable`: a list of Ansible's that a template goes through. */
  readonly kind: "set" | "map" | "definition" | "variable";
  readonly name: string;
  readonly location: Location;
  /** Elements before, and how many of them are gone. */
  readonly before: number;
  readonly lost: number;
  /** Elements now. */
  readonly left: number;
  /** What the rules do with its elements; undefined where that is not evident. */
  readonly use?: "accept" | "drop";
  /** For a variable: the template. */
  readonly asked?: Location;
}

/** More than this share of the elements has to go, and at least so many, unless all of them do. */
const MOST = 0.5;
const FEW = 3;

function isMost(before: number, lost: number, left: number): boolean {
  if (before === 0) return false;
  return left === 0 || (lost > before * MOST && lost >= FEW && left < before * (1 - MOST));
}

/** The named sets and maps of a ruleset that lose all or most of their elements. */
export function emptiedSets(workspace: Workspace, { path, before, after }: RulesetPair): Emptied[] {
  return after.tables.flatMap((table) => {
    const was = before.tables.find(({ family, name }) => family === table.family && name === table.name);
    return table.sets.flatMap((set): Emptied[] => {
      const old = was?.sets.find(({ name, kind }) => name === set.name && kind === set.kind);
      const counted = old && lostElements(old, set, table);
      if (!counted || !isMost(counted.before, counted.lost, counted.left)) return [];
      const rules = asking(table, set.name);
      const text = workspace.text(path) ?? "";
      if (rules.length === 0 && !new RegExp(`@${escape(set.name)}(?![\\w.-])`).test(text)) return [];
      return [{ kind: set.kind, name: set.name, location: { path, range: nameIn(text, set.range, set.name) }, ...counted, ...useOf(rules, set.name) }];
    });
  });
}

function lostElements(was: NamedSet, is: NamedSet, table: Table): Pick<Emptied, "before" | "lost" | "left"> | undefined {
  if (isUnknown(was.elements) || was.elements.length === 0) return undefined;
  if (is.empty === true) {
    const moved = was.elements.filter((element) => elsewhere(element, table, is));
    return moved.length === was.elements.length ? undefined : { before: was.elements.length, lost: was.elements.length, left: 0 };
  }
  if (isUnknown(is.elements)) return undefined;
  const now = is.elements;
  if ([...was.elements, ...now].some(({ key }) => key.some(isUnknown))) return undefined;
  const lost = was.elements.filter((element) => !now.some((other) => covers(other, element)) && !elsewhere(element, table, is)).length;
  return { before: was.elements.length, lost, left: now.length };
}

/** Whether another set of the table holds the element now: a set that is split loses nothing. */
function elsewhere(element: SetElement, table: Table, but: NamedSet): boolean {
  return table.sets.some((set) => set !== but && !isUnknown(set.elements) && set.elements.some((other) => covers(other, element)));
}

/** Whether every value of an element is one of another's, as when networks are put together. */
function covers(wide: SetElement, narrow: SetElement): boolean {
  return wide.key.length === narrow.key.length && narrow.key.every((values, i) => valuesCover(wide.key[i]!, values));
}

function asking(table: Table, name: string): FirewallRule[] {
  return table.chains.flatMap(({ rules }) => rules.filter(({ statements }) => statements.some((statement) => "set" in statement && statement.set === name)));
}

/** What becomes of packets that are in the set. */
function useOf(rules: readonly FirewallRule[], name: string): Pick<Emptied, "use"> {
  const uses = new Set(
    rules.map(({ statements }) => {
      if (statements.some((statement) => "set" in statement && statement.set === name && "negated" in statement && statement.negated)) return undefined;
      const verdict = statements.flatMap((statement) => (statement.kind === "verdict" ? [statement.verdict.kind] : []))[0];
      return verdict === "accept" ? "accept" : verdict === "drop" || verdict === "reject" ? "drop" : undefined;
    }),
  );
  const [only] = uses;
  return uses.size === 1 && only !== undefined ? { use: only } : {};
}

/** The variables of nft files that lose most of their elements and are still used by a file that is loaded. */
export function emptiedDefinitions(before: Workspace, after: Workspace, changed: readonly string[]): Emptied[] {
  return changed.flatMap((path) => {
    const was = definitions(before, path);
    const is = definitions(after, path);
    return [...is].flatMap(([name, now]): Emptied[] => {
      const old = was.get(name);
      if (old === undefined || old.elements === undefined || now.elements === undefined) return [];
      const others = [...is].flatMap(([other, { elements }]) => (other !== name && elements !== undefined ? elements : []));
      const counted = lostWords(old.elements, now.elements, others);
      const used = new RegExp(`\\$${escape(name)}(?![\\w.-])`);
      if (!isMost(counted.before, counted.lost, counted.left) || !after.paths.some((one) => after.language(one) === "nftables" && used.test(after.text(one)!))) return [];
      return [{ kind: "definition", name, location: { path, range: now.range }, ...counted }];
    });
  });
}

function definitions(workspace: Workspace, path: string): Map<string, { elements: string[] | undefined; range: Range }> {
  const found = new Map<string, { elements: string[] | undefined; range: Range }>();
  const document = workspace.document(path);
  if (document?.language !== "nftables") return found;
  const words = (expression: Expression | undefined): string[] | undefined => {
    if (expression?.kind !== "set" || expression.elements.some(({ range }) => /[{$]/.test(document.text.slice(range.start, range.end)))) return undefined;
    return expression.elements.map(({ range }) => document.text.slice(range.start, range.end).trim());
  };
  for (const command of (document.tree as NftFile).commands) {
    if (command.kind === "define" && command.verb !== "undefine") found.set(command.name.text, { elements: words(command.value), range: command.name.range });
  }
  return found;
}

/** The lists of Ansible's that lose most of their elements and that a firewall template goes through. */
export function emptiedVariables(before: Workspace, after: Workspace, changed: readonly string[]): Emptied[] {
  // To work out every host's variables costs more than all the rest.
  const templates = after.subjects("firewall").filter(({ path }) => /\{%-?\s*for\s|\|\s*join\b/.test(after.text(path)!));
  if (templates.length === 0 || !changed.some((path) => /\.(ya?ml|json|ini)$|(^|\/)(hosts|inventory|(group|host)_vars)/.test(path))) return [];
  return changedVariables(before, after).flatMap(({ name, before: was, after: is }): Emptied[] => {
    const [old, now] = [wordsOf(was?.value), wordsOf(is?.value)];
    if (old === undefined || now === undefined || is === undefined) return [];
    const counted = lostWords(old, now, []);
    if (!isMost(counted.before, counted.lost, counted.left)) return [];
    const loop = new RegExp(`\\{%-?\\s*for\\s[^%]*\\bin\\s+${escape(name)}\\b|\\{\\{[^}]*\\b${escape(name)}\\s*\\|\\s*join\\b`);
    const template = templates.find(({ path }) => loop.test(after.text(path)!));
    if (template === undefined) return [];
    const at = loop.exec(after.text(template.path)!)!;
    return [{ kind: "variable", name, location: is.location, ...counted, asked: { path: template.path, range: { start: at.index, end: at.index + at[0].length } } }];
  });
}

function wordsOf(value: Value | undefined): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const words = (value as readonly Value[]).map((one) => (typeof one === "string" || typeof one === "number" ? String(one) : isUnknown(one) ? undefined : JSON.stringify(one)));
  return words.some((word) => word === undefined) ? undefined : (words as string[]);
}

function lostWords(was: readonly string[], is: readonly string[], others: readonly string[]): Pick<Emptied, "before" | "lost" | "left"> {
  const kept = new Set([...is, ...others]);
  const networks = [...is, ...others].flatMap((word) => {
    const found = network(word);
    return found === undefined ? [] : [found];
  });
  const lost = was.filter((word) => {
    if (kept.has(word)) return false;
    const own = network(word);
    return own === undefined || !networks.some((wide) => wide.length <= own.length && wide.address.kind() === own.address.kind() && own.address.match(wide.address, wide.length));
  }).length;
  return { before: was.length, lost, left: is.length };
}

interface Network {
  readonly address: ipaddr.IPv4 | ipaddr.IPv6;
  readonly length: number;
}

function network(word: string): Network | undefined {
  if (ipaddr.isValidCIDR(word)) {
    const [address, length] = ipaddr.parseCIDR(word);
    return { address, length };
  }
  if (!ipaddr.isValid(word) || !/[.:]/.test(word)) return undefined;
  const address = ipaddr.parse(word);
  return { address, length: address.kind() === "ipv4" ? 32 : 128 };
}

function nameIn(text: string, range: Range, name: string): Range {
  const at = text.slice(range.start, range.end).indexOf(name);
  return at === -1 ? range : { start: range.start + at, end: range.start + at + name.length };
}

function escape(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

