import { HOLE } from "../template/jinja.ts";
import { endItem } from "./blocks.ts";
import { parseChainBody } from "./chains.ts";
import type { Cursor } from "./cursor.ts";
import { parseDefinition, parseInclude } from "./definitions.ts";
import { parseSetLike } from "./expressions.ts";
import { BARE_META, HEADERS } from "./fields.ts";
import { OBJECTS as STATEFUL, parseObject } from "./objects.ts";
import { parseSetBody } from "./sets.ts";
import { parseRule } from "./statements.ts";
import { startsSelector } from "./selectors.ts";
import { parseTableBody, parseTableItem } from "./tables.ts";
import type { Address, ChainNode, Command, Name, RuleNode, Verb } from "./tree.ts";

const VERBS: ReadonlySet<string> = new Set(["add", "create", "insert", "replace", "delete", "destroy", "flush", "list", "reset", "rename", "get"]);
const FAMILIES: ReadonlySet<string> = new Set(["ip", "ip6", "inet", "arp", "bridge", "netdev"]);
/** What can stand after a verb, with how many names address it. */
const OBJECTS: ReadonlyMap<string, number> = new Map([
  ["table", 1], ["chain", 2], ["rule", 2], ["set", 2], ["map", 2], ["element", 2], ["flowtable", 2], ["meter", 2], ["counter", 2],
  ["quota", 2], ["limit", 2], ["secmark", 2], ["synproxy", 2], ["ct", 2], ["tunnel", 2], ["ruleset", 0], ["tables", 0], ["chains", 0],
  ["sets", 0], ["maps", 0], ["meters", 0], ["flowtables", 0], ["counters", 0], ["quotas", 0], ["limits", 0], ["secmarks", 0],
  ["synproxys", 0], ["hooks", 0], ["rules", 0],
]);
const STATEMENTS = new Set("accept drop return continue jump goto counter log limit reject snat dnat masquerade redirect tproxy queue dup fwd notrack meter quota synproxy".split(" "));

/** Every command of a file. */
export function parseCommands(c: Cursor): Command[] {
  const commands: Command[] = [];
  for (;;) {
    c.skipSeparators();
    c.recover();
    if (c.token.kind === "end") return commands;
    const before = c.position;
    commands.push(parseCommand(c));
    if (c.failed) c.skipStatement();
    if (c.position === before) c.next();
    if (c.is("}")) {
      c.recover();
      c.error(c.next(), 'This "}" closes nothing: nft loads nothing of this file. Remove it.');
    } else endItem(c);
  }
}

function parseCommand(c: Cursor): Command {
  const { start, text, kind } = c.token;
  if (kind === "word") {
    if (text === "include") return parseInclude(c);
    if (text === "define" || text === "redefine" || text === "undefine") return parseDefinition(c);
    if (VERBS.has(text) && !c.isAhead(1, "@")) {
      c.next();
      return parseAddressed(c, text as Verb, start);
    }
    if (OBJECTS.has(text) && isAddressed(c)) return parseAddressed(c, "add", start);
    if (text === "elements" && c.isAhead(1, "=")) return elementFragment(c);
    if (["chain", "set", "map", "flowtable", "counter"].includes(text) && c.isAhead(2, "{")) return fragment(c);
    if (["describe", "monitor", "import", "export"].includes(text)) return parseInspection(c);
    if (STATEMENTS.has(text) || startsSelector(c)) return FAMILIES.has(text) && c.peek(2).kind === "word" && !startsField(c) ? bareRule(c, start) : ruleFragment(c);
    if (text.includes(HOLE)) {
      c.skipStatement();
      return { kind: "other", text: c.slice(start), range: c.range(start) };
    }
    if (FAMILIES.has(text) && c.peek().kind === "word" && c.peek(2).kind === "word") return bareRule(c, start);
    if (c.peek().kind === "word" && startsStatement(c.peek(2).text)) return shortRule(c, "add", start);
  }
  c.expected("a command (table, add, flush, define, include, …)");
  c.skipStatement();
  return { kind: "other", text: c.slice(start), range: c.range(start) };
}

/** What asks or shows and changes nothing: `describe`, `monitor`, `import`, `export`. */
function parseInspection(c: Cursor): Command {
  const { start, text } = c.next();
  if (text === "describe") {
    if (c.atEnd) c.expected("an expression or a type");
    else c.skipStatement();
  } else {
    if (text === "monitor") {
      if (c.is("new") || c.is("destroy")) c.next();
      if (/^(tables|chains|sets|rules|elements|ruleset|trace)$/.test(c.token.text)) c.next();
    } else if (c.is("ruleset")) c.next();
    if (c.take("vm")) {
      if (!c.take("json")) c.expected("json");
    } else if (!c.take("json") && !c.take("xml") && text !== "monitor") c.expected("json");
  }
  return { kind: "other", text: c.slice(start), range: c.range(start) };
}

function startsStatement(word: string): boolean {
  return STATEMENTS.has(word) || word === "meta" || word === "ct" || HEADERS.has(word) || BARE_META.has(word);
}

/** `ip saddr` begins a match, `ip filter input` a rule with its place. */
function startsField(c: Cursor): boolean {
  return /^(saddr|daddr|protocol|nexthdr|dscp|ttl|hoplimit|length|version|id|ecn|frag-off|option|checksum|hdrlength|flowlabel|operation|htype)$/.test(c.peek().text);
}

function isAddressed(c: Cursor): boolean {
  if (c.is("table")) return true;
  if (c.is("ct") || c.is("limit") || c.is("counter") || c.is("quota")) return c.peek(2).kind === "word" && c.peek(3).kind !== "newline" && FAMILIES.has(c.peek(2).text);
  return !c.isAhead(2, "{");
}

/** An item of a table in a file of its own, which a table of another file includes. */
function fragment(c: Cursor): Command {
  const { start } = c.token;
  const item = parseTableItem(c);
  return { kind: "other", text: "", ...(item && { item }), range: c.range(start) };
}

/** The elements of a set in a file of their own, which a set of another file includes. */
function elementFragment(c: Cursor): Command {
  const { start } = c.next();
  c.next();
  const elements = parseSetLike(c);
  const name: Name = { text: "", range: { start, end: start } };
  const range = c.range(start);
  return { kind: "other", text: "", item: { kind: "set", name, keyType: [], dataType: [], flags: [], parts: [], open: true, elements, range }, range };
}

/** Rules in a file of their own, which a chain of another file includes. */
function ruleFragment(c: Cursor): Command {
  const { start } = c.token;
  const rule = parseRule(c);
  const name: Name = { text: "", range: { start, end: start } };
  return { kind: "other", text: "", item: { kind: "chain", name, rules: [rule], range: rule.range }, range: c.range(start) };
}

/** `ip filter input accept`: the words `add rule` may be left out. */
function bareRule(c: Cursor, start: number): Command {
  const family = c.next().text;
  const table = c.identifier("the name of a table");
  const name = c.identifier("the name of a chain");
  const rule = parseRule(c);
  return { kind: "object", verb: "add", what: "rule", at: { family, table, name }, rule, range: c.range(start) };
}

function parseAddressed(c: Cursor, verb: Verb, start: number): Command {
  const { token } = c;
  if (!OBJECTS.has(token.text) || token.kind === "quoted") {
    if (FAMILIES.has(token.text) && (verb === "add" || verb === "insert")) return bareRule(c, start);
    if ((verb === "add" || verb === "insert") && token.kind === "word" && c.peek().kind === "word" && !token.text.includes(HOLE)) return shortRule(c, verb, start);
    c.expected(`what to ${verb} (table, chain, rule, set, element, …)`);
    c.skipStatement();
    return { kind: "other", text: c.slice(start), range: c.range(start) };
  }
  c.next();
  const what = token.text === "ct" ? `ct ${c.next().text}` : token.text;
  const at = parseAddress(c, what, OBJECTS.get(token.text)!, verb);
  const done = (rest: Partial<Extract<Command, { kind: "object" }>> = {}): Command => ({ kind: "object", verb, what, at, ...rest, range: c.range(start) });
  if (what === "table") {
    const hasBody = c.is("{");
    const items = hasBody ? parseTableBody(c) : [];
    return { kind: "table", verb, at, items, hasBody, range: c.range(start) };
  }
  if (c.failed) return done();
  const creates = verb === "add" || verb === "create";
  if (what === "rule") {
    const position = parsePosition(c);
    if (!position && (verb === "delete" || verb === "destroy" || verb === "replace")) c.expected('"handle" and the number of the rule');
    if (c.atEnd && (creates || verb === "insert" || verb === "replace")) c.expected("a statement or match");
    const rule: RuleNode | undefined = c.atEnd ? undefined : parseRule(c);
    return done({ ...(position && { position }), ...(rule && { rule }) });
  }
  if (what === "element") return done({ elements: parseSetLike(c) });
  if (what === "chain" && verb === "rename") return done({ newName: c.identifier("the chain's new name") });
  if (creates && c.is("{") && at.name) {
    if (what === "chain") return done({ item: parseChainBody(c, at.name, start) });
    if (what === "set" || what === "map") return done({ item: parseSetBody(c, what, at.name, start) });
  } else if (creates && at.name && ["set", "map", "flowtable"].includes(what)) {
    c.expect("{");
    return done();
  }
  if (creates && what === "chain" && at.name) return done({ item: emptyChain(at.name, c, start) });
  if (creates && at.name && isObject(what)) {
    parseObject(c, what);
    return done({ item: { kind: "other", what, name: at.name, text: c.slice(start), range: c.range(start) } });
  }
  // Newer versions take devices away with a block.
  if (c.is("{") && ["chain", "flowtable"].includes(what)) c.skipBlock();
  else if (!c.atEnd && !(verb === "list" || verb === "reset")) c.expected("the end of the command");
  else c.skipStatement();
  return done();
}

function isObject(what: string): boolean {
  return STATEFUL.has(what.split(" ")[0]!);
}

function emptyChain(name: Name, c: Cursor, start: number): ChainNode {
  return { kind: "chain", name, rules: [], range: c.range(start) };
}

/** `add filter input accept`. */
function shortRule(c: Cursor, verb: Verb, start: number): Command {
  const table = c.identifier("the name of a table");
  const name = c.identifier("the name of a chain");
  const rule = parseRule(c);
  return { kind: "object", verb, what: "rule", at: { family: "ip", table, name }, rule, range: c.range(start) };
}

function parseAddress(c: Cursor, what: string, count: number, verb: Verb): Address {
  let family = "ip";
  let names = count;
  // What is listed of a whole table or chain.
  if ((verb === "list" || verb === "reset") && (c.is("table") || c.is("chain"))) names = c.next().text === "table" ? 1 : 2;
  let written = false;
  if (FAMILIES.has(c.token.text) || (c.token.text.includes(HOLE) && c.peek().kind === "word")) {
    family = c.next().text;
    written = true;
  }
  if (names === 0) {
    if (what === "ruleset") return { family: written ? family : "" };
    const table = !c.atEnd && c.token.kind === "word" ? c.identifier("the name of a table") : undefined;
    const name = table && !c.atEnd && verb === "reset" ? c.identifier("the name of a chain") : undefined;
    return { family: written ? family : "", ...(table && { table }), ...(name && { name }) };
  }
  // An object may be named by its handle, and `list table` needs no name.
  if (c.take("handle")) {
    c.next();
    return { family };
  }
  if (c.atEnd && verb === "list" && what === "table") return { family };
  const table = c.identifier("the name of a table");
  if (names === 1 || c.failed) return { family, table };
  if (c.take("handle")) {
    c.next();
    return { family, table };
  }
  const name = c.identifier(`the name of a ${what === "rule" ? "chain" : what === "element" ? "set" : what}`);
  return { family, table, name };
}

function parsePosition(c: Cursor): { by: string; value: number } | undefined {
  if (!c.is("position") && !c.is("handle") && !c.is("index")) return undefined;
  const by = c.next().text;
  const value = Number(c.token.text);
  if (Number.isInteger(value)) c.next();
  else c.expected("a number");
  return { by, value };
}
