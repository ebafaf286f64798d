import type { Finding, Json, Severity } from "../engine/finding.ts";
import { atLeast } from "../engine/finding.ts";
import type { Location } from "../engine/location.ts";
import { Places } from "./report.ts";
import type { Report } from "./report.ts";
import { helpUri } from "./sarif.ts";

const SEVERITY: Record<Severity, string> = { error: "ERROR", warning: "WARNING", info: "INFO" };

/**
 * The findings in the Reviewdog Diagnostic Format (reviewdog, proto/rdf/reviewdog.proto): lines from 1, columns from 1 in
 * bytes of UTF-8, ends exclusive.
 */
export function rdjsonReport(report: Report): string {
  const places = new Places(report.text, report.position);
  const worst = report.findings.reduce<Severity>((most, { severity }) => (atLeast(severity, most) ? severity : most), "info");
  const result: Json = {
    source: { name: "premortem" },
    severity: SEVERITY[worst],
    diagnostics: [
      ...report.findings.map((finding): Json => diagnostic(finding, places)),
      ...report.notComputed.map(({ rule, path, reason }): Json => ({
        message: `Not computed: ${reason}.`,
        ...(path !== "" && { location: { path } }),
        severity: "INFO",
        code: { value: rule, url: helpUri(rule) },
      })),
    ],
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}

function diagnostic(finding: Finding, places: Places): Json {
  const suggestions = suggestionsOf(finding, places);
  return {
    message: finding.message,
    location: located(finding.location, places),
    severity: SEVERITY[finding.severity],
    code: { value: finding.rule, url: helpUri(finding.rule) },
    ...(suggestions.length > 0 && { suggestions }),
    ...(finding.related.length > 0 && {
      related_locations: finding.related.map(({ location, message }): Json => ({ message, location: located(location, places) })),
    }),
  };
}

/** Reviewdog offers every suggestion by itself, so only a fix that is one edit of the finding's own file can be one. */
function suggestionsOf({ fixes, location }: Finding, places: Places): Json[] {
  return fixes.flatMap(({ edits }): Json[] => {
    const [edit] = edits;
    return edits.length !== 1 || edit!.path !== location.path ? [] : [{ range: range(edit!, places), text: edit!.newText }];
  });
}

function located(location: Location, places: Places): Json {
  return { path: location.path, range: range(location, places) };
}

function range({ path, range: { start, end } }: Location, places: Places): Json {
  const at = (offset: number): Json => ({ line: places.at(path, offset).line, column: places.byteAt(path, offset) });
  return { start: at(start), end: at(end) };
}
