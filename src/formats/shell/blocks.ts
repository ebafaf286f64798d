import type { Block } from "./tree.ts";

/** A block whose end is not reached yet. */
export interface OpenBlock extends Block {
  /** The word that ends it. */
  readonly closer: string;
  /** Of a loop over a plain list. */
  readonly loop?: { variable: string; values: readonly string[]; at: number; body: number };
  /** Of a case: whether a pattern is due. */
  pattern?: boolean;
  /** Of a function that is told where it is called: not here. */
  readonly muted?: boolean;
  /** Of a function that is being run: where the text goes on, and the arguments of whoever called it. */
  readonly call?: { readonly back: number; readonly caller: Arguments };
}

/** What a function was called with; undefined where nobody knows. */
export type Arguments = readonly (string | undefined)[] | undefined;
