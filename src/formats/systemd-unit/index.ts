import type { Range } from "../../engine/location.ts";
import { maskJinja } from "../template/jinja.ts";
import { isConditional } from "../template/conditional.ts";
import type { Format, Parsed, SyntaxProblem } from "../format.ts";

/** One `Key=value` of a unit file. */
export interface UnitEntry {
  readonly key: string;
  readonly keyRange: Range;
  /** Continuation lines joined with a blank. A HOLE in it: a template decides. */
  readonly value: string;
  readonly valueRange: Range;
  readonly range: Range;
  /** A template decides whether the line is there. */
  readonly conditional: boolean;
}

/** A section of a unit with its settings. */
export interface UnitSection {
  /** Without brackets: `Service`. */
  readonly name: string;
  readonly range: Range;
  readonly entries: readonly UnitEntry[];
}

/** A unit file or drop-in, systemd.syntax(7). */
export interface UnitTree {
  readonly sections: readonly UnitSection[];
}

const UNIT = /\.(service|socket|timer|mount|automount|swap|target|path|slice|scope)$/;
const DROP_IN = /(^|\/)[^/]+\.(service|socket|timer|mount|slice|target|scope)\.d\/[^/]+\.conf$|(^|\/)(system|user)\.conf(\.d\/[^/]+\.conf)?$/;
const SECTIONS = new Set(["Unit", "Service", "Install", "Socket", "Timer", "Manager"]);

/** A unit's text under any name: drop-ins are often kept under another one and renamed when they are installed. */
function looksLikeUnit(head: string): boolean {
  const first = /^\[([^\]\r\n]*)\][ \t]*\r?$/m.exec(head);
  return first !== null && SECTIONS.has(first[1]!);
}

/** Parses what systemd.syntax(7) describes: sections, of which several may have one name, with settings that may be repeated. */
export function parseUnit(text: string): Parsed<UnitTree> {
  const masked = maskJinja(text);
  const errors: SyntaxProblem[] = [];
  const sections: { name: string; range: { start: number; end: number }; entries: UnitEntry[] }[] = [];
  const source = masked.text;
  let at = 0;
  while (at < source.length) {
    const start = at;
    let end = endOfLine(source, at);
    at = nextLine(source, end);
    const line = source.slice(start, end);
    const from = start + (line.length - line.trimStart().length);
    const content = line.trim();
    if (content === "" || content.startsWith("#") || content.startsWith(";")) continue;
    const header = /^\[([^\]]*)\]$/.exec(content);
    if (header) {
      sections.push({ name: header[1]!, range: { start: from, end: from + content.length }, entries: [] });
      continue;
    }
    // A backslash at the end joins the next line; comment lines between joined lines are dropped.
    const parts = [line.replace(/\\$/, "")];
    let joined = line.endsWith("\\");
    while (joined && at < source.length) {
      const nextEnd = endOfLine(source, at);
      const next = source.slice(at, nextEnd);
      at = nextLine(source, nextEnd);
      if (/^\s*[#;]/.test(next)) continue;
      end = nextEnd;
      joined = next.endsWith("\\");
      parts.push(next.replace(/\\$/, ""));
    }
    const offset = source.slice(from, end).indexOf("=");
    const equals = from + offset;
    const section = sections.at(-1);
    if (offset === -1 || section === undefined) continue;
    let valueStart = equals + 1;
    while (valueStart < end && /[ \t]/.test(source[valueStart]!)) valueStart++;
    let valueEnd = end;
    while (valueEnd > valueStart && /\s/.test(source[valueEnd - 1]!)) valueEnd--;
    const whole = parts.join(" ");
    const range = { start: from, end: Math.max(valueEnd, equals + 1) };
    section.entries.push({
      key: source.slice(from, equals).trim(),
      keyRange: { start: from, end: from + source.slice(from, equals).trimEnd().length },
      value: whole.slice(whole.indexOf("=") + 1).trim(),
      valueRange: { start: valueStart, end: valueEnd },
      range,
      conditional: isConditional(masked, range),
    });
    section.range.end = range.end;
  }
  return { tree: { sections }, errors };
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  const end = at === -1 ? text.length : at;
  return end > from && text[end - 1] === "\r" ? end - 1 : end;
}

function nextLine(text: string, end: number): number {
  return text[end] === "\r" && text[end + 1] === "\n" ? end + 2 : end + 1;
}

/** systemd.unit(5) files and drop-ins. */
export const systemdUnit: Format<UnitTree> = {
  language: "systemd-unit",
  recognise: (path, head) =>
    UNIT.test(path) || DROP_IN.test(path) ? "name" : !/\.(md|rst|ya?ml|txt|py|sh)$/.test(path) && looksLikeUnit(head) ? "content" : false,
  parse: parseUnit,
  comments: { openers: ["#", ";"], inline: false },
};
