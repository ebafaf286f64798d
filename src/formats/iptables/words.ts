import type { Range } from "../../engine/location.ts";
import type { Word } from "./tree.ts";

/** A word by its offsets: a large dump has hundreds of thousands, and few are ever asked for their range. */
class TextWord implements Word {
  readonly text: string;
  readonly #start: number;
  readonly #end: number;

  constructor(text: string, start: number, end: number) {
    this.text = text;
    this.#start = start;
    this.#end = end;
  }

  get range(): Range {
    return { start: this.#start, end: this.#end };
  }
}

const TAB = 9;
const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;

/**
 * The arguments of one line, as iptables-restore splits it: white space separates, double quotes hold together, a
 * backslash inside quotes keeps the next character, and a closing quote ends the argument.
 */
export function splitWords(text: string, start: number, end: number): { words: Word[]; openQuote: number | undefined } {
  const words: Word[] = [];
  let at = start;
  while (at < end) {
    let code = text.charCodeAt(at);
    if (code === SPACE || code === TAB) {
      at++;
      continue;
    }
    const from = at;
    while (code !== SPACE && code !== TAB && code !== QUOTE && ++at < end) code = text.charCodeAt(at);
    if (at === end || code !== QUOTE) {
      words.push(new TextWord(text.slice(from, at), from, at));
      continue;
    }
    const quote = at++;
    let current = text.slice(from, quote);
    let piece = at;
    while (at < end && (code = text.charCodeAt(at)) !== QUOTE) {
      if (code === BACKSLASH && at + 1 < end) {
        current += text.slice(piece, at);
        piece = ++at;
      }
      at++;
    }
    current = current === "" ? text.slice(piece, at) : current + text.slice(piece, at);
    if (at >= end) {
      // An open quote holds the line break too.
      words.push(new TextWord(end < text.length ? `${current}\n` : current, from, end));
      return { words, openQuote: quote };
    }
    words.push(new TextWord(current, from, ++at));
  }
  return { words, openQuote: undefined };
}
