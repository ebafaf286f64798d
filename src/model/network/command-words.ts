import type { ShellWord } from "../../formats/shell/index.ts";

/** The words of a command, taken from left to right. */
export class CommandWords {
  readonly #words: readonly ShellWord[];
  #at: number;

  constructor(words: readonly ShellWord[], at = 0) {
    this.#words = words;
    this.#at = at;
  }

  get left(): number {
    return this.#words.length - this.#at;
  }

  peek(): string | undefined {
    return this.#words[this.#at]?.text;
  }

  take(): ShellWord | undefined {
    return this.#words[this.#at++];
  }

  /** Takes the next word where it is one of these. */
  takeIf(...texts: readonly string[]): boolean {
    if (!texts.includes(this.peek() ?? "")) return false;
    this.#at++;
    return true;
  }
}

/** Whether `word` is `full`, or an abbreviation of it of at least `least` letters, as iproute2's matches() allows. */
export function abbreviates(word: string, full: string, least = 1): boolean {
  return word.length >= least && full.startsWith(word);
}
