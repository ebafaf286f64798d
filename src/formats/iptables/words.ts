import type { Word } from "./tree.ts";

/**
 * The arguments of one line, as iptables-restore splits it: white space separates, double quotes hold together, a
 * backslash inside quotes keeps the next character, and a closing quote ends the argument.
 */
export function splitWords(text: string, start: number, end: number): { words: Word[]; openQuote: number | undefined } {
  const words: Word[] = [];
  let current = "";
  let from = -1;
  let quote: number | undefined;
  for (let i = start; i < end; i++) {
    const char = text[i]!;
    if (quote !== undefined) {
      if (char === "\\" && i + 1 < end) current += text[++i];
      else if (char === '"') {
        words.push({ text: current, range: { start: from, end: i + 1 } });
        quote = undefined;
        current = "";
        from = -1;
      } else current += char;
    } else if (char === '"') {
      quote = i;
      if (from === -1) from = i;
    } else if (char === " " || char === "\t") {
      if (from !== -1) words.push({ text: current, range: { start: from, end: i } });
      current = "";
      from = -1;
    } else {
      if (from === -1) from = i;
      current += char;
    }
  }
  // An open quote holds the line break too.
  if (from !== -1) words.push({ text: quote !== undefined && end < text.length ? `${current}\n` : current, range: { start: from, end } });
  return { words, openQuote: quote };
}
