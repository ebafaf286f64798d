import { HOLE } from "../template/jinja.ts";
import { parseBlock } from "./blocks.ts";
import { parseChainBody } from "./chains.ts";
import type { Cursor } from "./cursor.ts";
import { parseDefinition, parseInclude } from "./definitions.ts";
import { OBJECTS, parseObject } from "./objects.ts";
import { parseSetBody } from "./sets.ts";
import type { TableItem } from "./tree.ts";

const ITEMS = new Set(["chain", "set", "map", "meter", ...OBJECTS]);

/** True where an item of a table stands. */
function startsTableItem(c: Cursor): boolean {
  return c.token.kind === "word" && ITEMS.has(c.token.text);
}

/** What stands in a table's braces. */
export function parseTableBody(c: Cursor): TableItem[] {
  const items: TableItem[] = [];
  parseBlock(c, () => {
    if (c.is("table")) {
      c.error(c.token, 'A table cannot stand inside a table: the "{" before it is not closed. Add the "}".');
      return false;
    }
    const item = parseTableItem(c);
    if (item) items.push(item);
    return true;
  });
  return items;
}

/** One item of a table; undefined for a property such as its flags. */
export function parseTableItem(c: Cursor): TableItem | undefined {
  const { start, text } = c.token;
  if (c.is("include")) return parseInclude(c);
  if (c.is("define") || c.is("redefine") || c.is("undefine")) return parseDefinition(c);
  if (c.is("flags")) {
    c.next();
    const flags: string[] = [];
    do {
      if (!["dormant", "owner", "persist"].includes(c.token.text) && !c.token.text.includes(HOLE)) c.expected("dormant, owner or persist");
      else flags.push(c.next().text);
    } while (c.take(",") && !c.failed);
    return { kind: "other", what: "flags", text: flags.join(","), range: c.range(start) };
  }
  if (c.is("comment")) {
    c.next();
    c.name("the comment's text");
    return undefined;
  }
  if (!startsTableItem(c)) {
    if (text.includes(HOLE)) {
      c.skipStatement();
      return { kind: "other", what: "template", text: c.slice(start), range: c.range(start) };
    }
    c.expected("chain, set, map or another item of a table");
    c.skipStatement();
    return { kind: "other", what: "unknown", text: c.slice(start), range: c.range(start) };
  }
  c.next();
  const what = text === "ct" ? `ct ${c.next().text}` : text;
  const name = c.identifier(`the name of a ${what}`);
  if (text === "chain") return parseChainBody(c, name, start);
  if (text === "set" || text === "map" || text === "meter") return parseSetBody(c, text, name, start);
  parseObject(c, what);
  return { kind: "other", what, name, text: c.slice(start), range: c.range(start) };
}
