import type { Location, Range } from "../../../engine/location.ts";

/** A part of a rendered text and the part of a template that it comes from. */
export interface Piece {
  /** Where it begins in the rendered text. */
  readonly at: number;
  readonly path: string;
  readonly range: Range;
  /** Whether it is the template's own text, character by character; else an output stands for all of it. */
  readonly literal: boolean;
  /** The variable that an output begins with, by its name outside of all loops. */
  readonly variable?: string;
}

/** A template as it is on a host. What is not known stays a template: HOLEs for outputs, `{% if _ %}` around what may be left out. */
export interface RenderedText {
  readonly text: string;
  /** In the order of the text, without gaps. */
  readonly pieces: readonly Piece[];
  /** Whether nothing in it is hidden: the text is what the host gets, character by character. */
  readonly complete: boolean;
}

/** The place in a template that a part of the rendered text comes from. A part that a loop gives in several turns has the first one's. */
export function placeIn({ pieces }: RenderedText, { start, end }: Range): Location {
  const first = pieceAt(pieces, start);
  if (first === undefined) return { path: "", range: { start: 0, end: 0 } };
  const last = pieceAt(pieces, Math.max(start, end - 1)) ?? first;
  const from = first.literal ? first.range.start + (start - first.at) : first.range.start;
  const to = last.literal ? last.range.start + (Math.max(start, end) - last.at) : last.range.end;
  if (last.path === first.path && to >= from) return { path: first.path, range: { start: Math.min(from, first.range.end), end: Math.min(to, last.range.end) } };
  return { path: first.path, range: { start: Math.min(from, first.range.end), end: first.range.end } };
}

/** The variable that gives the value in a part of the rendered text; undefined where the template itself does. */
export function variableIn({ pieces }: RenderedText, { start, end }: Range): string | undefined {
  for (let index = indexAt(pieces, start); index < pieces.length && index >= 0 && pieces[index]!.at < Math.max(end, start + 1); index++) {
    if (pieces[index]!.variable !== undefined) return pieces[index]!.variable;
  }
  return undefined;
}

function pieceAt(pieces: readonly Piece[], offset: number): Piece | undefined {
  return pieces[Math.max(0, indexAt(pieces, offset))];
}

/** The last piece that begins at or before an offset; -1 where there is none. */
function indexAt(pieces: readonly Piece[], offset: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieces[middle]!.at <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
