import type { Finding } from "../engine/finding.ts";
import type { Fix } from "../engine/fix.ts";
import type { Translate } from "./reviewed.ts";

/** Fixes that an editor offers as one action. */
export interface Mend {
  readonly title: string;
  readonly fixes: readonly Fix[];
  /** True for what may be applied without being read first. */
  readonly preferred: boolean;
}

/** What an editor offers to mend a finding: each of its fixes, all of its rule, all that are safe. `findings`: those of the file. */
export function mendsOf(finding: Finding, findings: readonly Finding[], path: string, t: Translate): Mend[] {
  const mends = finding.fixes.map((fix): Mend => {
    const isSafe = fix.safety === "safe";
    return { title: isSafe ? fix.title : t("{0} (changes behaviour: read the rule's page first)", fix.title), fixes: [fix], preferred: isSafe };
  });
  const alike = findings.filter((other) => other.rule === finding.rule && other.fixes.length > 0);
  if (finding.fixes.length > 0 && alike.length > 1) {
    mends.push({ title: t("Fix all {0} of {1} in this file", alike.length, finding.rule), fixes: alike.map((other) => other.fixes[0]!), preferred: false });
  }
  const safe = safeFixes(findings, path);
  if (safe.length > 0) mends.push({ title: t("Fix all {0} that are safe to fix in this file", safe.length), fixes: safe, preferred: false });
  return mends;
}

/** The fixes that may run without being read first. Those that reach into another file are left to the user. */
export function safeFixes(findings: readonly Finding[], path: string): Fix[] {
  return findings.flatMap(({ fixes }) => fixes.find((fix) => fix.safety === "safe" && fix.edits.every((edit) => edit.path === path)) ?? []);
}
