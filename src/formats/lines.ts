import type { Range } from "../engine/location.ts";

/**
 * The lines of a text without their ends (LF, CRLF or CR), empty ones left out. Not by an expression: on a line of
 * megabytes its stack runs over.
 */
export function* linesOf(text: string): Iterable<Range> {
  let start = 0;
  let lineFeed = text.indexOf("\n");
  let carriage = text.indexOf("\r");
  while (start < text.length) {
    if (lineFeed !== -1 && lineFeed < start) lineFeed = text.indexOf("\n", start);
    if (carriage !== -1 && carriage < start) carriage = text.indexOf("\r", start);
    const ends = Math.min(lineFeed === -1 ? text.length : lineFeed, carriage === -1 ? text.length : carriage);
    if (ends > start) yield { start, end: ends };
    start = ends + 1;
  }
}
