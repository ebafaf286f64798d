import type { Range } from "../../engine/location.ts";
import type { Parsed } from "../format.ts";
import { HOLE } from "../template/jinja.ts";
import { Scan } from "../template/scan.ts";
import type { IfupdownOption, IfupdownStanza, IfupdownText, IfupdownTree } from "./tree.ts";

/** What begins a stanza, ifupdown's and ifupdown2's. */
const KEYWORDS = new Set(["auto", "iface", "mapping", "source", "source-directory", "source-dir", "no-auto-down", "no-scripts", "rename", "template", "vlan", "port"]);
/** Stanzas whose options follow on lines of their own. */
const WITH_OPTIONS = new Set(["iface", "mapping", "vlan", "port"]);
const FAMILIES = new Set(["inet", "inet6", "can", "ipx", "meta", "x25", "ethernet", "link"]);

interface OpenStanza {
  readonly keyword: string;
  readonly keywordRange: Range;
  readonly words: readonly IfupdownText[];
  readonly options: IfupdownOption[];
  readonly range: { start: number; end: number };
  readonly conditional: boolean;
}

/** Parses interfaces(5): stanzas line by line, a backslash at the end joins the next, `#` at the beginning is a comment. */
export function parseIfupdown(text: string): Parsed<IfupdownTree> {
  return new Parser(text).parse();
}

class Parser extends Scan {
  readonly #stanzas: OpenStanza[] = [];

  parse(): Parsed<IfupdownTree> {
    while (this.at < this.text.length) this.#line();
    const stanzas: readonly IfupdownStanza[] = this.#stanzas;
    return { tree: { stanzas, range: { start: 0, end: this.source.length } }, errors: this.errors };
  }

  #line(): void {
    this.#blanks();
    const start = this.at;
    this.toLineEnd();
    let end = this.at;
    const comment = this.text[start] === "#";
    // A comment is not continued; ifupdown reads its line to the end.
    while (!comment && end > start && this.text[end - 1] === "\\" && this.at < this.text.length) {
      this.#lineBreak();
      this.toLineEnd();
      end = this.at;
    }
    this.#lineBreak();
    if (comment || start === end) return;
    const words = this.#words(start, end);
    const [first, ...rest] = words;
    if (first === undefined) return;
    if (KEYWORDS.has(first.text) || /^allow-/.test(first.text)) this.#stanza(first, rest);
    else this.#option(first, rest, start, words.at(-1)!.range.end);
  }

  #stanza(keyword: IfupdownText, words: readonly IfupdownText[]): void {
    const range = { start: keyword.range.start, end: (words.at(-1) ?? keyword).range.end };
    this.#stanzas.push({ keyword: keyword.text, keywordRange: keyword.range, words, options: [], range, conditional: this.isConditional(range, undefined) });
    if (keyword.text !== "iface") return;
    const family = words[1];
    if (words.length === 0) this.problem(keyword.range, "This line names no interface. ifup refuses the whole file. Write `iface NAME inet METHOD`.");
    else if (family !== undefined && !FAMILIES.has(family.text) && family.text !== "inherits" && !family.text.includes(HOLE)) {
      this.problem(family.range, `${family.text.slice(0, 40)} is no address family. ifup refuses the whole file. Write inet for IPv4 or inet6 for IPv6.`);
    }
  }

  #option(key: IfupdownText, rest: readonly IfupdownText[], start: number, end: number): void {
    const stanza = this.#stanzas.at(-1);
    if (stanza === undefined || !WITH_OPTIONS.has(stanza.keyword)) {
      if (key.text.includes(HOLE) || /^[<{%]/.test(key.text)) return;
      this.problem({ start, end: key.range.end }, `${key.text.slice(0, 40)} stands below no iface line. ifup refuses the whole file. Put it below the iface line that it belongs to.`);
      return;
    }
    const first = rest[0];
    const valueRange = { start: first?.range.start ?? key.range.end, end: Math.max(end, key.range.end) };
    const range = { start, end: valueRange.end };
    if (first === undefined && stanza.keyword === "iface" && !key.text.includes(HOLE)) {
      this.problem(key.range, `${key.text.slice(0, 40)} has no value. ifup refuses the whole file. Give it one, or remove the line.`);
    }
    stanza.options.push({
      key: key.text,
      keyRange: key.range,
      value: this.text.slice(valueRange.start, valueRange.end).replace(/\\\r?\n[ \t]*/g, " ").trim(),
      valueRange,
      range,
      conditional: this.isConditional(range, stanza.range.start),
    });
    stanza.range.end = range.end;
  }

  /** The words of a line; a backslash before a line break parts them too. */
  #words(start: number, end: number): IfupdownText[] {
    const words: IfupdownText[] = [];
    let from = -1;
    for (let i = start; i <= end; i++) {
      const char = this.text[i];
      const blank = i === end || char === " " || char === "\t" || char === "\n" || char === "\r" || (char === "\\" && /[\r\n]/.test(this.text[i + 1] ?? "\n"));
      if (!blank && from === -1) from = i;
      if (!blank || from === -1) continue;
      words.push({ text: this.text.slice(from, i), range: { start: from, end: i } });
      from = -1;
    }
    return words;
  }

  #blanks(): void {
    while (this.text[this.at] === " " || this.text[this.at] === "\t") this.at++;
  }

  #lineBreak(): void {
    if (this.text[this.at] === "\r" && this.text[this.at + 1] === "\n") this.at += 2;
    else if (this.at < this.text.length) this.at++;
  }
}
