import type { Unknown } from "../../engine/unknown.ts";
import { unknown } from "../../engine/unknown.ts";
import type { Parsed, SyntaxProblem } from "../format.ts";
import { HOLE, maskJinja } from "../template/jinja.ts";
import type { YamlEntry, YamlNode, YamlTree } from "../yaml/index.ts";

/** Levels inside each other; what lies deeper is passed over, for readers of the tree descend by recursion. */
const DEEPEST = 200;
/** Characters. Every value takes a few hundred bytes as a node, so much more would not fit into memory. */
const LARGEST = 64 * 1024 * 1024;

interface OpenMapping {
  readonly kind: "mapping";
  readonly start: number;
  readonly entries: YamlEntry[];
  key?: { readonly text: string; readonly start: number; readonly end: number };
}
interface OpenSequence {
  readonly kind: "sequence";
  readonly start: number;
  readonly items: YamlNode[];
}

/**
 * Reads JSON (RFC 8259) into the same nodes as YAML, many times faster than a YAML parser does. Tolerant: commas too many
 * or too few, comments and a text that ends early cost what stands there, not the rest. The first mistake is told.
 */
export function parseJson(text: string): Parsed<YamlTree> {
  if (text.length > LARGEST) return tooLarge();
  const plain = read(text);
  if (plain.errors.length === 0 || !/\{[{%#]/.test(text)) return plain;
  // A template is no syntax error: what it becomes is not known here.
  return { tree: read(maskJinja(text).text).tree, errors: [] };
}

function tooLarge(): Parsed<YamlTree> {
  const message = "This file is larger than 64 MiB. Its contents are left out. Split it.";
  return { tree: { documents: [] }, errors: [{ range: { start: 0, end: 1 }, message, certain: false }] };
}

function read(text: string): Parsed<YamlTree> {
  const errors: SyntaxProblem[] = [];
  const documents: YamlNode[] = [];
  const open: (OpenMapping | OpenSequence)[] = [];
  let skipped = 0;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;

  const problem = (start: number, end: number, what: string): void => {
    if (errors.length === 0) errors.push({ range: { start, end: Math.min(end, text.length) }, message: `This is not valid JSON: ${what}. What reads the file stops here. Correct the place.`, certain: true });
  };
  const add = (node: YamlNode): void => {
    const parent = open.at(-1);
    if (parent === undefined) documents.push(node);
    else if (parent.kind === "sequence") parent.items.push(node);
    else if (parent.key === undefined) problem(node.range.start, node.range.end, "a value has no key");
    else {
      const { text: key, start, end } = parent.key;
      parent.entries.push({ key, keyRange: { start, end }, value: node, range: { start, end: node.range.end } });
      delete parent.key;
    }
  };
  const close = (end: number): void => {
    const node = open.pop()!;
    const range = { start: node.start, end };
    if (node.kind === "mapping" && node.key !== undefined) {
      const { start, end: after } = node.key;
      problem(start, after, "a key has no value");
    }
    add(node.kind === "mapping" ? { kind: "mapping", range, entries: node.entries } : { kind: "sequence", range, items: node.items });
  };

  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 32 || code === 10 || code === 13 || code === 9 || code === 44 || code === 58) {
      at++;
    } else if (code === 123 || code === 91) {
      if (skipped > 0 || open.length >= DEEPEST) {
        if (skipped++ === 0) {
          add({ kind: "scalar", range: { start: at, end: at + 1 }, value: unknown("it is nested too deeply"), text: "" });
          problem(at, at + 1, `more than ${DEEPEST} levels are inside each other`);
        }
      } else open.push(code === 123 ? { kind: "mapping", start: at, entries: [] } : { kind: "sequence", start: at, items: [] });
      at++;
    } else if (code === 125 || code === 93) {
      at++;
      if (skipped > 0) skipped--;
      else if (open.length === 0) problem(at - 1, at, "nothing is open that this could close");
      else if ((open.at(-1)!.kind === "mapping") !== (code === 125)) {
        problem(at - 1, at, "this closes what another bracket opened");
        // The one that was forgotten ends here, if the bracket fits what is around it.
        if (open.length > 1 && (open.at(-2)!.kind === "mapping") === (code === 125)) {
          close(at - 1);
          close(at);
        }
      } else close(at);
    } else if (code === 47 && (text.charCodeAt(at + 1) === 47 || text.charCodeAt(at + 1) === 42)) {
      problem(at, at + 2, "it has a comment");
      const line = text.charCodeAt(at + 1) === 47;
      const end = text.indexOf(line ? "\n" : "*/", at + 2);
      at = end === -1 ? text.length : end + (line ? 1 : 2);
    } else {
      const end = code === 34 ? endOfString(text, at) : endOfWord(text, at);
      if (skipped === 0) {
        const parent = open.at(-1);
        if (parent?.kind === "mapping" && parent.key === undefined) {
          const isString = code === 34;
          if (!isString) problem(at, end, "a key is not in quotes");
          parent.key = { text: isString ? stringOf(text, at, end) : text.slice(at, end), start: at, end };
        } else {
          const closed = code !== 34 || (end > at + 1 && text.charCodeAt(end - 1) === 34);
          if (!closed) problem(at, end, "a text is not closed");
          const content = code === 34 ? stringOf(text, at, end) : text.slice(at, end);
          const scalar = code === 34 ? (content.includes(HOLE) ? unknown("a template decides it") : content) : wordOf(content);
          if (scalar === undefined) problem(at, end, `“${text.slice(at, Math.min(end, at + 40))}” is no value`);
          add({ kind: "scalar", range: { start: at, end }, value: scalar ?? null, text: content });
        }
      }
      at = end;
    }
  }
  if (open.length > 0) problem(open.at(-1)!.start, open.at(-1)!.start + 1, "this bracket is not closed");
  while (open.length > 0) close(text.length);
  return { tree: { documents }, errors };
}

/** After the closing quote; a text that is not closed ends with its line, as JSON's texts have no line breaks. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 34) return at + 1;
    if (code === 10 || code === 13) return at;
    at += code === 92 ? 2 : 1;
  }
  return text.length;
}

const WORD = /[^\s,:[\]{}"/]+/y;

function endOfWord(text: string, start: number): number {
  WORD.lastIndex = start;
  return WORD.test(text) ? WORD.lastIndex : start + 1;
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

function stringOf(text: string, start: number, end: number): string {
  const closed = end > start + 1 && text.charCodeAt(end - 1) === 34;
  const inner = text.slice(start + 1, closed ? end - 1 : end);
  if (!inner.includes("\\")) return inner;
  return inner.replace(/\\(?:u([\da-fA-F]{4})|([^]))/g, (_, hex: string | undefined, char: string) => (hex === undefined ? (ESCAPES[char] ?? char) : String.fromCharCode(parseInt(hex, 16))));
}

function wordOf(word: string): number | boolean | null | Unknown | undefined {
  if (word.includes(HOLE)) return unknown("a template decides it");
  if (word === "true") return true;
  if (word === "false") return false;
  if (word === "null") return null;
  const number = /^-?\d/.test(word) ? Number(word) : NaN;
  return Number.isFinite(number) ? number : undefined;
}
