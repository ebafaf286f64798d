import type { Range } from "../../engine/location.ts";

/** A word of a line: its text without quotes, and where it stands with them. */
export interface Word {
  readonly text: string;
  readonly range: Range;
}

/**
 * Splits a line as Python's `shlex.split(line, comments=True)` does; `start` is the line's offset. `closed` is false
 * where a quote is left open, which the reference tool refuses.
 */
export function splitWords(line: string, start: number): { words: Word[]; closed: boolean } {
  const words: Word[] = [];
  let text = "";
  let from = -1;
  let quote = "";
  let i = 0;
  for (; i < line.length; i++) {
    const char = line[i]!;
    if (quote !== "") {
      if (char === quote) quote = "";
      else if (char === "\\" && quote === '"' && (line[i + 1] === '"' || line[i + 1] === "\\")) text += line[++i]!;
      else text += char;
      continue;
    }
    if (char === "#") break;
    if (/\s/.test(char)) {
      if (from !== -1) words.push({ text, range: { start: start + from, end: start + i } });
      text = "";
      from = -1;
      continue;
    }
    if (from === -1) from = i;
    if (char === "'" || char === '"') quote = char;
    else if (char !== "\\") text += char;
    else if (i + 1 < line.length) text += line[++i]!;
    else quote = char;
  }
  if (from !== -1) words.push({ text, range: { start: start + from, end: start + i } });
  return { words, closed: quote === "" };
}
