import type { Finding, Json } from "../engine/finding.ts";
import type { Location } from "../engine/location.ts";
import { Places, countsOf } from "./report.ts";
import type { Report } from "./report.ts";

type JsonObject = { readonly [key: string]: Json };

/** The version of this format: it changes when a field changes its meaning or goes away. */
export const JSON_FORMAT = 1;

/** The findings as JSON, for scripts. Lines and columns count from 1, in UTF-16 units. */
export function jsonReport(report: Report): string {
  const places = new Places(report.text, report.position);
  const result: Json = {
    version: JSON_FORMAT,
    findings: report.findings.map((finding) => findingJson(finding, places, report)),
    ...restOf(report, places),
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}

/** All that a report says besides its findings, as JSON; SARIF carries it for those who merge reports. */
export function restOf(report: Report, places: Places): JsonObject {
  const { change, reach, baseline, shard } = report;
  return {
    notComputed: report.notComputed.map(({ rule, path, reason }): Json => ({ rule, path, reason })),
    summary: {
      ...countsOf(report.findings),
      suppressed: report.suppressed,
      files: report.files,
      ...(change && { change: { base: change.base, changed: change.changed, fixed: change.fixed, unchanged: change.unchanged } }),
      ...(reach && { reach: { hosts: reach.hosts, of: reach.of, interrupted: reach.interrupted } }),
      ...(baseline && { baseline: { known: baseline.known, gone: baseline.gone.map(({ path, rule, fingerprint, count }): Json => ({ path, rule, fingerprint, count })) } }),
    },
    ...(shard && {
      shard: {
        index: shard.index,
        count: shard.count,
        run: shard.run,
        ...(shard.hidden && { hidden: shard.hidden }),
        incomplete: shard.incomplete,
        // Formats that count in bytes cannot do so without the texts.
        bytes: byteColumns(report.findings, places),
        removed: [...new Set(report.findings.map(({ location }) => location.path))].filter((path) => report.removed?.(path) === true),
        mended: shard.mended.map((finding) => findingJson(finding, places, report)),
        // What is plain data already; the reviewed files are not there when the parts are put together.
        ...(report.only && { only: report.only }),
        ...(report.own && { own: report.own as unknown as Json }),
      },
    }),
  };
}

function findingJson(finding: Finding, places: Places, report: Report): Json {
  return {
    rule: finding.rule,
    severity: finding.severity,
    confidence: finding.confidence,
    message: finding.message,
    path: finding.location.path,
    range: range(places, finding.location),
    // The place is in the base alone: there is nothing to open in the head.
    ...(report.removed?.(finding.location.path) === true && { side: "before" }),
    lessons: finding.lessons,
    related: finding.related.map(({ location, message }): Json => ({ message, path: location.path, range: range(places, location) })),
    fixes: finding.fixes.map(({ title, safety, edits }): Json => ({
      title,
      safety,
      edits: edits.map((edit): Json => ({ path: edit.path, range: range(places, edit), newText: edit.newText })),
    })),
    data: finding.data,
    fingerprint: finding.fingerprint,
  };
}

/** Columns in bytes by path and `line:column`, where they are not the same as those in UTF-16 units. */
function byteColumns(findings: readonly Finding[], places: Places): Json {
  const paths = new Map<string, Map<string, number>>();
  const add = ({ path, range }: Location): void => {
    for (const offset of [range.start, range.end]) {
      const { line, column } = places.at(path, offset);
      const byte = places.byteAt(path, offset);
      if (byte === column) continue;
      const columns = paths.get(path) ?? new Map<string, number>();
      paths.set(path, columns.set(`${line}:${column}`, byte));
    }
  };
  for (const { location, related, fixes } of findings) {
    add(location);
    for (const other of related) add(other.location);
    for (const { edits } of fixes) edits.forEach(add);
  }
  return Object.fromEntries([...paths].map(([path, columns]) => [path, Object.fromEntries(columns)]));
}

function range(places: Places, location: Location): Json {
  const { start, end } = places.of(location);
  return { start: { line: start.line, column: start.column }, end: { line: end.line, column: end.column } };
}
