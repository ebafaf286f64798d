import type { Range } from "../../engine/location.ts";
import { isConditional } from "../template/conditional.ts";
import { maskPlaceholders } from "../template/placeholders.ts";
import type { Format, Parsed } from "../format.ts";
import { linesOf } from "../lines.ts";
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

const HEADER = /^\[([^\]]*)\]$/;

/**
 * Sections with `name=value`; `#` and `;` open a comment at a line's start. Options before any header are taken for those
 * of `sysctl`: such files hold the section alone.
 */
function parse(text: string): Parsed<TunedTree> {
  const masked = maskPlaceholders(text);
  const sections: { name: string; range: { start: number; end: number }; options: TunedOption[] }[] = [];
  for (const whole of linesOf(masked.text)) {
    const written = masked.text.slice(whole.start, whole.end);
    const line = written.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const start = whole.start + (written.length - written.trimStart().length);
    const range = { start, end: start + line.length };
    const header = HEADER.exec(line);
    if (header !== null) {
      sections.push({ name: header[1]!.trim(), range: { ...range }, options: [] });
      continue;
    }
    const equals = line.indexOf("=");
    if (equals < 1) continue;
    const name = line.slice(0, equals).trimEnd();
    const { operator, quoted, value } = valueOf(line.slice(equals + 1));
    const end = range.end - (quoted ? 1 : 0);
    if (sections.length === 0) sections.push({ name: "sysctl", range: { start, end: start }, options: [] });
    const section = sections.at(-1)!;
    section.range.end = range.end;
    section.options.push({
      name,
      nameRange: { start, end: start + name.length },
      value,
      valueRange: { start: end - value.length, end },
      ...(operator === undefined ? {} : { operator }),
      range,
      conditional: masked.conditional.length > 0 && isConditional(masked, range),
    });
  }
  return { tree: { sections }, errors: [] };
}

/** What stands behind `=`, without its operator and quotes. */
function valueOf(text: string): { readonly operator?: ">" | "<"; readonly quoted: boolean; readonly value: string } {
  const trimmed = text.trimStart();
  const operator = trimmed[0] === ">" || trimmed[0] === "<" ? trimmed[0] : undefined;
  const value = operator === undefined ? trimmed : trimmed.slice(1).trimStart();
  const quoted = value.length > 1 && (value[0] === '"' || value[0] === "'") && value.endsWith(value[0]);
  return { ...(operator === undefined ? {} : { operator }), quoted, value: quoted ? value.slice(1, -1) : value };
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
