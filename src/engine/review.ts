import type { Finding, NotComputed } from "./finding.ts";
import type { LintOptions, RuleFailure } from "./lint.ts";
import { Run, drain, linting } from "./lint.ts";
import type { World } from "./rule.ts";
import { compareFindings, compareText } from "./finding.ts";

/** What a change brings and takes away. */
export interface ReviewResult {
  /** What the change brings: findings that the base does not have, and those about the change itself. */
  readonly findings: Finding[];
  readonly notComputed: NotComputed[];
  readonly failures: RuleFailure[];
  readonly suppressed: number;
  /** The findings that comments hide. */
  readonly hidden: readonly Finding[];
  /** Findings of the base that the change mends. */
  readonly fixed: Finding[];
  /** How many findings stand on both sides. */
  readonly unchanged: number;
  /** The findings that stand on both sides. */
  readonly standing: readonly Finding[];
  /** Paths that differ, sorted. */
  readonly changed: string[];
}

/** Paths whose text differs, or that only one side has; sorted. */
export function changedPaths(before: World, after: World): string[] {
  const paths = new Set([...before.paths, ...after.paths]);
  return [...paths].filter((path) => before.text(path) !== after.text(path)).sort(compareText);
}

/**
 * Reviews the change from `before` to `after`: what `lint` finds in one and not in the other, by fingerprint, and what
 * the rules say that look at both sides. A rule that reports the same fault both ways is heard once.
 */
export function review<W extends World>(before: W, after: W, options: LintOptions<W>): ReviewResult {
  return drain(reviewing(before, after, options));
}

/** The same in steps, one a file or rule, for a caller that shares its thread. */
export function* reviewing<W extends World>(before: W, after: W, options: LintOptions<W>): Generator<void, ReviewResult> {
  const changed = changedPaths(before, after);
  const base = yield* linting(before, options, before.paths);
  const known = new Set(base.findings.map((finding) => finding.fingerprint));
  const head = yield* linting(after, options, after.paths);
  const run = new Run(options);
  yield* run.compare(before, after, changed);
  const ofChange = run.result(after, []);
  const heard = new Set(ofChange.findings.map((finding) => finding.fingerprint));
  const fresh = head.findings.filter((finding) => !known.has(finding.fingerprint) && !heard.has(finding.fingerprint));
  const present = new Set(head.findings.map((finding) => finding.fingerprint));
  const standing = head.findings.filter((finding) => known.has(finding.fingerprint));
  const baseNotes = new Set(base.notComputed.map(noteKey));
  return {
    findings: [...ofChange.findings, ...fresh].sort(compareFindings),
    notComputed: [...head.notComputed.filter((note) => !baseNotes.has(noteKey(note))), ...ofChange.notComputed],
    failures: [...head.failures, ...ofChange.failures],
    suppressed: head.suppressed + ofChange.suppressed,
    hidden: [...head.hidden, ...ofChange.hidden],
    fixed: base.findings.filter((finding) => !present.has(finding.fingerprint)),
    unchanged: standing.length,
    standing,
    changed,
  };
}

function noteKey(note: NotComputed): string {
  return `${note.rule}\0${note.path}\0${note.reason}`;
}
