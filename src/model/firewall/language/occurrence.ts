import type { Range } from "../../../engine/location.ts";

/** What a name in a ruleset stands for. `object`: a named counter, limit, quota, ct helper and the like. */
export type NameKind = "table" | "chain" | "set" | "flowtable" | "object" | "variable" | "include";

/** A place where a name stands, without the `@` or `$` in front of it. */
export interface Occurrence {
  readonly kind: NameKind;
  readonly name: string;
  /** The table that the name belongs to, as `family name`; of a variable or an ipset empty; undefined where the text leaves it open. */
  readonly scope: string | undefined;
  readonly range: Range;
  readonly role: "definition" | "use";
}

/** True where both stand for the same thing. A part of a file that another one includes may belong to any table. */
export function sameName(a: Occurrence, b: Occurrence): boolean {
  return a.kind === b.kind && a.name === b.name && (a.scope === b.scope || a.scope === undefined || b.scope === undefined);
}

/** The last of some sorted, disjoint spans that begins at or before `offset` and does not end before it. */
export function spanAt<T extends { readonly range: Range }>(spans: readonly T[], offset: number): T | undefined {
  let low = 0;
  let high = spans.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (spans[middle]!.range.start <= offset) low = middle;
    else high = middle - 1;
  }
  const found = spans[low];
  return found !== undefined && found.range.start <= offset && offset <= found.range.end ? found : undefined;
}
