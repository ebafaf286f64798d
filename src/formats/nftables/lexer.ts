import { HOLE } from "../template/jinja.ts";

/** `word`: a name or number; `quoted`: with its quotes; `mark`: punctuation; `junk`: what nft does not read. */
type TokenKind = "word" | "quoted" | "mark" | "newline" | "junk" | "end";

/** A piece of the text as nft's scanner cuts it. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const LETTER = 1;
const DIGIT = 2;
const INNER = 4;
const HEX = 8;
const classes = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  if (/[A-Za-z_.]/.test(char)) classes[code]! |= LETTER;
  if (/[0-9]/.test(char)) classes[code]! |= DIGIT;
  if (/[A-Za-z0-9/\-_.]/.test(char)) classes[code]! |= INNER;
  if (/[0-9a-fA-F]/.test(char)) classes[code]! |= HEX;
}
const HOLE_CODE = HOLE.charCodeAt(0);
const COLON = 58;
const HEXADECIMAL = /0x[0-9a-f]+/iy;
const TIME = /(?:[0-9]+d)?(?:[0-9]+h)?(?:[0-9]+m(?!s))?(?:[0-9]+s)?(?:[0-9]+ms)?/y;
const ADDRESS4 = /[0-9]{1,3}(?:\.[0-9]{1,3}){3}/y;
const HARDWARE = /[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}/iy;
const CLASS_ID = /[0-9a-f]{1,4}:[0-9a-f]{1,4}(?=[ \t\r\n:\-},;]|$)/iy;
/** The only names of nft that begin with a digit. */
const VLAN_TYPES = /8021(?:q|ad)(?![\w-])/y;

/** Words up to this length are the same string wherever they stand: names come again in every rule. */
const LONGEST_SHARED = 20;

/**
 * Cuts a masked text into tokens as nft's scanner does: the longest match wins, `#` runs to the end of the line. A token is
 * cut when it is asked for, so that a large file never has all of them in memory.
 */
export class Lexer {
  readonly #text: string;
  readonly #words = new Map<string, string>();
  #at: number;
  #ends = 0;

  constructor(text: string) {
    this.#text = text;
    this.#at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  /** The next token. A line break stands before the end, which comes again and again. */
  next(): Token {
    const text = this.#text;
    let at = this.#at;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === 32 || code === 9 || code === 13) at++;
      else if (code === 46 && !is(text.charCodeAt(at + 1), INNER)) return this.#token("mark", at, at + 1);
      else if (isWordStart(code)) return this.#word(at, wordEnd(text, at, code), code);
      else if (code === 10) return this.#token("newline", at, at + 1);
      else if (code === 35) at = lineEnd(text, at);
      else if (code === 92 && continues(text, at) > 0) at = continues(text, at);
      else if (code === 34) return this.#token("quoted", at, quoteEnd(text, at));
      else if (code === COLON && address6End(text, at) > at) return this.#token("word", at, wordEnd(text, at, code));
      else if (code === 92 && text[at + 1] === "*") return this.#token("word", at, at + 2);
      else {
        const end = markEnd(text, at);
        return this.#token(end > at ? "mark" : "junk", at, end > at ? end : junkEnd(text, at));
      }
    }
    return this.#token(this.#ends++ === 0 ? "newline" : "end", text.length, text.length);
  }

  #token(kind: TokenKind, start: number, end: number): Token {
    this.#at = end;
    return { kind, text: this.#text.slice(start, end), start, end };
  }

  #word(start: number, end: number, code: number): Token {
    const token = this.#token("word", start, end);
    if (end - start > LONGEST_SHARED || is(code, DIGIT)) return token;
    const shared = this.#words.get(token.text);
    if (shared !== undefined) return { kind: "word", text: shared, start, end };
    this.#words.set(token.text, token.text);
    return token;
  }
}

/** All tokens of a masked text; the last is the end. */
export function tokenize(text: string): Token[] {
  const lexer = new Lexer(text);
  const tokens: Token[] = [];
  for (;;) {
    const token = lexer.next();
    tokens.push(token);
    if (token.kind === "end") return tokens;
  }
}

function isWordStart(code: number): boolean {
  if (code === HOLE_CODE) return true;
  return code < 128 && (classes[code]! & (LETTER | DIGIT)) !== 0;
}

function is(code: number, kind: number): boolean {
  return code < 128 && (classes[code]! & kind) !== 0;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}

/** Where the line goes on after a backslash at its end; 0 where it does not. */
function continues(text: string, at: number): number {
  let next = at + 1;
  while (text[next] === " " || text[next] === "\t" || text[next] === "\r") next++;
  return text[next] === "\n" ? next + 1 : 0;
}

/** nft's strings may span lines; a half-typed one should not take the rest of the file. */
function quoteEnd(text: string, at: number): number {
  const line = lineEnd(text, at);
  const close = text.indexOf('"', at + 1);
  return close !== -1 && close < line ? close + 1 : text[line - 1] === "\r" ? line - 1 : line;
}

function wordEnd(text: string, at: number, code: number): number {
  let end = is(code, DIGIT) ? numberEnd(text, at) : nameEnd(text, at);
  if (code === COLON || is(code, HEX)) end = Math.max(end, colonEnd(text, at));
  // A template's value glued to what stands beside it makes one word, of which nothing is known.
  while (text.charCodeAt(end) === HOLE_CODE) end = holeEnd(text, end);
  return end;
}

function holeEnd(text: string, at: number): number {
  let end = at;
  for (;;) {
    const code = text.charCodeAt(end);
    if (code === HOLE_CODE || is(code, INNER)) end++;
    else if (code === COLON && (is(text.charCodeAt(end + 1), HEX) || text.charCodeAt(end + 1) === COLON)) end++;
    else return end;
  }
}

function nameEnd(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && (is(text.charCodeAt(end), INNER) || text.charCodeAt(end) === HOLE_CODE)) end++;
  return text[end] === "*" ? end + 1 : end;
}

function numberEnd(text: string, at: number): number {
  const plain = digitsEnd(text, at);
  const next = text.charCodeAt(plain);
  if (next === 46) return dottedEnd(text, plain);
  if (!is(next, LETTER)) return plain;
  return Math.max(plain, match(HEXADECIMAL, text, at), match(TIME, text, at), match(VLAN_TYPES, text, at));
}

function digitsEnd(text: string, at: number): number {
  let end = at;
  while (is(text.charCodeAt(end), DIGIT)) end++;
  return end;
}

/** The end of an IPv4 address, or of what is written like one. */
function dottedEnd(text: string, at: number): number {
  let end = at;
  while (text.charCodeAt(end) === 46 && is(text.charCodeAt(end + 1), DIGIT)) end = digitsEnd(text, end + 1);
  return end;
}

/** The end of an IPv6 address, a MAC address or a class id, whichever is longest. */
function colonEnd(text: string, at: number): number {
  let end = at;
  while (end < at + 5 && is(text.charCodeAt(end), HEX)) end++;
  if (text.charCodeAt(end) !== COLON) return at;
  return Math.max(at, match(HARDWARE, text, at), match(CLASS_ID, text, at), address6End(text, at));
}

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** The end of the longest IPv6 address at `at`; `at` where there is none. */
function address6End(text: string, at: number): number {
  let position = at;
  let groups = 0;
  let compressed = false;
  let valid = at;
  if (text.charCodeAt(position) === COLON) {
    if (text.charCodeAt(position + 1) !== COLON) return at;
    compressed = true;
    position += 2;
    valid = position;
  }
  while (groups < 8) {
    let run = position;
    while (is(text.charCodeAt(run), HEX)) run++;
    if (run === position || run - position > 4) return valid;
    if (text.charCodeAt(run) === 46 && (compressed ? groups <= 5 : groups === 6)) {
      const end = match(ADDRESS4, text, position);
      if (end > position) return end;
    }
    groups++;
    position = run;
    if (compressed ? groups <= 7 : groups === 8) valid = position;
    if (text.charCodeAt(position) !== COLON) return valid;
    if (text.charCodeAt(position + 1) === COLON) {
      if (compressed) return valid;
      compressed = true;
      position += 2;
      if (groups <= 7) valid = position;
    } else position++;
  }
  return valid;
}

const DOUBLE = new Set(["==", "!=", "<=", ">=", "<<", ">>"]);
const SINGLE = "{}()[];:,.=!<>&|^@$*/-+~";

/** The end of the punctuation at `at`; `at` where there is none. */
function markEnd(text: string, at: number): number {
  if (DOUBLE.has(text.slice(at, at + 2))) return at + 2;
  return SINGLE.includes(text[at]!) ? at + 1 : at;
}

function junkEnd(text: string, at: number): number {
  return at + (text.codePointAt(at)! > 0xffff ? 2 : 1);
}
