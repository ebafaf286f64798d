import type { Cursor } from "./cursor.ts";
import { parseConcatenation } from "./expressions.ts";
import type { Expression, Name, StatementNode } from "./tree.ts";

/** Reads the statements inside; handed over, since they may hold elements in turn. */
type Inner = (c: Cursor) => StatementNode;

/** `add @set { key statements }`, and the older `set add key @set`. */
export function parseDynamic(c: Cursor, statement: Inner): StatementNode {
  const { start, text } = c.next();
  if (text === "set") {
    const verb = c.is("add") || c.is("update") || c.is("delete") ? c.next().text : "";
    if (verb === "") c.expected("add, update or delete");
    const { key, inner, data } = parseElement(c, statement);
    c.expect("@");
    return { kind: "dynamic", verb, set: c.name("the name of a set"), key, ...(data && { data }), inner, range: c.range(start) };
  }
  c.expect("@");
  const set = c.name("the name of a set");
  c.expect("{");
  const { key, inner, data } = parseElement(c, statement);
  c.expect("}");
  return { kind: "dynamic", verb: text, set, key, ...(data && { data }), inner, range: c.range(start) };
}

/** `meter name size 4096 { key statements }`. */
export function parseMeter(c: Cursor, statement: Inner): StatementNode {
  const { start } = c.next();
  let set: Name = { text: "", range: { start, end: start } };
  if (!c.is("{") && !c.is("size")) set = c.name("the name of a meter");
  if (c.take("size")) c.next();
  c.expect("{");
  const { key, inner, data } = parseElement(c, statement);
  c.expect("}");
  return { kind: "dynamic", verb: "meter", set, key, ...(data && { data }), inner, range: c.range(start) };
}

function parseElement(c: Cursor, statement: Inner): { key: Expression; inner: StatementNode[]; data?: Expression } {
  const key = parseConcatenation(c, "left");
  const inner: StatementNode[] = [];
  let data: Expression | undefined;
  while (!c.failed && !c.is("}") && !c.is("@") && !c.atEnd) {
    if (c.is("timeout") || c.is("expires") || c.is("comment")) {
      c.next();
      c.next();
    } else if (c.take(":")) data = parseConcatenation(c, "value");
    else inner.push(statement(c));
  }
  return { key, inner, ...(data && { data }) };
}
