import type { YamlEntry, YamlNode, YamlScalar } from "./nodes.ts";
import { keyText, plainValue } from "./scalars.ts";

/** Anything but printable ASCII on lines that end in LF, and blanks at the end of a line. */
const UNUSUAL = /[^\n\x20-\x7e]| (?:\n|$)/;
/** No longer than an implicit key may be. */
const LONGEST_LINE = 1_000;
const KEY = /^([A-Za-z_][\w.-]*):(?: (?=[^ ])|$)/;
const PLAIN = /^(?:[A-Za-z0-9_/.]|-[\d.])/;
/** What ends a plain scalar or begins a comment. */
const MORE = /: | #|:$/;
const QUOTED = /^(?:"[^"\\]*"|'[^']*')$/;
/** One item of a flow sequence, and what follows it. */
const ITEM = /(?:([A-Za-z0-9_./][\w./-]*)|"([^"\\]*)"|'([^']*)')(, |\]$)/y;
const DEPTH = 50;

/** Left by a reader that meets something beyond what is simple. */
const BEYOND = Symbol("beyond");

/**
 * Reads what nearly all variables files and inventories are made of: block mappings and lists of one-line scalars and of
 * flow lists, as the library would, in a small part of its time. Undefined for all other texts, and for wrong ones.
 */
export function readSimple(text: string): YamlNode | undefined {
  if (UNUSUAL.test(text)) return undefined;
  try {
    return new SimpleReader(text).root();
  } catch (error) {
    if (error === BEYOND) return undefined;
    throw error;
  }
}

class SimpleReader {
  /** Lines that hold something: where it begins, how far it is indented, and what it is. */
  readonly #starts: number[] = [];
  readonly #indents: number[] = [];
  readonly #contents: string[] = [];
  #at = 0;

  constructor(text: string) {
    for (let start = 0; start < text.length; ) {
      let end = text.indexOf("\n", start);
      if (end === -1) end = text.length;
      if (end - start > LONGEST_LINE) throw BEYOND;
      let from = start;
      while (from < end && text.charCodeAt(from) === 32) from++;
      if (from < end && text.charCodeAt(from) !== 35) {
        this.#starts.push(from);
        this.#indents.push(from - start);
        this.#contents.push(text.slice(from, end));
      }
      start = end + 1;
    }
  }

  root(): YamlNode {
    if (this.#contents[0] === "---" && this.#indents[0] === 0) this.#at = 1;
    if (this.#at >= this.#contents.length || this.#indents[this.#at] !== 0) throw BEYOND;
    const node = this.#block(0, 0);
    if (this.#at < this.#contents.length) throw BEYOND;
    return node;
  }

  #block(indent: number, depth: number): YamlNode {
    if (depth > DEPTH) throw BEYOND;
    return this.#contents[this.#at]!.startsWith("- ") ? this.#sequence(indent, depth) : this.#mapping(indent, depth);
  }

  #mapping(indent: number, depth: number): YamlNode {
    const entries: YamlEntry[] = [];
    while (this.#indents[this.#at] === indent && !this.#contents[this.#at]!.startsWith("- ")) entries.push(this.#entry(indent, depth));
    if (this.#at < this.#contents.length && this.#indents[this.#at]! > indent) throw BEYOND;
    const [first, last] = [entries[0], entries.at(-1)];
    if (first === undefined) throw BEYOND;
    return { kind: "mapping", range: { start: first.range.start, end: last!.range.end }, entries };
  }

  #entry(indent: number, depth: number): YamlEntry {
    const content = this.#contents[this.#at]!;
    const start = this.#starts[this.#at]!;
    const match = KEY.exec(content);
    if (match === null) throw BEYOND;
    const name = match[1]!;
    const keyRange = { start, end: start + name.length };
    this.#at++;
    const value = match[0].length < content.length ? this.#line(content.slice(match[0].length), start + match[0].length, indent) : this.#below(indent, keyRange.end + 1, depth);
    const key = keyText({ kind: "scalar", range: keyRange, value: plainValue(name), text: name }, name);
    return { key, keyRange, value, range: { start, end: Math.max(keyRange.end, value.range.end) } };
  }

  /** What stands below a key: a list may be as far to the left as the key is. */
  #below(indent: number, end: number, depth: number): YamlNode {
    const next = this.#indents[this.#at];
    if (next !== undefined && (next > indent || (next === indent && this.#contents[this.#at]!.startsWith("- ")))) return this.#block(next, depth + 1);
    return { kind: "scalar", range: { start: end, end }, value: null, text: "" };
  }

  #sequence(indent: number, depth: number): YamlNode {
    const start = this.#starts[this.#at]!;
    const items: YamlNode[] = [];
    while (this.#indents[this.#at] === indent && this.#contents[this.#at]!.startsWith("- ")) items.push(this.#item(indent, depth));
    if (this.#at < this.#contents.length && this.#indents[this.#at]! > indent) throw BEYOND;
    return { kind: "sequence", range: { start, end: items.at(-1)!.range.end }, items };
  }

  /** What follows a mark is as far to the right as if it stood on a line of its own. */
  #item(indent: number, depth: number): YamlNode {
    const content = this.#contents[this.#at]!.slice(2);
    const start = this.#starts[this.#at]! + 2;
    if (content.startsWith("- ") || KEY.test(content)) {
      this.#contents[this.#at] = content;
      this.#starts[this.#at] = start;
      this.#indents[this.#at] = indent + 2;
      return this.#block(indent + 2, depth + 1);
    }
    this.#at++;
    return this.#line(content, start, indent);
  }

  /** A scalar or a flow list that ends with its line. */
  #line(text: string, start: number, indent: number): YamlNode {
    if (this.#at < this.#contents.length && this.#indents[this.#at]! > indent) throw BEYOND;
    if (text.startsWith("[")) return flow(text, start);
    if (QUOTED.test(text)) return quoted(text, start);
    if (!PLAIN.test(text) || MORE.test(text)) throw BEYOND;
    return plain(text, start);
  }
}

function plain(text: string, start: number): YamlScalar {
  return { kind: "scalar", range: { start, end: start + text.length }, value: plainValue(text), text };
}

function quoted(text: string, start: number): YamlScalar {
  const value = text.slice(1, -1);
  return { kind: "scalar", range: { start, end: start + text.length }, value, text: value };
}

function flow(text: string, start: number): YamlNode {
  const range = { start, end: start + text.length };
  const items: YamlNode[] = [];
  if (text === "[]") return { kind: "sequence", range, items };
  for (ITEM.lastIndex = 1; ITEM.lastIndex < text.length; ) {
    const at = ITEM.lastIndex;
    const match = ITEM.exec(text);
    if (match === null) throw BEYOND;
    const written = text.slice(at, ITEM.lastIndex - match[4]!.length);
    items.push(match[1] === undefined ? quoted(written, start + at) : plain(written, start + at));
  }
  if (!text.endsWith("]")) throw BEYOND;
  return { kind: "sequence", range, items };
}
