import type { Range } from "../../engine/location.ts";
import type { Masked } from "./jinja.ts";

/**
 * True where a template decides whether `range` is there; with `holder`, whether it is there once the section that begins
 * at `holder` is.
 */
export function isConditional(masked: Masked, range: Range, holder?: number): boolean {
  if (masked.conditional.length === 0) return false;
  let index = indexes.get(masked);
  if (index === undefined) indexes.set(masked, (index = nest(masked)));
  let low = 0;
  let high = index.from.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (index.from[middle]! <= range.start) low = middle + 1;
    else high = middle;
  }
  // Regions nest, so the innermost one around the range decides: those around it hold the section too if it does.
  let region = low === 0 ? undefined : index.innermost[low - 1];
  while (region !== undefined && region.range.end < range.end) region = region.parent;
  return region !== undefined && !(holder !== undefined && region.range.start <= holder && holder < region.range.end);
}

interface Nested {
  readonly range: Range;
  readonly parent: Nested | undefined;
}

/** From each offset of `from` on, up to the next, the innermost region is the one beside it. */
interface Index {
  readonly from: number[];
  readonly innermost: (Nested | undefined)[];
}

const indexes = new WeakMap<Masked, Index>();

function nest({ conditional }: Masked): Index {
  const sorted = [...conditional].sort((a, b) => a.range.start - b.range.start || b.range.end - a.range.end);
  const index: Index = { from: [], innermost: [] };
  const open: Nested[] = [];
  const mark = (at: number): void => {
    index.from.push(at);
    index.innermost.push(open.at(-1));
  };
  const closeUntil = (at: number): void => {
    while (open.length > 0 && open.at(-1)!.range.end <= at) mark(open.pop()!.range.end);
  };
  for (const { range } of sorted) {
    closeUntil(range.start);
    open.push({ range, parent: open.at(-1) });
    mark(range.start);
  }
  closeUntil(Infinity);
  return index;
}
