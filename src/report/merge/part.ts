import type { Finding, Json, NotComputed, Severity } from "../../engine/finding.ts";
import type { OwnRule } from "../../engine/lesson.ts";
import type { Fix } from "../../engine/fix.ts";
import type { Location } from "../../engine/location.ts";
import type { Known } from "../baseline.ts";
import { JSON_FORMAT } from "../json.ts";
import type { Report } from "../report.ts";
import { PART } from "../sarif.ts";
import type { Fields } from "./fields.ts";
import { NoPart, confidenceOf, fields, list, number, severityOf, string } from "./fields.ts";
import { offsetOf } from "./place.ts";
import { findingsOfSarif } from "./sarif.ts";

/** A part of a report, as it was read back. Its offsets are places: see `place.ts`. */
export interface Part {
  readonly report: Omit<Report, "text" | "position" | "removed">;
  readonly index: number;
  readonly count: number;
  /** The same in all parts of one run, and in no other. */
  readonly run: string;
  /** The worst severity among the findings that are kept out of the report. */
  readonly hidden: Severity | undefined;
  readonly incomplete: boolean;
  readonly mended: readonly Finding[];
  /** Paths of findings that only the base has. */
  readonly removed: readonly string[];
  /** Columns in bytes by path and `line:column`. */
  readonly bytes: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Reads a report in JSON or SARIF that `--shard` made. Throws `NoPart`. */
export function readPart(text: string): Part {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    throw new NoPart("it is not JSON");
  }
  const top = fields(value, "the report");
  if (Array.isArray(top["runs"])) {
    const run = fields(top["runs"][0], "runs[0]");
    const part = (run["properties"] as Fields | undefined)?.[PART];
    if (part === undefined) throw new NoPart("it is no part of a report: it was not made with --shard");
    return partOf(fields(part, PART), findingsOfSarif(run));
  }
  if (top["version"] !== JSON_FORMAT || !Array.isArray(top["findings"])) throw new NoPart("it is no report of Premortem in JSON or SARIF");
  if (top["shard"] === undefined) throw new NoPart("it is no part of a report: it was not made with --shard");
  return partOf(top, list(top["findings"], "findings").map(findingOf));
}

function partOf(top: Fields, findings: Finding[]): Part {
  const shard = fields(top["shard"], "shard");
  const summary = fields(top["summary"], "summary");
  const change = summary["change"] === undefined ? undefined : fields(summary["change"], "change");
  const reach = summary["reach"] === undefined ? undefined : fields(summary["reach"], "reach");
  const baseline = summary["baseline"] === undefined ? undefined : fields(summary["baseline"], "baseline");
  return {
    report: {
      findings,
      notComputed: list(top["notComputed"], "notComputed").map((note): NotComputed => {
        const { rule, path, reason } = fields(note, "a note");
        return { rule: string(rule, "rule"), path: string(path, "path"), reason: string(reason, "reason") };
      }),
      suppressed: number(summary["suppressed"], "suppressed"),
      files: number(summary["files"], "files"),
      ...(change && { change: { base: string(change["base"], "base"), changed: number(change["changed"], "changed"), fixed: number(change["fixed"], "fixed"), unchanged: number(change["unchanged"], "unchanged") } }),
      ...(shard["only"] !== undefined && { only: list(shard["only"], "only").map((id) => string(id, "only")) }),
      ...(shard["own"] !== undefined && { own: list(shard["own"], "own").map(ownOf) }),
      ...(reach && { reach: { hosts: number(reach["hosts"], "hosts"), of: number(reach["of"], "of"), interrupted: number(reach["interrupted"], "interrupted") } }),
      ...(baseline && { baseline: { known: number(baseline["known"], "known"), gone: list(baseline["gone"], "gone").map(knownOf) } }),
    },
    index: number(shard["index"], "index"),
    count: number(shard["count"], "count"),
    run: string(shard["run"], "run"),
    hidden: shard["hidden"] === undefined ? undefined : severityOf(shard["hidden"]),
    incomplete: shard["incomplete"] === true,
    mended: list(shard["mended"], "mended").map(findingOf),
    removed: list(shard["removed"], "removed").map((path) => string(path, "removed")),
    bytes: new Map(
      Object.entries(fields(shard["bytes"], "bytes")).map(([path, columns]) => [path, new Map(Object.entries(fields(columns, "bytes")).map(([place, column]) => [place, number(column, "bytes")]))]),
    ),
  };
}

function ownOf(value: unknown): OwnRule {
  const { id, rule, lesson } = fields(value, "a rule");
  const [meta, cited] = [fields(rule, "rule"), fields(lesson, "lesson")];
  for (const name of ["what", "why", "instead", "severity", "fix", "lifecycle"]) string(meta[name], name);
  for (const name of ["id", "organisation", "date", "title", "whatHappened", "lesson"]) string(cited[name], name);
  fields(meta["examples"], "examples");
  list(meta["lessons"], "lessons").forEach((one) => string(one, "lessons"));
  return { id: string(id, "id"), rule: meta as unknown as OwnRule["rule"], lesson: cited as unknown as OwnRule["lesson"] };
}

function knownOf(value: unknown): Known {
  const { path, rule, fingerprint, count } = fields(value, "an entry");
  return { path: string(path, "path"), rule: string(rule, "rule"), fingerprint: string(fingerprint, "fingerprint"), count: number(count, "count") };
}

function findingOf(value: unknown): Finding {
  const one = fields(value, "a finding");
  return {
    rule: string(one["rule"], "rule"),
    severity: severityOf(one["severity"]),
    confidence: confidenceOf(one["confidence"]),
    message: string(one["message"], "message"),
    location: locationOf(one),
    lessons: list(one["lessons"], "lessons").map((lesson) => string(lesson, "lessons")),
    related: list(one["related"], "related").map((other) => ({ location: locationOf(fields(other, "related")), message: string(fields(other, "related")["message"], "message") })),
    fixes: list(one["fixes"], "fixes").map((fix): Fix => {
      const { title, safety, edits } = fields(fix, "a fix");
      return {
        title: string(title, "title"),
        safety: safety === "safe" ? "safe" : "unsafe",
        edits: list(edits, "edits").map((edit) => ({ ...locationOf(fields(edit, "an edit")), newText: string(fields(edit, "an edit")["newText"], "newText") })),
      };
    }),
    data: fields(one["data"], "data") as { readonly [name: string]: Json },
    fingerprint: string(one["fingerprint"], "fingerprint"),
  };
}

function locationOf(value: Fields): Location {
  const range = fields(value["range"], "range");
  const at = (end: unknown): number => {
    const { line, column } = fields(end, "a place");
    return offsetOf({ line: number(line, "line"), column: number(column, "column") });
  };
  return { path: string(value["path"], "path"), range: { start: at(range["start"]), end: at(range["end"]) } };
}
