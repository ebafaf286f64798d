import type { Range } from "../../engine/location.ts";
import { maskJinja } from "./jinja.ts";

/** One way through an `{% if %}`; the one without a test is its `else`. */
export interface Branch {
  readonly test: string | undefined;
  readonly body: readonly Block[];
}

/** A part of a template as Jinja renders it, with its white space control done. */
export type Block =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "output"; readonly code: string }
  | { readonly kind: "if"; readonly branches: readonly Branch[] }
  | { readonly kind: "for"; readonly names: readonly string[]; readonly of: string; readonly only: string | undefined; readonly body: readonly Block[]; readonly otherwise: readonly Block[] }
  | { readonly kind: "set"; readonly name: string; readonly code: string }
  | { readonly kind: "include"; readonly code: string }
  /** Anything else (`macro`, `call`, `filter`, `import`, …), with all that stands in it. */
  | { readonly kind: "other"; readonly code: string };

interface Token {
  readonly kind: "text" | "output" | "tag";
  /** The literal text, or the code between the delimiters. */
  readonly text: string;
  readonly range: Range;
}

const KEPT = 500;
const known = new Map<string, readonly Block[]>();
const places = new WeakMap<Block, Range>();

/** Where a block of `blocksOf` begins and ends in the text: its text, or the tag that opens it. No part of what it says. */
export function placeOfBlock(block: Block): Range {
  return places.get(block) ?? { start: 0, end: 0 };
}

/** How a task has its template's white space treated; a `#jinja2:` header in the template goes before that. */
export interface WhiteSpace {
  /** The line break behind a tag is left out. */
  readonly trim: boolean;
  /** So are blanks before a tag on its line. */
  readonly lstrip: boolean;
}

/** As Ansible's module `template` does where the task says nothing of it. */
export const USUAL: WhiteSpace = { trim: true, lstrip: false };

/** Takes a template apart. What is not closed runs to the end; nothing is refused. */
export function blocksOf(text: string, how: WhiteSpace = USUAL): readonly Block[] {
  const key = how === USUAL ? text : `${how.trim ? "t" : "n"}${how.lstrip ? "l" : "k"}\0${text}`;
  let blocks = known.get(key);
  if (blocks === undefined) {
    blocks = new Reader(tokensOf(text, how)).body([]);
    if (known.size >= KEPT) known.clear();
    known.set(key, blocks);
  }
  return blocks;
}

function tokensOf(written: string, how: WhiteSpace): Token[] {
  // Jinja's lexer makes every line break a line feed.
  const source = written.includes("\r") ? written.replace(/\r\n?/g, "\n") : written;
  const header = /^#jinja2:([^\n]*)\n/.exec(source);
  const text = header === null ? source : source.slice(header[0].length);
  const option = (name: string, usual: boolean): boolean => new RegExp(`${name}\\s*:\\s*["']?(true|false)`, "i").exec(header?.[1] ?? "")?.[1]?.toLowerCase() === String(!usual) ? !usual : usual;
  const trim = option("trim_blocks", how.trim);
  const lstrip = option("lstrip_blocks", how.lstrip);
  const tokens: Token[] = [];
  const placed = placing(written, source, source.length - text.length);
  let cursor = 0;
  let strip = false;
  let newline = false;
  let raw = false;
  const literal = (end: number, before: "all" | "blanks" | "none"): void => {
    let part = text.slice(cursor, end);
    if (strip) part = part.trimStart();
    else if (newline) part = part.replace(/^\r?\n/, "");
    const start = end - part.length;
    if (before === "all") part = part.trimEnd();
    // Only what begins its line; a tag before it on the line keeps them (jinja2/lexer.py, line_starting).
    else if (before === "blanks") part = part.replace(start === 0 || text[start - 1] === "\n" ? /(^|\n)[ \t]+$/ : /(\n)[ \t]+$/, "$1");
    if (part !== "") tokens.push({ kind: "text", text: part, range: placed(start, start + part.length) });
  };
  for (const { kind, range, code } of maskJinja(text).regions) {
    if (raw && !(kind === "tag" && code === "endraw")) continue;
    const sign = text[range.start + 2];
    literal(range.start, sign === "-" ? "all" : lstrip && sign !== "+" && kind !== "output" ? "blanks" : "none");
    const closing = text[range.end - 3];
    strip = closing === "-";
    newline = trim && kind !== "output" && closing !== "+";
    cursor = range.end;
    if (kind === "tag" && (code === "raw" || code === "endraw")) raw = code === "raw";
    else if (kind !== "comment") tokens.push({ kind, text: code, range: placed(range.start, range.end) });
  }
  literal(text.length, "none");
  return tokens;
}

/** Offsets behind a header of the text with plain line feeds as ranges of the text as it is written. */
function placing(written: string, source: string, header: number): (start: number, end: number) => Range {
  if (written.length === source.length) return (start, end) => ({ start: start + header, end: end + header });
  // In the written text so many characters more stand before each line.
  const returns = [...written.matchAll(/\r\n/g)].map(({ index }, count) => index - count);
  const moved = (offset: number): number => {
    let low = 0;
    let high = returns.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (returns[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    return offset + low;
  };
  return (start, end) => ({ start: moved(start + header), end: moved(end + header) });
}

const FOR = /^for\s+([\w\s,()]+?)\s+in\s+([\s\S]+?)(?:\s+if\s+([\s\S]+?))?(?:\s+recursive)?$/;
const DEPTH = 100;
/** Code that is longer than anybody writes is kept as it is. */
const LONGEST = 4_000;

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Blocks up to a tag that begins with one of `ends`, which stays to be read. */
  body(ends: readonly string[]): Block[] {
    const blocks: Block[] = [];
    for (let token = this.#tokens[this.#at]; token !== undefined; token = this.#tokens[this.#at]) {
      const word = token.kind === "tag" ? (/^\w+/.exec(token.text)?.[0] ?? "") : "";
      if (ends.includes(word)) break;
      this.#at++;
      let block: Block;
      if (token.kind !== "text" && token.text.length > LONGEST) block = { kind: "other", code: token.text };
      else if (token.kind === "text") block = { kind: "text", text: token.text };
      else if (token.kind === "output") block = { kind: "output", code: token.text };
      else if (/^(?:end\w+|else|elif)$/.test(word)) continue;
      else block = this.#tag(word, token.text);
      places.set(block, token.range);
      blocks.push(block);
    }
    return blocks;
  }

  #tag(word: string, code: string): Block {
    if (this.#depth >= DEPTH) return { kind: "other", code };
    this.#depth++;
    const block = this.#read(word, code);
    this.#depth--;
    return block;
  }

  #read(word: string, code: string): Block {
    if (word === "if") return this.#if(code);
    if (word === "include") return { kind: "include", code: code.slice(word.length).trim() };
    const loop = word === "for" ? FOR.exec(code) : null;
    if (loop !== null) {
      const body = this.body(["else", "endfor"]);
      const otherwise = this.#next("else") ? this.body(["endfor"]) : [];
      this.#next("endfor");
      const names = loop[1]!.replace(/[()]/g, "").split(",").map((name) => name.trim()).filter((name) => name !== "");
      return { kind: "for", names, of: loop[2]!, only: loop[3], body, otherwise };
    }
    const set = word === "set" ? /^set\s+(\w+)\s*=\s*([\s\S]+)$/.exec(code) : null;
    if (set !== null) return { kind: "set", name: set[1]!, code: set[2]! };
    return { kind: "other", code: this.#whole(word, code) };
  }

  #if(code: string): Block {
    const branches: Branch[] = [{ test: code.slice(2).trim(), body: this.body(["elif", "else", "endif"]) }];
    for (let token = this.#tokens[this.#at]; token !== undefined; token = this.#tokens[this.#at]) {
      this.#at++;
      if (token.text.startsWith("endif")) break;
      const test = token.text.startsWith("elif") ? token.text.slice(4).trim() : undefined;
      branches.push({ test, body: this.body(["elif", "else", "endif"]) });
    }
    return { kind: "if", branches };
  }

  #next(word: string): boolean {
    if (this.#tokens[this.#at]?.kind !== "tag" || !this.#tokens[this.#at]!.text.startsWith(word)) return false;
    this.#at++;
    return true;
  }

  /** A block that is not read, down to its end, as text. */
  #whole(word: string, code: string): string {
    if (!/^(?:macro|call|filter|block|for)$/.test(word) && !/^set\s+\w+$/.test(code)) return code;
    let text = code;
    let open = 1;
    for (let token = this.#tokens[this.#at]; token !== undefined && open > 0; token = this.#tokens[this.#at]) {
      this.#at++;
      if (token.kind === "tag" && new RegExp(`^${word}\\b`).test(token.text)) open++;
      if (token.kind === "tag" && token.text.startsWith(`end${word}`)) open--;
      text += token.kind === "text" ? token.text : ` ${token.text} `;
    }
    return text;
  }
}
