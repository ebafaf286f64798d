import type { Json, Severity } from "../engine/finding.ts";
import { hash } from "../engine/fingerprint.ts";
import { Places } from "./report.ts";
import type { Report } from "./report.ts";
import { visible } from "./visible.ts";

const SEVERITY: Record<Severity, string> = { error: "critical", warning: "major", info: "info" };

/**
 * The findings as a Code Quality report of GitLab ("Code Quality report format" in its documentation): those that the
 * target branch does not have appear in the merge request, told apart by their fingerprints.
 */
export function gitlabReport(report: Report): string {
  const places = new Places(report.text, report.position);
  const fingerprints = new Unique();
  const issues: Json[] = report.findings.map(({ rule, severity, message, location, fingerprint }) => {
    const { start, end } = places.of(location);
    return {
      type: "issue",
      check_name: rule,
      description: visible(message),
      fingerprint: fingerprints.of(fingerprint, location.path),
      severity: SEVERITY[severity],
      location: { path: location.path, lines: { begin: start.line, end: end.line } },
    };
  });
  for (const { rule, path, reason } of report.notComputed) {
    issues.push({
      type: "issue",
      check_name: rule,
      description: visible(`Not computed: ${reason}.`),
      fingerprint: fingerprints.of(hash(`${rule}\0${path}\0${reason}`), path),
      severity: "info",
      location: { path: path === "" ? "." : path, lines: { begin: 1 } },
    });
  }
  return `${JSON.stringify(issues, null, 2)}\n`;
}

/** GitLab takes two issues with one fingerprint for one. */
class Unique {
  readonly #seen = new Map<string, number>();

  of(fingerprint: string, path: string): string {
    // Two repositories that are checked together may have the same file.
    const base = hash(`${fingerprint}\0${path}`);
    const count = this.#seen.get(base) ?? 0;
    this.#seen.set(base, count + 1);
    return count === 0 ? base : hash(`${base}\0${count}`);
  }
}
