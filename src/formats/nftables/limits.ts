import { HOLE } from "../template/jinja.ts";
import type { Cursor } from "./cursor.ts";
import { parseVariable } from "./variables.ts";
import { parseExpression } from "./expressions.ts";
import type { StatementNode } from "./tree.ts";

const UNITS = new Set(["second", "minute", "hour", "day", "week"]);
const BYTES = new Set(["bytes", "kbytes", "mbytes"]);

/** `limit rate over 10/second burst 5 packets`, `limit name "x"`. */
export function parseLimit(c: Cursor): StatementNode {
  return parseBound(c, "limit", parseRate);
}

/** `quota over 25 mbytes`, `quota name "x"`. */
export function parseQuota(c: Cursor): StatementNode {
  return parseBound(c, "quota", parseQuotaAmount);
}

function parseBound(c: Cursor, kind: "limit" | "quota", amountAfter: (c: Cursor) => boolean): StatementNode {
  const { start } = c.next();
  if (c.take("name")) {
    const object = parseExpression(c, "value");
    return { kind, over: false, object, text: c.slice(start), range: c.range(start) };
  }
  const over = amountAfter(c);
  return { kind, over, text: c.slice(start), range: c.range(start) };
}

/** What follows `limit`, in a rule and in an object; gives whether it is `over`. */
export function parseRate(c: Cursor): boolean {
  c.expect("rate");
  const over = c.take("over");
  if (!over) c.take("until");
  amount(c, "a rate");
  const word = c.token.text;
  const unit = word.split("/");
  const inBytes = BYTES.has(unit[0]!);
  if (c.take("/")) timeUnit(c, c.token.text);
  else if (unit.length === 2 && BYTES.has(unit[0]!)) timeUnit(c, unit[1]!);
  else if (BYTES.has(word)) {
    c.next();
    c.expect("/");
    timeUnit(c, c.token.text);
  } else if (word.includes(HOLE)) c.next();
  else if (!c.text.slice(c.lastEnd - 1, c.lastEnd).includes(HOLE)) c.expected("a rate such as 10/second");
  if (c.take("burst")) {
    amount(c, "a number");
    const other = inBytes ? c.is("packets") : BYTES.has(c.token.text);
    if (other) c.error(c.token, `A burst is counted as its rate is, in ${inBytes ? "bytes" : "packets"}: nft loads nothing of this file.`);
    if (BYTES.has(c.token.text) || c.is("packets")) c.next();
    else if (!c.failed && !c.endsInHole) c.expected(inBytes ? "bytes, kbytes or mbytes" : '"packets"');
  }
  return over;
}

function timeUnit(c: Cursor, unit: string): void {
  if (UNITS.has(unit) || unit.includes(HOLE)) c.next();
  else c.expected("second, minute, hour, day or week");
}

function amount(c: Cursor, what: string): void {
  if (c.is("$")) parseVariable(c);
  else if (/^\d+$/.test(c.token.text) || c.token.text.includes(HOLE)) c.next();
  else c.expected(what);
}

/** What follows `quota`, in a rule and in an object; gives whether it is `over`. */
export function parseQuotaAmount(c: Cursor): boolean {
  const over = c.take("over");
  if (!over) c.take("until");
  quantity(c);
  if (c.take("used")) quantity(c);
  return over;
}

function quantity(c: Cursor): void {
  amount(c, "a number of bytes");
  if (BYTES.has(c.token.text)) c.next();
  else if (!c.failed && !c.text.slice(c.lastEnd - 1, c.lastEnd).includes(HOLE)) c.expected("bytes, kbytes or mbytes");
}
