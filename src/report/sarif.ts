import type { Finding, Json, NotComputed, Severity } from "../engine/finding.ts";
import type { Location, Range } from "../engine/location.ts";
import type { OwnRule } from "../engine/lesson.ts";
import { lessons } from "../lessons/index.ts";
import { rules } from "../rules/index.ts";
import { restOf } from "./json.ts";
import { rulePage } from "./page.ts";
import { Places, VERSION } from "./report.ts";
import type { Report } from "./report.ts";

type JsonObject = { readonly [key: string]: Json };

/** The reviewed directory. It has no address of its own here, so that every machine writes the same bytes. */
const ROOT = "%SRCROOT%";
/** Under this name a run that is a part carries what SARIF has no place for. */
export const PART = "premortem/part";
/** Severities as SARIF calls them. */
export const LEVEL: Record<Severity, string> = { error: "error", warning: "warning", info: "note" };

/** Where a rule's page opens: in the editor, by the extension's own address. */
export function helpUri(rule: string): string {
  return `vscode://premortem.premortem/rules/${rule}`;
}

/** Every rule, and those that the reviewed files bring, as SARIF describes it, in the order in which results refer to them. */
export function sarifRules(own: readonly OwnRule[] = []): readonly Json[] {
  const cited = new Map([...lessons, ...own.map(({ lesson }) => [lesson.id, lesson] as const)]);
  const described = [...rules, ...own.map(({ id, rule }) => [id, rule] as const)] as const;
  return described.map(([id, rule]): Json => ({
    id,
    name: id.replace(/(?:^|[/-])(.)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: rule.what },
    fullDescription: { text: rule.why },
    helpUri: helpUri(id),
    help: { text: `${rule.why}\n\n${rule.instead}`, markdown: rulePage(id, rule, cited) },
    defaultConfiguration: { level: LEVEL[rule.severity] },
    properties: {
      tags: [id.split("/")[0]!, ...rule.lessons],
      precision: rule.lifecycle === "stable" ? "high" : "medium",
      "problem.severity": rule.severity === "info" ? "recommendation" : rule.severity,
    },
  }));
}

/** The findings as SARIF 2.1.0 (OASIS standard, 2020). */
export function sarifReport(report: Report): string {
  const places = new Places(report.text, report.position);
  const indexes = new Map([...rules.keys(), ...(report.own ?? []).map(({ id }) => id)].map((id, index) => [id, index]));
  const log: Json = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "Premortem", version: VERSION, semanticVersion: VERSION, rules: sarifRules(report.own) } },
        invocations: [
          { executionSuccessful: true, toolExecutionNotifications: report.notComputed.map((note) => notification(note, indexes)) },
        ],
        originalUriBaseIds: { [ROOT]: { description: { text: "The reviewed directory." } } },
        columnKind: "utf16CodeUnits",
        results: report.findings.map((finding) => result(finding, places, indexes, report.change !== undefined)),
        // A part carries what those need who put the parts together.
        ...(report.shard && { properties: { [PART]: restOf(report, places) } }),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function result(finding: Finding, places: Places, indexes: ReadonlyMap<string, number>, change: boolean): Json {
  const index = indexes.get(finding.rule);
  // The schema wants at least one change in a fix.
  const fixes = finding.fixes.filter((fix) => fix.edits.length > 0);
  return {
    ruleId: finding.rule,
    ...(index !== undefined && { ruleIndex: index }),
    level: LEVEL[finding.severity],
    message: { text: finding.message },
    locations: [{ physicalLocation: physical(finding.location, places) }],
    ...(finding.related.length > 0 && {
      relatedLocations: finding.related.map(({ location, message }, id): Json => ({
        id: id + 1,
        physicalLocation: physical(location, places),
        message: { text: message },
      })),
    }),
    partialFingerprints: { "premortem/v1": finding.fingerprint },
    ...(change && { baselineState: "new" }),
    ...(fixes.length > 0 && { fixes: fixes.map((fix) => fixOf(fix, places)) }),
    properties: { confidence: finding.confidence, tags: finding.lessons, lessons: finding.lessons, data: finding.data },
  };
}

function fixOf(fix: Finding["fixes"][number], places: Places): Json {
  const byPath = new Map<string, Json[]>();
  for (const { path, range, newText } of fix.edits) {
    const replacement = { deletedRegion: region(path, range, places), insertedContent: { text: newText } };
    byPath.set(path, [...(byPath.get(path) ?? []), replacement]);
  }
  return {
    description: { text: fix.title },
    artifactChanges: [...byPath].map(([path, replacements]): Json => ({ artifactLocation: artifact(path), replacements })),
    properties: { safety: fix.safety },
  };
}

function physical(location: Location, places: Places): JsonObject {
  return { artifactLocation: artifact(location.path), region: region(location.path, location.range, places) };
}

function region(path: string, range: Range, places: Places): Json {
  const { start, end } = places.of({ path, range });
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

/** A path as a relative reference (RFC 3986): what is no unreserved character is escaped. */
function artifact(path: string): Json {
  return { uri: path.split("/").map(encodeURIComponent).join("/"), uriBaseId: ROOT };
}

function notification(note: NotComputed, indexes: ReadonlyMap<string, number>): Json {
  const index = indexes.get(note.rule);
  return {
    level: "note",
    message: { text: note.reason },
    ...(index !== undefined && { associatedRule: { id: note.rule, index } }),
    ...(note.path !== "" && { locations: [{ physicalLocation: { artifactLocation: artifact(note.path) } }] }),
  };
}
