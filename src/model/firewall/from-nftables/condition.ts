import type { Range } from "../../../engine/location.ts";
import type { Masked } from "../../../formats/template/jinja.ts";

/** Tells whether a template decides about a span; in logarithmic time, for there may be many spans and many conditions. */
export function conditionIn(masked: Masked): (range: Range) => boolean {
  const merged: { start: number; end: number }[] = [];
  for (const { range } of [...masked.conditional].sort((a, b) => a.range.start - b.range.start)) {
    const last = merged.at(-1);
    if (last && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else merged.push({ ...range });
  }
  return ({ start, end }) => {
    let low = 0;
    let high = merged.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const region = merged[middle]!;
      if (region.end < end) low = middle + 1;
      else if (region.start > start) high = middle - 1;
      else return true;
    }
    return false;
  };
}
