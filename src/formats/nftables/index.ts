import type { Range } from "../../engine/location.ts";
import type { Format, Parsed, SyntaxProblem } from "../format.ts";
import type { Masked } from "../template/jinja.ts";
import { maskJinja } from "../template/jinja.ts";
import { overlapping } from "../template/overlap.ts";
import { checkTypes } from "./check.ts";
import { parseCommands } from "./commands.ts";
import { Cursor } from "./cursor.ts";
import { recogniseNftables } from "./recognise.ts";
import type { NftFile } from "./tree.ts";

export type * from "./tree.ts";

/** nftables rulesets, as `nft -f` reads them: nft(8), up to version 1.1. */
export const nftables: Format<NftFile> = {
  language: "nftables",
  comments: { openers: ["#"], inline: true },
  recognise: recogniseNftables,
  parse: parseNftables,
};

/** Parses a whole file. Gives a tree for every text; errors only for what nft refuses. */
export function parseNftables(text: string): Parsed<NftFile> {
  const masked = maskJinja(text);
  const cursor = new Cursor(masked.text);
  const commands = parseCommands(cursor);
  const tree: NftFile = { commands, masked };
  const errors = [...cursor.errors, ...checkTypes(tree)].sort((a, b) => a.range.start - b.range.start);
  return { tree, errors: masked.regions.length === 0 ? errors : errors.map(doubting(masked)) };
}

/** What a template decides can mend every fault that is near it, and every brace. */
function doubting(masked: Masked): (error: SyntaxProblem) => SyntaxProblem {
  const shown = masked.regions.filter(({ kind }) => kind !== "comment");
  const near = overlapping([...shown, ...masked.conditional].map(({ range }) => range));
  const tagged = shown.some(({ kind }) => kind === "tag");
  let line: Range = { start: 0, end: -1 };
  return (error) => {
    // Many errors may stand in one line, and the line may be long.
    if (error.range.start <= line.start || error.range.end > line.end) line = lineOf(masked.text, error.range);
    const { start, end } = line;
    const braces = tagged && /[{}]/.test(masked.text.slice(error.range.start, error.range.end));
    // A template that ends where the line begins is near as well.
    return error.certain && (braces || near({ start: start - 1, end: end + 1 })) ? { ...error, certain: false } : error;
  };
}

function lineOf(text: string, range: Range): Range {
  const start = text.lastIndexOf("\n", Math.max(0, range.start - 1));
  const end = text.indexOf("\n", range.end);
  return { start: start === -1 ? 0 : start, end: end === -1 ? text.length : end };
}
