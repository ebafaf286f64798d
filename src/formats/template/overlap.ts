import type { Range } from "../../engine/location.ts";

/** A test for "shares a character with one of `ranges`", which may nest and stand in any order. Each question takes log n. */
export function overlapping(ranges: readonly Range[]): (range: Range) => boolean {
  const merged: { start: number; end: number }[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else merged.push({ ...range });
  }
  return (range) => {
    let low = 0;
    let high = merged.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const candidate = merged[middle]!;
      if (range.end <= candidate.start) high = middle - 1;
      else if (range.start >= candidate.end) low = middle + 1;
      else return true;
    }
    return false;
  };
}
