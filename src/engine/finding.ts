import type { Fix } from "./fix.ts";
import type { Location } from "./location.ts";

/** `error` is for what is certainly wrong; the other two inform. */
export type Severity = "error" | "warning" | "info";

/** How sure the rule is that the finding is true of the hosts, not only of the text. */
export type Confidence = "certain" | "likely" | "possible";

/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Another place that the reader needs to see, with what it says. */
export interface Related {
  readonly location: Location;
  readonly message: string;
}

/** What a rule says of one place. `message`: what is wrong, then what happens, then what to do. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly message: string;
  readonly location: Location;
  readonly lessons: readonly string[];
  readonly related: readonly Related[];
  readonly fixes: readonly Fix[];
  /** The rule's numbers, under the names that its page lists. */
  readonly data: { readonly [name: string]: Json };
  /** The same for the same fault when lines move; see `fingerprint.ts`. */
  readonly fingerprint: string;
}

/** A question that a rule could not answer, said once per reason. */
export interface NotComputed {
  readonly rule: string;
  readonly path: string;
  readonly reason: string;
}

const RANK: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/** True where `severity` is `threshold` or worse. */
export function atLeast(severity: Severity, threshold: Severity): boolean {
  return RANK[severity] <= RANK[threshold];
}

/** The milder of the two. */
export function milder(a: Severity, b: Severity): Severity {
  return RANK[a] > RANK[b] ? a : b;
}

/** Order of every list of findings: path, place, severity, rule, message. Plain code unit order, so no locale matters. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.location.path, b.location.path) ||
    a.location.range.start - b.location.range.start ||
    a.location.range.end - b.location.range.end ||
    RANK[a.severity] - RANK[b.severity] ||
    compareText(a.rule, b.rule) ||
    compareText(a.message, b.message)
  );
}

/** Compares by UTF-16 code units: the same on every machine, unlike `localeCompare`. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A finding with every path that it names changed: that of its place, of related places and of its fixes' edits. */
export function relocated(finding: Finding, change: (path: string) => string): Finding {
  return {
    ...finding,
    location: { ...finding.location, path: change(finding.location.path) },
    related: finding.related.map((related) => ({ ...related, location: { ...related.location, path: change(related.location.path) } })),
    fixes: finding.fixes.map((fix) => ({ ...fix, edits: fix.edits.map((edit) => ({ ...edit, path: change(edit.path) })) })),
  };
}

/** Open questions, sorted by path, rule and reason, each once. */
export function sortedNotes(list: readonly NotComputed[]): NotComputed[] {
  const unique = new Map(list.map((note) => [`${note.path}\0${note.rule}\0${note.reason}`, note]));
  return [...unique.values()].sort((a, b) => compareText(a.path, b.path) || compareText(a.rule, b.rule) || compareText(a.reason, b.reason));
}
