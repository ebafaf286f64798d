import type { Range } from "../../engine/location.ts";

/** A word or a value of interfaces(5). HOLEs in its text: a template decides. */
export interface IfupdownText {
  readonly text: string;
  readonly range: Range;
}

/** One line below `iface` or `mapping`. */
export interface IfupdownOption {
  readonly key: string;
  readonly keyRange: Range;
  /** Continuation lines joined with a blank. */
  readonly value: string;
  readonly valueRange: Range;
  readonly range: Range;
  /** A template decides whether the line is there once its stanza is. */
  readonly conditional: boolean;
}

/** A stanza: `auto`, `allow-*`, `iface`, `mapping`, `source`, … */
export interface IfupdownStanza {
  readonly keyword: string;
  readonly keywordRange: Range;
  /** The words behind the keyword: of `iface` the name, the family, the method. */
  readonly words: readonly IfupdownText[];
  readonly options: readonly IfupdownOption[];
  readonly range: Range;
  /** A template decides whether it is there. */
  readonly conditional: boolean;
}

/** A file of ifupdown, interfaces(5). */
export interface IfupdownTree {
  readonly stanzas: readonly IfupdownStanza[];
  readonly range: Range;
}
