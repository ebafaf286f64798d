import type { NftFile } from "../../../../formats/nftables/index.ts";
import { fieldInfo } from "../../../../formats/nftables/fields.ts";
import { CLOSED, OPEN } from "../../../../formats/nftables/symbols.ts";
import type { Document, Workspace } from "../../../workspace.ts";
import type { Family, Hook } from "../../ruleset.ts";
import { hookWords, priorityNames } from "../../words/chain.ts";
import type { Completion, Completions } from "./item.ts";
import { listOf, wordsOf } from "./item.ts";
import { Names } from "./in-scope.ts";
import type { Block } from "./nft-context.ts";
import { contextAt } from "./nft-context.ts";
import { elementsOf, isDynamic, offersAfter } from "./nft-rule.ts";
import type { Offer } from "./nft-selector.ts";
import { CHAIN_SNIPPETS, FILE_SNIPPETS, TABLE_SNIPPETS } from "./nft-snippets.ts";
import { COMMANDS, FAMILIES, MEANINGS, SELECTORS, SET_FLAGS, SET_PROPERTIES, STATEMENTS, SUBJECTS, TABLE_ITEMS, TYPES } from "./nft-words.ts";

const ADDRESSES = new Set(["chain", "rule", "set", "map", "element", "flowtable", "counter", "quota", "limit", "synproxy", "secmark", "meter"]);

/** What may stand at a place of an nft file. Reads only what stands before it, so that it serves while a rule is typed. */
export function completeNft(workspace: Workspace, document: Document, offset: number): Completions {
  const { text } = (document.tree as NftFile).masked;
  let start = offset;
  while (start > 0 && /[\w.-]/.test(text[start - 1]!)) start--;
  let end = offset;
  while (/[\w.-]/.test(text[end] ?? "")) end++;
  const { blocks, words } = contextAt(text.slice(0, start));
  const names = new Names(workspace, document.path, blocks);
  const sigil = text[start - 1] === "@" || text[start - 1] === "$" ? text[start - 1] : "";
  // With the `@` gone, the words tell by which field the set is asked.
  return { range: { start, end }, items: inBlock(blocks, sigil === "@" ? words.slice(0, -1) : words, names, sigil ?? "") };
}

function inBlock(blocks: readonly Block[], words: readonly string[], names: Names, sigil: string): Completion[] {
  const block = blocks.at(-1);
  if (sigil === "$") return names.variables("");
  switch (block?.kind) {
    case undefined:
      return command(words, names, sigil);
    case "table":
      if (words.length === 0) return [...wordsOf("keyword", TABLE_ITEMS), ...TABLE_SNIPPETS];
      if (words[0] === "chain" && words.length === 1) return names.newChains();
      return words[0] === "flags" ? listOf("value", ["dormant", "owner", "persist"]) : words[0] === "ct" && words.length === 1 ? listOf("keyword", ["helper", "timeout", "expectation"]) : [];
    case "chain":
      return chain(block, words, names, sigil);
    case "set":
      return set(words);
    case "object":
      return object(block, words);
    case "elements":
      return elements(blocks, block, words, names, sigil);
  }
}

function command(words: readonly string[], names: Names, sigil: string): Completion[] {
  const [verb = ""] = words;
  if (words.length === 0) return [...wordsOf("keyword", COMMANDS), ...FILE_SNIPPETS];
  if (verb === "undefine") return names.variables("");
  if (verb === "define" || verb === "redefine") return words.at(-1) === "=" ? [] : verb === "redefine" && words.length === 1 ? names.variables("") : [];
  if (verb === "table") return address(words.slice(1), 1, names);
  if (!Object.hasOwn(COMMANDS, verb)) return offered(offersAfter(words), names, sigil);
  if (words.length === 1) return verb === "include" ? [] : wordsOf("keyword", SUBJECTS);
  const [, what = ""] = words;
  const rest = words.slice(2);
  if (what === "table") return address(rest, 1, names);
  if (what === "ruleset") return words.length === 2 ? wordsOf("value", FAMILIES) : [];
  if (!ADDRESSES.has(what)) return [];
  const family = Object.hasOwn(FAMILIES, rest[0] ?? "") ? rest[0]! : undefined;
  const parts = family === undefined ? rest : rest.slice(1);
  if (parts.length === 0) return address(rest, 1, names);
  names.scope = `${family ?? "ip"} ${parts[0]}`;
  if (parts.length === 1) return names.of(what === "rule" || what === "chain" ? ["chain"] : what === "element" ? ["set", "map"] : what === "set" || what === "map" || what === "flowtable" ? [what] : ["object"]);
  return what === "rule" ? offered(offersAfter(parts.slice(2)), names, sigil) : [];
}

function address(words: readonly string[], most: number, names: Names): Completion[] {
  const family = Object.hasOwn(FAMILIES, words[0] ?? "") ? words[0] : undefined;
  const parts = family === undefined ? words : words.slice(1);
  if (parts.length >= most) return [];
  const usual = family === undefined ? [] : listOf("value", ["filter", "nat", "mangle", "raw"], "a usual name");
  return [...(family === undefined ? wordsOf("value", FAMILIES) : []), ...names.tables(family), ...usual.filter(({ label }) => !names.tables(family).some((known) => known.label === label))];
}

const BASE_HOOKS: Readonly<Record<string, readonly Hook[]>> = {
  inet: ["prerouting", "input", "forward", "output", "postrouting", "ingress"], arp: ["input", "output"], netdev: ["ingress", "egress"],
};
const NAT_HOOKS: readonly Hook[] = ["prerouting", "input", "output", "postrouting"];

function chain(block: Block, words: readonly string[], names: Names, sigil: string): Completion[] {
  const family = (names.scope?.split(" ")[0] ?? "inet") as Family;
  if (words[0] === "policy") return words.length === 1 ? wordsOf("value", { accept: "what no rule decides about passes", drop: "what no rule decides about is thrown away" }) : [];
  if (words[0] === "type" && block.header[0] === "chain") {
    const type = words[1];
    const hook = words[words.indexOf("hook") + 1] as Hook | undefined;
    switch (words.at(-1)) {
      case "type":
        return wordsOf("value", { filter: "decides about packets", ...(/^(ip|ip6|inet)$/.test(family) && { nat: "translates addresses of new connections" }), ...(/^(ip|ip6|inet)$/.test(family) && { route: "routes again what it changes" }) });
      case "hook": {
        const all = BASE_HOOKS[family] ?? BASE_HOOKS["inet"]!.slice(0, 5);
        const hooks = type === "nat" ? NAT_HOOKS : type === "route" ? (["output"] as const) : all;
        return hooks.map((label) => ({ label, kind: "value", detail: hookWords(label) }));
      }
      case "priority":
        return priorityNames(family, hook).map(([number, label]) => ({ label, kind: "value", detail: String(number) }));
      default:
        if (words.length === 2) return listOf("keyword", ["hook"]);
        return words.includes("priority") ? [] : listOf("keyword", ["priority", ...(family === "netdev" || hook === "ingress" ? ["device", "devices"] : [])]);
    }
  }
  const items = offered(offersAfter(words), names, sigil);
  if (words.length > 0 || sigil !== "") return items;
  const begun = block.statements.some(([first]) => first === "type");
  // A rule begins with what it asks; a chain without rules may begin with its hook.
  const rules = [...wordsOf("field", SELECTORS), ...wordsOf("keyword", STATEMENTS), ...CHAIN_SNIPPETS];
  if (block.header[0] !== "chain") return rules;
  const first = begun || block.statements.length > 0 ? [] : [...baseSnippets(block, family), ...listOf("keyword", ["type"], "makes it a base chain")];
  return [...first, ...rules, ...wordsOf("keyword", { policy: "what becomes of packets that no rule decides about", include: "read rules from another file" })];
}

/** The first line of a base chain, with the hook that the chain's name suggests. */
function baseSnippets({ header }: Block, family: Family): Completion[] {
  const hooks = BASE_HOOKS[family] ?? BASE_HOOKS["inet"]!;
  const hook = hooks.find((one) => header[1]?.toLowerCase().includes(one)) ?? hooks.find((one) => one === "input") ?? hooks[0]!;
  return [{ label: `type filter hook ${hook} …`, kind: "snippet", detail: `sees ${hookWords(hook)}`, snippet: `type filter hook ${hook} priority filter; policy \${1|drop,accept|};` }];
}

function set(words: readonly string[]): Completion[] {
  const [first] = words;
  if (first === undefined) return wordsOf("keyword", SET_PROPERTIES);
  const last = words.at(-1);
  if (first === "type") return words.length === 1 || last === "." || last === ":" ? wordsOf("value", TYPES) : [];
  if (first === "typeof") return words.length === 1 || last === "." || last === ":" ? [...(last === ":" ? listOf("value", ["verdict"], TYPES["verdict"]) : []), ...wordsOf("field", SELECTORS)] : offersAfter(words.slice(1)).flatMap((offer) => (offer.from === "words" && offer.kind === "field" ? listOf("field", offer.words) : []));
  if (first === "flags") return words.length === 1 || last === "," ? wordsOf("value", SET_FLAGS) : [];
  return first === "policy" && words.length === 1 ? listOf("value", ["performance", "memory"]) : [];
}

function object({ header }: Block, words: readonly string[]): Completion[] {
  if (words.at(-1) === "protocol") return listOf("value", ["tcp", "udp"]);
  if (words.length > 0) return header[0] === "flowtable" && words.at(-1) === "hook" ? listOf("value", ["ingress"]) : [];
  const properties: Readonly<Record<string, readonly string[]>> = {
    flowtable: ["hook", "priority", "devices", "flags", "counter"], counter: ["packets", "bytes", "comment"], quota: ["over", "until", "comment"], limit: ["rate", "comment"],
    "ct helper": ["type", "protocol", "l3proto"], "ct timeout": ["protocol", "l3proto", "policy"], "ct expectation": ["protocol", "dport", "timeout", "size", "l3proto"], synproxy: ["mss", "wscale", "timestamp", "sack-perm"],
  };
  return listOf("keyword", properties[header[0] === "ct" ? `ct ${header[1]}` : (header[0] ?? "")] ?? []);
}

/** Inside the braces of a set: values of the fields before it; after a colon, verdicts or data. */
function elements(blocks: readonly Block[], block: Block, words: readonly string[], names: Names, sigil: string): Completion[] {
  if (sigil === "@") return names.of(["set"]);
  if (isDynamic(block.header)) return dynamic(words, names, sigil);
  const last = words.lastIndexOf(",");
  const current = words.slice(last + 1);
  const colon = current.indexOf(":");
  const { fields, map } = elementsOf(block.header);
  const declared = block.header[0] === "elements" ? typesOf(blocks.at(-2)) : undefined;
  if (colon !== -1) {
    const value = current.slice(colon + 1);
    if (value.length === 0 && (map === "vmap" || declared?.verdict !== false)) return [...verdicts(), ...names.variables("$")];
    return value.length === 1 && (value[0] === "jump" || value[0] === "goto") ? names.chains() : [];
  }
  const part = current.filter((word) => word === ".").length;
  if (current.length > 0 && !/^[.|&-]$/.test(current.at(-1)!)) return [];
  const values = declared ? valuesOfType(declared.types[part] ?? "") : fields[part] === undefined ? [] : valuesOf(fields[part]);
  return [...values, ...names.variables("$", fields[part])];
}

/** Inside the braces of an element that a rule puts into a set: its key, then what counts and limits it. */
function dynamic(words: readonly string[], names: Names, sigil: string): Completion[] {
  if (words.length === 0) return wordsOf("field", SELECTORS);
  const own = ["limit", "counter", "quota", "ct", "timeout", "log"];
  const first = words.findIndex((word, i) => i > 0 && words[i - 1] !== "." && own.includes(word));
  if (first !== -1) return words[first] === "timeout" ? [] : offered(offersAfter(words.slice(first)), names, sigil);
  return [...offered(offersAfter(words), names, sigil), ...listOf("keyword", own)];
}

/** The types of the set whose elements are typed, as far as its own lines before tell. */
function typesOf(block: Block | undefined): { types: readonly string[]; verdict: boolean } {
  const type = block?.statements.find(([first]) => first === "type" || first === "typeof") ?? [];
  const colon = type.indexOf(":");
  return { types: type[0] === "typeof" ? [] : (colon === -1 ? type.slice(1) : type.slice(1, colon)).filter((word) => word !== "."), verdict: type.includes("verdict") };
}

function verdicts(): Completion[] {
  return ["accept", "drop", "jump", "goto", "return", "continue"].map((label) => ({ label, kind: "keyword", detail: STATEMENTS[label]! }));
}

function offered(offers: readonly Offer[], names: Names, sigil: string): Completion[] {
  const fields = offers.flatMap((offer) => (offer.from === "values" ? [offer.field] : []));
  if (sigil === "@") return offers.some(({ from }) => from === "maps") ? names.of(["map"]) : offers.some(({ from }) => from === "flowtables") ? names.of(["flowtable"]) : [...names.sets("", fields), ...(fields.length === 0 ? names.of(["map"]) : [])];
  return offers.flatMap((offer): Completion[] => {
    switch (offer.from) {
      case "words":
        return listOf(offer.kind, offer.words, offer.detail);
      case "statement":
        return [...wordsOf("keyword", STATEMENTS), ...wordsOf("field", SELECTORS)];
      case "selector":
        return wordsOf("field", SELECTORS);
      case "chains":
        return names.chains();
      case "sets":
        return names.sets("@", fields);
      case "maps":
        return names.of(["map"], "@");
      case "flowtables":
        return names.of(["flowtable"], "@");
      case "variables":
        return names.variables("$", fields[0]);
      case "objects":
        return names.objects(offer.what).map((item) => ({ ...item, label: `"${item.label}"` }));
      case "values":
        // Of a concatenation the values stand in a set's braces.
        return fields.length > 1 ? [] : [...valuesOf(offer.field), ...(/^(ifname|iface_index)$/.test(fieldInfo(offer.field)?.type ?? "") ? names.interfaces() : [])];
    }
  });
}

function valuesOf(field: string): Completion[] {
  if (/ option \S+$/.test(field)) return listOf("value", ["exists", "missing"]);
  return valuesOfType(fieldInfo(field)?.type ?? "");
}

function valuesOfType(type: string): Completion[] {
  const meanings = MEANINGS[type] ?? {};
  const ranks = Object.keys(meanings);
  const rank = (name: string): number => (ranks.includes(name) ? ranks.indexOf(name) : ranks.length);
  const numbers = [...(CLOSED.get(type) ?? []), ...(OPEN.get(type) ?? [])].sort(([a], [b]) => rank(a) - rank(b));
  return numbers.map(([label, number]) => ({ label, kind: "value", detail: meanings[label] ?? (type === "inet_service" ? `port ${number}` : type === "ct_state" ? "" : String(number)) }));
}
