import { writeFileSync } from "node:fs";
import type { Finding, Severity } from "../engine/finding.ts";
import { atLeast } from "../engine/finding.ts";
import { citable } from "../report/citable.ts";
import { commentReport } from "../report/comment.ts";
import { githubReport } from "../report/github.ts";
import { gitlabReport } from "../report/gitlab.ts";
import { jsonReport } from "../report/json.ts";
import { junitReport } from "../report/junit.ts";
import { rdjsonReport } from "../report/rdjson.ts";
import type { Report } from "../report/report.ts";
import { reaches } from "../report/report.ts";
import { sarifReport } from "../report/sarif.ts";
import { plural, textReport } from "../report/text.ts";
import { Unavailable } from "../vcs/unavailable.ts";
import { loadBaseline, updateBaseline, withBaseline } from "./baseline.ts";
import { INPUT } from "./findings.ts";
import { htmlReport } from "./html.ts";
import { linkBaseOf } from "./link-base.ts";
import type { Format, PrintOptions, ReportOptions } from "./options.ts";
import { noteOf } from "./part.ts";
import type { Outcome } from "./run.ts";
import type { Terminal } from "./terminal.ts";
import { Counter, warn } from "./terminal.ts";

/** Runs a check or a review with progress, and prints what it found. Gives the exit status. */
export async function printOutcome(
  options: ReportOptions,
  only: ReadonlySet<string> | undefined,
  terminal: Terminal,
  run: (progress: (files: number) => void) => Promise<Outcome>,
): Promise<number> {
  const { baseline, updateBaseline: update, shard } = options;
  if (update === true && baseline === undefined) throw new Unavailable("--update-baseline needs the file to write. Name it: --baseline FILE.");
  if (update === true && shard !== undefined) throw new Unavailable("A part cannot write the baseline of the whole. Leave out --shard.");
  const known = baseline === undefined || update === true ? undefined : loadBaseline(baseline);
  const counter = new Counter(terminal, options.progress);
  let outcome: Outcome;
  try {
    outcome = await run((files) => counter.show("files", files));
  } finally {
    counter.clear();
  }
  if (baseline !== undefined && update === true) {
    tellNotes(outcome.report, terminal);
    if (outcome.incomplete) throw new Unavailable(`The baseline ${baseline} is not written, since files could not be read. Mend that first.`);
    const { total, added, removed } = updateBaseline(baseline, outcome, { only });
    warn(terminal, `The baseline ${baseline} holds ${plural(total, "finding")} now: ${added} came, ${removed} went.`);
    return 0;
  }
  if (known !== undefined) outcome = withBaseline(outcome, known, { only });
  return print(options, outcome, terminal, shard);
}

/** Prints an outcome in the format that is asked for. Gives the exit status. */
export function print(options: PrintOptions, outcome: Outcome & { readonly hidden?: Severity | undefined }, terminal: Terminal, shard?: ReportOptions["shard"]): number {
  const { report, incomplete } = outcome;
  tellNotes(report, terminal);
  const part = shard && { shard: noteOf(outcome, shard, options) };
  const keep = (finding: Finding): boolean => atLeast(finding.severity, options.severity);
  const shown: Report = { ...report, ...part, findings: report.findings.filter(keep) };
  const text = options.format === "html" ? htmlReport(outcome.reviewed, keep, report.baseline) : format(options.format, options, shown, terminal.colour && options.output === undefined);
  if (options.output === undefined) terminal.out(text);
  else save(options.output, text);
  // A gate must not pass over a file that nobody could look at.
  if (incomplete) return 2;
  const { failOn } = options;
  return reaches(report.findings, failOn) || (outcome.hidden !== undefined && failOn !== "never" && atLeast(outcome.hidden, failOn)) ? 1 : 0;
}

/** Says on standard error which files could not be read and which rules failed; the report has them too. */
function tellNotes(report: Report, terminal: Terminal): void {
  for (const { rule, path, reason } of report.notComputed) {
    if (rule === INPUT) warn(terminal, `${path}: ${reason}.`);
    else if (reason.startsWith("the rule failed:")) warn(terminal, `${path === "" ? "" : `${path}: `}${rule}: ${reason}.`);
  }
}

function format(name: Exclude<Format, "html">, { linkBase }: PrintOptions, report: Report, colour: boolean): string {
  switch (name) {
    case "text":
      return textReport(report, { colour, lessons: citable(report) });
    case "json":
      return jsonReport(report);
    case "sarif":
      return sarifReport(report);
    case "github":
      return githubReport(report);
    case "gitlab":
      return gitlabReport(report);
    case "junit":
      return junitReport(report);
    case "rdjson":
      return rdjsonReport(report);
    case "markdown":
      return commentReport(report, { lessons: citable(report), linkBase: linkBase ?? linkBaseOf(process.env) });
  }
}

function save(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new Unavailable(`The findings cannot be written to ${file} (${(error as NodeJS.ErrnoException).code ?? String(error)}). Give a path that can be written.`);
  }
}
