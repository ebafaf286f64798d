/** A half-open span `[start, end)` of UTF-16 code units in one text. */
export interface Range {
  readonly start: number;
  readonly end: number;
  /** What stands there is in another file, which this place includes: an edit here cannot mend it. */
  readonly included?: boolean;
}

/** A span of one file. `path` is relative to the reviewed directory, with `/` between its parts. */
export interface Location {
  readonly path: string;
  readonly range: Range;
}

/** A place as people count it: line and column from 1, the column in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Maps offsets of one text to lines and back. Lines end at LF, CRLF or a lone CR. */
export class LineIndex {
  readonly #starts: number[] = [0];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) this.#starts.push(i + 1);
    }
  }

  /** How many lines there are; a text that ends in a line break has an empty last line. */
  get count(): number {
    return this.#starts.length;
  }

  /** The position of `offset`, which is clamped to the text. */
  positionAt(offset: number): Position {
    const clamped = Math.max(0, Math.min(offset, this.#text.length));
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= clamped) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: clamped - this.#starts[low]! + 1 };
  }

  /** The span of line `line` (from 1), without its line break. Empty at the end for a line that is not there. */
  rangeOfLine(line: number): Range {
    const start = this.#starts[line - 1];
    if (start === undefined) return { start: this.#text.length, end: this.#text.length };
    let end = this.#starts[line] ?? this.#text.length;
    while (end > start && (this.#text[end - 1] === "\n" || this.#text[end - 1] === "\r")) end--;
    return { start, end };
  }
}

/** True where the two spans share at least one code unit, or one of them is empty and touches the other. */
export function overlaps(a: Range, b: Range): boolean {
  if (a.start === a.end || b.start === b.end) return a.start <= b.end && b.start <= a.end;
  return a.start < b.end && b.start < a.end;
}
