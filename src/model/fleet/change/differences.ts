import type { Location, Range } from "../../../engine/location.ts";
import type { Workspace } from "../../workspace.ts";

/** The lines of `text` that lie between what both texts begin with and what both end with; the line where some are gone. */
export function firstDifference(old: string, text: string): Range {
  const before = old.split("\n");
  const after = text.split("\n");
  let head = 0;
  while (head < after.length && head < before.length && after[head] === before[head]) head++;
  let tail = 0;
  while (tail < after.length - head && tail < before.length - head && after.at(-1 - tail) === before.at(-1 - tail)) tail++;
  const lines = after.slice(head, after.length - tail);
  const first = lines.length === 0 ? Math.max(0, Math.min(head, after.length - 1)) : head;
  const shown = lines.length === 0 ? [after[first] ?? ""] : lines;
  const start = after.slice(0, first).reduce((sum, line) => sum + line.length + 1, 0);
  const raw = shown.join("\n");
  const indent = /^\s*/.exec(raw)![0].length;
  return { start: start + (indent < raw.length ? indent : 0), end: start + raw.trimEnd().length };
}

/** True where a file's text differs, or only one side has it. */
export function isEdited(before: Workspace, after: Workspace, path: string): boolean {
  return before.text(path) !== after.text(path);
}

/** Where in the head a place of the base was: the line that took its place; the base's own place where the file is gone. */
export function placeInHead(before: Workspace, after: Workspace, { path, range }: Location): Location {
  const old = before.text(path) ?? "";
  const text = after.text(path);
  if (text === undefined || text === old) return { path, range };
  const lines = old.slice(0, range.start).split("\n").length - 1;
  const rows = text.split("\n");
  // Lines before the place that the head still begins with, then lines behind it that it still ends with.
  const oldRows = old.split("\n");
  let head = 0;
  while (head < lines && rows[head] === oldRows[head]) head++;
  let row = head;
  if (head === lines) row = Math.min(lines, rows.length - 1);
  else {
    const found = rows.indexOf(oldRows[lines] ?? "", head);
    if (found !== -1) row = found;
  }
  // An empty line shows nothing: the one above does.
  while (row > 0 && rows[row]!.trim() === "") row--;
  const start = rows.slice(0, row).reduce((sum, line) => sum + line.length + 1, 0);
  const line = rows[row] ?? "";
  const indent = /^\s*/.exec(line)![0].length;
  return { path, range: { start: start + (indent < line.length ? indent : 0), end: start + line.trimEnd().length } };
}
