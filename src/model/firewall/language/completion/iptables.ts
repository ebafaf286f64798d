import { MATCHES, MATCH_SYNONYMS } from "../../../../formats/iptables/matches.ts";
import { BASICS as SIGNATURES, COMMANDS as LONG_COMMANDS, PROTOCOL_MATCH, SHORT, signaturesOf } from "../../../../formats/iptables/options.ts";
import { TARGETS } from "../../../../formats/iptables/targets.ts";
import type { IptablesTree, Word } from "../../../../formats/iptables/tree.ts";
import { parseProtocol } from "../../../../formats/iptables/values.ts";
import { splitWords } from "../../../../formats/iptables/words.ts";
import type { Document } from "../../../workspace.ts";
import { namesOf } from "../names.ts";
import type { Completion, Completions } from "./item.ts";
import { listOf, wordsOf } from "./item.ts";
import { BASICS, COMMANDS, LISTS, MATCH_WORDS, TARGET_WORDS, valuesOfKind } from "./iptables-words.ts";

const TABLES: Readonly<Record<string, string>> = { filter: "what passes", nat: "addresses of new connections", mangle: "headers and marks", raw: "before connection tracking", security: "labels of SELinux" };
const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  filter: ["INPUT", "FORWARD", "OUTPUT"], nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"], mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"], raw: ["PREROUTING", "OUTPUT"], security: ["INPUT", "FORWARD", "OUTPUT"],
};
const HAS_CHAIN = /^(-[AIDRCPFXZEN]|--(append|insert|delete|replace|check|policy|flush|delete-chain|zero|rename-chain|new-chain))$/;

/** What a rule is completed in. */
interface Surroundings {
  readonly table: string;
  readonly family: "ip" | "ip6" | undefined;
  /** Chains of the table, and those of them that rules may lead to. */
  readonly chains: readonly string[];
  readonly own: readonly string[];
  readonly sets: readonly string[];
}

/** What may stand at a place of a dump. */
export function completeIptables(document: Document, offset: number): Completions | undefined {
  const { text } = document;
  const tree = document.tree as IptablesTree;
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const line = text.slice(lineStart, offset);
  if (/^\s*#/.test(line)) return undefined;
  const open = [...tree.tables].reverse().find(({ range, committed }) => range.start < lineStart && (offset < range.end || !committed));
  const colon = /^(\s*:)(\S*)$/.exec(line);
  const name = open?.name.text ?? "filter";
  if (/^\*\S*$/.test(line)) return { range: { start: lineStart + 1, end: wordEnd(text, offset) }, items: wordsOf("keyword", TABLES) };
  if (colon) return { range: { start: lineStart + colon[1]!.length, end: wordEnd(text, offset) }, items: listOf("chain", BUILT_IN[name] ?? [], "built-in chain") };
  if (/^\s*:\S+\s+\S*$/.test(line)) {
    const builtIn = BUILT_IN[name]?.includes(line.trim().slice(1).split(/\s/)[0]!) === true;
    return { range: wordAt(text, offset), items: wordsOf("value", builtIn ? { "ACCEPT [0:0]": "what no rule decides about passes", "DROP [0:0]": "what no rule decides about is thrown away" } : { "- [0:0]": "a chain of your own has no policy" }) };
  }
  const chains = open ? [...new Set([...open.chains.map((chain) => chain.name.text), ...(BUILT_IN[name] ?? [])])] : [];
  const around: Surroundings = { table: name, family: tree.family ?? familyOfName(document.path), chains, own: chains.filter((chain) => BUILT_IN[name]?.includes(chain) !== true), sets: setsOf(document) };
  if (/^\s*\S*$/.test(line)) return { range: wordAt(text, offset), items: lineStarts(open !== undefined, around) };
  if (open === undefined || line.startsWith("*")) return undefined;
  return ruleItems(text, lineStart + (/^\s*\[\d+:\d+\]\s*/.exec(line)?.[0].length ?? 0), offset, around);
}

/** What may stand at a place of a script, within an iptables command. */
export function completeShell(document: Document, offset: number): Completions | undefined {
  const { text } = document;
  let lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  while (lineStart > 1 && text[lineStart - 2] === "\\") lineStart = text.lastIndexOf("\n", lineStart - 2) + 1;
  const line = text.slice(lineStart, offset);
  if (/(^|\s)#/.test(line)) return undefined;
  const program = [...line.matchAll(/(?:^|[\s;&|(/"'$])(ip6?tables|IP6?TABLES|IPT6?)(?:-nft|-legacy)?["'}]?(?=\s)/g)].at(-1);
  if (program === undefined) return undefined;
  const start = lineStart + program.index + program[0].length;
  if (/[;&|]/.test(text.slice(start, offset))) return undefined;
  const family = program[1]!.includes("6") ? "ip6" : "ip";
  const table = /\s(?:-t|--table)\s+(\w+)/.exec(text.slice(start, offset))?.[1] ?? "filter";
  const names = namesOf(document).filter(({ kind, scope }) => kind === "chain" && scope === `${family} ${table}`).map(({ name }) => name);
  const chains = [...new Set([...(BUILT_IN[table] ?? []), ...names])];
  return ruleItems(text, start, offset, { table, family, chains, own: chains.filter((chain) => BUILT_IN[table]?.includes(chain) !== true), sets: setsOf(document) }, true);
}

function lineStarts(open: boolean, { chains, table }: Surroundings): Completion[] {
  if (!open) return Object.entries(TABLES).map(([name, detail]) => ({ label: `*${name}`, kind: "keyword", detail }));
  return [...chains.map((chain): Completion => ({ label: `-A ${chain}`, kind: "keyword", detail: `append a rule to ${chain} of ${table}` })), ...wordsOf("keyword", COMMANDS), { label: "COMMIT", kind: "keyword", detail: "ends the table" }];
}

/** An extension that the rule has loaded, with its options. */
interface Loaded {
  readonly options: Readonly<Record<string, string>>;
  readonly title: string;
}

function ruleItems(text: string, start: number, offset: number, around: Surroundings, script = false): Completions | undefined {
  const { start: wordStart, end } = wordAt(text, offset);
  const { words, openQuote } = splitWords(text.slice(0, wordStart), start, wordStart);
  // An unclosed quote or the inside of one: the user's own words.
  if (openQuote !== undefined || /["']/.test(text.slice(wordStart, offset))) return undefined;
  const range = { start: wordStart, end };
  const last = words.at(-1)?.text ?? "";
  const name = nameOf(last);
  const loaded = loadedBy(words);
  if (HAS_CHAIN.test(last)) return { range, items: listOf("chain", last === "-P" || last === "--policy" ? (BUILT_IN[around.table] ?? []) : last === "-N" ? [] : around.chains) };
  if (/^(-P|--policy)$/.test(words.at(-2)?.text ?? "")) return { range, items: listOf("value", ["ACCEPT", "DROP"]) };
  switch (name) {
    case "jump":
      return { range, items: [...listOf("chain", around.own, "chain"), ...targets(around)] };
    case "goto":
      return { range, items: listOf("chain", around.own, "chain") };
    case "match":
      return { range, items: Object.entries(MATCHES).flatMap(([label, { families }]) => (families === undefined || around.family === undefined || families === around.family ? [{ label, kind: "keyword" as const, detail: MATCH_WORDS[label] ?? "" }] : [])) };
    case "table":
      return { range, items: wordsOf("keyword", TABLES) };
  }
  if (name === "in-interface" || name === "out-interface") return { range, items: listOf("value", interfaces(text), "interface named in this file") };
  const value = valueAt(words, loaded, around);
  if (value) return inList(text, range, offset, value);
  const options = loaded.flatMap((one) => optionsOf(one));
  return { range, items: [...options, ...wordsOf("option", BASICS), ...(script && words.every(({ text: word }) => !HAS_CHAIN.test(word)) ? [...wordsOf("keyword", COMMANDS), { label: "-t", kind: "option" as const, detail: "the table" }] : [])] };
}

function targets({ table, family }: Surroundings): Completion[] {
  return Object.entries(TARGETS).flatMap(([label, { tables, families }]) => {
    if ((tables && !tables.includes(table)) || (families !== undefined && family !== undefined && families !== family)) return [];
    return [{ label, kind: "keyword" as const, detail: TARGET_WORDS[label] ?? "" }];
  });
}

/** The long name of an option, as the signatures know it. */
function nameOf(word: string): string {
  if (word.startsWith("--")) return word.slice(2);
  return /^-\w$/.test(word) ? (SHORT[word.slice(1)] ?? "") : "";
}

/** The extensions that the words so far load, the latest first. */
function loadedBy(words: readonly Word[]): Loaded[] {
  const loaded: Loaded[] = [];
  const add = (title: string, table: Readonly<Record<string, { options: Readonly<Record<string, string>> }>>): void => {
    const known = Object.hasOwn(MATCH_SYNONYMS, title) && table === MATCHES ? MATCH_SYNONYMS[title]! : title;
    if (Object.hasOwn(table, known) && !loaded.some((one) => one.title === known)) loaded.unshift({ title: known, options: table[known]!.options });
  };
  words.forEach(({ text }, i) => {
    const next = words[i + 1]?.text;
    if (next === undefined) return;
    const name = nameOf(text);
    if (name === "match") add(next, MATCHES);
    if (name === "jump") add(next, TARGETS);
    const protocol = name === "protocol" ? PROTOCOL_MATCH[parseProtocol(next) ?? -1] : undefined;
    if (protocol !== undefined) add(protocol, MATCHES);
  });
  return loaded;
}

/** The kind of the value that comes next, where the last option still wants one. */
function valueAt(words: readonly Word[], loaded: readonly Loaded[], around: Surroundings): { kind: string; items: Completion[] } | undefined {
  for (let back = 1; back <= 3 && back <= words.length; back++) {
    const name = nameOf(words.at(-back)!.text);
    if (name === "") continue;
    const signature = [SIGNATURES, ...loaded.map(({ options }) => options)].map((options) => signaturesOf(options).get(name)).find((found) => found !== undefined);
    const kind = signature?.kinds[back - 1];
    if (signature === undefined || kind === undefined || Object.hasOwn(LONG_COMMANDS, name)) return undefined;
    if (kind === "text" && /-set$/.test(signature.name)) return { kind, items: listOf("set", around.sets, "ipset") };
    const values = valuesOfKind(kind, around.family);
    return { kind, items: values === undefined ? [] : wordsOf("value", values) };
  }
  return undefined;
}

/** In a list of values only the part after the last comma is replaced, and what is there already is not offered. */
function inList(text: string, range: { start: number; end: number }, offset: number, { kind, items }: { kind: string; items: Completion[] }): Completions {
  if (!LISTS.has(kind)) return { range, items };
  const before = text.slice(range.start, offset);
  const there = before.split(",").slice(0, -1);
  return { range: { start: range.start + before.lastIndexOf(",") + 1, end: offset }, items: items.filter(({ label }) => !there.includes(label)) };
}

function optionsOf({ title, options }: Loaded): Completion[] {
  // The last name is the short one, which most people write.
  return Object.keys(options).flatMap((names) => names.split("|").reverse()).map((name) => ({ label: `--${name}`, kind: "option", detail: title }));
}

function setsOf(document: Document): string[] {
  return [...new Set(namesOf(document).filter(({ kind }) => kind === "set").map(({ name }) => name))];
}

function interfaces(text: string): Set<string> {
  return new Set([...text.matchAll(/[ \t](?:-[io]|--(?:in|out)-interface)[ \t]+([A-Za-z][\w.@-]*\+?)/g)].map((match) => match[1]!));
}

function familyOfName(path: string): "ip" | "ip6" | undefined {
  return /v6|ip6/i.test(path.slice(path.lastIndexOf("/") + 1)) ? "ip6" : /v4/i.test(path) ? "ip" : undefined;
}

function wordAt(text: string, offset: number): { start: number; end: number } {
  let start = offset;
  while (start > 0 && /\S/.test(text[start - 1]!)) start--;
  return { start, end: wordEnd(text, offset) };
}

function wordEnd(text: string, offset: number): number {
  let end = offset;
  while (/[^\s,;]/.test(text[end] ?? " ")) end++;
  return end;
}
