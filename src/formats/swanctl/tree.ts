import type { Range } from "../../engine/location.ts";

/** A word or a value as written, without its quotes; `hidden`: a template decides (part of) it. */
export interface Text {
  readonly text: string;
  readonly range: Range;
  readonly hidden: boolean;
}

/** A `key = value` line. */
export interface Setting {
  readonly kind: "setting";
  readonly key: Text;
  /** Undefined while nothing stands behind `=`: the setting is then unset, as an empty value is. */
  readonly value: Text | undefined;
  readonly range: Range;
  /** A template decides whether it is there at all. */
  readonly conditional: boolean;
}

/** A section with what it holds. */
export interface Section {
  readonly kind: "section";
  readonly name: Text;
  /** Sections named behind `:`, whose settings this one inherits. */
  readonly references: readonly Text[];
  readonly entries: readonly Entry[];
  readonly range: Range;
  /** What stands between the braces. */
  readonly body: Range;
  readonly conditional: boolean;
}

/** `include pattern`. */
export interface Include {
  readonly kind: "include";
  readonly pattern: Text;
  readonly range: Range;
}

/** A template's output on its own, which may stand for any number of settings and sections. */
export interface Hidden {
  readonly kind: "hidden";
  readonly range: Range;
}

/** What may stand in a section. */
export type Entry = Setting | Section | Include | Hidden;

/** A whole file: entries that stand in no section. */
export interface SwanctlTree {
  readonly entries: readonly Entry[];
  readonly range: Range;
}
