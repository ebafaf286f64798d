import type { Unknown } from "../../engine/unknown.ts";

/** What an expression works on. */
export type JinjaValue = string | number | boolean | null | Unknown | readonly JinjaValue[] | { readonly [key: string]: JinjaValue };

/** The value of a variable: undefined where nothing defines it, Unknown where something does that is hidden. */
export type Lookup = (name: string) => JinjaValue | undefined;

/** What a filter, a test or a call is given. */
export interface Arguments {
  readonly positional: readonly (JinjaValue | undefined)[];
  readonly named: { readonly [name: string]: JinjaValue | undefined };
}
