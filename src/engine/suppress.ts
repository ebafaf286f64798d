import type { Range } from "./location.ts";
import { LineIndex } from "./location.ts";

/** One `premortem-ignore` comment. */
export interface Suppression {
  /** Rule ids; a folder alone (`firewall`) stands for none: a suppression names what it hides. */
  readonly rules: readonly string[];
  /** What follows `--`; empty where nothing does. */
  readonly reason: string;
  /** The comment's own words, for findings about the suppression. */
  readonly range: Range;
  /** The lines that it covers, from 1, inclusive; Infinity for a whole file. */
  readonly lines: { readonly first: number; readonly last: number };
}

/** What opens a comment, and whether one may follow other text on its line; what closes it, where that is not the line's end. */
export interface CommentSyntax {
  readonly openers: readonly string[];
  readonly inline: boolean;
  readonly closer?: string;
  /** Texts of other files that the file quotes: what looks like a comment there is none of this file. */
  readonly quoted?: readonly Range[];
}

const DIRECTIVE = /premortem-ignore(-file)?(?![\w-])[ \t]*([^\r\n]*)/g;

/**
 * The suppressions of a text. On a line of its own the comment covers the next line that is neither empty nor a
 * comment; after other text, its own line; `premortem-ignore-file` the whole file.
 */
export function suppressions(text: string, syntax: CommentSyntax): Suppression[] {
  if (!text.includes("premortem-ignore")) return [];
  const lines = new LineIndex(text);
  const found: Suppression[] = [];
  for (const match of text.matchAll(DIRECTIVE)) {
    if (syntax.quoted?.some(({ start, end }) => start <= match.index && match.index < end) === true) continue;
    const { line } = lines.positionAt(match.index);
    const lineStart = lines.rangeOfLine(line).start;
    const ahead = text.slice(lineStart, match.index).trimEnd();
    const opener = syntax.openers.find((candidate) => ahead.endsWith(candidate));
    if (opener === undefined) continue;
    const alone = ahead.slice(0, -opener.length).trim() === "";
    if (!alone && !syntax.inline) continue;
    let rest = match[2] ?? "";
    if (syntax.closer !== undefined) rest = rest.split(syntax.closer)[0]!;
    const dash = /(?:^|\s)--(?:\s|$)/.exec(rest);
    const names = dash ? rest.slice(0, dash.index) : rest;
    const range = { start: match.index, end: match.index + match[0].trimEnd().length };
    const whole = match[1] !== undefined;
    const covered = alone ? nextCode(text, lines, line + 1, syntax) : line;
    found.push({
      rules: names.split(/[\s,]+/).filter((name) => name !== ""),
      reason: dash ? rest.slice(dash.index + dash[0].length).trim() : "",
      range,
      lines: whole ? { first: 1, last: Infinity } : { first: covered, last: covered },
    });
  }
  return found;
}

function nextCode(text: string, lines: LineIndex, from: number, syntax: CommentSyntax): number {
  for (let line = from; line <= lines.count; line++) {
    const range = lines.rangeOfLine(line);
    const content = text.slice(range.start, range.end).trim();
    if (content !== "" && !syntax.openers.some((opener) => content.startsWith(opener))) return line;
  }
  return from;
}

/** A suppression to be written: above a line (from 1) with its indentation, or at the top of the file. */
export interface WantedSuppression {
  readonly rule: string;
  readonly reason: string;
  /** undefined: of the whole file. */
  readonly line: number | undefined;
}

/** The insertion that writes a suppression into a text, its line break included; undefined where the format has no comments. */
export function suppressing(text: string, { openers, closer }: CommentSyntax, { rule, reason, line }: WantedSuppression): { offset: number; newText: string } | undefined {
  const [opener] = openers;
  if (opener === undefined) return undefined;
  const lines = new LineIndex(text);
  // Below an interpreter line, which must stay the first.
  const { start, end } = lines.rangeOfLine(line ?? (text.startsWith("#!") && lines.count > 1 ? 2 : 1));
  const indentation = line === undefined ? "" : /^[ \t]*/.exec(text.slice(start, end))![0];
  const words = `${line === undefined ? "premortem-ignore-file" : "premortem-ignore"} ${rule} -- ${reason.trim().replace(/\s+/g, " ")}`;
  const ending = /^[^\n]*\r\n/.test(text) ? "\r\n" : "\n";
  return { offset: start, newText: `${indentation}${opener} ${words}${closer === undefined ? "" : ` ${closer}`}${ending}` };
}
