/** Plain data that a Python literal stands for. */
export type Literal = string | number | boolean | null | readonly Literal[] | { readonly [key: string]: Literal };

const DEPTH = 100;
const DIGITS = String.raw`\d+(?:_\d+)*`;
const NUMBER = new RegExp(`(?:0[xX](?:_?[\\da-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|(?:${DIGITS}\\.(?:${DIGITS})?|\\.${DIGITS}|${DIGITS})(?:[eE][-+]?${DIGITS})?)`, "y");
/** What begins a string: `r` keeps backslashes; Ansible turns bytes into text. */
const OPENER = /([rR][bB]?|[bB][rR]?|[uU])?("""|'''|"|')/y;
const ESCAPE = /^(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U00(?:0\d|10)[\da-fA-F]{4}|[0-7]{1,3})/;
const ESCAPED: Record<string, string> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v", "\\": "\\", "'": "'", '"': '"', "\n": "" };

/**
 * The value of an inventory variable: what Python's `ast.literal_eval` makes of the text, or else the text itself, as
 * Ansible's ini plugin does. So `8` is a number, `0644` (no Python literal) and `yes` are text, `True` is a boolean.
 */
export function literalValue(text: string): Literal {
  const reader = new LiteralReader(text);
  const value = reader.whole();
  return value === undefined ? text : value;
}

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Literal | undefined {
    let value = this.#value(0);
    if (value !== undefined && this.#eat(",")) {
      // `1, 2` is a tuple without its brackets.
      const items = [value];
      while (this.#blanks() && this.#at < this.#text.length && this.#text[this.#at] !== "#") {
        const item = this.#value(0);
        if (item === undefined) return undefined;
        items.push(item);
        if (!this.#eat(",")) break;
      }
      value = items;
    }
    this.#blanks();
    // What follows a `#` is a comment for Python too.
    return this.#at === this.#text.length || this.#text[this.#at] === "#" ? value : undefined;
  }

  #blanks(): true {
    while (/\s/.test(this.#text[this.#at] ?? "x")) this.#at++;
    return true;
  }

  #eat(char: string): boolean {
    this.#blanks();
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #value(depth: number): Literal | undefined {
    if (depth > DEPTH) return undefined;
    this.#blanks();
    const char = this.#text[this.#at] ?? "";
    OPENER.lastIndex = this.#at;
    if (OPENER.test(this.#text)) return this.#strings();
    if (char === "[" || char === "(") return this.#list(char === "[" ? "]" : ")", depth);
    if (char === "{") return this.#mapping(depth);
    for (const [word, value] of [["True", true], ["False", false], ["None", null]] as const) {
      if (this.#text.startsWith(word, this.#at) && !/\w/.test(this.#text[this.#at + word.length] ?? " ")) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#number();
  }

  #number(): number | undefined {
    let sign = 1;
    if (/[-+]/.test(this.#text[this.#at] ?? "")) {
      sign = this.#text[this.#at++] === "-" ? -1 : 1;
      this.#blanks();
    }
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null || /[\w.]/.test(this.#text[NUMBER.lastIndex] ?? " ")) return undefined;
    const digits = match[0].replaceAll("_", "");
    // Python refuses leading zeros, so such a value stays text.
    if (/^0\d/.test(digits) && !/[.eE]/.test(digits) && !/^0+$/.test(digits)) return undefined;
    this.#at = NUMBER.lastIndex;
    const value = Number(digits);
    // A double cannot hold every integer; those stay text.
    return Number.isFinite(value) && (Number.isSafeInteger(value) || /^[\d.]+[.eE]|^\./.test(digits)) ? sign * value + 0 : undefined;
  }

  /** Strings next to each other are one. */
  #strings(): string | undefined {
    let value = "";
    for (;;) {
      OPENER.lastIndex = this.#at;
      const opener = OPENER.exec(this.#text);
      if (opener === null) return value;
      this.#at = OPENER.lastIndex;
      const part = this.#string(opener[2]!, /r/i.test(opener[1] ?? ""));
      if (part === undefined) return undefined;
      value += part;
      this.#blanks();
    }
  }

  #string(quote: string, raw: boolean): string | undefined {
    let value = "";
    for (let i = this.#at; i < this.#text.length; i++) {
      const char = this.#text[i]!;
      if (this.#text.startsWith(quote, i)) {
        this.#at = i + quote.length;
        return value;
      }
      if (char !== "\\") {
        value += char;
        continue;
      }
      const next = this.#text[++i] ?? "";
      const code = raw ? undefined : ESCAPE.exec(this.#text.slice(i, i + 9))?.[0];
      if (code !== undefined) {
        value += String.fromCodePoint(/^[0-7]/.test(code) ? Number.parseInt(code, 8) : Number.parseInt(code.slice(1), 16));
        i += code.length - 1;
      } else value += raw ? `\\${next}` : (ESCAPED[next] ?? `\\${next}`);
    }
    return undefined;
  }

  #list(closer: string, depth: number): Literal | undefined {
    this.#at++;
    const items: Literal[] = [];
    let commas = 0;
    while (!this.#eat(closer)) {
      const item = this.#value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      if (this.#eat(",")) commas++;
      else if (this.#eat(closer)) break;
      else return undefined;
    }
    // `(x)` is x, only `(x,)` is a tuple.
    return closer === ")" && items.length === 1 && commas === 0 ? items[0] : items;
  }

  #mapping(depth: number): Literal | undefined {
    this.#at++;
    const entries: [string, Literal][] = [];
    while (!this.#eat("}")) {
      const key = this.#value(depth + 1);
      if (key === undefined || !this.#eat(":")) return undefined;
      const value = this.#value(depth + 1);
      if (value === undefined) return undefined;
      entries.push([key === true ? "True" : key === false ? "False" : String(key), value]);
      if (!this.#eat(",") && !this.#eat("}")) return undefined;
      if (this.#text[this.#at - 1] === "}") break;
    }
    return Object.fromEntries(entries);
  }
}
