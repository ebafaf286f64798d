import type { Range } from "../../engine/location.ts";

/** A word or a mark of a Nix expression. */
export interface Token {
  readonly kind: "name" | "number" | "string" | "open" | "close" | "mark";
  readonly text: string;
  /** Of a string without `${}`: what it holds. */
  readonly value?: string;
  readonly range: Range;
  /** Without quotes. */
  readonly inner: Range;
}

const NEXT = /\s+|#[^\n]*|\/\*|"|''|[A-Za-z_][\w'-]*|\d+(?:\.\d+)?|[{[(]|[\])}]|==|!=|<=|>=|&&|\|\||->|\+\+|\/\/|\.\.\.|[\s\S]/gy;

/** The tokens of a text; blanks and comments are left out. Linear, for any text. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  NEXT.lastIndex = 0;
  for (let match = NEXT.exec(text); match !== null; match = NEXT.exec(text)) {
    const start = match.index;
    const word = match[0];
    const at = NEXT.lastIndex;
    if (/^\s|^#/.test(word)) continue;
    if (word === "/*") {
      const end = text.indexOf("*/", at);
      NEXT.lastIndex = end === -1 ? text.length : end + 2;
    } else if (word === '"' || word === "''") {
      const string = readString(text, start, word);
      found.push(string);
      NEXT.lastIndex = string.range.end;
    } else {
      const range = { start, end: at };
      const kind = /^[A-Za-z_]/.test(word) ? "name" : /^\d/.test(word) ? "number" : "{[(".includes(word) ? "open" : "}])".includes(word) ? "close" : "mark";
      found.push({ kind, text: word, range, inner: range });
    }
  }
  return found;
}

/** A string up to its closer; what `${}` opens in it is stepped over by its braces. */
function readString(text: string, start: number, closer: string): Token {
  let at = start + closer.length;
  let hole = false;
  while (at < text.length) {
    if (closer === '"' && text[at] === "\\") at += 2;
    else if (closer === "''" && (text.startsWith("'''", at) || text.startsWith("''$", at) || text.startsWith("''\\", at))) at += 3;
    else if (text.startsWith(closer, at)) break;
    else if (text.startsWith("${", at)) {
      hole = true;
      let depth = 1;
      at += 2;
      while (at < text.length && depth > 0) {
        if (text[at] === "{") depth++;
        else if (text[at] === "}") depth--;
        at++;
      }
    } else at++;
  }
  const inner = { start: start + closer.length, end: Math.min(at, text.length) };
  const range = { start, end: Math.min(at + closer.length, text.length) };
  const raw = text.slice(inner.start, inner.end);
  return { kind: "string", text: raw, ...(hole ? {} : { value: closer === '"' ? raw.replace(/\\(.)/g, "$1") : raw.trim() }), range, inner };
}
