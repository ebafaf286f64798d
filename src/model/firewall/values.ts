import type { Values } from "./ruleset.ts";

/** Intervals of single numbers. */
export function intervals(...numbers: bigint[]): Values {
  return mergeIntervals(numbers.map((number) => [number, number]));
}

/** The numbers from `first` to `last`. */
export function interval(first: bigint, last: bigint): Values {
  return { kind: "intervals", intervals: [[first, last]] };
}

/** Sorts and joins intervals so that they are disjoint; adjoining ones become one. */
export function mergeIntervals(spans: readonly (readonly [bigint, bigint])[]): Values {
  if (spans.length === 1) return interval(spans[0]![0], spans[0]![1]);
  const sorted = isSorted(spans) ? spans : [...spans].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const merged: [bigint, bigint][] = [];
  for (const [first, last] of sorted) {
    const top = merged.at(-1);
    if (top && first <= top[1] + 1n) {
      if (last > top[1]) top[1] = last;
    } else merged.push([first, last]);
  }
  return { kind: "intervals", intervals: merged };
}

function isSorted(spans: readonly (readonly [bigint, bigint])[]): boolean {
  for (let i = 1; i < spans.length; i++) if (spans[i]![0] < spans[i - 1]![0]) return false;
  return true;
}

/** True where they are sorted and disjoint already, and none adjoins the next. */
function inOrder(spans: readonly (readonly [bigint, bigint])[]): boolean {
  for (let i = 1; i < spans.length; i++) if (spans[i]![0] <= spans[i - 1]![1] + 1n) return false;
  return true;
}
