import type { Range } from "./location.ts";

/** Replaces one span of one file. A path that does not exist yet is created, with `range` 0..0. */
export interface TextEdit {
  readonly path: string;
  readonly range: Range;
  readonly newText: string;
}

/**
 * A mend that can be applied without looking anything up. `safe` may run on save; `unsafe` changes behaviour in a way
 * that the operator has to weigh.
 */
export interface Fix {
  readonly title: string;
  readonly safety: "safe" | "unsafe";
  readonly edits: readonly TextEdit[];
}

/**
 * Applies the edits of one file to its text. Edits that overlap an earlier accepted one are left out, so that two
 * fixes never mangle each other; insertions at one offset keep their order.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const sorted = edits
    .map((edit, index) => ({ edit, index }))
    .sort((a, b) => a.edit.range.start - b.edit.range.start || a.edit.range.end - b.edit.range.end || a.index - b.index);
  let result = "";
  let cursor = 0;
  for (const { edit } of sorted) {
    if (edit.range.start < cursor || edit.range.end > text.length) continue;
    result += text.slice(cursor, edit.range.start) + edit.newText;
    cursor = edit.range.end;
  }
  return result + text.slice(cursor);
}

/**
 * Applies whole fixes to a set of files. A fix of which one edit overlaps an already accepted fix is left out whole.
 * Gives the new texts of the changed files and the fixes that were applied.
 */
export function applyFixes(
  read: (path: string) => string | undefined,
  fixes: readonly Fix[],
): { files: Map<string, string>; applied: Fix[] } {
  const accepted = new Map<string, TextEdit[]>();
  const applied: Fix[] = [];
  const clashes = (edit: TextEdit): boolean =>
    (accepted.get(edit.path) ?? []).some(
      (other) =>
        (edit.range.start < other.range.end && other.range.start < edit.range.end) ||
        (edit.range.start === other.range.start && edit.range.end === other.range.end),
    );
  for (const fix of fixes) {
    if (fix.edits.some(clashes)) continue;
    for (const edit of fix.edits) accepted.set(edit.path, [...(accepted.get(edit.path) ?? []), edit]);
    applied.push(fix);
  }
  const files = new Map<string, string>();
  for (const [path, edits] of accepted) files.set(path, applyEdits(read(path) ?? "", edits));
  return { files, applied };
}
