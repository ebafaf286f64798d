import type { Json } from "../engine/finding.ts";
import { Places, countsOf } from "./report.ts";
import type { Report } from "./report.ts";

/** The version of this format: it changes when a field changes its meaning or goes away. */
const JSON_FORMAT = 1;

/** The findings as JSON, for scripts. Lines and columns count from 1, in UTF-16 units. */
export function jsonReport(report: Report): string {
  const places = new Places(report.text);
  const result: Json = {
    version: JSON_FORMAT,
    findings: report.findings.map((finding): Json => ({
      rule: finding.rule,
      severity: finding.severity,
      confidence: finding.confidence,
      message: finding.message,
      path: finding.location.path,
      range: range(places, finding.location),
      lessons: finding.lessons,
      related: finding.related.map(({ location, message }): Json => ({ message, path: location.path, range: range(places, location) })),
      fixes: finding.fixes.map(({ title, safety, edits }): Json => ({
        title,
        safety,
        edits: edits.map((edit): Json => ({ path: edit.path, range: range(places, edit), newText: edit.newText })),
      })),
      data: finding.data,
    })),
    notComputed: report.notComputed.map(({ rule, path, reason }): Json => ({ rule, path, reason })),
    summary: {
      ...countsOf(report.findings),
      suppressed: report.suppressed,
      files: report.files,
      ...(report.change && { change: { ...report.change } }),
    },
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}

function range(places: Places, location: Parameters<Places["of"]>[0]): Json {
  const { start, end } = places.of(location);
  return { start: { line: start.line, column: start.column }, end: { line: end.line, column: end.column } };
}
