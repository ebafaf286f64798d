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

/** What opens a comment, and whether one may follow other text on its line. */
interface CommentSyntax {
  readonly openers: readonly string[];
  readonly inline: boolean;
  readonly closer?: string;
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
