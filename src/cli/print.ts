import { writeFileSync } from "node:fs";
import { atLeast } from "../engine/finding.ts";
import { lessons } from "../lessons/index.ts";
import { jsonReport } from "../report/json.ts";
import type { Report } from "../report/report.ts";
import { reaches } from "../report/report.ts";
import { sarifReport } from "../report/sarif.ts";
import { textReport } from "../report/text.ts";
import { Unavailable } from "../vcs/unavailable.ts";
import { INPUT } from "./findings.ts";
import type { Format, ReportOptions } from "./options.ts";
import type { Outcome } from "./run.ts";
import type { Terminal } from "./terminal.ts";
import { Counter, warn } from "./terminal.ts";

/** Runs a check or a review with progress, and prints what it found. Gives the exit status. */
export async function printOutcome(
  options: ReportOptions,
  terminal: Terminal,
  run: (progress: (files: number) => void) => Promise<Outcome>,
): Promise<number> {
  const counter = new Counter(terminal, options.progress);
  let outcome: Outcome;
  try {
    outcome = await run((files) => counter.show("files", files));
  } finally {
    counter.clear();
  }
  const { report, incomplete } = outcome;
  tellNotes(report, terminal);
  const shown: Report = { ...report, findings: report.findings.filter((finding) => atLeast(finding.severity, options.severity)) };
  const text = format(options.format, shown, terminal.colour && options.output === undefined);
  if (options.output === undefined) terminal.out(text);
  else save(options.output, text);
  // A gate must not pass over a file that nobody could look at.
  if (incomplete) return 2;
  return reaches(report.findings, options.failOn) ? 1 : 0;
}

/** Says on standard error which files could not be read and which rules failed; the report has them too. */
function tellNotes(report: Report, terminal: Terminal): void {
  for (const { rule, path, reason } of report.notComputed) {
    if (rule === INPUT) warn(terminal, `${path}: ${reason}.`);
    else if (reason.startsWith("the rule failed:")) warn(terminal, `${path === "" ? "" : `${path}: `}${rule}: ${reason}.`);
  }
}

function format(name: Format, report: Report, colour: boolean): string {
  switch (name) {
    case "text":
      return textReport(report, { colour, lessons });
    case "json":
      return jsonReport(report);
    case "sarif":
      return sarifReport(report);
  }
}

function save(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new Unavailable(`The findings cannot be written to ${file} (${(error as NodeJS.ErrnoException).code ?? String(error)}). Give a path that can be written.`);
  }
}
