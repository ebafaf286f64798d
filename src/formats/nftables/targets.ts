import { HOLE } from "../template/jinja.ts";
import type { Cursor } from "./cursor.ts";
import { parseConcatenation, parseExpression } from "./expressions.ts";
import type { Expression, Name, StatementNode } from "./tree.ts";

const NAT_FLAGS = new Set(["random", "fully-random", "persistent"]);
const NAT_TYPES = new Set(["interval", "addr", "port", "prefix"]);

/** snat, dnat, masquerade, redirect and tproxy with where they lead to. */
export function parseNat(c: Cursor): StatementNode {
  const { start, text } = c.next();
  const nat = text as "snat" | "dnat" | "masquerade" | "redirect" | "tproxy";
  let family: string | undefined;
  let to: Expression | undefined;
  let port: Expression | undefined;
  // `snat ip saddr map { … }` looks its address up; `snat ip to …` names a family.
  const named = c.isAhead(1, "to") || NAT_TYPES.has(c.peek().text) || c.isAhead(1, ":");
  if (named && (c.is("ip") || c.is("ip6")) && (nat === "snat" || nat === "dnat" || nat === "tproxy")) {
    family = c.next().text;
    while (NAT_TYPES.has(c.token.text)) {
      c.next();
      c.take(".");
    }
  } else while (NAT_TYPES.has(c.token.text) && !c.failed) c.next();
  const needsTarget = nat === "snat" || nat === "dnat" || nat === "tproxy";
  const explicit = c.take("to");
  if (c.is(":")) {
    c.next();
    port = parseSpanOrMap(c);
  } else if ((needsTarget || explicit) && !c.atEnd) {
    to = parseSpanOrMap(c);
    if (c.take(":")) port = parseSpanOrMap(c);
  } else if (needsTarget) c.expected("an address or port");
  if (NAT_FLAGS.has(c.token.text) && !c.failed) {
    do {
      if (NAT_FLAGS.has(c.token.text) || c.token.text.includes(HOLE)) c.next();
      else c.expected("random, fully-random or persistent");
    } while (c.take(",") && !c.failed);
  }
  return { kind: "nat", nat, ...(family !== undefined && { family }), ...(to && { to }), ...(port && { port }), range: c.range(start) };
}

function parseSpanOrMap(c: Cursor): Expression {
  return parseConcatenation(c, "value");
}

/** `reject`, with the answer that is sent. */
export function parseReject(c: Cursor): StatementNode {
  const { start } = c.next();
  if (!c.take("with")) return { kind: "reject", range: c.range(start) };
  const families = ["icmp", "icmpv6", "icmpx", "tcp"];
  if (c.token.text.includes(HOLE)) {
    c.next();
    return { kind: "reject", range: c.range(start) };
  }
  if (!families.includes(c.token.text)) {
    c.expected("icmp, icmpv6, icmpx or tcp");
    return { kind: "reject", range: c.range(start) };
  }
  const family = c.next().text;
  if (family === "tcp") {
    c.expect("reset");
    return { kind: "reject", family, range: c.range(start) };
  }
  c.take("type");
  const { token } = c;
  let code: Name | undefined;
  if (c.is("$")) parseExpression(c, "right");
  else if (token.kind === "word") {
    c.next();
    code = { text: token.text, range: { start: token.start, end: token.end } };
  } else c.expected("an ICMP code");
  return { kind: "reject", family, ...(code && { code }), range: c.range(start) };
}

/** `queue num 0-3 flags bypass`, `queue to …`. */
export function parseQueue(c: Cursor): StatementNode {
  const { start } = c.next();
  const flags: string[] = [];
  let num: Expression | undefined;
  for (;;) {
    if (c.take("num") || c.take("to")) num = parseSpanOrMap(c);
    else if (c.take("flags") || c.is(",") || c.is("bypass") || c.is("fanout")) {
      c.take(",");
      if (c.is("bypass") || c.is("fanout")) flags.push(c.next().text);
      else c.expected("bypass or fanout");
    } else break;
    if (c.failed) break;
  }
  return { kind: "queue", ...(num && { num }), flags, range: c.range(start) };
}

/** `dup to 192.0.2.1 device "eth0"`. */
export function parseDup(c: Cursor): StatementNode {
  const { start } = c.next();
  c.expect("to");
  parseSpanOrMap(c);
  if (c.take("device")) parseSpanOrMap(c);
  return { kind: "dup", range: c.range(start) };
}

/** `fwd to "eth0"`, `fwd ip to 192.0.2.1 device "eth0"`. */
export function parseForward(c: Cursor): StatementNode {
  const { start } = c.next();
  if (c.is("ip") || c.is("ip6")) c.next();
  c.expect("to");
  parseSpanOrMap(c);
  if (c.take("device")) parseSpanOrMap(c);
  return { kind: "fwd", range: c.range(start) };
}
