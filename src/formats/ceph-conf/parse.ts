import type { Range } from "../../engine/location.ts";
import type { Masked } from "../template/jinja.ts";
import { HOLE, maskJinja } from "../template/jinja.ts";
import { isConditional } from "../template/conditional.ts";
import type { Parsed, SyntaxProblem } from "../format.ts";
import { Cursor, NOTHING, isEol, isSpace } from "./cursor.ts";
import type { CephConfTree, CephEntry, CephSection } from "./tree.ts";

const REFUSED = "the daemons refuse the whole file and do not start";

interface OpenSection extends CephSection {
  readonly range: { start: number; end: number };
  readonly entries: CephEntry[];
}

/**
 * Reads a ceph.conf as src/common/ConfUtils.cc of Octopus and later does. Its grammar skips comments and line
 * continuations before every character of a key or an unquoted value, but not blanks: that is why an indented header or
 * a last line without its line break is an error there. After an error the daemons stop; we go on with the next line.
 */
export function parseCephConf(text: string): Parsed<CephConfTree> {
  return new Parser(text).run();
}

class Parser extends Cursor {
  readonly #masked: Masked;
  readonly #sections: OpenSection[] = [];
  readonly #errors: SyntaxProblem[] = [];

  constructor(text: string) {
    const masked = maskJinja(text);
    super(withoutTags(masked));
    this.#masked = masked;
  }

  run(): Parsed<CephConfTree> {
    if (this.text.startsWith("\uFEFF")) this.#byteOrderMark();
    else this.#loneKey();
    this.#emptyLines(false);
    while (this.at < this.text.length) {
      this.skip();
      if (this.at >= this.text.length) break;
      const start = this.at;
      if (this.text[this.at] === "[") this.#header();
      else this.#keyLine();
      // Every path above moves on; a bug there must not hang the editor.
      if (this.at === start) this.toNextLine();
    }
    this.#foreignCharacters();
    return { tree: { sections: this.#sections }, errors: this.#errors };
  }

  /** Before any section one key is allowed, on the first line, with nothing but comments after it. */
  #loneKey(): void {
    const entry = this.#tryKey();
    if (entry === undefined) return;
    const range = { start: entry.range.start, end: entry.range.start };
    this.#sections.push({ name: "global", nameRange: range, range: { ...entry.range }, entries: [entry] });
    this.#endOfEntry();
    const rest = this.at;
    if (this.text.slice(rest).replaceAll(NOTHING, "").trim() !== "") {
      this.#complain(
        entry.range,
        `This key stands before any section: ${REFUSED}, since a file with more than this one key needs sections. Put [global] above it.`,
        [{ range: { start: entry.range.start, end: entry.range.start }, newText: "[global]\n" }],
      );
    }
  }

  #header(): void {
    const open = this.at;
    this.at++;
    let name = "";
    const nameStart = this.at;
    for (let character = this.textCharacter(); character !== undefined; character = this.textCharacter()) {
      name += character;
      this.skip();
      if (this.text[this.at] === "]") break;
    }
    if (this.text[this.at] !== "]") {
      const end = this.endOfLine(this.at);
      this.#complain({ start: open, end }, `This section name is not closed: ${REFUSED}. Add "]".`, this.#closing(open, end));
      this.#openSection(name.trim(), { start: nameStart, end: Math.max(nameStart, end) }, open);
      this.toNextLine();
      return;
    }
    this.#openSection(name, { start: nameStart, end: this.at }, open);
    this.at++;
    this.#endOfEntry("section name");
  }

  /** A `]` where only the bracket was forgotten. */
  #closing(start: number, end: number): { range: Range; newText: string }[] {
    return /^\[[\w.-]+\s*$/.test(this.text.slice(start, end)) ? [{ range: { start: end, end }, newText: "]" }] : [];
  }

  #openSection(name: string, nameRange: Range, start: number): void {
    this.#sections.push({ name, nameRange, range: { start, end: Math.min(nameRange.end + 1, this.text.length) }, entries: [] });
  }

  #keyLine(): void {
    const start = this.at;
    const entry = this.#tryKey();
    const section = this.#sections.at(-1);
    if (entry !== undefined) {
      if (section === undefined) {
        this.#sections.push({ name: "", nameRange: { start, end: start }, range: { ...entry.range }, entries: [entry] });
        this.#complain(entry.range, `This key stands before any section: ${REFUSED}. Put a section such as [global] above it.`, [
          { range: { start: entry.range.start, end: entry.range.start }, newText: "[global]\n" },
        ]);
      } else {
        section.entries.push(entry);
        section.range.end = entry.range.end;
      }
      this.#endOfEntry();
      return;
    }
    this.at = start;
    this.#badLine();
  }

  /** A line that is neither a key with a value nor a header in the first column. */
  #badLine(): void {
    const lineEnd = this.endOfLine(this.at);
    const line = this.text.slice(this.at, lineEnd);
    const content = line.trim();
    const start = this.at + (line.length - line.trimStart().length);
    const range = { start, end: start + content.length };
    if (content.replaceAll(NOTHING, "") === "") {
      // Blanks are allowed at the end of a line, and on lines after the first section; not as an unfinished last line.
      if (lineEnd === this.text.length) {
        if (!line.includes(NOTHING)) {
          const blanks = { start: this.at, end: lineEnd };
          this.#complain(blanks, `The last line has blanks and no line break: ${REFUSED}. Remove the blanks.`, [{ range: blanks, newText: "" }]);
        }
      } else if (this.#sections.length === 0 && !line.includes(NOTHING)) {
        const blanks = { start: this.at, end: lineEnd };
        this.#complain(blanks, `A line before the first section holds blanks only: ${REFUSED}. Remove the blanks.`, [{ range: blanks, newText: "" }]);
      }
    } else if (content.startsWith("[")) {
      const indent = { start: this.at, end: start };
      this.#complain(range, `This section name does not start in the first column: ${REFUSED}. Remove the blanks before it.`, [{ range: indent, newText: "" }]);
      this.at = start;
      this.#header();
      return;
    } else if (!content.includes(HOLE)) {
      const colon = /^([A-Za-z][\w -]*?)[ \t]*:[ \t]+(?=\S)/.exec(content);
      if (colon !== null) {
        const gap = { start: start + colon[1]!.length, end: start + colon[0].length };
        this.#complain(range, `":" does not set an option here: ${REFUSED}. Write key = value.`, [{ range: gap, newText: " = " }]);
      } else if (content.startsWith("=")) {
        this.#complain(range, `Nothing stands before "=": ${REFUSED}. Write key = value, or remove the line.`);
      } else {
        this.#complain(range, `This line has no "=": ${REFUSED}. Write key = value, or make it a comment with #.`);
      }
    }
    this.toNextLine();
  }

  /** `key = value` from here; undefined, without having moved on, where there is none. */
  #tryKey(): CephEntry | undefined {
    const start = this.at;
    this.blanks();
    this.skip();
    const keyStart = this.at;
    let keyEnd = keyStart;
    for (;;) {
      this.skip();
      const next = this.text[this.at];
      if (next === undefined || next === "=" || next === "[" || isEol(next)) break;
      if (next === " ") {
        this.at++;
        continue;
      }
      const before = this.at;
      if (this.textCharacter() === undefined) break;
      if (!isSpace(this.text[before]!)) keyEnd = this.at;
    }
    if (this.text[this.at] !== "=" || keyEnd === keyStart) {
      this.at = start;
      return undefined;
    }
    const rawKey = this.text.slice(keyStart, keyEnd);
    this.at++;
    this.blanks();
    const { value, range: valueRange } = this.#value();
    const range = { start: keyStart, end: Math.max(valueRange.end, keyEnd) };
    return {
      key: rawKey.replaceAll(NOTHING, "").replace(/\s+/g, "_"),
      rawKey,
      keyRange: { start: keyStart, end: keyEnd },
      value,
      valueRange,
      range,
      conditional: isConditional(this.#masked, range),
    };
  }

  #value(): { value: string; range: Range } {
    this.skip();
    const start = this.at;
    const quote = this.text[start];
    if (quote === '"' || quote === "'") {
      this.at++;
      const parts: string[] = [];
      for (;;) {
        const next = this.text[this.at];
        if (next === undefined || next === quote || isEol(next) || next === "#" || next === ";") break;
        parts.push(this.plainCharacter());
      }
      if (this.text[this.at] === quote) this.at++;
      else {
        const end = this.endOfLine(this.at);
        const hidden = this.text[this.at] === "#" || this.text[this.at] === ";";
        this.#complain(
          { start, end: Math.max(start + 1, end) },
          hidden
            ? `"${this.text[this.at]}" opens a comment even inside quotes, so the quote is not closed: ${REFUSED}. Write "\\${this.text[this.at]}".`
            : `This quote is not closed: ${REFUSED}. Close it, or remove it.`,
          hidden ? [{ range: { start: this.at, end: this.at }, newText: "\\" }] : [],
        );
        this.at = end;
      }
      return this.#told(parts, { start, end: this.at });
    }
    const parts: string[] = [];
    let end = start;
    for (;;) {
      const character = this.textCharacter();
      if (character === undefined) break;
      parts.push(character);
      if (!isSpace(character) && character !== NOTHING) end = this.at;
    }
    return this.#told(parts, { start, end });
  }

  /** The value, or a HOLE where a tag chooses between several. */
  #told(parts: readonly string[], range: Range): { value: string; range: Range } {
    const chosen = this.text.slice(range.start, range.end).includes(NOTHING);
    return { value: chosen ? HOLE : parts.join("").trim(), range };
  }

  /** What must follow a value or a header: blanks or a comment, and a line break. */
  #endOfEntry(what = "value"): void {
    const end = this.at;
    this.skip();
    this.blanks();
    const next = this.text[this.at];
    if (next === undefined) {
      const last = this.text[end] === undefined ? end : this.text.length;
      const lineStart = Math.max(this.text.lastIndexOf("\n", last - 1), this.text.lastIndexOf("\r", last - 1)) + 1;
      const tail = this.text.slice(lineStart, last);
      if (!tail.includes(NOTHING)) {
        const from = lineStart + (tail.length - tail.trimStart().length);
        this.#complain({ start: Math.min(from, last), end: last }, `The last line does not end in a line break: ${REFUSED}. Add one.`, [
          { range: { start: last, end: last }, newText: "\n" },
        ]);
      }
      return;
    }
    if (!isEol(next)) {
      const lineEnd = this.endOfLine(this.at);
      if (!this.text.slice(end, lineEnd).includes(HOLE)) {
        this.#complain({ start: this.at, end: lineEnd }, `Text follows the ${what}: ${REFUSED}. Remove it, or make it a comment with #.`);
      }
      this.toNextLine();
    }
    this.#emptyLines(true);
  }

  /** Line breaks, with comments and, where `blanks`, blanks on their lines. */
  #emptyLines(blanks: boolean): void {
    for (;;) {
      const before = this.at;
      this.skip();
      if (blanks) this.blanks();
      if (this.at < this.text.length && isEol(this.text[this.at]!)) {
        this.at += this.text[this.at] === "\r" && this.text[this.at + 1] === "\n" ? 2 : 1;
        continue;
      }
      if (this.at < this.text.length) this.at = before;
      else if (this.text.slice(before).trim() === "") this.at = before;
      return;
    }
  }

  #byteOrderMark(): void {
    const range = { start: 0, end: 1 };
    this.#complain(range, `The file starts with a byte order mark: ${REFUSED}. Save it without one.`, [{ range, newText: "" }]);
    this.at = 1;
  }

  /** The parser's character tests are for ASCII: builds with assertions, such as Debian's, abort at anything else. */
  #foreignCharacters(): void {
    for (const section of this.#sections) {
      for (const entry of section.entries) {
        const start = entry.range.start;
        const at = this.text.slice(start, entry.range.end).search(/[^\0-\x7F\uE000\uE001]/);
        if (at === -1) continue;
        this.#errors.push({
          range: { start: start + at, end: start + at + 1 },
          certain: false,
          message: "This character is not ASCII: builds of Ceph with assertions, such as Debian's, abort when they read it. Use ASCII outside comments.",
        });
        return;
      }
    }
  }

  #complain(range: Range, message: string, edits: { range: Range; newText: string }[] = []): void {
    const certain = !isConditional(this.#masked, range);
    this.#errors.push({ range, message, certain, ...(edits.length > 0 ? { edits } : {}) });
  }
}

function withoutTags(masked: Masked): string {
  if (masked.regions.length === 0) return masked.text;
  let out = "";
  let cursor = 0;
  for (const region of masked.regions) {
    if (region.kind === "output") continue;
    out += masked.text.slice(cursor, region.range.start) + masked.text.slice(region.range.start, region.range.end).replace(/[^\r\n]/g, NOTHING);
    cursor = region.range.end;
  }
  return out + masked.text.slice(cursor);
}
