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
  if (isDisjoint(spans)) return { kind: "intervals", intervals: spans.slice() };
  const sorted = isSorted(spans) ? spans : [...spans].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const merged: (readonly [bigint, bigint])[] = [];
  let end: bigint | undefined;
  for (const span of sorted) {
    if (end === undefined || span[0] > end + 1n) {
      merged.push(span);
      end = span[1];
    } else if (span[1] > end) {
      merged[merged.length - 1] = [merged[merged.length - 1]![0], span[1]];
      end = span[1];
    }
  }
  return { kind: "intervals", intervals: merged };
}

function isSorted(spans: readonly (readonly [bigint, bigint])[]): boolean {
  for (let i = 1; i < spans.length; i++) if (spans[i]![0] < spans[i - 1]![0]) return false;
  return true;
}

/** True where they are in order already and none adjoins the next. */
function isDisjoint(spans: readonly (readonly [bigint, bigint])[]): boolean {
  for (let i = 1; i < spans.length; i++) if (spans[i]![0] <= spans[i - 1]![1] + 1n) return false;
  return true;
}
