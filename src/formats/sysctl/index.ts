import type { Range } from "../../engine/location.ts";
import { linesOf } from "../lines.ts";
import { HOLE } from "../template/jinja.ts";
import { isConditional } from "../template/conditional.ts";
import { maskPlaceholders } from "../template/placeholders.ts";
import type { Format, Parsed, SyntaxProblem } from "../format.ts";
import { recogniseSysctl } from "./recognise.ts";

export { looksLikeSysctl } from "./recognise.ts";

/** One line that sets a key, or (without a value) excludes it from globs. */
export interface SysctlLine {
  /** As written. A HOLE in it: a template decides. */
  readonly key: string;
  readonly keyRange: Range;
  /** Without the blanks around it; undefined for `-key` alone. A HOLE in it: a template decides. */
  readonly value?: string;
  /** Empty and just after `=` where there is no value. */
  readonly valueRange: Range;
  /** From the first character that is not blank to the last. */
  readonly range: Range;
  /** A `-` before the key: the loaders do not complain if it cannot be set. */
  readonly ignoreErrors: boolean;
  /** A template decides whether the line is there. */
  readonly conditional: boolean;
}

/** The lines of a sysctl.conf or sysctl.d file, as procps `sysctl -p` and systemd-sysctl read them. */
export interface SysctlTree {
  readonly lines: readonly SysctlLine[];
}

/** More than ten times the keys that a kernel has; what is longer is no list of settings. */
const MOST_LINES = 20_000;

/**
 * sysctl.conf(5) and sysctl.d(5): `#` and `;` open a comment only as the first character of a line; there are no inline
 * comments, quotes or continuations. The first `=` ends the key.
 */
function parse(text: string): Parsed<SysctlTree> {
  const masked = maskPlaceholders(text);
  const lines: SysctlLine[] = [];
  const errors: SyntaxProblem[] = [];
  for (const line of linesOf(masked.text)) {
    const range = trimmed(masked.text, line.start, line.end);
    if (range.start === range.end) continue;
    if (lines.length + errors.length >= MOST_LINES) {
      errors.push({ range, certain: false, message: `This file has more than ${MOST_LINES} settings, and what follows is not judged. Split it, or remove what no kernel has.` });
      break;
    }
    const first = masked.text[range.start]!;
    if (first === "#" || first === ";") continue;
    const ignoreErrors = first === "-";
    const inLine = masked.text.slice(range.start, range.end).indexOf("=");
    const equals = inLine === -1 ? -1 : range.start + inLine;
    const conditional = masked.conditional.length > 0 && isConditional(masked, range);
    const keyStart = ignoreErrors ? range.start + 1 : range.start;
    if (equals === -1) {
      const keyRange = trimmed(masked.text, keyStart, range.end);
      const key = masked.text.slice(keyRange.start, keyRange.end);
      if (ignoreErrors && key !== "") {
        lines.push({ key, keyRange, valueRange: { start: range.end, end: range.end }, range, ignoreErrors, conditional });
      } else if (!key.includes(HOLE) && !PLACEHOLDER.test(key)) {
        errors.push(notAnAssignment(masked.text, range, !conditional));
      }
      continue;
    }
    const keyRange = trimmed(masked.text, keyStart, equals);
    const key = masked.text.slice(keyRange.start, keyRange.end);
    const valueRange = trimmed(masked.text, equals + 1, range.end);
    if (key === "") {
      errors.push({
        range,
        certain: !conditional,
        message: "Nothing stands before \"=\", so no key is set. Write key = value.",
      });
      continue;
    }
    const value = chosen(text, valueRange) ? HOLE : masked.text.slice(valueRange.start, valueRange.end);
    lines.push({ key, keyRange, value, valueRange, range, ignoreErrors, conditional });
  }
  return { tree: { lines }, errors };
}

/** A line that configure or a build script fills in. */
const PLACEHOLDER = /^@[A-Za-z]\w*@$/;

/** Takes a line without `=`; offers the mend where `key value` or `key: value` was evidently meant. */
function notAnAssignment(text: string, range: Range, certain: boolean): SyntaxProblem {
  const line = text.slice(range.start, range.end);
  const pair = /^([a-z][\w*/.-]*)(\s*:\s*|\s+)(-?\w[^=:]*)$/.exec(line);
  const gap = pair && /[./]./.test(pair[1]!) && { start: range.start + pair[1]!.length, end: range.start + pair[1]!.length + pair[2]!.length };
  return {
    range,
    certain,
    message:
      "This line has no \"=\": procps and systemd-sysctl skip it with a warning, and systemd-sysctl.service ends as failed. Write key = value.",
    ...(gap ? { edits: [{ range: gap, newText: " = " }] } : {}),
  };
}

/** The part of `[start, end)` without blanks around it; empty at `start` where there is nothing else. */
function trimmed(text: string, start: number, end: number): Range {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return from === to ? { start, end: start } : { start: from, end: to };
}

/** True where a tag chooses between several texts. */
function chosen(text: string, range: Range): boolean {
  return /\{%|<%(?!=)/.test(text.slice(range.start, range.end));
}

/** C's isspace(), and a byte order mark, which editors leave at the start. */
function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xfeff;
}

/** sysctl.d(5) and sysctl.conf(5). */
export const sysctl: Format<SysctlTree> = {
  language: "sysctl",
  recognise: recogniseSysctl,
  parse,
  comments: { openers: ["#", ";"], inline: false },
};
