import type { Range } from "../../engine/location.ts";

/** Stands for a template's tag or comment, which leaves nothing behind. Private use, as HOLE. */
export const NOTHING = "\uE001";

/** A place in a ceph.conf that moves on as the grammar's terminals do: each first skips comments and continued lines. */
export class Cursor {
  readonly text: string;
  at = 0;
  /** A run of blanks that is known to lead to no comment, so that it is scanned once only. */
  #noComment: Range = { start: 0, end: 0 };

  constructor(text: string) {
    this.text = text;
  }

  /** The grammar's skipper: line continuations, and comments with the blanks before them; and templates' tags. */
  skip(): void {
    for (;;) {
      const next = this.text[this.at];
      if (next === NOTHING) this.at++;
      else if (next === "\\" && isEol(this.text[this.at + 1] ?? "")) {
        this.at += this.text[this.at + 1] === "\r" && this.text[this.at + 2] === "\n" ? 3 : 2;
      } else {
        if (this.#noComment.start <= this.at && this.at < this.#noComment.end) return;
        let ahead = this.at;
        while (this.text[ahead] === " " || this.text[ahead] === "\t") ahead++;
        if (this.text[ahead] !== "#" && this.text[ahead] !== ";") {
          this.#noComment = { start: this.at, end: ahead };
          return;
        }
        this.at = this.endOfLine(ahead);
      }
    }
  }

  blanks(): void {
    this.skip();
    while (this.text[this.at] === " " || this.text[this.at] === "\t" || this.text[this.at] === NOTHING) this.at++;
  }

  /** One character of a key, a header or an unquoted value, unescaped; undefined at a line's end. */
  textCharacter(): string | undefined {
    this.skip();
    const next = this.text[this.at];
    if (next === undefined || isEol(next)) return undefined;
    return this.plainCharacter();
  }

  plainCharacter(): string {
    const next = this.text[this.at]!;
    const after = this.text[this.at + 1];
    if (next === "\\" && after !== undefined && !isEol(after)) {
      this.at += 2;
      return after;
    }
    this.at++;
    return next;
  }

  endOfLine(from: number): number {
    for (let at = from; at < this.text.length; at++) if (isEol(this.text[at]!)) return at;
    return this.text.length;
  }

  toNextLine(): void {
    this.at = this.endOfLine(this.at);
    if (this.at < this.text.length) this.at += this.text[this.at] === "\r" && this.text[this.at + 1] === "\n" ? 2 : 1;
  }
}

/** True for what ends a line, as ConfUtils.cc has it. */
export function isEol(character: string): boolean {
  return character === "\n" || character === "\r";
}

/** True for what C's isspace takes in the POSIX locale. */
export function isSpace(character: string): boolean {
  return character === " " || (character >= "\t" && character <= "\r");
}
