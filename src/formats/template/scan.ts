import type { Range } from "../../engine/location.ts";
import type { SyntaxProblem } from "../format.ts";
import type { Masked } from "./jinja.ts";
import { isConditional } from "./conditional.ts";
import { maskPlaceholders } from "./placeholders.ts";

/** A text with its templates masked that a parser goes through from left to right, and what is wrong with it. */
export class Scan {
  readonly source: string;
  readonly masked: Masked;
  /** Of the source's length, so offsets are its own. */
  readonly text: string;
  readonly errors: SyntaxProblem[] = [];
  /** The next character to read; a byte order mark is passed over. */
  at: number;

  constructor(source: string) {
    this.source = source;
    this.masked = maskPlaceholders(source);
    this.text = this.masked.text;
    this.at = source.startsWith("\uFEFF") ? 1 : 0;
  }

  /** Notes what is wrong at `range`; certain in a file without templates. `edits` mend it. */
  problem(range: Range, message: string, edits?: SyntaxProblem["edits"]): void {
    this.errors.push({ range, message, certain: this.masked.regions.length === 0, ...(edits && { edits }) });
  }

  /** True where a template decides whether `range` is there, once the section that begins at `holder` is. */
  isConditional(range: Range, holder: number | undefined): boolean {
    return isConditional(this.masked, range, holder);
  }

  /** Moves to the line break that ends the line, or to the end of the text. */
  toLineEnd(): void {
    while (this.at < this.text.length && this.text[this.at] !== "\n" && this.text[this.at] !== "\r") this.at++;
  }
}
