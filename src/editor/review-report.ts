import { compareFindings, relocated, sortedNotes } from "../engine/finding.ts";
import { knownLesson, knownRule, knownRules } from "../report/known.ts";
import type { Report } from "../report/report.ts";
import type { Reviewed } from "../report/reviewed.ts";
import { ownRules } from "../core.ts";
import type { Project } from "./project.ts";
import type { ProjectReview, RunResult } from "./review-run.ts";

/** A run's results in the form that reports are made of, one a project; where nothing differs, one that says so. */
export async function reviewedOf({ reviews, unchanged, base }: RunResult): Promise<Reviewed[]> {
  if (reviews.length > 0) return reviews.map((review) => ofReview(review, base));
  return unchanged === undefined ? [] : [await ofUnchanged(unchanged, base)];
}

function ofReview({ before, after, result, prefix, present }: ProjectReview, base: string): Reviewed {
  const shown = (path: string): string => prefix + path;
  const report: Report = {
    findings: result.findings.map((finding) => relocated(finding, shown)).sort(compareFindings),
    notComputed: sortedNotes(result.notComputed.map((note) => ({ ...note, path: note.path === "" ? "" : shown(note.path) }))),
    suppressed: result.suppressed,
    files: after.paths.length,
    own: ownRules(after),
    change: { base, changed: result.changed.length, fixed: result.fixed.length, unchanged: result.unchanged },
    text: (path) => (path.startsWith(prefix) ? (after.text(path.slice(prefix.length)) ?? before.text(path.slice(prefix.length))) : undefined),
  };
  return {
    report,
    before,
    after,
    changed: result.changed.map(shown),
    mended: result.fixed.map((finding) => relocated(finding, shown)),
    shown,
    present: (path) => present(path.slice(prefix.length)),
    lesson: (id) => knownLesson(after, id),
    rule: (id) => knownRule(after, id),
    ran: knownRules(after),
  };
}

async function ofUnchanged(project: Project, base: string): Promise<Reviewed> {
  const after = await project.workspace();
  const result = { findings: [], notComputed: [], failures: [], suppressed: 0, hidden: [], fixed: [], unchanged: 0, standing: [], changed: [] };
  return ofReview({ project, before: after, after, result, prefix: "", present: () => true, uriOf: (path) => project.uriOf(path) }, base);
}
