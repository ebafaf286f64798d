import type { Range } from "../../engine/location.ts";
import { nearest } from "../../engine/similar.ts";
import type { SyntaxProblem } from "../format.ts";
import type { YamlEntry, YamlNode, YamlScalar } from "../yaml/index.ts";
import { entriesOf } from "../yaml/index.ts";
import type { LessonKey } from "./keys.ts";
import { keysOf } from "./keys.ts";
import type { LessonText } from "./tree.ts";

/** Characters of one text of a lesson; examples may be longer. */
const LONGEST = 8_000;

/** Reads the keys of a lesson's sections, collecting what is wrong with them. */
export class LessonReader {
  readonly problems: SyntaxProblem[] = [];
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  problem(range: Range, message: string, replacement?: string): void {
    const end = Math.min(Math.max(range.end, range.start + 1), this.#source.length);
    const at = { start: Math.min(range.start, end), end };
    this.problems.push({ range: at, message, certain: true, ...(replacement !== undefined && { edits: [{ range, newText: replacement }] }) });
  }

  /** The first line of a place: enough to point at something long. */
  head({ start, end }: Range): Range {
    const line = this.#source.slice(start, end).search(/\r?\n/);
    return line > 0 ? { start, end: start + line } : { start, end };
  }

  /** The entries of a section by key; keys that there are not are problems, and so are missing ones, at `owner`. */
  section(name: string, node: YamlNode | undefined, owner: Range): ReadonlyMap<string, YamlEntry> {
    const result = new Map<string, YamlEntry>();
    const keys = keysOf(name);
    if (node !== undefined && node.kind !== "mapping" && !isEmpty(node)) {
      const title = name === "" ? "A lesson" : name;
      this.problem(this.head(node.range), `${title} holds "key: value", not this. It is left out. Keys: ${[...keys.keys()].join(", ")}.`);
      return result;
    }
    for (const entry of node?.kind === "mapping" ? node.entries : []) {
      if (result.has(entry.key)) this.problem(entry.keyRange, `${entry.key} is here twice, and only the last one counts. Remove one.`);
      if (keys.has(entry.key)) result.set(entry.key, entry);
      else this.#unknownKey(name, keys, entry);
    }
    for (const [key, { required, summary }] of keys) {
      const entry = result.get(key);
      if (required && (entry === undefined || isEmpty(entry.value))) {
        const where = name === "" ? "" : ` below ${name}`;
        const tagged = entry?.value.tag?.startsWith("!") === true;
        this.problem(entry?.keyRange ?? owner, tagged ? `YAML takes what begins with ! for a tag, so ${key} is empty. Put it into quotes.` : `A lesson needs ${key}${where}. ${summary}`);
      }
      if (entry !== undefined && isEmpty(entry.value)) result.delete(key);
    }
    return result;
  }

  #unknownKey(section: string, keys: ReadonlyMap<string, LessonKey>, { key, keyRange }: YamlEntry): void {
    const meant = nearest(key, keys.keys());
    const where = section === "" ? "" : ` below ${section}`;
    this.problem(keyRange, `There is no key "${key}"${where}, so it changes nothing. ${meant ? `Did you mean ${meant}?` : `Keys: ${[...keys.keys()].join(", ")}.`}`, meant);
  }

  /** A text with its place; undefined, and a problem, where something else stands there. */
  text(entry: YamlEntry | undefined): LessonText | undefined {
    if (entry === undefined) return undefined;
    const { value } = entry;
    if (value.kind !== "scalar") {
      const braces = value.kind === "mapping" && this.#source[value.range.start] === "{";
      this.problem(this.head(value.range), `${entry.key} is a text, not a ${value.kind === "mapping" ? "mapping" : "list"}. It is left out. ${braces ? "Put it into quotes, since YAML takes braces for a mapping." : "Write one text."}`);
      return undefined;
    }
    const text = plain(value);
    if (text.length > LONGEST) {
      this.problem(this.head(value.range), `${entry.key} is longer than ${LONGEST} characters. It is left out. Say it shorter.`);
      return undefined;
    }
    return { text, node: value };
  }

  /** The text alone, without blanks around it. */
  words(entry: YamlEntry | undefined): string | undefined {
    return this.text(entry)?.text.trim();
  }

  /** One of several words; undefined, and a problem, for another. */
  oneOf<T extends string>(entry: YamlEntry | undefined, words: readonly T[]): T | undefined {
    const found = this.text(entry);
    if (found === undefined || entry === undefined) return undefined;
    const word = found.text.trim();
    if ((words as readonly string[]).includes(word)) return word as T;
    const meant = nearest(word, words);
    this.problem(found.node.range, `${entry.key} cannot be "${word}". ${meant ? `Did you mean ${meant}?` : `It is one of: ${words.join(", ")}.`}`, meant);
    return undefined;
  }
}

/** True for a key with nothing behind it: somebody is about to fill it in. */
export function isEmpty(node: YamlNode): boolean {
  return (node.kind === "scalar" && (node.value === null || node.text.trim() === "")) || (node.kind !== "scalar" && (node.kind === "mapping" ? entriesOf(node) : node.items).length === 0);
}

/** What is written, whatever type YAML would give it: a date, a number, `yes`. */
export function plain(scalar: YamlScalar): string {
  return typeof scalar.value === "string" ? scalar.value : scalar.text;
}
