import type { Finding, Severity } from "../engine/finding.ts";
import type { Lesson } from "../engine/lesson.ts";
import { Places, countsOf } from "./report.ts";
import type { Report } from "./report.ts";
import { visible } from "./visible.ts";

/** How the text is to look. */
export interface TextOptions {
  readonly colour: boolean;
  readonly lessons: ReadonlyMap<string, Lesson>;
}

const STYLE: Record<Severity | "bold" | "dim", string> = { error: "31", warning: "33", info: "36", bold: "1", dim: "2" };

/** Puts terminal colours around text, or does not. */
export function painter(colour: boolean): (style: keyof typeof STYLE, text: string) => string {
  return colour ? (style, text) => `\u001B[${STYLE[style]}m${text}\u001B[0m` : (_, text) => text;
}

/** The findings for a person, a paragraph each, those of one file together. The first line is for `grep` and editors. */
export function textReport(report: Report, options: TextOptions): string {
  const places = new Places(report.text, report.position);
  const paint = painter(options.colour);
  const lines: string[] = [];
  let path: string | undefined;
  for (const finding of report.findings) {
    if (path !== undefined) lines.push("");
    path = finding.location.path;
    lines.push(...paragraph(finding, places, options.lessons, paint));
  }
  if (report.notComputed.length > 0) {
    if (lines.length > 0) lines.push("");
    lines.push(paint("bold", "Not computed:"));
    for (const note of report.notComputed) lines.push(printable(`  ${note.path === "" ? "" : `${note.path}: `}${note.reason} (${note.rule})`));
  }
  if (lines.length > 0) lines.push("");
  lines.push(...summary(report));
  return `${lines.join("\n")}\n`;
}

function paragraph(finding: Finding, places: Places, lessons: ReadonlyMap<string, Lesson>, paint: ReturnType<typeof painter>): string[] {
  const where = (location: Finding["location"]): string => {
    const { line, column } = places.at(location.path, location.range.start);
    return printable(`${location.path}:${line}:${column}`);
  };
  const doubt = finding.confidence === "certain" ? "" : ` (${finding.confidence})`;
  const lines = [
    `${paint("bold", where(finding.location))} ${paint(finding.severity, finding.severity)} ${finding.rule} ${printable(finding.message)}${doubt}`,
  ];
  for (const { location, message } of finding.related) lines.push(`    see ${where(location)}: ${printable(message)}`);
  for (const id of finding.lessons) {
    const lesson = lessons.get(id);
    lines.push(paint("dim", `    lesson ${id}${lesson ? `: ${lesson.organisation}, ${lesson.title}` : ""}`));
  }
  for (const fix of finding.fixes) {
    lines.push(paint("dim", `    fix (${fix.safety}): ${printable(fix.title)}; run premortem fix${fix.safety === "unsafe" ? " --unsafe" : ""}`));
  }
  return lines;
}

/**
 * A text of a reviewed file for a terminal: what would control it, or turn the direction of what stands beside it, does not
 * reach it, and a finding stays on its line.
 */
export function printable(text: string): string {
  return visible(text.replace(/[\r\n\t]+/g, " "));
}

function summary(report: Report): string[] {
  const { error, warning, info } = countsOf(report.findings);
  const total = report.findings.length;
  const parts = [plural(error, "error"), plural(warning, "warning"), plural(info, "note")].filter((part) => !part.startsWith("0 "));
  const counted = total === 0 ? "No findings" : `${plural(total, "finding")} (${parts.join(", ")})`;
  const gone = goneLines(report);
  const hidden = report.suppressed === 0 ? "" : ` ${plural(report.suppressed, "finding")} hidden by comments.`;
  const known = report.baseline === undefined || report.baseline.known === 0 ? "" : ` ${plural(report.baseline.known, "finding")} more ${report.baseline.known === 1 ? "is" : "are"} in the baseline.`;
  if (report.change === undefined) return [...gone, `${counted} in ${plural(report.files, "file")}.${hidden}${known}`];
  const { base, changed, fixed, unchanged } = report.change;
  const rest = [
    fixed > 0 ? ` The change mends ${plural(fixed, "finding")}.` : "",
    unchanged > 0 ? ` ${plural(unchanged, "older finding")} ${unchanged === 1 ? "stands" : "stand"} as before; premortem check lists them.` : "",
  ];
  return [...gone, `${counted} in the change from ${base}: ${plural(changed, "file")} of ${report.files} ${changed === 1 ? "differs" : "differ"}.${rest.join("")}${hidden}${known}`];
}

/** The entries of the baseline that can be taken away. */
function goneLines({ baseline }: Report): string[] {
  if (baseline === undefined || baseline.gone.length === 0) return [];
  const lines = baseline.gone.map(({ path, rule, fingerprint, count }) => printable(`  ${path}: ${rule} (${fingerprint}${count > 1 ? `, ${count} times` : ""})`));
  return ["Gone, and still in the baseline; --update-baseline takes them out:", ...lines, ""];
}

/** `1 file`, `2 files`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
