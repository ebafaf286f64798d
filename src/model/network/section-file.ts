import type { Maybe } from "../../engine/unknown.ts";
import type { UnitEntry, UnitSection, UnitTree } from "../../formats/systemd-unit/index.ts";
import type { Written } from "./network.ts";
import type { SourceText } from "./source-text.ts";

/** A part of a value with its place. */
export interface ValuePart {
  readonly text: string;
  readonly range: { readonly start: number; readonly end: number };
}

/** A file of sections with `key = value`, without the rules that systemd adds. */
export class SectionFile {
  readonly source: SourceText;
  readonly sections: readonly UnitSection[];

  constructor(source: SourceText, tree: UnitTree) {
    this.source = source;
    this.sections = tree.sections;
  }

  /** Every setting whose key fits, in sections of one of these names. */
  all(sections: readonly string[], key: string | RegExp): UnitEntry[] {
    const fits = (entry: UnitEntry): boolean => (typeof key === "string" ? entry.key.toLowerCase() === key : key.test(entry.key));
    return this.sections.filter(({ name }) => sections.includes(name)).flatMap(({ entries }) => entries.filter(fits));
  }

  /** The last setting of a key. */
  written(sections: readonly string[], key: string | RegExp): Written<Maybe<string>> | undefined {
    const entry = this.all(sections, key).at(-1);
    return entry && this.source.written(...partOf(entry));
  }

  number(sections: readonly string[], key: string | RegExp): Written<Maybe<number>> | undefined {
    const entry = this.all(sections, key).at(-1);
    return entry && this.source.number(...partOf(entry));
  }
}

/** A setting's value without a comment behind it, and its place. */
function partOf({ value, valueRange }: UnitEntry): [string, { start: number; end: number }] {
  const text = value.replace(/\s+#.*$/, "");
  return [text, { start: valueRange.start, end: text === value ? valueRange.end : valueRange.start + text.length }];
}

/** The parts of a value between commas or semicolons. */
export function partsOf(entry: UnitEntry): ValuePart[] {
  const [value, range] = partOf(entry);
  const whole = range.end - range.start === value.length;
  return [...value.matchAll(/[^\s,;]+/g)].map(({ 0: text, index }) => ({ text, range: whole ? { start: range.start + index, end: range.start + index + text.length } : range }));
}
