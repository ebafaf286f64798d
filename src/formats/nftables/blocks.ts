import type { Cursor } from "./cursor.ts";
import type { Token } from "./lexer.ts";

/** What opens a block in a table: with a name and a brace after it, it cannot stand in a chain. */
const OPENERS = new Set(["table", "chain", "set", "map", "flowtable", "add", "create", "flush"]);

/** What a `}` may follow at once, by nft's grammar. */
const NEEDS_NO_SEPARATOR = new Set(["elements", "auto-merge"]);

/**
 * Reads a block in braces, item by item: `item` reads one and gives false where the block cannot go on, because another
 * one begins that cannot lie inside. Without its brace there is a complaint and no item.
 */
export function parseBlock(c: Cursor, item: () => boolean): void {
  const opener = openBlock(c);
  if (!opener) return;
  for (;;) {
    c.skipSeparators();
    c.recover();
    if (c.is("}") || c.token.kind === "end") break;
    const before = c.position;
    const unseparated = NEEDS_NO_SEPARATOR.has(c.token.text);
    if (!item()) return;
    if (c.failed) c.skipStatement();
    else if (!unseparated && c.position > before) parseSeparated(c);
    if (c.position === before) c.next();
    endItem(c);
  }
  closeBlock(c, opener);
}

/** Complains where neither a line break nor `;` stands between an item of a block and the block's end. Gives true. */
export function parseSeparated(c: Cursor): true {
  if (c.is("}") && !c.failed && !c.endsInHole) c.unseparated();
  return true;
}

/** Takes the `{` of a block; undefined, with a complaint, where there is none. */
function openBlock(c: Cursor): Token | undefined {
  const { token } = c;
  return c.expect("{") ? token : undefined;
}

/** Takes the `}` that belongs to `opener`. */
export function closeBlock(c: Cursor, opener: Token): void {
  if (!c.take("}")) c.unclosed(opener);
}

/** After an item of a block comes a line break, `;` or the block's end; skips what else there is. */
export function endItem(c: Cursor): void {
  if (c.atEnd) return;
  c.expected('a line break or ";"');
  c.skipStatement();
}

/** True where another block begins that can be no part of a rule: `chain name {`, `table inet name {`. */
export function startsBlock(c: Cursor): boolean {
  if (c.token.kind !== "word" || !OPENERS.has(c.token.text)) return false;
  if (c.is("flush") || c.is("add") || c.is("create")) return ["table", "chain", "set", "map", "ruleset", "rule"].includes(c.peek().text);
  for (let ahead = 1; ahead <= 3; ahead++) {
    if (c.isAhead(ahead, "{")) return ahead > 1;
    if (c.peek(ahead).kind !== "word") return false;
  }
  return false;
}
