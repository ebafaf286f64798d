import { createHash } from "node:crypto";
import type { Severity } from "../engine/finding.ts";
import { atLeast } from "../engine/finding.ts";
import type { Report, ShardNote } from "../report/report.ts";
import { VERSION } from "../report/report.ts";
import type { Shard } from "./findings.ts";
import type { PrintOptions } from "./options.ts";
import type { Outcome } from "./run.ts";

/** What a part says of itself, for those who put the parts together. */
export function noteOf(outcome: Outcome, shard: Shard, { severity }: PrintOptions): ShardNote {
  const hidden = worst(outcome.report, (one) => !atLeast(one, severity));
  return {
    ...shard,
    run: runOf(outcome, severity),
    incomplete: outcome.incomplete,
    mended: outcome.reviewed.flatMap((one) => one.mended),
    ...(hidden && { hidden }),
  };
}

/** What is the same in all parts of one run and in no other: the files of both states, the rules, the severities that are shown. Line ends do not count, since checkouts differ in them. */
function runOf({ report, reviewed }: Outcome, shown: Severity): string {
  const sum = createHash("sha256");
  const add = (text: string): void => void sum.update(`${text.length}\0`).update(text);
  add(JSON.stringify([VERSION, report.change?.base ?? null, report.only ?? null, shown]));
  for (const { before, after } of reviewed) {
    for (const state of before === undefined ? [after] : [before, after]) {
      add(String(state.paths.length));
      for (const path of state.paths) {
        add(path);
        add((state.text(path) ?? "").replaceAll("\r\n", "\n"));
      }
    }
  }
  return sum.digest("hex").slice(0, 32);
}

function worst({ findings }: Report, counts: (severity: Severity) => boolean): Severity | undefined {
  return findings.map(({ severity }) => severity).filter(counts).reduce<Severity | undefined>((most, one) => (most === undefined || atLeast(one, most) ? one : most), undefined);
}
