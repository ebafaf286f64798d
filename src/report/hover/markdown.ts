import type { Location } from "../../engine/location.ts";

/** Where a place of a reviewed file leads to, for a link: the words to show, and the address. */
export type LinkTo = (at: Location) => { readonly words: string; readonly address: string };

/** Plain words as Markdown. (VS Code's `appendText` would make every blank unbreakable.) */
export function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~]/g, "\\$&");
}

/** A place as a link in Markdown. */
export function linked(linkTo: LinkTo, at: Location): string {
  const { words, address } = linkTo(at);
  return `[${escape(words)}](${address})`;
}

/** A piece of a file as a block of code; the fence is longer than any in it. */
export function codeBlock(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `\n${fence}${language}\n${code}\n${fence}\n`;
}

/** Markdown as this folder makes it, for those who can show only plain text. */
export function plain(markdown: string): string {
  return markdown
    .replace(/\[((?:\\.|[^\]\\])*)\]\(([^)]*)\)/g, (_, words: string, address: string) => (address.startsWith("http") ? `${words} <${address}>` : words))
    .replace(/^`{3,}.*\n?/gm, "")
    .replace(/(?<!\\)(?:\*\*|`)/g, "")
    .replace(/\\([\\`*_{}[\]()#+\-.!|<>~])/g, "$1")
    .replace(/ +$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
