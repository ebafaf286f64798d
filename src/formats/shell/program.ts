import type { ShellWord } from "./tree.ts";

/** The program that really runs, behind `sudo`, `env` and the like, without its folder. */
export function programOf(words: readonly ShellWord[]): { name: string; index: number } | undefined {
  let index = 0;
  while (index < words.length) {
    const text = words[index]!.text;
    if (/(^|\/)(sudo|env|exec|nohup|command|nice|doas|run|eval|try)$/.test(text) || /^\w+=/.test(text) || (index > 0 && text.startsWith("-"))) index++;
    else return { name: text.slice(text.lastIndexOf("/") + 1), index };
  }
  return undefined;
}
