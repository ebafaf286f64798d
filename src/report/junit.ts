import { compareText } from "../engine/finding.ts";
import { Places } from "./report.ts";
import type { Report } from "./report.ts";
import { visible } from "./visible.ts";

/** What a suite of no file is called. */
const WHOLE = "premortem";

interface Case {
  readonly name: string;
  readonly body: string;
  readonly kind: "failure" | "skipped" | "passed";
}

/**
 * The findings as JUnit's XML: a suite a file, a failed case a finding, a skipped one for what could not be computed. It
 * keeps to the elements and attributes that Jenkins' strictest reader takes (junit-10.xsd of its xUnit plugin). Where
 * nothing is found there is one case that passed, since readers take an empty file for a broken run.
 */
export function junitReport(report: Report): string {
  const places = new Places(report.text, report.position);
  const suites = new Map<string, Case[]>();
  const add = (path: string, one: Case): void => void suites.set(path, [...(suites.get(path) ?? []), one]);
  for (const { rule, severity, confidence, message, location, related, fixes } of report.findings) {
    const { line, column } = places.at(location.path, location.range.start);
    const doubt = confidence === "certain" ? "" : ` (${confidence})`;
    const more = [
      `${location.path}:${line}:${column}: ${message}${doubt}`,
      ...related.map((other) => {
        const at = places.at(other.location.path, other.location.range.start);
        return `see ${other.location.path}:${at.line}:${at.column}: ${other.message}`;
      }),
      ...fixes.map((fix) => `fix (${fix.safety}): ${fix.title}`),
    ];
    const body = `<failure type="${severity}" message="${attribute(message)}">${content(more.map((text) => visible(text)).join("\n"))}</failure>`;
    add(location.path, { name: `${rule} at ${line}:${column}`, body, kind: "failure" });
  }
  for (const { rule, path, reason } of report.notComputed) {
    add(path, { name: `${rule}: not computed`, body: `<skipped message="${attribute(`Not computed: ${reason}.`)}"/>`, kind: "skipped" });
  }
  if (suites.size === 0) add("", { name: "No findings", body: "", kind: "passed" });
  const all = [...suites.values()].flat();
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites name="premortem" tests="${all.length}" failures="${count(all, "failure")}" errors="0">`];
  for (const [path, cases] of [...suites].sort(([a], [b]) => compareText(a, b))) {
    const name = attribute(path === "" ? WHOLE : path);
    lines.push(`  <testsuite name="${name}" tests="${cases.length}" failures="${count(cases, "failure")}" errors="0" skipped="${count(cases, "skipped")}">`);
    for (const one of cases) {
      const opening = `    <testcase name="${attribute(one.name)}" classname="${name}"`;
      lines.push(one.body === "" ? `${opening}/>` : `${opening}>${one.body}</testcase>`);
    }
    lines.push("  </testsuite>");
  }
  return `${[...lines, "</testsuites>"].join("\n")}\n`;
}

function count(cases: readonly Case[], kind: Case["kind"]): number {
  return cases.filter((one) => one.kind === kind).length;
}

function content(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function attribute(text: string): string {
  return content(visible(text)).replace(/"/g, "&quot;").replace(/'/g, "&#39;");
}
