/** Plain data that a Python literal stands for. */
export type Literal = string | number | boolean | null | readonly Literal[] | { readonly [key: string]: Literal };

const DEPTH = 100;
const NUMBER = /[-+]?(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*)?\.?\d[\d_]*\.?(?:[eE][-+]?\d+)?)/y;

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
    const value = this.#value(0);
    this.#blanks();
    // What follows a `#` is a comment for Python too.
    return this.#at === this.#text.length || this.#text[this.#at] === "#" ? value : undefined;
  }

  #blanks(): void {
    while (/\s/.test(this.#text[this.#at] ?? "x")) this.#at++;
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
    if (char === "'" || char === '"') return this.#string(char);
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
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null || /[\w.]/.test(this.#text[NUMBER.lastIndex] ?? " ")) return undefined;
    const digits = match[0].replaceAll("_", "");
    // Python refuses leading zeros, so such a value stays text.
    if (/^[-+]?0\d/.test(digits) && !/[.eE]/.test(digits) && !/^[-+]?0+$/.test(digits)) return undefined;
    this.#at = NUMBER.lastIndex;
    const value = Number(digits.replace(/^[-+]/, "")) * (digits.startsWith("-") ? -1 : 1);
    return Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value)) ? value + 0 : undefined;
  }

  #string(quote: string): string | undefined {
    let value = "";
    for (let i = this.#at + 1; i < this.#text.length; i++) {
      const char = this.#text[i]!;
      if (char === quote) {
        this.#at = i + 1;
        return value;
      }
      if (char !== "\\") {
        value += char;
        continue;
      }
      const next = this.#text[++i] ?? "";
      value += next === "n" ? "\n" : next === "t" ? "\t" : next === "r" ? "\r" : /['"\\]/.test(next) ? next : `\\${next}`;
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
