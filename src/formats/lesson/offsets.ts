import type { Range } from "../../engine/location.ts";
import type { LessonText } from "./tree.ts";

/**
 * The place in the file of a span of a scalar's text. Quotes, escapes, folded lines and indentation stand between the
 * characters of the text in the file; they are stepped over.
 */
export function rangeIn(source: string, { text, node }: LessonText, span: Range): Range {
  const { start: from, end: to } = node.range;
  let at = from;
  const block = /^[|>][-+\d]*[ \t]*(?:#[^\n]*)?\r?\n/.exec(source.slice(from, to));
  if (block !== null) at = from + block[0].length;
  else if (source[at] === '"' || source[at] === "'") at++;
  const places: number[] = [];
  for (let i = 0; i < Math.min(text.length, span.end + 1); i++) {
    const blank = /\s/.test(text[i]!);
    if (blank) {
      places.push(at);
      if (i + 1 < text.length && !/\s/.test(text[i + 1]!)) while (at < to && /\s/.test(source[at]!)) at++;
      continue;
    }
    // What YAML writes otherwise than it means (\x41) is not found again: then all that follows is at the end.
    while (at < to && source[at] !== text[i]) at++;
    places.push(at);
    at++;
  }
  const place = (offset: number): number => Math.min(places[offset] ?? at, Math.max(from, to));
  const start = place(span.start);
  const last = span.end > span.start ? place(span.end - 1) + 1 : start;
  return { start, end: Math.max(start, Math.min(last, to)) };
}
