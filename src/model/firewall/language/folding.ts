import type { Range } from "../../../engine/location.ts";
import type { NftFile } from "../../../formats/nftables/index.ts";
import { tokenize } from "../../../formats/nftables/lexer.ts";
import type { IptablesTree } from "../../../formats/iptables/index.ts";
import type { Document } from "../../workspace.ts";

/** A part of a text that may be folded away: from the line of its start to that of its end, both of which stay. */
export interface Fold {
  readonly range: Range;
  readonly kind: "block" | "comment";
}

/** What can be folded in a firewall file: blocks in braces, the tables of a dump, comments of several lines. */
export function foldsOf(document: Document): Fold[] {
  const { language, text } = document;
  if (language === "nftables") return [...braces((document.tree as NftFile).masked.text), ...comments(text)];
  if (language !== "iptables-save") return [];
  const tables = (document.tree as IptablesTree).tables.map(({ range }): Fold => ({ range, kind: "block" }));
  return [...tables, ...comments(text)];
}

function braces(masked: string): Fold[] {
  const open: number[] = [];
  const folds: Fold[] = [];
  for (const { kind, text, start } of tokenize(masked)) {
    if (kind !== "mark") continue;
    if (text === "{") open.push(start);
    if (text !== "}") continue;
    const from = open.pop();
    if (from === undefined) continue;
    // The closing brace's line stays in sight, so the fold ends with the line before it.
    const end = masked.lastIndexOf("\n", start);
    if (end > from && masked.indexOf("\n", from) < end) folds.push({ range: { start: from, end }, kind: "block" });
  }
  return folds;
}

const COMMENTS = /^[ \t]*#[^\n]*(?:\n[ \t]*#[^\n]*)+/gm;

function comments(text: string): Fold[] {
  return [...text.matchAll(COMMENTS)].map((match) => ({ range: { start: match.index, end: match.index + match[0].length }, kind: "comment" }));
}
