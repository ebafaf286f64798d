import { capital } from "../../../engine/sentence.ts";
import type { Range } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { NftFile } from "../../../formats/nftables/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { Chain, NamedSet, Table } from "../ruleset.ts";
import { baseChainWords, priorityWords } from "../words/chain.ts";
import { counted } from "../words/sets.ts";
import { valueWords } from "../words/values.ts";
import { includedFiles, readTogether } from "./files.ts";
import type { Piece, Section } from "./hover.ts";
import { enumerated, lineLink } from "./lines.ts";
import type { Occurrence } from "./occurrence.ts";
import { reachOf } from "./reach.ts";
import { placesOf } from "./references.ts";
import { ruleAt, unreachedWords, way } from "./rule-words.ts";

/** Of longer texts a hover shows only the beginning. */
const LONGEST_CODE = 400;

/** What a hover says of a name. */
export function describeName(workspace: Workspace, path: string, name: Occurrence): Section[] {
  switch (name.kind) {
    case "chain":
      return chain(workspace, path, name);
    case "set":
      return set(workspace, path, name);
    case "variable":
      return variable(workspace, path, name);
    case "object":
    case "flowtable":
      return object(workspace, path, name);
    case "include": {
      const files = includedFiles(workspace, path, name.name);
      const links = files.map((file): Piece[] => [{ text: file, at: { path: file, range: { start: 0, end: 0 } } }]);
      return [{ heading: ["Includes ", { code: name.name }], lines: [files.length === 0 ? ["No file of this repository has that name."] : ["Reads ", ...enumerated(links), "."]] }];
    }
    case "table":
      return table(workspace, path, name);
  }
}

/** The tables that a name may belong to. */
function tablesOf(workspace: Workspace, path: string, { scope }: Occurrence): { path: string; table: Table }[] {
  return readTogether(workspace, path).flatMap((other) =>
    (workspace.subject("firewall", other)?.tables ?? []).flatMap((one) => (scope === undefined || scope === `${one.family} ${one.name}` || scope === one.name || one.name === "" ? [{ path: other, table: one }] : [])),
  );
}

function table(workspace: Workspace, path: string, name: Occurrence): Section[] {
  const parts = tablesOf(workspace, path, name).filter(({ table: one }) => one.name === name.name);
  const first = parts[0]?.table;
  if (first === undefined) return [];
  const chains = parts.flatMap((part) => part.table.chains.filter((one) => !/^__chain/.test(one.name)));
  const rules = chains.reduce((sum, one) => sum + one.rules.length, 0);
  const sets = parts.reduce((sum, part) => sum + part.table.sets.length, 0);
  const size = [counted(chains.length, "chain"), counted(rules, "rule"), ...(sets > 0 ? [counted(sets, "set")] : [])].join(", ");
  return [{ heading: ["Table ", { code: `${first.family} ${first.name}` }], lines: [[`${size}.`]] }];
}

function chain(workspace: Workspace, path: string, name: Occurrence): Section[] {
  // The part that says the hook or has the rules tells most.
  const parts = tablesOf(workspace, path, name).flatMap((part) => part.table.chains.filter((one) => one.name === name.name).map((found) => ({ ...part, chain: found })));
  const best = [...parts].sort((a, b) => weight(b.chain) - weight(a.chain))[0];
  if (best === undefined) {
    const defined = placesOf(workspace, path, name).some(({ role }) => role === "definition");
    return [{ heading: ["Chain ", { code: name.name }], lines: [[defined ? "It has no rules here." : "Nothing in this file or beside it defines it."]] }];
  }
  const rules = parts.reduce((sum, part) => sum + new Set(part.chain.rules.map(({ range }) => range.start)).size, 0);
  const reach = reachOf(workspace, best.path, best.table, name.name);
  const lines: Piece[][] = [[`${best.chain.hook === undefined ? "" : `${capital(baseChainWords(best.chain, best.table.family))}; `}${counted(rules, "rule")}.`]];
  lines.push(...way(workspace, path, best.table, best.chain, reach));
  const unreached = unreachedWords(best.table, best.chain, reach);
  if (unreached) lines.push(unreached);
  if (best.chain.hook !== undefined) lines.push(...others(workspace, best.path, best.table, best.chain));
  return [{ heading: ["Chain ", { code: name.name }, " of table ", { code: `${best.table.family} ${best.table.name}` }], lines }];
}

function weight({ hook, rules }: Chain): number {
  return (hook === undefined ? 0 : 2) + (rules.length > 0 ? 1 : 0);
}

/** Other base chains on the hook: what one accepts the next may still drop. */
function others(workspace: Workspace, path: string, own: Table, { hook, priority, nameRange }: Chain): Piece[][] {
  if (priority === undefined || isUnknown(priority)) return [];
  const found = readTogether(workspace, path).flatMap((file) =>
    (workspace.subject("firewall", file)?.tables ?? []).flatMap((one) =>
      one.family !== own.family && one.family !== "inet" && own.family !== "inet" ? [] : one.chains.flatMap((other) => (other.hook === hook && typeof other.priority === "number" && !(file === path && other.nameRange === nameRange) ? [{ file, one, other, at: other.priority }] : [])),
    ),
  );
  const line = (what: string, list: typeof found): Piece[][] =>
    list.length === 0 ? [] : [[what, ...enumerated(list.map(({ file, one, other, at }): Piece[] => [{ code: `${one.name} ${other.name}` }, ` at ${priorityWords(at, one.family)} (`, lineLink(workspace, { path: file, range: other.nameRange }, path), ")"])), "."]];
  const sorted = found.sort((a, b) => a.at - b.at);
  return [...line("Before it on the hook: ", sorted.filter(({ at }) => at < priority)), ...line("After it, which can still drop what it accepts: ", sorted.filter(({ at }) => at > priority))];
}

function set(workspace: Workspace, path: string, name: Occurrence): Section[] {
  const part = tablesOf(workspace, path, name).flatMap(({ path: file, table: one }) => one.sets.filter((other) => other.name === name.name).map((found) => ({ file, found })))[0];
  const lines = part === undefined ? [[name.scope === "" ? "An ipset: what it holds is not in this file." : "Nothing in this file or beside it defines it."]] : [elements(part.found)];
  const heading: Piece[] = part === undefined ? ["Set ", { code: name.name }] : [part.found.kind === "map" ? "Map " : "Set ", { code: name.name }, ...(part.found.keyType.length > 0 ? [" of ", { code: part.found.keyType.join(" . ") }] : [])];
  return [{ heading, lines: [...lines, ...users(workspace, path, name)] }];
}

function elements({ elements: held, keyType }: NamedSet): Piece[] {
  if (isUnknown(held)) return [`What it holds is not known here: ${held.unknown}.`];
  const shown = held.slice(0, 6).map(({ key }) => key.map((values, i) => valueWords(fieldOf(keyType[i] ?? ""), values)?.join(", ") ?? "?").join(" . "));
  return [`${counted(held.length, "element")}: ${shown.join(", ")}${held.length > shown.length ? ", …" : ""}`];
}

/** A field of that type, so that its values are written as people do. */
function fieldOf(type: string): string {
  const fields: Readonly<Record<string, string>> = { ipv4_addr: "ip saddr", ipv6_addr: "ip6 saddr", ether_addr: "ether saddr", inet_proto: "meta l4proto", mark: "meta mark", icmp_type: "icmp type", icmpv6_type: "icmpv6 type" };
  return fields[type] ?? type;
}

/** Who uses a name: the chains of the rules that do, with their lines. */
function users(workspace: Workspace, path: string, name: Occurrence): Piece[][] {
  const uses = placesOf(workspace, path, name).filter(({ role }) => role === "use");
  if (uses.length === 0) return [["Nothing uses it."]];
  const places = uses.slice(0, 8).map(({ path: file, range }): Piece[] => {
    const rule = ruleAt(workspace, file, range.start);
    const link = lineLink(workspace, { path: file, range }, path);
    return rule === undefined || rule.chain.name === "" || /^__chain/.test(rule.chain.name) ? [link] : [{ code: rule.chain.name }, " (", link, ")"];
  });
  const more = uses.length - places.length;
  return [["Used by ", ...enumerated(places), ...(more > 0 ? [`, and ${more} more`] : []), "."]];
}

function variable(workspace: Workspace, path: string, name: Occurrence): Section[] {
  const places = placesOf(workspace, path, name);
  const uses = places.filter(({ role }) => role === "use").length;
  const defined = places.flatMap((place) => {
    if (place.role !== "definition") return [];
    const text = definitionText(workspace, place.path, place.range);
    return text === undefined ? [] : [{ text, link: lineLink(workspace, place, path) }];
  });
  if (defined.length === 0) return [{ heading: ["Variable ", { code: `$${name.name}` }], lines: [["Nothing in this file or beside it defines it."]] }];
  return [{ heading: ["Variable ", { code: `$${name.name}` }], code: cut(defined.map(({ text }) => text).join("\n")), lines: [["Defined at ", ...enumerated(defined.map(({ link }) => [link])), `; used ${uses === 1 ? "once" : `${uses} times`}.`]] }];
}

function definitionText(workspace: Workspace, path: string, nameRange: Range): string | undefined {
  const document = workspace.document(path);
  if (document?.language !== "nftables") return undefined;
  for (const command of (document.tree as NftFile).commands) {
    const candidates = command.kind === "define" ? [command] : command.kind === "table" ? command.items.flatMap((item) => (item.kind === "define" ? [item] : item.kind === "chain" ? item.rules.filter((rule) => rule.kind === "define") : [])) : [];
    const found = candidates.find((one) => one.name.range.start === nameRange.start);
    if (found) return document.text.slice(found.range.start, found.range.end);
  }
  return undefined;
}

function object(workspace: Workspace, path: string, name: Occurrence): Section[] {
  const definition = placesOf(workspace, path, name).find(({ role }) => role === "definition");
  const text = definition && itemText(workspace, definition.path, definition.range);
  return [{ heading: [name.kind === "flowtable" ? "Flowtable " : "Object ", { code: name.name }], ...(text !== undefined && { code: cut(text) }), lines: [...(definition ? [] : [["Nothing in this file or beside it defines it."]]), ...users(workspace, path, name)] }];
}

function itemText(workspace: Workspace, path: string, nameRange: Range): string | undefined {
  const document = workspace.document(path);
  if (document?.language !== "nftables") return undefined;
  for (const command of (document.tree as NftFile).commands) {
    if (command.kind !== "table") continue;
    const found = command.items.find((item) => item.kind === "other" && item.name?.range.start === nameRange.start);
    if (found) return document.text.slice(found.range.start, found.range.end);
  }
  return undefined;
}

function cut(text: string): string {
  return text.length > LONGEST_CODE ? `${text.slice(0, LONGEST_CODE)}…` : text;
}
