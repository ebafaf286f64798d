import type { Severity } from "../engine/finding.ts";
import { Places } from "./report.ts";
import type { Report } from "./report.ts";
import { plural } from "./text.ts";
import { visible } from "./visible.ts";
import { worstFirst } from "./worst.ts";

const COMMAND: Record<Severity, string> = { error: "error", warning: "warning", info: "notice" };

/** GitHub makes so many annotations of one kind out of a step's output, and drops the rest without a word. */
const SHOWN = 10;

/**
 * The findings as workflow commands of GitHub Actions, worst first, since GitHub shows the first ones only. See
 * "Workflow commands for GitHub Actions" in its documentation, and for the escapes actions/toolkit, core/src/command.ts.
 */
export function githubReport(report: Report): string {
  const places = new Places(report.text, report.position);
  const counts = new Map<string, number>();
  const lines: string[] = [];
  const add = (command: string, properties: readonly (readonly [string, string | number])[], message: string): void => {
    counts.set(command, (counts.get(command) ?? 0) + 1);
    lines.push(`::${command} ${properties.map(([name, value]) => `${name}=${property(String(value))}`).join(",")}::${data(message)}`);
  };
  for (const finding of worstFirst(report.findings)) {
    const { start, end } = places.of(finding.location);
    // GitHub refuses columns of an annotation that spans lines.
    const columns = start.line === end.line ? ([["col", start.column], ["endColumn", end.column]] as const) : [];
    const doubt = finding.confidence === "certain" ? "" : ` (${finding.confidence})`;
    const fixes = finding.fixes.map((fix) => `\nFix (${fix.safety}): ${fix.title}`).join("");
    add(
      COMMAND[finding.severity],
      [["file", finding.location.path], ["line", start.line], ["endLine", end.line], ...columns, ["title", `${finding.rule}${doubt}`]],
      finding.message + fixes,
    );
  }
  for (const { rule, path, reason } of report.notComputed) {
    add("notice", [...(path === "" ? [] : ([["file", path]] as const)), ["title", `${rule}: not computed`]], `Not computed: ${reason}.`);
  }
  const many = [...counts].filter(([, count]) => count > SHOWN).map(([command, count]) => plural(count, command));
  if (many.length > 0) {
    lines.push(`premortem: ${many.join(" and ")} are listed above. GitHub shows ${SHOWN} annotations of a kind and step, so the others stand in this log alone. The summary in Markdown and SARIF hold all.`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

function data(text: string): string {
  return visible(text, "\n").replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}

function property(text: string): string {
  return data(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
}
