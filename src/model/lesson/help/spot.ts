import type { Range } from "../../../engine/location.ts";

/** How a value is written, as far as that tells which characters in it are YAML's. */
export type Style = "plain" | "single" | "double" | "block" | "flow";

/** Where the cursor is in a lesson, as far as lines and their indentation tell: it holds while the text is no YAML yet. */
export interface Spot {
  /** The keys above, outermost first; the key of the cursor's own line too where the cursor is behind its colon. */
  readonly path: readonly string[];
  /** Whether a key or a value begins here; both may where neither a colon nor a value is there yet. */
  readonly place: "key" | "value" | "open";
  /** The value that the cursor is in: where it begins, behind its quote or the line of its `|`. */
  readonly value?: { readonly start: number; readonly style: Style };
  /** True directly behind the dash of an item. */
  readonly item: boolean;
  /** Keys that stand beside this one. */
  readonly beside: ReadonlySet<string>;
}

/** A key, or the dash of an item, that lines below may belong to. */
interface Frame {
  readonly indent: number;
  readonly key?: string;
  readonly keys: Set<string>;
  /** Its value, where one has begun. */
  value?: { readonly start: number; readonly style: Style };
}

/** Reads lines from the top to the cursor, and on for the keys that follow. Undefined for a place in a comment. */
export function spotAt(text: string, offset: number): Spot | undefined {
  const reader = new LineReader(text, offset);
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    reader.line(start, end > start && text[end - 1] === "\r" ? end - 1 : end);
    start = end + 1;
  }
  return reader.spot;
}

class LineReader {
  spot: Spot | undefined;
  readonly #text: string;
  readonly #offset: number;
  readonly #root: Frame = { indent: -1, keys: new Set() };
  #frames: Frame[] = [this.#root];
  #isQuoteOpen = false;
  /** Where the quote of the value at hand was closed. */
  #closed = -1;

  constructor(text: string, offset: number) {
    this.#text = text;
    this.#offset = offset;
  }

  /** Takes one line, without its end. */
  line(start: number, end: number): void {
    const isHere = start <= this.#offset && this.#offset <= Math.max(end, start);
    const line = this.#text.slice(start, end);
    const indent = line.length - line.trimStart().length;
    const isBlank = indent === line.length;
    const column = isHere && isBlank ? this.#offset - start : indent;
    const top = this.#frames.at(-1)!;
    if (top.value !== undefined && (this.#isQuoteOpen || (isBlank && !isHere) || column > top.indent)) {
      const wasOpen = this.#isQuoteOpen;
      if (wasOpen) this.#quoted(start, end);
      // A comment may stand between the lines of a plain value; in the others # is a character.
      const isSilent = wasOpen ? !this.#isQuoteOpen && this.#offset > this.#closed : top.value.style === "plain" && line[indent] === "#";
      if (isHere && !isSilent) this.#set("value", top, false);
      return;
    }
    this.#isQuoteOpen = false;
    if (isBlank || line[indent] === "#") {
      if (isHere && (isBlank || this.#offset <= start + indent)) this.#open(column);
      return;
    }
    this.#content(start, end, indent, isHere);
  }

  /** The dashes, the key and the beginning of the value of a line. */
  #content(start: number, end: number, indent: number, isHere: boolean): void {
    let at = start + indent;
    if (isHere && this.#offset < at) this.#open(this.#offset - start);
    let dash = false;
    while (this.#text[at] === "-" && (at + 1 === end || /[ \t]/.test(this.#text[at + 1]!))) {
      const column = at - start;
      this.#frames = this.#frames.filter((frame) => frame.indent < column || (frame.indent === column && frame.key !== undefined));
      this.#frames.push({ indent: column, keys: new Set() });
      dash = true;
      for (at++; at < end && /[ \t]/.test(this.#text[at]!); ) at++;
      // The place for a word is behind the dash and its blank.
      if (isHere && this.#offset <= at) this.#set("open", this.#frames.at(-1)!, true);
    }
    const key = keyIn(this.#text, at, end);
    if (key === undefined) return this.#keyless(start, at, end, dash, isHere);
    const column = at - start;
    this.#frames = this.#frames.filter((frame) => frame.indent < column);
    const parent = this.#frames.at(-1)!;
    if (isHere && at <= this.#offset && this.#offset <= key.colon) this.#set("key", parent, dash);
    parent.keys.add(key.name);
    const frame: Frame = { indent: column, key: key.name, keys: new Set() };
    this.#frames.push(frame);
    let value = key.colon + 1;
    while (value < end && /[ \t]/.test(this.#text[value]!)) value++;
    if (value < end) this.#begin(frame, value, end);
    if (isHere && this.#offset > key.colon) this.#inValue(frame, value, end);
  }

  /** A line that is no key: a value of what is above it, or a key whose colon is still to come. */
  #keyless(start: number, at: number, end: number, dash: boolean, isHere: boolean): void {
    const column = at - start;
    if (!dash) this.#frames = this.#frames.filter((frame) => frame.indent < column);
    const top = this.#frames.at(-1)!;
    const isWord = /^[\w./-]*$/.test(this.#text.slice(at, end).trimEnd());
    // At the top there are only keys: what is none is about to become one.
    if (at < end && !isWord && top !== this.#root) this.#begin(top, at, end);
    if (!isHere || this.#offset < at) return;
    if (isWord) this.#set("open", { ...top, value: { start: at, style: "plain" } }, dash);
    else this.#inValue(top, at, end);
  }

  /** Remembers how a value begins, and whether lines below may go on with it. */
  #begin(frame: Frame, at: number, end: number): void {
    const first = this.#text[at]!;
    if (first === "#") return;
    if (/^[|>][-+\d]*[ \t]*(?:#.*)?$/.test(this.#text.slice(at, end))) frame.value = { start: end, style: "block" };
    else if (first === '"' || first === "'") {
      frame.value = { start: at + 1, style: first === '"' ? "double" : "single" };
      this.#isQuoteOpen = true;
      this.#quoted(at + 1, end);
    } else frame.value = { start: at, style: first === "[" || first === "{" ? "flow" : "plain" };
  }

  /** Looks for the quote that closes a value. */
  #quoted(from: number, end: number): void {
    const { style } = this.#frames.at(-1)!.value!;
    for (let at = from; at < end; at++) {
      const char = this.#text[at];
      if (style === "double" && char === "\\") at++;
      else if (style === "single" && char === "'" && this.#text[at + 1] === "'") at++;
      else if (char === (style === "double" ? '"' : "'")) this.#isQuoteOpen = false;
      if (!this.#isQuoteOpen) {
        this.#closed = at;
        return;
      }
    }
  }

  #inValue(frame: Frame, at: number, end: number): void {
    const { value } = frame;
    // Behind the closing quote, on the line of a | and in a comment there is nothing to say.
    if (value !== undefined && (value.style === "single" || value.style === "double") && (this.#offset < value.start || (!this.#isQuoteOpen && this.#offset > this.#closed))) return;
    if (value?.style === "block") return;
    const before = this.#text.slice(at, Math.min(this.#offset, end));
    if ((value === undefined || value.style === "plain") && /(?:^|\s)#/.test(before)) return;
    this.#set("value", value === undefined || this.#offset < value.start ? { ...frame, value: { start: this.#offset, style: "plain" } } : frame, false);
  }

  /** An empty place at a column. */
  #open(column: number): void {
    this.#set("open", this.#frames.filter((frame) => frame.indent < column).at(-1)!, false);
  }

  #set(place: Spot["place"], frame: Frame, item: boolean): void {
    const { value } = frame;
    const kept = this.#frames.filter((one) => one.indent <= frame.indent);
    const path = kept.flatMap(({ key }) => key ?? []);
    this.spot = { path, place, item, beside: frame.keys, ...(value !== undefined && { value }) };
  }
}

/** The key that begins at a place of a line, and its colon. */
function keyIn(text: string, at: number, end: number): { readonly name: string; readonly colon: number } | undefined {
  const quote = text[at];
  const isQuoted = quote === '"' || quote === "'";
  let from = at;
  if (isQuoted) {
    from = text.indexOf(quote, at + 1) + 1;
    if (from === 0 || from > end) return undefined;
  } else if (quote !== undefined && "[{|>&*!%@`#".includes(quote)) return undefined;
  for (let colon = text.indexOf(":", from); colon !== -1 && colon < end; colon = text.indexOf(":", colon + 1)) {
    if (colon + 1 < end && !/[ \t]/.test(text[colon + 1]!)) continue;
    const name = text.slice(at, colon).trim();
    if (isQuoted && text.slice(from, colon).trim() !== "") return undefined;
    return / #/.test(name) && !isQuoted ? undefined : { name: isQuoted ? name.slice(1, -1) : name, colon };
  }
  return undefined;
}

/** The characters around a place that are one word, on its line; `chars`: what a word is made of. */
export function wordAt(text: string, offset: number, chars: RegExp): Range {
  let [start, end] = [offset, offset];
  while (start > 0 && chars.test(text[start - 1]!)) start--;
  while (end < text.length && chars.test(text[end]!)) end++;
  return { start, end };
}
