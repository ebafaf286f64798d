import { readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Token, Tokens } from "marked";
import { lexer, walkTokens } from "marked";
import { root } from "../../scripts/setup.mjs";

/** A fenced block of a document. */
export interface Sample {
  readonly kind: string;
  readonly text: string;
  /** The number of its fence's line, from 1. */
  readonly line: number;
  /** What a command of the shell is said to print: the block of `text` right behind it. */
  readonly shown?: string;
}

/** Documents that people read, by path: those of `docs/` and of the top. Pages of rules are apart, their examples are tests of the rules. */
export function documents(): string[] {
  const below = readdirSync(join(root, "docs"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
  return ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...below];
}

/** The text of a document. */
export function textOf(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** Every fenced block, in lists and quotes too. */
export function samplesOf(text: string): Sample[] {
  const flat: Token[] = [];
  walkTokens(lexer(text), (token) => void (token.type !== "space" && flat.push(token)));
  let at = 0;
  return flat.flatMap((token, index): Sample[] => {
    if (token.type !== "code") return [];
    const { lang = "", text: content } = token as Tokens.Code;
    // What a list indents stands in the text with its indentation, so the fence's first line is looked for.
    const fence = token.raw.split("\n")[0]!.trim();
    at = text.indexOf(fence, at);
    const line = text.slice(0, at).split("\n").length;
    at += Math.max(fence.length, token.raw.length);
    const next = flat[index + 1];
    const shown = ["sh", "console"].includes(lang) && next?.type === "code" && next["lang"] === "text" ? { shown: next["text"] as string } : {};
    return [{ kind: lang.split(" ")[0]!, text: content, line, ...shown }];
  });
}

/** The addresses of all links and pictures. */
export function linksOf(text: string): string[] {
  const links: string[] = [];
  walkTokens(lexer(text), (token) => void ((token.type === "link" || token.type === "image") && links.push(token["href"] as string)));
  return links;
}

/** The ids that GitHub and the site give the headings. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  walkTokens(lexer(text), (token) => {
    if (token.type !== "heading") return;
    const plain = (token["text"] as string).replace(/[`*]|\[([^\]]*)\]\([^)]*\)/g, "$1");
    const base = plain.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/g, "-");
    let id = base;
    for (let count = 1; anchors.has(id); count++) id = `${base}-${count}`;
    anchors.add(id);
  });
  return anchors;
}
