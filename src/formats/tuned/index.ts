import type { Range } from "../../engine/location.ts";
import { isConditional } from "../template/conditional.ts";
import { maskPlaceholders } from "../template/placeholders.ts";
import type { Format, Parsed } from "../format.ts";
import { looksLikeSysctl } from "../sysctl/index.ts";

/** One option of a section. */
export interface TunedOption {
  readonly name: string;
  readonly nameRange: Range;
  /** Without the quotes and the operator `>` or `<` before it. A HOLE in it: a template decides. */
  readonly value: string;
  readonly valueRange: Range;
  /** `>`: only where it is more than what the host has; `<`: only where it is less. */
  readonly operator?: ">" | "<";
  readonly range: Range;
  /** A template decides whether the line is there. */
  readonly conditional: boolean;
}

/** A section of a profile; one plug-in's settings. */
export interface TunedSection {
  readonly name: string;
  readonly range: Range;
  readonly options: readonly TunedOption[];
}

/** A profile of tuned, tuned.conf(5). */
export interface TunedTree {
  readonly sections: readonly TunedSection[];
}

const LINE = /[^\r\n]+/g;
const HEADER = /^\[([^\]]*)\]$/;

/**
 * Sections with `name=value`; `#` and `;` open a comment at a line's start. Options before any header are taken for those
 * of `sysctl`: such files hold the section alone.
 */
function parse(text: string): Parsed<TunedTree> {
  const masked = maskPlaceholders(text);
  const sections: { name: string; range: { start: number; end: number }; options: TunedOption[] }[] = [];
  for (const match of masked.text.matchAll(LINE)) {
    const line = match[0].trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const start = match.index + match[0].indexOf(line);
    const range = { start, end: start + line.length };
    const header = HEADER.exec(line);
    if (header !== null) {
      sections.push({ name: header[1]!.trim(), range: { ...range }, options: [] });
      continue;
    }
    const equals = line.indexOf("=");
    if (equals < 1) continue;
    const name = line.slice(0, equals).trimEnd();
    const written = /^\s*([<>])?\s*(?:(["'])(.*)\2|(.*))$/.exec(line.slice(equals + 1))!;
    const value = written[3] ?? written[4]!;
    const end = range.end - (written[2] === undefined ? 0 : 1);
    if (sections.length === 0) sections.push({ name: "sysctl", range: { start, end: start }, options: [] });
    const section = sections.at(-1)!;
    section.range.end = range.end;
    section.options.push({
      name,
      nameRange: { start, end: start + name.length },
      value,
      valueRange: { start: end - value.length, end },
      ...(written[1] === undefined ? {} : { operator: written[1] as ">" | "<" }),
      range,
      conditional: masked.conditional.length > 0 && isConditional(masked, range),
    });
  }
  return { tree: { sections }, errors: [] };
}

/** tuned.conf(5): a profile is a folder with this file. */
export const tuned: Format<TunedTree> = {
  language: "tuned",
  recognise: (path, head) => {
    if (!/\.conf$/.test(path)) return false;
    const sectioned = /^\s*\[(sysctl|main)\]\s*$/m.test(head);
    if (/(^|\/)tuned\.conf$/.test(path)) return sectioned || /^\s*\[\w+\]\s*$/m.test(head) ? "name" : false;
    if (/(^|\/)tuned[^/]*\//.test(path) && (/^\s*\[sysctl\]\s*$/m.test(head) || looksLikeSysctl(head))) return "name";
    return /^\s*\[sysctl\]\s*$/m.test(head) ? "content" : false;
  },
  parse,
  comments: { openers: ["#", ";"], inline: false },
};
