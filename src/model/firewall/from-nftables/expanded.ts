import type { Location, Range } from "../../../engine/location.ts";
import type { Command, Include, NftFile } from "../../../formats/nftables/index.ts";
import type { Workspace } from "../../workspace.ts";
import { resolveInclude } from "./includes.ts";

/** nft refuses files that include one another deeper than this (MAX_INCLUDE_DEPTH). */
const DEEPEST = 16;
/** Characters after which nothing more is put in: files that each include others twice grow without bound. */
const LARGEST = 32 * 1024 * 1024;

interface Piece {
  readonly start: number;
  readonly path: string;
  readonly offset: number;
}

/** A text with what it includes put in its place, as nft reads it. */
export class ExpandedText {
  readonly text: string;
  /** What is included and not there, as written, and where. */
  readonly missing: readonly { readonly written: string; readonly at: Location }[];
  readonly #pieces: readonly Piece[];

  constructor(workspace: Workspace, path: string) {
    const pieces: Piece[] = [];
    const missing: { written: string; at: Location }[] = [];
    const parts: string[] = [];
    let length = 0;
    const add = (text: string, from: string, offset: number): void => {
      if (text === "") return;
      pieces.push({ start: length, path: from, offset });
      parts.push(text);
      length += text.length;
    };
    const expand = (from: string, stack: readonly string[]): void => {
      const text = workspace.text(from)!;
      const document = workspace.document(from);
      let done = 0;
      for (const { path: name, range } of document?.language === "nftables" ? includesIn((document.tree as NftFile).commands) : []) {
        const found = resolveInclude(workspace, from, name.text).filter((one) => !stack.includes(one));
        if (found.length === 0 || stack.length >= DEEPEST || length > LARGEST) {
          if (!/[*?[]/.test(name.text)) missing.push({ written: name.text, at: { path: from, range } });
          continue;
        }
        add(text.slice(done, range.start), from, done);
        for (const one of found) {
          expand(one, [...stack, one]);
          add("\n", one, workspace.text(one)!.length);
        }
        done = range.end;
      }
      add(text.slice(done), from, done);
    };
    expand(path, [path]);
    this.#pieces = pieces;
    this.missing = missing;
    this.text = parts.join("");
  }

  /** Where a span of the whole text is written: in the file in which it begins. */
  locate({ start, end }: Range): Location {
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#pieces[middle]!.start <= start) low = middle;
      else high = middle - 1;
    }
    const piece = this.#pieces[low];
    if (piece === undefined) return { path: "", range: { start, end } };
    const shift = piece.offset - piece.start;
    return { path: piece.path, range: { start: start + shift, end: end + shift } };
  }
}

function includesIn(commands: readonly Command[]): Include[] {
  const found: Include[] = [];
  for (const command of commands) {
    if (command.kind === "include") found.push(command);
    if (command.kind !== "table") continue;
    for (const item of command.items) {
      if (item.kind === "include") found.push(item);
      if (item.kind === "chain") for (const rule of item.rules) if (rule.kind === "include") found.push(rule);
    }
  }
  return found.sort((a, b) => a.range.start - b.range.start);
}
