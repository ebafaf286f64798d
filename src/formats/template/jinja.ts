import type { Range } from "../../engine/location.ts";

/** Stands for every character that a template expression hides. A private-use character, so no real text has it. */
export const HOLE = "\uE000";

/** A part of a text that a template decides. */
export interface TemplateRegion {
  /** `output`: `{{ … }}`; `comment`: `{# … #}`; `tag`: `{% … %}` itself. */
  readonly kind: "output" | "comment" | "tag";
  readonly range: Range;
  /** What stands between the delimiters, trimmed. */
  readonly code: string;
}

/** The text between a `{% if %}`, `{% for %}` or `{% macro %}` and its end: it may be there once, never or many times. */
export interface ConditionalRegion {
  readonly kind: string;
  readonly range: Range;
  readonly code: string;
}

/** A text without its template language: as long as the original, with the same line breaks. */
export interface Masked {
  readonly text: string;
  readonly regions: readonly TemplateRegion[];
  readonly conditional: readonly ConditionalRegion[];
}

const DELIMITER = /\{\{|\{%|\{#/g;
const CLOSER: Record<string, string> = { "{{": "}}", "{%": "%}", "{#": "#}" };
const KIND: Record<string, TemplateRegion["kind"]> = { "{{": "output", "{%": "tag", "{#": "comment" };
/** Characters behind the first closer in which a mapping's braces may still close. */
const FAR = 400;
const BLOCKS = new Set(["if", "for", "macro", "block", "call", "filter", "raw"]);

/**
 * Masks Jinja2: an output becomes HOLE characters (so that a word with one in it is Unknown), tags and comments become
 * spaces. Offsets stay. Jinja's own lexer decides the delimiters: they may span lines and an unclosed one runs to the end.
 * `#jinja2:` headers of Ansible are masked too.
 */
export function maskJinja(text: string): Masked {
  if (!text.includes("{{") && !text.includes("{%") && !text.includes("{#") && !text.startsWith("#jinja2:")) {
    return { text, regions: [], conditional: [] };
  }
  const regions: TemplateRegion[] = [];
  const conditional: ConditionalRegion[] = [];
  const open: { kind: string; code: string; start: number }[] = [];
  let out = "";
  let cursor = 0;
  DELIMITER.lastIndex = 0;
  for (let match = DELIMITER.exec(text); match; match = DELIMITER.exec(text)) {
    const opener = match[0];
    const end = endOf(text, match.index + 2, CLOSER[opener]!, opener !== "{#");
    const range = { start: match.index, end };
    const inner = text.slice(match.index + 2, Math.max(match.index + 2, end - 2));
    const code = inner.replace(/^[-+]|[-+]$/g, "").trim();
    const kind = KIND[opener]!;
    regions.push({ kind, range, code });
    out += text.slice(cursor, match.index) + blank(text.slice(match.index, end), kind === "output" ? HOLE : " ");
    cursor = end;
    DELIMITER.lastIndex = end;
    if (kind !== "tag") continue;
    const word = /^\w+/.exec(code)?.[0] ?? "";
    if (BLOCKS.has(word)) open.push({ kind: word, code, start: end });
    else if (word === "else" || word === "elif") {
      const block = open.at(-1);
      if (block) {
        conditional.push({ kind: block.kind, code: block.code, range: { start: block.start, end: range.start } });
        block.start = end;
      }
    } else if (word.startsWith("end")) {
      const block = open.pop();
      if (block) conditional.push({ kind: block.kind, code: block.code, range: { start: block.start, end: range.start } });
    }
  }
  out += text.slice(cursor);
  for (const block of open) conditional.push({ kind: block.kind, code: block.code, range: { start: block.start, end: text.length } });
  return { text: out, regions, conditional };
}

/** Where the region that opened just before `from` ends; quotes inside an expression hide its closer. */
function endOf(text: string, from: number, closer: string, quotes: boolean): number {
  if (!quotes) {
    const at = text.indexOf(closer, from);
    return at === -1 ? text.length : at + 2;
  }
  const token = new RegExp(`'(?:[^'\\\\]|\\\\.)*'|"(?:[^"\\\\]|\\\\.)*"|${closer.replace(/[}%]/g, "\\$&")}|[{}]`, "gs");
  token.lastIndex = from;
  // Braces of a mapping hide the closer too (jinja2/lexer.py, balancing_stack).
  let open = 0;
  let first = -1;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [found] = match;
    if (found === closer && open === 0) return match.index + 2;
    if (found === closer && first === -1) first = match.index;
    // A brace that is not closed hides nothing; the limit keeps many of them from taking quadratic time.
    if (first !== -1 && match.index > first + FAR) break;
    if (found === "{") open++;
    else if (open > 0 && found.startsWith("}")) {
      open--;
      token.lastIndex = match.index + 1;
    }
  }
  return first === -1 ? text.length : first + 2;
}

function blank(text: string, filler: string): string {
  return text.replace(/[^\r\n]/g, filler);
}
