import { capital } from "../../engine/sentence.ts";
import type { Range } from "../../engine/location.ts";
import type { SyntaxProblem } from "../format.ts";
import { HOLE } from "../template/jinja.ts";
import type { Token } from "./lexer.ts";
import { Lexer } from "./lexer.ts";
import type { Name } from "./tree.ts";

/** Deeper than any ruleset, and far from the end of the stack. */
const MAX_DEPTH = 60;

/** Words that nft reads as its own wherever they stand. */
const KEYWORDS = new Set(
  `accept drop continue return jump goto queue counter log limit quota reject notrack masquerade redirect snat dnat tproxy meta ct fib tcp
  udp icmp icmpv6 ether vlan arp iif iifname oif oifname mark table chain rule map set add delete insert replace flush list type hook policy`.split(/\s+/),
);

/** Walks over the tokens of one text and collects what is wrong with it. */
export class Cursor {
  readonly text: string;
  readonly errors: SyntaxProblem[] = [];
  depth = 0;
  /** The token at hand. */
  token: Token;
  /** How many tokens were taken. */
  position = 0;
  /** The end of the last token that was taken. */
  lastEnd = 0;
  readonly #lexer: Lexer;
  /** What was looked at and not taken yet. */
  readonly #ahead: Token[] = [];
  /** Only the first fault of a statement is told: what follows is its consequence. */
  #silent = false;
  #unclosed = false;
  #unseparated = -1;

  constructor(text: string) {
    this.text = text;
    this.#lexer = new Lexer(text);
    this.token = this.#lexer.next();
  }

  peek(ahead = 1): Token {
    while (this.#ahead.length < ahead) this.#ahead.push(this.#lexer.next());
    return this.#ahead[ahead - 1]!;
  }

  next(): Token {
    const { token } = this;
    if (token.kind !== "end") this.#advance();
    return token;
  }

  #advance(): void {
    this.lastEnd = this.token.end;
    this.position++;
    this.token = this.#ahead.length === 0 ? this.#lexer.next() : this.#ahead.shift()!;
  }

  is(text: string): boolean {
    const token = this.token;
    return token.text === text && (token.kind === "word" || token.kind === "mark");
  }

  isAhead(ahead: number, text: string): boolean {
    const token = this.peek(ahead);
    return token.text === text && token.kind !== "quoted";
  }

  take(text: string): boolean {
    if (!this.is(text)) return false;
    this.#advance();
    return true;
  }

  skipNewlines(): void {
    while (this.token.kind === "newline") this.#advance();
  }

  skipSeparators(): void {
    while (this.token.kind === "newline" || this.is(";")) this.#advance();
  }

  /** Where a statement ends: a line break, `;`, `}` or the end. */
  get atEnd(): boolean {
    const { kind, text } = this.token;
    return kind === "mark" ? text === ";" || text === "}" : kind === "newline" || kind === "end";
  }

  range(start: number): Range {
    return { start, end: Math.max(start, this.lastEnd) };
  }

  slice(start: number): string {
    return this.text.slice(start, Math.max(start, this.lastEnd));
  }

  /** A name of the user's own, which no word of nft's grammar can be. */
  identifier(what: string): Name {
    if (this.token.kind === "word" && KEYWORDS.has(this.token.text)) {
      this.error(this.token, `"${this.token.text}" is a word of nft's own and cannot be ${what}: nothing of this file is loaded. Choose another name.`);
    }
    return this.name(what);
  }

  /** A name, and complains where there is none. */
  name(what: string): Name {
    const { token } = this;
    if (token.kind === "word" || token.kind === "quoted") {
      this.next();
      const text = token.kind === "quoted" ? unquote(token.text) : token.text;
      return { text, range: { start: token.start, end: token.end } };
    }
    this.expected(what);
    return { text: "", range: { start: token.start, end: token.start } };
  }

  expect(text: string): boolean {
    if (this.take(text)) return true;
    this.expected(`"${text}"`);
    return false;
  }

  /** Complains about the token at hand. */
  expected(what: string): void {
    const { token } = this;
    if (token.text.includes(HOLE)) return this.error(token, `A template stands where ${what} should be.`, false);
    const found = token.kind === "newline" || token.kind === "end" ? "the line ends" : `there is "${token.text}"`;
    const range = token.kind === "newline" || token.kind === "end" ? { start: this.lastEnd, end: token.start } : token;
    this.error(range, `${capital(found)} where nft expects ${what}: nothing of this file is loaded.`);
  }

  error(range: Range, message: string, certain = true): void {
    if (this.#silent) return;
    this.#silent = true;
    let { start, end } = range;
    if (end <= start) {
      start = Math.max(0, Math.min(start, this.text.length));
      end = start;
      // An empty span is hard to see: it takes in the last character before it.
      if (start > 0 && this.text[start - 1] !== "\n") start--;
    }
    this.errors.push({ range: { start, end }, message, certain });
  }

  /** Complains about a brace that is never closed; of several the innermost, which came first. */
  unclosed(opener: Range): void {
    if (this.#unclosed) return;
    this.#unclosed = true;
    this.recover();
    this.error({ start: opener.start, end: opener.start + 1 }, 'This "{" is never closed: nft loads nothing of this file. Add the "}".');
  }

  /** Complains about something that does not keep the rest from being read. */
  note(range: Range, message: string): void {
    if (!this.#silent) this.errors.push({ range: { start: range.start, end: range.end }, message, certain: true });
  }

  /** Complains about a `}` that no separator stands before; once in a line, for the rest is mended along with it. */
  unseparated(): void {
    const { start, end } = this.token;
    if (this.#unseparated !== -1 && !this.text.slice(this.#unseparated, start).includes("\n")) return;
    this.#unseparated = start;
    this.note({ start, end }, 'nft wants a line break or ";" before this "}": nothing of this file is loaded. Add the ";".');
  }

  /** Whether the last token that was taken ends in what a template wrote. */
  get endsInHole(): boolean {
    return this.text[this.lastEnd - 1] === HOLE;
  }

  /** From here on faults are told again. */
  recover(): void {
    this.#silent = false;
  }

  get failed(): boolean {
    return this.#silent;
  }

  /** Skips to the end of the statement, over balanced braces. */
  skipStatement(): void {
    let open = 0;
    while (this.token.kind !== "end") {
      if (open === 0 && this.atEnd) return;
      if (this.is("{")) open++;
      else if (this.is("}")) open--;
      this.#advance();
    }
  }

  /** Skips a block whose `{` comes next, whatever is in it. */
  skipBlock(): void {
    let open = 0;
    do {
      if (this.is("{")) open++;
      else if (this.is("}")) open--;
      if (this.token.kind === "end") return;
      this.#advance();
    } while (open > 0);
  }

  /** Runs `parse` one level deeper; undefined, with a complaint, where that is too deep. `refused`: nft has no use for so many levels either. */
  nested<T>(parse: () => T, refused = false): T | undefined {
    if (this.depth >= MAX_DEPTH) {
      this.error(this.token, refused ? `Braces nest deeper than ${MAX_DEPTH} levels here: nft takes no such set. Write all elements between one pair.` : "This is nested too deeply to be read.", refused);
      if (this.is("{")) this.skipBlock();
      else this.skipStatement();
      return undefined;
    }
    this.depth++;
    try {
      return parse();
    } finally {
      this.depth--;
    }
  }
}

/** The text between quotes; a missing closing quote does no harm. */
export function unquote(text: string): string {
  const start = text.startsWith('"') ? 1 : 0;
  return text.slice(start, text.length > start && text.endsWith('"') ? -1 : text.length);
}
