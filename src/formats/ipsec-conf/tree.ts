import type { Range } from "../../engine/location.ts";

/** A word or a value as written, without its quotes; `hidden`: a template decides (part of) it. */
export interface Text {
  readonly text: string;
  readonly range: Range;
  readonly hidden: boolean;
}

/** A `key=value` line. */
export interface Setting {
  readonly key: Text;
  /** Undefined while nothing stands behind `=`. */
  readonly value: Text | undefined;
  readonly range: Range;
  /** What stands before it on its line. */
  readonly indent: string;
  /** A template decides whether it is there at all. */
  readonly conditional: boolean;
}

/** `config setup`, `conn NAME` or `ca NAME`, with the indented lines below it. */
export interface Section {
  readonly type: Text;
  readonly name: Text | undefined;
  readonly settings: readonly Setting[];
  /** A template's output stands among the settings, so more may be set than is seen. */
  readonly hidden: boolean;
  /** From its head to the end of its last setting. */
  readonly range: Range;
  readonly conditional: boolean;
}

/** An ipsec.conf(5). */
export interface IpsecConfTree {
  readonly sections: readonly Section[];
  readonly includes: readonly Text[];
  /** The words of the comments that name an implementation. */
  readonly comments: readonly Range[];
  readonly range: Range;
}
