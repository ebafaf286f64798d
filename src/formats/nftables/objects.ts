import { HOLE } from "../template/jinja.ts";
import { closeBlock, parseSeparated } from "./blocks.ts";
import type { Cursor } from "./cursor.ts";
import { parseDefinition, parseInclude } from "./definitions.ts";
import { parseExpression } from "./expressions.ts";
import { parseRate, parseQuotaAmount } from "./limits.ts";
import { parseVariable } from "./variables.ts";

/** The objects of a table beside chains and sets. */
export const OBJECTS: ReadonlySet<string> = new Set(["flowtable", "counter", "quota", "ct", "limit", "secmark", "synproxy", "tunnel"]);

/** Reads one property of an object; gives false for a word that is none. */
type Property = (c: Cursor, word: string) => boolean;

const PROPERTIES: ReadonlyMap<string, Property> = new Map<string, Property>([
  ["counter", counter],
  ["quota", (c) => (parseQuotaAmount(c), true)],
  ["limit", (c) => (parseRate(c), true)],
  ["synproxy", synproxy],
  ["secmark", secmark],
  ["flowtable", flowtable],
  ["ct helper", helper],
  ["ct timeout", timeout],
  ["ct expectation", expectation],
]);

/** A flowtable or stateful object after its name: with braces, or in one line. */
export function parseObject(c: Cursor, what: string): void {
  const property = PROPERTIES.get(what);
  if (c.is("{")) return block(c, what, property);
  if (property === undefined) return c.skipStatement();
  while (!c.atEnd && !c.failed) if (!property(c, c.token.text)) c.expected(`a property of a ${what}`);
}

function block(c: Cursor, what: string, property: Property | undefined): void {
  const opener = c.token;
  if (property === undefined) {
    c.skipBlock();
    if (c.token.kind === "end" && c.text[c.lastEnd - 1] !== "}") c.unclosed(opener);
    return;
  }
  c.next();
  for (;;) {
    c.skipSeparators();
    if (c.is("}") || c.token.kind === "end" || c.failed) break;
    const word = c.token.text;
    if (c.take("comment")) c.name("the comment's text");
    else if (c.is("include")) parseInclude(c);
    else if (c.is("define") || c.is("redefine") || c.is("undefine")) parseDefinition(c);
    else if (word.includes(HOLE)) c.skipStatement();
    else if (!property(c, word)) c.expected(`a property of a ${what}`);
  }
  while (c.failed && !c.is("}") && c.token.kind !== "end") c.next();
  closeBlock(c, opener);
}

function number(c: Cursor): void {
  if (c.is("$")) parseVariable(c);
  else if (/^\d/.test(c.token.text) || c.token.text.includes(HOLE)) c.next();
  else c.expected("a number");
}

function counter(c: Cursor, word: string): boolean {
  if (word !== "packets" && word !== "bytes") return false;
  c.next();
  number(c);
  return true;
}

function synproxy(c: Cursor, word: string): boolean {
  if (word === "mss" || word === "wscale") {
    c.next();
    number(c);
    return true;
  }
  return c.take("timestamp") || c.take("sack-perm");
}

function secmark(c: Cursor): boolean {
  if (c.token.kind !== "quoted" && !c.token.text.includes(":") && !c.token.text.includes(HOLE)) return false;
  c.next();
  return true;
}

function flowtable(c: Cursor, word: string): boolean {
  switch (word) {
    case "hook":
      c.next();
      c.name("a hook");
      if (c.expect("priority")) priority(c);
      return parseSeparated(c);
    case "devices":
      c.next();
      parseDevices(c);
      return parseSeparated(c);
    case "counter":
      c.next();
      return true;
    case "flags":
      c.next();
      if (c.token.text.includes(HOLE)) c.next();
      else c.expect("offload");
      return parseSeparated(c);
    default:
      return false;
  }
}

function priority(c: Cursor): void {
  if (c.is("-") || c.is("+")) c.next();
  if (c.is("$")) parseVariable(c);
  else c.name("a priority");
  if (c.take("+") || c.take("-")) number(c);
}

/** `= { eth0, $lan }` or `= $devices`, after `devices`. */
export function parseDevices(c: Cursor): ReturnType<typeof parseExpression> | undefined {
  if (!c.expect("=")) return undefined;
  if (c.is("{")) return parseExpression(c, "right");
  if (c.is("$")) return parseVariable(c);
  if (c.token.text.includes(HOLE)) return parseExpression(c, "right");
  c.expected('devices in braces, "{ … }"');
  return undefined;
}

function family(c: Cursor): boolean {
  c.next();
  if (["ip", "ip6", "inet", "bridge", "arp", "netdev"].includes(c.token.text) || c.token.text.includes(HOLE)) c.next();
  else c.expected("a family (ip, ip6, …)");
  return parseSeparated(c);
}

function protocol(c: Cursor): void {
  if (c.is("tcp") || c.is("udp") || c.token.text.includes(HOLE)) c.next();
  else c.expected("tcp or udp");
}

function helper(c: Cursor, word: string): boolean {
  if (word === "l3proto") return family(c);
  if (word !== "type") return false;
  c.next();
  if (c.token.kind === "quoted" || c.token.text.includes(HOLE)) c.next();
  else c.expected("the helper's name in quotes");
  if (c.expect("protocol")) protocol(c);
  return parseSeparated(c);
}

function timeout(c: Cursor, word: string): boolean {
  if (word === "l3proto") return family(c);
  if (word === "protocol") {
    c.next();
    protocol(c);
    return parseSeparated(c);
  }
  if (word !== "policy") return false;
  c.next();
  c.expect("=");
  if (c.is("{")) parseExpression(c, "right");
  else c.expected("timeouts in braces");
  return true;
}

function expectation(c: Cursor, word: string): boolean {
  if (word === "l3proto") return family(c);
  if (word !== "protocol" && word !== "dport" && word !== "timeout" && word !== "size") return false;
  c.next();
  if (word === "protocol") protocol(c);
  else if (c.is("$")) parseVariable(c);
  else c.name(`a value for ${word}`);
  return parseSeparated(c);
}
