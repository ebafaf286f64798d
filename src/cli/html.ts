import { createHash } from "node:crypto";
import type { Finding } from "../engine/finding.ts";
import { PAGE_STYLE, reviewHtml } from "../report/html/page.ts";
import type { Report } from "../report/report.ts";
import type { Reviewed } from "../report/reviewed.ts";

/** The review as one HTML file that loads nothing. `keep` tells which findings are shown; `baseline`: what keeps others back. */
export function htmlReport(reviewed: readonly Reviewed[], keep: (finding: Finding) => boolean, baseline: Report["baseline"]): string {
  const shown = reviewed.map((one): Reviewed => ({ ...one, report: { ...one.report, findings: one.report.findings.filter(keep) } }));
  const hidden = reviewed.reduce((sum, { report }, index) => sum + report.findings.length - shown[index]!.report.findings.length, 0);
  const styleHash = `sha256-${createHash("sha256").update(PAGE_STYLE).digest("base64")}`;
  return reviewHtml(shown, { policy: { styleHash }, hidden, ...(baseline && { baseline }) });
}
