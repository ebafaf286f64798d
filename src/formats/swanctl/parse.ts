import type { Parsed } from "../format.ts";
import { HOLE } from "../template/jinja.ts";
import { Scan } from "../template/scan.ts";
import { checkConnections } from "./check.ts";
import type { Entry, Section, SwanctlTree, Text } from "./tree.ts";

/** What ends a name: strongSwan's settings_lexer.l. */
const NAME_END = /[#{}:,="\s]/;

interface Open {
  readonly name: Text;
  readonly references: readonly Text[];
  readonly bodyStart: number;
  readonly entries: Entry[];
}

/** Parses any file in strongSwan's settings grammar, whatever it sets. */
export function parseSettings(text: string): Parsed<SwanctlTree> {
  return new Parser(text).parse();
}

/**
 * Parses strongSwan's settings grammar: `name { … }`, `name : reference { … }`, `key = value` to the end of the line,
 * quoted strings, `include`. Sections are kept on a stack of our own, so depth costs no call stack.
 */
export function parseSwanctl(text: string): Parsed<SwanctlTree> {
  const { tree, errors } = parseSettings(text);
  // What cannot be read at all comes first: charon then unloads every connection, whatever its values.
  return { tree, errors: errors.length > 0 ? errors : checkConnections(tree.entries) };
}

class Parser extends Scan {
  readonly #open: Open[] = [];
  readonly #root: Entry[] = [];

  parse(): Parsed<SwanctlTree> {
    while (this.#skipSpace(true), this.at < this.text.length) this.#entry();
    while (this.#open.length > 0) {
      const { name } = this.#open.at(-1)!;
      this.problem(name.range, `Section ${name.text} is not closed: everything below belongs to it. Add a closing brace.`);
      this.#close(this.text.length, this.text.length);
    }
    return { tree: { entries: this.#root, range: { start: 0, end: this.source.length } }, errors: this.errors };
  }

  #entry(): void {
    const start = this.at;
    const char = this.text[start]!;
    if (char === "}") {
      this.at++;
      if (this.#open.length > 0) this.#close(start, this.at);
      else this.problem({ start, end: this.at }, "This brace closes no section. Remove it.");
      return;
    }
    if (char === "{" || char === ":" || char === "," || char === "=") {
      this.at++;
      this.problem({ start, end: this.at }, `A name is missing before "${char}".`);
      if (char === "{") this.#push({ text: "", range: { start, end: start }, hidden: false }, []);
      return;
    }
    const name = char === '"' ? this.#quoted() : this.#name();
    if (char === '"' && !name.hidden) this.problem(name.range, "A name stands without quotes here. Remove them.");
    const dot = name.hidden || char === '"' ? -1 : name.text.indexOf(".");
    if (dot !== -1) this.problem({ start: start + dot, end: start + dot + 1 }, `A name has no dot in it: charon does not read the file, and unloads every connection. Write ${name.text.replaceAll(".", "-")}, say.`);
    if (name.text === "include" && char !== '"' && /[ \t]/.test(this.text[this.at] ?? "")) {
      this.#skipSpace(false);
      if (this.text[this.at] !== "=") return this.#include(start);
    }
    this.#skipSpace(false);
    switch (this.text[this.at]) {
      case "=":
        return this.#setting(name);
      case "{":
        this.at++;
        return this.#push(name, []);
      case ":":
        return this.#inheriting(name);
    }
    const resume = this.at;
    this.#skipSpace(true);
    if (this.text[this.at] === "{") {
      this.at++;
      return this.#push(name, []);
    }
    this.at = resume;
    if (name.hidden) return this.#add({ kind: "hidden", range: name.range });
    // What is written below secrets is not repeated, in whatever message.
    const shown = this.#open.some((section) => section.name.text === "secrets") ? "This" : `"${name.text}"`;
    this.problem(name.range, `${shown} is neither a setting nor a section: charon does not read the file, and unloads every connection. Add "= value" or "{ }".`);
    while (this.at < this.text.length && !/[\r\n#{}=]/.test(this.text[this.at]!)) this.at++;
  }

  #inheriting(name: Text): void {
    this.at++;
    const references: Text[] = [];
    let separated = true;
    for (;;) {
      this.#skipSpace(true);
      const char = this.text[this.at];
      if (char === ",") {
        this.at++;
        separated = true;
      } else if (char === "{") {
        if (references.length === 0) this.problem({ start: this.at - 1, end: this.at }, `Section ${name.text} does not say what it inherits. Name a section behind the colon, or remove the colon.`);
        this.at++;
        return this.#push(name, references);
      } else if (char === undefined || /[}=:]/.test(char)) break;
      else {
        const reference = char === '"' ? this.#quoted() : this.#name();
        if (!separated && !reference.hidden && !references.at(-1)!.hidden) this.problem(reference.range, "A comma is missing before this name. Add it.");
        references.push(reference);
        separated = false;
      }
    }
    this.problem(name.range, `Section ${name.text} names what it inherits but has no body. Add "{ }".`);
  }

  #include(start: number): void {
    const pattern = this.text[this.at] === '"' ? this.#quoted() : this.#untilLineEnd();
    this.#add({ kind: "include", pattern, range: { start, end: pattern.range.end } });
  }

  #setting(key: Text): void {
    this.at++;
    const equals = this.at;
    this.#skipSpace(false);
    const char = this.text[this.at];
    const empty = char === undefined || char === "\n" || char === "\r" || char === "#" || char === "}";
    const value = empty ? undefined : this.#value();
    const range = { start: key.range.start, end: value?.range.end ?? equals };
    this.#add({ kind: "setting", key, value, range, conditional: this.isConditional(range, this.#open.at(-1)?.name.range.start) });
  }

  #push(name: Text, references: readonly Text[]): void {
    this.#open.push({ name, references, bodyStart: this.at, entries: [] });
  }

  #close(bodyEnd: number, end: number): void {
    const { name, references, bodyStart, entries } = this.#open.pop()!;
    const range = { start: name.range.start, end };
    const section: Section = {
      kind: "section", name, references, entries, range, body: { start: bodyStart, end: bodyEnd },
      conditional: this.isConditional(range, this.#open.at(-1)?.name.range.start),
    };
    this.#add(section);
  }

  #add(entry: Entry): void {
    (this.#open.at(-1)?.entries ?? this.#root).push(entry);
  }

  #name(): Text {
    const start = this.at;
    while (this.at < this.text.length && !NAME_END.test(this.text[this.at]!)) this.at++;
    return this.#slice(start, this.at);
  }

  /** A value runs to a comment, a closing brace or the end of the line. */
  #untilLineEnd(): Text {
    const start = this.at;
    while (this.at < this.text.length && !/[#}\r\n]/.test(this.text[this.at]!)) this.at++;
    let end = this.at;
    while (end > start && /[ \t]/.test(this.text[end - 1]!)) end--;
    return this.#slice(start, end);
  }

  /** Words and quoted strings up to the end of the line; between two of them stands one blank, however many are written. */
  #value(): Text {
    const parts: Text[] = [];
    for (;;) {
      this.#skipSpace(false);
      const char = this.text[this.at];
      if (char === undefined || /[#}\r\n]/.test(char)) break;
      if (char === '"') {
        parts.push(this.#quoted());
        continue;
      }
      const start = this.at;
      while (this.at < this.text.length && !/[#}"\r\n]/.test(this.text[this.at]!)) this.at++;
      let end = this.at;
      while (/[ \t]/.test(this.text[end - 1]!)) end--;
      parts.push(this.#slice(start, end));
    }
    const [first] = parts as [Text, ...Text[]];
    if (parts.length === 1) return first;
    return { text: parts.map(({ text }) => text).join(" "), range: { start: first.range.start, end: parts.at(-1)!.range.end }, hidden: parts.some(({ hidden }) => hidden) };
  }

  #quoted(): Text {
    const start = this.at++;
    let value = "";
    for (; this.at < this.text.length && this.text[this.at] !== '"'; this.at++) {
      if (this.text[this.at] === "\\" && this.at + 1 < this.text.length) this.at++;
      value += this.text[this.at]!;
    }
    if (this.at < this.text.length) this.at++;
    else this.problem({ start, end: start + 1 }, "This string is not closed: it swallows the rest of the file. Add a quote.");
    return { text: value, range: { start, end: this.at }, hidden: value.includes(HOLE) };
  }

  #slice(start: number, end: number): Text {
    const text = this.text.slice(start, end);
    return { text, range: { start, end }, hidden: text.includes(HOLE) };
  }

  #skipSpace(lines: boolean): void {
    for (; this.at < this.text.length; this.at++) {
      const char = this.text[this.at]!;
      if (char === "#") {
        if (!lines) return;
        while (this.at + 1 < this.text.length && !/[\r\n]/.test(this.text[this.at + 1]!)) this.at++;
      } else if (char === "\n" || char === "\r") {
        if (!lines) return;
      } else if (!/\s/.test(char)) return;
    }
  }
}
