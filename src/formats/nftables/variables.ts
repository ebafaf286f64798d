import type { Cursor } from "./cursor.ts";
import type { Expression } from "./tree.ts";

/** A variable in use, `$name`; call it at the `$`. */
export function parseVariable(c: Cursor): Expression {
  const { start } = c.next();
  const { token } = c;
  if (token.kind === "word" && token.start === start + 1) {
    c.next();
    return { kind: "variable", name: token.text, range: { start, end: token.end } };
  }
  c.expected("the name of a variable");
  return { kind: "unknown", reason: "a variable has no name", range: { start, end: start + 1 } };
}
