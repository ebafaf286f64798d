import { HOLE } from "../template/jinja.ts";
import type { Cursor } from "./cursor.ts";
import { spanMilliseconds } from "./datatypes.ts";
import { unquote } from "./cursor.ts";
import { isSelector, parseSelector, startsSelector } from "./selectors.ts";
import type { ElementNode, Expression } from "./tree.ts";
import { VERDICTS, parseVerdictExpression } from "./verdicts.ts";
import { parseVariable } from "./variables.ts";

/** Words that begin a statement: where one of them stands for a value, the value is missing. */
const RESERVED = new Set(
  "accept drop continue return jump goto counter log limit quota reject notrack masquerade meta ct fib iif iifname oif oifname numgen jhash symhash skuid skgid cgroup".split(" "),
);

/** Each operand makes the tree one level deeper, and no field has so many bits. */
const MOST_OPERANDS = 500;

/** Where an expression stands: what is matched (`left`), a constant (`right`), or a value that is set (`value`). */
export type Side = "left" | "right" | "value";

type BinaryOperator = "&" | "|" | "^" | "<<" | ">>";

const WORD_OPERATORS = new Map<string, BinaryOperator>([["or", "|"], ["xor", "^"], ["and", "&"], ["lshift", "<<"], ["rshift", ">>"]]);
const LEVELS: Readonly<Record<BinaryOperator, number>> = { "|": 0, "^": 1, "&": 2, "<<": 3, ">>": 3 };

function operatorAt(c: Cursor): BinaryOperator | undefined {
  const { kind, text } = c.token;
  if (kind === "mark") return text === "&" || text === "|" || text === "^" || text === "<<" || text === ">>" ? text : undefined;
  return kind === "word" && text.length <= 6 ? WORD_OPERATORS.get(text) : undefined;
}

/** An expression as it stands on that side, with lists, maps and sets. */
export function parseExpression(c: Cursor, side: Side): Expression {
  const first = parseConcatenation(c, side);
  if (side !== "left" && c.is(",") && !isSetLike(first)) return list(c, first, side);
  return first;
}

function isSetLike(expression: Expression): boolean {
  return expression.kind === "set" || expression.kind === "set-reference" || expression.kind === "map";
}

function list(c: Cursor, first: Expression, side: Side): Expression {
  const items = [first];
  while (c.take(",")) {
    c.skipNewlines();
    items.push(parseConcatenation(c, side));
    if (c.failed) break;
  }
  return { kind: "list", items, range: { start: first.range.start, end: c.lastEnd } };
}

/** `a . b . c`, and a map over it. */
export function parseConcatenation(c: Cursor, side: Side): Expression {
  const first = parseSpan(c, side);
  let expression = first;
  if (c.is(".")) {
    const parts = [first];
    while (c.take(".") && !c.failed) {
      c.skipNewlines();
      parts.push(parseSpan(c, side));
    }
    expression = { kind: "concat", parts, range: { start: first.range.start, end: c.lastEnd } };
  }
  if (side !== "right" && c.is("map")) {
    c.next();
    const map = parseSetLike(c);
    return { kind: "map", key: expression, map, range: { start: expression.range.start, end: c.lastEnd } };
  }
  return expression;
}

/** A value, a range or a prefix. */
function parseSpan(c: Cursor, side: Side): Expression {
  const from = parseBinary(c, side, 0);
  const start = from.range.start;
  if (side === "left") return from;
  if (c.is("/") && (side === "value" || !/^[A-Za-z]/.test(c.peek().text) || c.peek().text.includes(HOLE))) {
    c.next();
    const length = parsePrimary(c, side);
    return { kind: "prefix", base: from, length, range: c.range(start) };
  }
  if (c.is("-")) {
    c.next();
    const to = parseBinary(c, side, 0);
    return { kind: "range", from, to, range: c.range(start) };
  }
  return from;
}

/** Operators of `level` and above, by climbing their precedence. */
function parseBinary(c: Cursor, side: Side, level: number): Expression {
  let left = parsePrimary(c, side);
  for (let count = 0; ; count++) {
    const operator = operatorAt(c);
    if (operator === undefined || LEVELS[operator] < level || c.failed) return left;
    if (count === MOST_OPERANDS) {
      c.error(c.token, "This is too long to be read.", false);
      return left;
    }
    c.next();
    const right = parseBinary(c, side === "left" ? "value" : side, LEVELS[operator] + 1);
    left = { kind: "binary", operator, left, right, range: { start: left.range.start, end: c.lastEnd } };
  }
}

function parsePrimary(c: Cursor, side: Side): Expression {
  const { token } = c;
  if (token.kind === "mark") {
    const found = parseMarked(c, side);
    if (found) return found;
  }
  if (side === "left" ? startsSelector(c) : side === "value" && isSelector(c)) return parseSelector(c, (inner) => parseConcatenation(inner, "left"));
  if (token.kind === "quoted" || (token.kind === "word" && side !== "left" && !RESERVED.has(token.text))) {
    c.next();
    const quoted = token.kind === "quoted";
    return { kind: "word", text: quoted ? unquote(token.text) : token.text, quoted, range: { start: token.start, end: token.end } };
  }
  if (token.kind === "word" && token.text.includes(HOLE)) {
    c.next();
    return { kind: "unknown", reason: "a template decides it", range: { start: token.start, end: token.end } };
  }
  c.expected(side === "left" ? "a statement or match" : "a value");
  return { kind: "unknown", reason: "it is not understood", range: { start: token.start, end: token.start } };
}

/** What begins with a mark: a variable, a set, or something in brackets; undefined where it is none of them. */
function parseMarked(c: Cursor, side: Side): Expression | undefined {
  const { start, end, text } = c.token;
  switch (text) {
    case "(": {
      const inner = c.nested(() => {
        c.next();
        const expression = parseExpression(c, side);
        c.expect(")");
        return expression;
      });
      return inner ?? { kind: "unknown", reason: "it is nested too deeply", range: c.range(start) };
    }
    case "{":
      return parseSetLike(c);
    case "@":
      return startsSelector(c) ? undefined : parseSetLike(c);
    case "$":
      return parseVariable(c);
    case "[": {
      if (side === "left") return undefined;
      // A bracketed address, as it stands before a port.
      c.next();
      const inner = parseSpan(c, side);
      c.expect("]");
      return inner;
    }
    case "*":
      if (side === "left") return undefined;
      c.next();
      return { kind: "any", range: { start, end } };
    default:
      return undefined;
  }
}

/** What may stand for a set or map: `{ … }`, `@name` or a variable. */
export function parseSetLike(c: Cursor): Expression {
  if (c.is("{")) {
    const { start } = c.token;
    return c.nested(() => parseSet(c), true) ?? { kind: "unknown", reason: "it is nested too deeply", range: c.range(start) };
  }
  if (c.is("$")) return parseVariable(c);
  if (c.is("@")) {
    const { start } = c.next();
    const name = c.identifier("the name of a set");
    return { kind: "set-reference", name, range: c.range(start) };
  }
  const { token } = c;
  if (token.kind === "word" && token.text.includes(HOLE)) {
    c.next();
    return { kind: "unknown", reason: "a template decides it", range: { start: token.start, end: token.end } };
  }
  c.expected('a set, "{ … }" or "@name"');
  return { kind: "unknown", reason: "it is not understood", range: { start: token.start, end: token.start } };
}

function parseSet(c: Cursor): Expression {
  const opener = c.next();
  const elements: ElementNode[] = [];
  let more = true;
  while (more) {
    c.skipNewlines();
    if (isClosed(c)) break;
    if (c.is(",")) {
      // Between elements nft takes a comma too many.
      const where = c.next();
      if (elements.length === 0) c.note(where, "There is a comma without an element before it: nft loads nothing of this file. Remove it.");
      continue;
    }
    const before = c.position;
    const element = parseElement(c);
    elements.push(element);
    c.skipNewlines();
    more = !c.failed && c.position > before;
    if (!more || c.take(",") || isClosed(c) || holds(c, element) || c.token.text.includes(HOLE)) continue;
    c.expected('"," or "}"');
    more = false;
  }
  while (!isClosed(c)) {
    if (c.is("{")) c.skipBlock();
    else c.next();
  }
  if (c.is("}") && elements.length === 0 && !c.failed) c.note(c.token, "A set in braces cannot be empty: nft loads nothing of this file. Put an element in, or remove the match or the line.");
  if (!c.take("}")) c.unclosed(opener);
  return { kind: "set", elements, range: c.range(opener.start) };
}

/** A span of time after its word, such as `timeout 1h`. */
export function parseTimeout(c: Cursor): void {
  c.next();
  const { text } = c.token;
  if (c.is("$")) parseVariable(c);
  else if (text.includes(HOLE) || text === "never" || spanMilliseconds(text) !== undefined) c.next();
  else c.expected("a time such as 1h30m");
}

function isClosed(c: Cursor): boolean {
  return c.is("}") || c.token.kind === "end";
}

/** Whether a template wrote the element, and so perhaps its comma. */
function holds(c: Cursor, element: ElementNode): boolean {
  return c.text.slice(element.range.start, element.range.end).includes(HOLE);
}

function parseElement(c: Cursor): ElementNode {
  const { start } = c.token;
  const key = parseConcatenation(c, "right");
  let timeout = false;
  // What an element carries: a timeout, a comment, counters, limits.
  while (c.token.kind === "word" && !c.failed) {
    const word = c.token.text;
    if (word === "timeout" || word === "expires") {
      timeout = true;
      parseTimeout(c);
    } else if (word === "comment") {
      c.next();
      c.next();
    } else if (word === "counter" || word === "quota" || word === "limit" || word === "ct" || word === "last") {
      while (c.token.kind === "word" || c.is("/")) {
        if (c.is("timeout") || c.is("expires") || c.is("comment")) break;
        c.next();
      }
    } else break;
  }
  let value: Expression | undefined;
  if (c.take(":")) {
    c.skipNewlines();
    value = VERDICTS.has(c.token.text) && c.token.kind === "word" ? parseVerdictExpression(c) : parseConcatenation(c, "right");
  }
  // Newer versions take the options behind the data, too.
  while (c.is("comment") || c.is("timeout") || c.is("expires")) {
    timeout ||= !c.is("comment");
    if (c.is("comment")) {
      c.next();
      c.next();
    } else parseTimeout(c);
  }
  // Most elements are their key and nothing else: large sets have one place less to hold for each.
  return { key, value, timeout, range: key.range.start === start && key.range.end === c.lastEnd ? key.range : c.range(start) };
}
