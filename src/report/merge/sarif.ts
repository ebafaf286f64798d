import type { Finding, Json, Severity } from "../../engine/finding.ts";
import type { Fix, TextEdit } from "../../engine/fix.ts";
import type { Location } from "../../engine/location.ts";
import { LEVEL } from "../sarif.ts";
import type { Fields } from "./fields.ts";
import { NoPart, confidenceOf, fields, list, number, string } from "./fields.ts";
import { offsetOf } from "./place.ts";

const SEVERITY = new Map(Object.entries(LEVEL).map(([severity, level]) => [level, severity as Severity]));

/** The findings of a run in SARIF that Premortem wrote. Throws `NoPart`. */
export function findingsOfSarif(run: Fields): Finding[] {
  return list(run["results"], "results").map((value): Finding => {
    const result = fields(value, "a result");
    const severity = SEVERITY.get(string(result["level"], "level"));
    if (severity === undefined) throw new NoPart("a result has no level");
    const properties = fields(result["properties"], "properties");
    return {
      rule: string(result["ruleId"], "ruleId"),
      severity,
      confidence: confidenceOf(properties["confidence"]),
      message: textOf(result["message"]),
      location: locationOf(list(result["locations"], "locations")[0]),
      lessons: list(properties["lessons"], "lessons").map((lesson) => string(lesson, "lessons")),
      related: list(result["relatedLocations"] ?? [], "relatedLocations").map((other) => ({ location: locationOf(other), message: textOf(fields(other, "relatedLocations")["message"]) })),
      fixes: list(result["fixes"] ?? [], "fixes").map(fixOf),
      data: fields(properties["data"], "data") as { readonly [name: string]: Json },
      fingerprint: string(fields(result["partialFingerprints"], "partialFingerprints")["premortem/v1"], "premortem/v1"),
    };
  });
}

function fixOf(value: unknown): Fix {
  const fix = fields(value, "a fix");
  const edits = list(fix["artifactChanges"], "artifactChanges").flatMap((change) => {
    const { artifactLocation, replacements } = fields(change, "artifactChanges");
    return list(replacements, "replacements").map((replacement): TextEdit => {
      const { deletedRegion, insertedContent } = fields(replacement, "replacements");
      return { path: pathOf(artifactLocation), range: rangeOf(deletedRegion), newText: textOf(insertedContent) };
    });
  });
  return { title: textOf(fix["description"]), safety: fields(fix["properties"], "properties")["safety"] === "safe" ? "safe" : "unsafe", edits };
}

function locationOf(value: unknown): Location {
  const { artifactLocation, region } = fields(fields(value, "a location")["physicalLocation"], "physicalLocation");
  return { path: pathOf(artifactLocation), range: rangeOf(region) };
}

function rangeOf(value: unknown): Location["range"] {
  const { startLine, startColumn, endLine, endColumn } = fields(value, "a region");
  const at = (line: unknown, column: unknown): number => offsetOf({ line: number(line, "a line"), column: number(column, "a column") });
  return { start: at(startLine, startColumn), end: at(endLine, endColumn) };
}

function pathOf(value: unknown): string {
  const uri = string(fields(value, "artifactLocation")["uri"], "uri");
  try {
    return uri.split("/").map(decodeURIComponent).join("/");
  } catch {
    throw new NoPart("a path is wrongly escaped");
  }
}

function textOf(value: unknown): string {
  return string(fields(value, "a message")["text"], "text");
}
