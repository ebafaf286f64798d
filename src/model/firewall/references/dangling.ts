import type { Range } from "../../../engine/location.ts";
import type { Table } from "../ruleset.ts";

/** A name that a rule uses and that nothing defines. */
export interface Dangling {
  readonly what: "chain" | "set" | "variable" | "include" | "ipset" | "interface";
  readonly name: string;
  readonly range: Range;
  /** Of chains and sets. */
  readonly table?: Table;
  /** A name of the same kind that differs by little. */
  readonly near?: string;
}

/** Adds a name that differs by little from the one that is missing. */
export function withNear(dangling: Dangling, known: readonly string[]): Dangling {
  const near = known.find((name) => name !== dangling.name && distance(name.toLowerCase(), dangling.name.toLowerCase()) <= (dangling.name.length > 4 ? 2 : 1));
  return near === undefined ? dangling : { ...dangling, near };
}

/** Edit distance, given up beyond 3. */
export function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
