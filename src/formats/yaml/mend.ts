import type { Range } from "../../engine/location.ts";
import type { YamlNode } from "./nodes.ts";

/** What the library found wrong, with its word for the kind of mistake. */
export interface Fault {
  readonly code: string;
  readonly range: Range;
  readonly message: string;
}

/** What one pass over a text gave. */
export interface Reading {
  readonly documents: readonly YamlNode[];
  readonly faults: readonly Fault[];
}

/** Passes over one text, and characters in all of them, that mending may take. */
const PASSES = 12;
const CHARACTERS = 2_000_000;

/** A line that begins an entry of a mapping or of a list. */
const ENTRY = /^\s*(?:- |-$|[\w.{}"' -]+:(?:\s|$))/;
const OPEN_QUOTE = /^[ \t]*(?:- +)*(?:[\w.-]+:[ \t]+)?(?:"(?:[^"\\]|\\.)*|'(?:[^']|'')*)$/;

/**
 * Reads a broken text again without the lines that break it, so that the rest says what it would say without them. The
 * faults are the first one of every pass: what else a pass finds mostly follows from its first.
 */
export function mended(first: Reading, source: string, read: (source: string) => Reading): Reading {
  const faults: Fault[] = [];
  let reading = first;
  let text = source;
  for (let pass = 1; reading.faults.length > 0; pass++) {
    const fault = reading.faults[0]!;
    faults.push(placed(fault, text));
    const without = pass >= PASSES || pass * source.length > CHARACTERS ? undefined : withoutFault(fault, text);
    if (without === undefined) {
      // The library has gone on by itself; its further faults stand for themselves, but for tokens it is astonished at.
      faults.push(...reading.faults.slice(1).filter((other) => other.code !== "UNEXPECTED_TOKEN" && lineAt(text, other.range.start).start > lineAt(text, fault.range.end).start));
      break;
    }
    text = without;
    reading = read(text);
  }
  const seen = new Set<number>();
  return { documents: reading.documents, faults: faults.filter(({ range }) => !seen.has(range.start) && seen.add(range.start)) };
}

/** The place where PyYAML stops, which is what Ansible prints: for a misplaced key its colon. */
function placed(fault: Fault, text: string): Fault {
  if (isUnfinished(fault, text)) {
    const line = lineAt(text, fault.range.start);
    return { ...fault, range: { start: fault.range.start, end: Math.max(fault.range.start + 1, line.end) }, message: "this line has no colon, so it is neither a key nor part of the value above it" };
  }
  const quoted = openQuote(fault, text);
  if (quoted !== undefined) {
    const written = text.slice(quoted.start, quoted.end);
    return { ...fault, range: { start: quoted.start + written.search(/["']/), end: quoted.end }, message: "a quote is left open" };
  }
  const colon = colonOf(fault, text);
  if (colon === undefined) return fault;
  const inside = fault.code === "MULTILINE_IMPLICIT_KEY" || lineAt(text, colon).start > lineAt(text, fault.range.start).start;
  return {
    ...fault,
    range: { start: colon, end: colon + 1 },
    message: inside ? "a key begins inside the value of the line above it, which is indented less" : "a second colon followed by a blank stands in one line, outside of quotes",
  };
}

/** The offset of the colon that no key can stand before. */
function colonOf({ code, range }: Fault, text: string): number | undefined {
  if (code === "MULTILINE_IMPLICIT_KEY") {
    const colon = text.indexOf(":", range.end);
    return colon === -1 ? undefined : colon;
  }
  if (code !== "BLOCK_AS_IMPLICIT_KEY") return undefined;
  const colon = /:(?=\s|$)/g;
  colon.lastIndex = range.start;
  return colon.exec(text)?.index;
}

/** A word alone on its line, above a line of the same depth: a key that is being typed, or a merge conflict's mark. */
function isUnfinished({ code, range }: Fault, text: string): boolean {
  if (code !== "MULTILINE_IMPLICIT_KEY") return false;
  const line = lineAt(text, range.start);
  return text.slice(line.start, range.start).trim() === "" && indentOf(text, lineAt(text, range.end).start) <= range.start - line.start;
}

/** The text with the lines blanked that are at fault; undefined where the library reads the rest well without that. */
function withoutFault(fault: Fault, text: string): string | undefined {
  if (isUnfinished(fault, text)) {
    const { start, end } = lineAt(text, fault.range.start);
    return blanked(text, start, end);
  }
  const colon = colonOf(fault, text);
  if (colon !== undefined) return withoutBlock(text, colon);
  const open = openQuote(fault, text);
  return open === undefined ? undefined : blanked(text, open.start, open.end);
}

/** Without the line of `at` and the lines below it that are indented more. */
function withoutBlock(text: string, at: number): string {
  const { start, end: first } = lineAt(text, at);
  const depth = indentOf(text, start);
  let end = first;
  while (end < text.length) {
    const next = lineAt(text, nextLine(text, end));
    if (next.start >= text.length || (text.slice(next.start, next.end).trim() !== "" && indentOf(text, next.start) <= depth)) break;
    end = next.end;
  }
  return blanked(text, start, end);
}

/** The first line at or above the fault that leaves a quote open although the next line begins an entry. */
function openQuote({ code, range }: Fault, text: string): Range | undefined {
  if (code !== "MISSING_CHAR" && code !== "UNEXPECTED_TOKEN") return undefined;
  for (let start = 0; start <= range.start; ) {
    const line = lineAt(text, start);
    const next = lineAt(text, nextLine(text, line.end));
    const written = text.slice(line.start, line.end);
    if (/["']/.test(written) && written.length < 2_000 && OPEN_QUOTE.test(written) && ENTRY.test(text.slice(next.start, next.end))) return line;
    if (next.start <= start) return undefined;
    start = next.start;
  }
  return undefined;
}

/** The line that an offset is in, without its end. */
function lineAt(text: string, offset: number): Range {
  let start = offset;
  while (start > 0 && text[start - 1] !== "\n" && text[start - 1] !== "\r") start--;
  let end = offset;
  while (end < text.length && text[end] !== "\n" && text[end] !== "\r") end++;
  return { start, end };
}

/** The offset after the line break at `end`. */
function nextLine(text: string, end: number): number {
  return Math.min(text.length, end + (text.startsWith("\r\n", end) ? 2 : 1));
}

function indentOf(text: string, start: number): number {
  let at = start;
  while (text[at] === " ") at++;
  return at - start;
}

function blanked(text: string, start: number, end: number): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\r\n]/g, " ") + text.slice(end);
}
