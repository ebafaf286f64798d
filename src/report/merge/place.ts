import type { Position } from "../../engine/location.ts";

/** Wider than any line: files are no larger than 20 MiB. */
const WIDTH = 2 ** 25;

/** A place as a number that sorts as offsets do. */
export function offsetOf({ line, column }: Position): number {
  return line * WIDTH + column;
}

/** The place that such a number stands for. */
export function placeOf(offset: number): Position {
  return { line: Math.floor(offset / WIDTH), column: offset % WIDTH };
}
