import type { Confidence, Finding, Severity } from "../engine/finding.ts";
import { compareFindings } from "../engine/finding.ts";

const SEVERITY: Record<Severity, number> = { error: 0, warning: 1, info: 2 };
const CONFIDENCE: Record<Confidence, number> = { certain: 0, likely: 1, possible: 2 };

/** Findings by severity, then by how sure the rule is, then in their usual order. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (a, b) => SEVERITY[a.severity] - SEVERITY[b.severity] || CONFIDENCE[a.confidence] - CONFIDENCE[b.confidence] || compareFindings(a, b),
  );
}
