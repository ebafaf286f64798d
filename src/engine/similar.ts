/** Edits (insert, delete, replace, swap neighbours) between two words, or `limit + 1` where there are more. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, older[j - 2]! + 1);
      row.push(best);
    }
    if (Math.min(...row) > limit) return limit + 1;
    older = previous;
    previous = row;
  }
  return previous[b.length]!;
}

/** Case, dashes and underscores are what people mistype most, so they count for nothing. */
function folded(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, "");
}

/**
 * The candidate that `word` was most likely meant to be, for "did you mean …?"; undefined where none is near: at most
 * one edit for every three letters, or one word is the beginning of the other. Between equals the first wins, so pass the candidates in a fixed order.
 * `most`: so many edits at most, and nothing else, where a long word must not be mistaken for another.
 */
export function nearest(word: string, candidates: Iterable<string>, most?: number): string | undefined {
  const wanted = folded(word);
  let limit = most ?? Math.max(1, Math.floor(wanted.length / 3));
  let found: string | undefined;
  const all = [...candidates];
  for (const candidate of all) {
    const edits = distance(wanted, folded(candidate), limit);
    if (edits > limit) continue;
    found = candidate;
    if (edits === 0) return found;
    limit = edits - 1;
  }
  if (found !== undefined || wanted.length < 3 || most !== undefined) return found;
  // Not mistyped but shortened or lengthened: `warn` for `warning`.
  return all.find((candidate) => folded(candidate).startsWith(wanted) || (candidate.length > 3 && wanted.startsWith(folded(candidate))));
}
