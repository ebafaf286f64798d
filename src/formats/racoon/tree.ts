import type { Range } from "../../engine/location.ts";

/** One word; a quoted string is one word without its quotes. `hidden`: a template decides (part of) it. */
export interface Word {
  readonly text: string;
  readonly range: Range;
  readonly quoted: boolean;
  readonly hidden: boolean;
}

/** `keyword arguments ;` or `keyword arguments { … }`. */
export interface Statement {
  /** At least one; the first is the keyword. */
  readonly words: readonly Word[];
  readonly block?: Block;
  /** With its semicolon or closing brace. */
  readonly range: Range;
  /** A template decides whether it is there at all. */
  readonly conditional: boolean;
}

/** What a statement holds in braces. */
export interface Block {
  readonly statements: readonly Statement[];
  /** What stands between the braces. */
  readonly body: Range;
}

/** A racoon.conf(5). */
export interface RacoonTree {
  readonly statements: readonly Statement[];
  readonly range: Range;
}
