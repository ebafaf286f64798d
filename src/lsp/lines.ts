import { LineIndex } from "../engine/location.ts";
import type { Range } from "../engine/location.ts";

/** In what units a client counts the columns of a line. */
export type Encoding = "utf-8" | "utf-16" | "utf-32";

/** A place as the Language Server Protocol counts it: from 0, the column in units of the negotiated encoding. */
export interface LspPosition {
  readonly line: number;
  readonly character: number;
}

/** A span as the protocol counts it; the end is not part of it. */
export interface LspRange {
  readonly start: LspPosition;
  readonly end: LspPosition;
}

/** Maps the offsets of one text to the client's positions and back. */
export class Lines {
  readonly #text: string;
  readonly #encoding: Encoding;
  readonly #index: LineIndex;

  constructor(text: string, encoding: Encoding) {
    this.#text = text;
    this.#encoding = encoding;
    this.#index = new LineIndex(text);
  }

  /** How many lines there are; a text that ends in a line break has an empty last line. */
  get count(): number {
    return this.#index.count;
  }

  positionAt(offset: number): LspPosition {
    const { line, column } = this.#index.positionAt(offset);
    const clamped = Math.max(0, Math.min(offset, this.#text.length));
    return { line: line - 1, character: this.#encoding === "utf-16" ? column - 1 : units(this.#text.slice(clamped - column + 1, clamped), this.#encoding) };
  }

  /** The offset of a position; one behind a line's end is its end, one inside of a character is its start. */
  offsetAt({ line, character }: LspPosition): number {
    if (line < 0) return 0;
    const { start, end } = this.#index.rangeOfLine(line + 1);
    if (this.#encoding === "utf-16") return Math.max(start, Math.min(start + character, end));
    let offset = start;
    for (let left = character; offset < end; ) {
      const sign = String.fromCodePoint(this.#text.codePointAt(offset)!);
      left -= units(sign, this.#encoding);
      if (left < 0) break;
      offset += sign.length;
    }
    return offset;
  }

  rangeOf({ start, end }: Range): LspRange {
    return { start: this.positionAt(start), end: this.positionAt(end) };
  }

  /** The span between two positions, the earlier one first. */
  spanOf({ start, end }: LspRange): Range {
    const [from, to] = [this.offsetAt(start), this.offsetAt(end)];
    return { start: Math.min(from, to), end: Math.max(from, to) };
  }
}

function units(text: string, encoding: "utf-8" | "utf-32"): number {
  if (encoding === "utf-8") return Buffer.byteLength(text);
  return [...text].length;
}
