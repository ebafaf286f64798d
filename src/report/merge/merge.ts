import type { Finding, Severity } from "../../engine/finding.ts";
import { atLeast, compareFindings, compareText } from "../../engine/finding.ts";
import type { Report } from "../report.ts";
import { NoPart } from "./fields.ts";
import type { Part } from "./part.ts";
import { placeOf } from "./place.ts";

/** What parts come to together. */
export interface Merged {
  /** The same as of a run that was not divided; its offsets mean nothing without its `position`. */
  readonly report: Report;
  readonly incomplete: boolean;
  /** The worst severity among the findings that the parts keep out. */
  readonly hidden: Severity | undefined;
  /** Findings of the base that the change mends. */
  readonly mended: readonly Finding[];
}

/** Puts the parts of one report together. Throws `NoPart` where one is missing, is there twice, or is of another run. */
export function mergeParts(parts: readonly Part[]): Merged {
  const [first] = parts;
  if (first === undefined) throw new NoPart("there is no part");
  for (const { count, run, report } of parts) {
    if (count !== first.count) throw new NoPart(`some are parts of ${first.count}, others of ${count}`);
    if (report.change?.base !== first.report.change?.base) throw new NoPart("they are of different changes");
    if ((report.baseline === undefined) !== (first.report.baseline === undefined)) throw new NoPart("some were made with a baseline and some without");
    if (run !== first.run) throw new NoPart("they are of different runs: the files, the rules, --severity or the version of Premortem differ");
  }
  for (let index = 1; index <= first.count; index++) {
    const found = parts.filter((part) => part.index === index).length;
    if (found === 0) throw new NoPart(`part ${index} of ${first.count} is missing`);
    if (found > 1) throw new NoPart(`part ${index} of ${first.count} is there ${found} times`);
  }
  if (parts.length !== first.count) throw new NoPart(`there are ${parts.length} parts of ${first.count}`);
  const reports = parts.map((part) => part.report);
  const sum = (count: (report: Part["report"]) => number): number => reports.reduce((total, report) => total + count(report), 0);
  const change = first.report.change && {
    base: first.report.change.base,
    changed: sum((one) => one.change!.changed),
    fixed: sum((one) => one.change!.fixed),
    unchanged: sum((one) => one.change!.unchanged),
  };
  const notes = new Map(reports.flatMap((one) => one.notComputed).map((note) => [`${note.path}\0${note.rule}\0${note.reason}`, note]));
  const removed = new Set(parts.flatMap((part) => part.removed));
  const report: Report = {
    findings: reports.flatMap((one) => one.findings).sort(compareFindings),
    notComputed: [...notes.values()].sort((a, b) => compareText(a.path, b.path) || compareText(a.rule, b.rule) || compareText(a.reason, b.reason)),
    suppressed: sum((one) => one.suppressed),
    files: sum((one) => one.files),
    ...(change && { change }),
    ...(first.report.only && { only: first.report.only }),
    ...(first.report.own && { own: first.report.own }),
    ...(first.report.reach && { reach: first.report.reach }),
    ...(first.report.baseline && {
      baseline: {
        known: sum((one) => one.baseline!.known),
        gone: reports.flatMap((one) => one.baseline!.gone).sort((a, b) => compareText(a.path, b.path) || compareText(a.rule, b.rule) || compareText(a.fingerprint, b.fingerprint)),
      },
    }),
    text: () => undefined,
    removed: (path) => removed.has(path),
    position: positions(parts),
  };
  const hidden = parts.flatMap((part) => part.hidden ?? []).reduce<Severity | undefined>((most, one) => (most === undefined || atLeast(one, most) ? one : most), undefined);
  return { report, hidden, incomplete: parts.some((part) => part.incomplete), mended: parts.flatMap((part) => part.mended).sort(compareFindings) };
}

/** The places that the parts tell of offsets; a file may be spoken of in several parts. */
function positions(parts: readonly Part[]): NonNullable<Report["position"]> {
  const bytes = new Map<string, Map<string, number>>();
  for (const part of parts) for (const [path, columns] of part.bytes) bytes.set(path, new Map([...(bytes.get(path) ?? []), ...columns]));
  return (path, offset) => {
    const place = placeOf(offset);
    return { ...place, byte: bytes.get(path)?.get(`${place.line}:${place.column}`) ?? place.column };
  };
}
