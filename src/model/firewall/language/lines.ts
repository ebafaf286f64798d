import { LineIndex } from "../../../engine/location.ts";
import type { Location } from "../../../engine/location.ts";
import type { Document, Workspace } from "../../workspace.ts";
import type { Piece } from "./hover.ts";

const known = new WeakMap<Document, LineIndex>();

/** The line (from 1) of a place. */
export function lineOf(workspace: Workspace, { path, range }: Location): number {
  const document = workspace.document(path);
  if (document === undefined) return 1;
  let index = known.get(document);
  if (index === undefined) known.set(document, (index = new LineIndex(document.text)));
  return index.positionAt(range.start).line;
}

/** `line 12`, or `line 12 of filter.nft` where it is in another file than `from`; leads there. */
export function lineLink(workspace: Workspace, at: Location, from: string): Piece {
  const line = lineOf(workspace, at);
  return { text: at.path === from ? `line ${line}` : `line ${line} of ${at.path.slice(at.path.lastIndexOf("/") + 1)}`, at };
}

/** Lists of pieces with commas between them and `and` before the last; long ones are cut with a count. */
export function enumerated(items: readonly (readonly Piece[])[], most = 6): Piece[] {
  const shown = items.length > most + 1 ? items.slice(0, most) : items;
  const left = items.length - shown.length;
  const pieces = shown.flatMap((item, i): Piece[] => [i === 0 ? "" : i === shown.length - 1 && left === 0 ? " and " : ", ", ...item]);
  return left > 0 ? [...pieces, ` and ${left} more`] : pieces;
}
