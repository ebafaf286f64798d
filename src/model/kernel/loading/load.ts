import { globPattern, isGlob } from "../key.ts";
import type { Loader } from "./order.ts";

/** What a loader sees of a line. */
export interface LoadedLine {
  /** In dotted form; see `normaliseKey`. May be a glob. */
  readonly key: string;
  /** undefined: `-key` alone. Anything else is a value, known or not. */
  readonly value: unknown;
}

/** What a loader makes of all lines. */
export interface Loaded<L extends LoadedLine> {
  /** The line that gives a key its last value; undefined: none does. `key` is no glob. */
  lineOf(key: string): L | undefined;
  /** The place of a line among the writes; the greater is written later. */
  positionOf(line: L): number;
}

/** No host has so many; each key without a line of its own is tried against all. */
const MOST_GLOBS = 1000;

/**
 * Reads lines in the order of files as the loader does. A key's own line beats every glob, wherever it stands. `-key`
 * alone takes the key out of globs; systemd-sysctl keeps that under the key itself, and so forgets a value that stood
 * there (src/sysctl/sysctl.c, parse_line), while procps writes that value, and takes the exclusion for a pattern whose
 * `*` matches separators too (src/sysctl.c, settinglist_findpath).
 */
export function load<L extends LoadedLine>(lines: readonly L[], loader: Loader): Loaded<L> {
  const written = loader === "systemd" ? asHashmap(lines) : lines.map((line) => [line.key, line] as const);
  const explicit = new Map<string, L>();
  const globs: { readonly line: L; readonly pattern: RegExp }[] = [];
  const excluded = new Set<string>();
  const excludedGlobs: RegExp[] = [];
  const positions = new Map<L, number>();
  for (const [key, line] of written) {
    positions.set(line, positions.size);
    if (line.value === undefined) {
      excluded.add(key);
      if (loader === "procps" && isGlob(key)) excludedGlobs.push(globPattern(key, true));
    } else if (isGlob(key)) {
      if (globs.length < MOST_GLOBS) globs.push({ line, pattern: globPattern(key) });
    }
    else explicit.set(key, line);
  }
  return {
    lineOf: (key) => {
      const own = explicit.get(key);
      if (own !== undefined) return own;
      if (excluded.has(key) || excludedGlobs.some((pattern) => pattern.test(key))) return undefined;
      return globs.findLast(({ pattern }) => pattern.test(key))?.line;
    },
    positionOf: (line) => positions.get(line) ?? -1,
  };
}

/** One entry a key: another value replaces it and goes to the end, the same one leaves it where it is. */
function asHashmap<L extends LoadedLine>(lines: readonly L[]): Iterable<readonly [string, L]> {
  const entries = new Map<string, L>();
  for (const line of lines) {
    const existing = entries.get(line.key);
    if (existing !== undefined && existing.value === line.value) continue;
    entries.delete(line.key);
    entries.set(line.key, line);
  }
  return entries;
}
