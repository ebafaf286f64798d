import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expressions.ts";
import type { Definition, Expression, Include } from "./tree.ts";

/** `define name = value`, `redefine`, `undefine`. */
export function parseDefinition(c: Cursor): Definition {
  const { start, text } = c.next();
  const verb = text as Definition["verb"];
  const name = c.name("the name of a variable");
  if (verb === "undefine") return { kind: "define", verb, name, range: c.range(start) };
  c.expect("=");
  let value: Expression | undefined;
  if (!c.failed) value = c.is("-") ? negative(c) : (empty(c) ?? parseExpression(c, "value"));
  return { kind: "define", verb, name, ...(value && { value }), range: c.range(start) };
}

/** A variable may be an empty set, though no set in a rule may. */
function empty(c: Cursor): Expression | undefined {
  if (!c.is("{") || !c.isAhead(1, "}")) return undefined;
  const { start } = c.next();
  c.next();
  return { kind: "set", elements: [], range: c.range(start) };
}

/** A negative priority. */
function negative(c: Cursor): Expression {
  const { start } = c.next();
  const zero: Expression = { kind: "word", text: "0", quoted: false, range: { start, end: start } };
  const right = parseExpression(c, "value");
  return { kind: "binary", operator: "-", left: zero, right, range: c.range(start) };
}

/** `include "/etc/nftables.d/*.nft"`. */
export function parseInclude(c: Cursor): Include {
  const { start } = c.next();
  if (c.token.kind !== "quoted") c.expected("a path in quotes");
  const path = c.failed ? { text: "", range: { start, end: start } } : c.name("a path in quotes");
  return { kind: "include", path, range: c.range(start) };
}
