import { HOLE } from "../template/jinja.ts";
import { parseBlock } from "./blocks.ts";
import type { Cursor } from "./cursor.ts";
import { parseDefinition, parseInclude } from "./definitions.ts";
import { parseConcatenation, parseSetLike, parseTimeout } from "./expressions.ts";
import { parseStatement } from "./statements.ts";
import type { Definition, Expression, Include, Name, SetNode } from "./tree.ts";
import { typeByName } from "./datatypes.ts";
import { parseVariable } from "./variables.ts";

const FLAGS = new Set(["constant", "interval", "timeout", "dynamic"]);
const OBJECTS = new Set(["counter", "quota", "limit", "secmark", "synproxy", "verdict"]);

/** What stands in the braces of a set or map; `name` was read before them. */
export function parseSetBody(c: Cursor, kind: SetNode["kind"], name: Name, start: number): SetNode {
  let keyType: string[] = [];
  let dataType: string[] = [];
  let keyExpression: Expression | undefined;
  let dataExpression: Expression | undefined;
  let elements: Expression | undefined;
  const flags: string[] = [];
  const parts: (Definition | Include)[] = [];
  let open = false;
  parseBlock(c, () => {
    const word = c.token.text;
    if (word === "type") {
      c.next();
      keyType = parseTypes(c);
      if (c.take(":")) {
        if (kind === "set") c.error({ start: c.lastEnd - 1, end: c.lastEnd }, "A set has no values, only a map has: nft loads nothing of this file. Declare a map.");
        dataType = parseTypes(c);
      } else if (kind === "map" && !c.failed) c.expected('":" and the type of the values');
    } else if (word === "typeof") {
      c.next();
      keyExpression = parseConcatenation(c, "left");
      if (c.take(":")) {
        c.take("interval");
        if (OBJECTS.has(c.token.text)) dataType = [c.next().text];
        else dataExpression = parseConcatenation(c, "left");
      }
    } else if (word === "flags") parseFlags(c, flags);
    else if (word === "elements") {
      c.next();
      c.expect("=");
      if (!c.failed) elements = parseSetLike(c);
    } else if (word === "timeout" || word === "gc-interval") {
      if (word === "timeout") flags.push(word);
      parseTimeout(c);
    } else if (word === "size" || word === "policy") {
      c.next();
      const { text } = c.token;
      if (c.is("$")) parseVariable(c);
      else if (text.includes(HOLE) || (word === "size" ? /^\d+$/.test(text) : text === "memory" || text === "performance")) c.next();
      else c.expected(word === "size" ? "a number" : "memory or performance");
    } else if (word === "comment") {
      c.next();
      c.name("the comment's text");
    } else if (word === "auto-merge") flags.push(c.next().text);
    else if (word === "include") {
      open = true;
      parts.push(parseInclude(c));
    } else if (word === "define" || word === "redefine" || word === "undefine") parts.push(parseDefinition(c));
    else if (word === "counter" || word === "limit" || word === "quota" || word === "ct" || word === "last") {
      while (!c.atEnd && !c.failed) parseStatement(c);
    } else if (word.includes(HOLE)) {
      open = true;
      c.skipStatement();
    } else c.expected(`a property of a ${kind} (type, typeof, flags, timeout, size, elements, …)`);
    return true;
  });
  return {
    kind,
    name,
    keyType,
    dataType,
    ...(keyExpression && { keyExpression }),
    ...(dataExpression && { dataExpression }),
    ...(elements && { elements }),
    flags,
    parts,
    open,
    range: c.range(start),
  };
}

function parseTypes(c: Cursor): string[] {
  const types: string[] = [];
  c.take("interval");
  do {
    const { token } = c;
    if (token.kind !== "word") {
      c.expected("a type such as ipv4_addr");
      break;
    }
    c.next();
    // `ct helper` and its like are types of two words.
    const name = token.text === "ct" && c.token.kind === "word" ? `ct ${c.next().text}` : token.text;
    const known = OBJECTS.has(name) || name.startsWith("ct ") || name.includes(HOLE) || typeByName(name) !== undefined;
    if (!known) c.error(token, `nft has no type "${name}": it loads nothing of this file. Use one such as ipv4_addr, inet_service or ifname.`);
    types.push(name);
  } while (c.take("."));
  return types;
}

function parseFlags(c: Cursor, flags: string[]): void {
  c.next();
  do {
    const { token } = c;
    if (!FLAGS.has(token.text) && !token.text.includes(HOLE)) {
      c.expected("constant, interval, timeout or dynamic");
      return;
    }
    flags.push(c.next().text);
  } while (c.take(","));
}
