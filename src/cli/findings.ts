import type { Finding, NotComputed } from "../engine/finding.ts";
import { compareFindings, relocated } from "../engine/finding.ts";
import { hash } from "../engine/fingerprint.ts";
import type { RuleFailure } from "../engine/lint.ts";
import type { Omission } from "../vcs/tree.ts";

/** What stands in `rule` of a note about a file that could not be read. */
export const INPUT = "premortem/input";

/** One of N equal parts of the work. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** True where a path belongs to the part. Every path belongs to exactly one, and the names of one file to the same. */
export function inShard(path: string, shard: Shard | undefined, aliases?: ReadonlyMap<string, string>): boolean {
  return shard === undefined || Number.parseInt(hash(aliases?.get(path) ?? path).slice(0, 8), 16) % shard.count === shard.index - 1;
}

/** A file that is reached by several paths is reported by its own path, and once. */
export function unalias(findings: readonly Finding[], aliases: ReadonlyMap<string, string>): Finding[] {
  if (aliases.size === 0) return [...findings];
  const own = (path: string): string => aliases.get(path) ?? path;
  const seen = new Set<string>();
  const result: Finding[] = [];
  // Those under a file's own path come first, so that they are the ones that stay.
  const ordered = [...findings].sort((a, b) => Number(aliases.has(a.location.path)) - Number(aliases.has(b.location.path)));
  for (const finding of ordered) {
    const renamed = relocated(finding, own);
    const key = `${renamed.rule}\0${renamed.location.path}\0${renamed.location.range.start}\0${renamed.location.range.end}`;
    if (aliases.has(finding.location.path) && seen.has(key)) continue;
    seen.add(key);
    result.push(renamed);
  }
  return result.sort(compareFindings);
}

/** Puts a directory's name before every path. */
export function prefixed(finding: Finding, prefix: string): Finding {
  return prefix === "" ? finding : relocated(finding, (path) => prefix + path);
}

/** Notes about files and rules that failed, in the form of those that rules make. */
export function notes(omissions: readonly Omission[], failures: readonly RuleFailure[]): NotComputed[] {
  return [
    ...omissions.map(({ path, reason }) => ({ rule: INPUT, path, reason })),
    ...failures.map(({ rule, path, error }) => ({
      rule,
      path,
      reason: `the rule failed: ${error instanceof Error ? error.message : String(error)}; please report it, all other findings stand`,
    })),
  ];
}
