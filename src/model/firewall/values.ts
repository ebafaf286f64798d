import type { Values } from "./ruleset.ts";

/** Intervals of single numbers. */
export function intervals(...numbers: bigint[]): Values {
  return mergeIntervals(numbers.map((number) => [number, number]));
}

/** Sorts and joins intervals so that they are disjoint; adjoining ones become one. */
export function mergeIntervals(spans: readonly (readonly [bigint, bigint])[]): Values {
  const sorted = [...spans].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const merged: [bigint, bigint][] = [];
  for (const [first, last] of sorted) {
    const top = merged.at(-1);
    if (top && first <= top[1] + 1n) {
      if (last > top[1]) top[1] = last;
    } else merged.push([first, last]);
  }
  return { kind: "intervals", intervals: merged };
}
