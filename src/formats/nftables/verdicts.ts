import { HOLE } from "../template/jinja.ts";
import type { Cursor } from "./cursor.ts";
import { unquote } from "./cursor.ts";
import { parseVariable } from "./variables.ts";
import type { Expression } from "./tree.ts";

/** The verdicts that a rule, a set element or a policy may have. */
export const VERDICTS: ReadonlySet<string> = new Set(["accept", "drop", "continue", "return", "jump", "goto", "queue"]);

/** A verdict with its target; call it where one of VERDICTS stands. */
export function parseVerdictExpression(c: Cursor): Expression {
  const { start, text } = c.next();
  if (text !== "jump" && text !== "goto") return { kind: "verdict", verdict: text, range: c.range(start) };
  const target = parseTarget(c);
  return { kind: "verdict", verdict: text, target, range: c.range(start) };
}

/** The chain that a jump goes to. */
export function parseTarget(c: Cursor): Expression {
  if (c.is("$")) return parseVariable(c);
  const { token } = c;
  if (token.kind === "word" || token.kind === "quoted") {
    c.identifier("the name of a chain");
    const quoted = token.kind === "quoted";
    const range = { start: token.start, end: token.end };
    if (token.text.includes(HOLE)) return { kind: "unknown", reason: "a template decides it", range };
    return { kind: "word", text: quoted ? unquote(token.text) : token.text, quoted, range };
  }
  c.expected("the name of a chain");
  return { kind: "unknown", reason: "it is not understood", range: { start: token.start, end: token.start } };
}
