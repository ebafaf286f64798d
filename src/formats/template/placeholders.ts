import type { Range } from "../../engine/location.ts";
import type { Masked } from "./jinja.ts";
import { HOLE, maskJinja } from "./jinja.ts";

const PLACEHOLDER = /<%[=-]?[\s\S]*?%>|\$\{[^{}\r\n]*\}|\$\([^()\r\n]*\)/g;

/**
 * Masks Jinja2 and, beside it, what other template languages leave in a configuration: ERB's `<% … %>`, and `${…}` of
 * shells and FreeMarker, whose brace would otherwise close a section. Offsets stay.
 */
export function maskPlaceholders(text: string): Masked {
  const masked = maskJinja(text);
  if (!masked.text.includes("<%") && !masked.text.includes("$")) return masked;
  const regions = [...masked.regions];
  const clean = masked.text.replace(PLACEHOLDER, (found, at: number) => {
    const output = !found.startsWith("<%") || found.startsWith("<%=");
    regions.push({ kind: output ? "output" : "tag", range: { start: at, end: at + found.length }, code: found.replace(/^<%[=-]?|-?%>$|^\$[{(]|[)}]$/g, "").trim() });
    return found.replace(/[^\r\n]/g, output ? HOLE : " ");
  });
  return { text: clean, regions, conditional: masked.conditional };
}

/** True where a template decides whether `range` is there, once the section that begins at `holder` is. */
export function isConditionalIn(masked: Masked, range: Range, holder: number | undefined): boolean {
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
