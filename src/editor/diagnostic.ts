import * as vscode from "vscode";
import type { Finding, Severity } from "../engine/finding.ts";
import { atLeast } from "../engine/finding.ts";
import type { Range } from "../engine/location.ts";
import { LineIndex } from "../engine/location.ts";
import type { Workspace } from "../model/workspace.ts";
import { pageUri } from "./pages.ts";
import type { Project } from "./project.ts";

/** What a diagnostic says it is from. */
export const SOURCE = "premortem";
/** VS Code keeps this many of one collection for one file and drops the rest without a word. */
const MOST = 1000;

const SEVERITY: Record<Severity, vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
};

/** Turns offsets of a workspace's texts into VS Code's ranges, with one line index a file. */
export class Ranges {
  readonly #workspace: Workspace;
  readonly #lines = new Map<string, LineIndex>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  of(path: string, range: Range): vscode.Range {
    let lines = this.#lines.get(path);
    if (lines === undefined) this.#lines.set(path, (lines = new LineIndex(this.#workspace.text(path) ?? "")));
    const start = lines.positionAt(range.start);
    const end = lines.positionAt(range.end);
    return new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1);
  }
}

/** The findings of one file as diagnostics; where there are too many, the worst, and a note of how many are missing. */
export function toDiagnostics(findings: readonly Finding[], project: Project, workspace: Workspace): vscode.Diagnostic[] {
  const ranges = new Ranges(workspace);
  if (findings.length <= MOST) return findings.map((finding) => toDiagnostic(finding, project, ranges));
  const worst = (["error", "warning", "info"] as const).flatMap((severity) => findings.filter((finding) => finding.severity === severity));
  const shown = worst.slice(0, MOST - 1).map((finding) => toDiagnostic(finding, project, ranges));
  const left = worst.slice(MOST - 1);
  const note = vscode.l10n.t("{0} more findings are not shown here, none of them worse than {1}. `premortem check` lists them all.", left.length, left[0]!.severity);
  const severity = atLeast(left[0]!.severity, "warning") ? vscode.DiagnosticSeverity.Warning : vscode.DiagnosticSeverity.Information;
  const more = new vscode.Diagnostic(new vscode.Range(0, 0, 0, 0), note, severity);
  more.source = SOURCE;
  return [...shown, more];
}

function toDiagnostic(finding: Finding, project: Project, ranges: Ranges): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(ranges.of(finding.location.path, finding.location.range), finding.message, SEVERITY[finding.severity]);
  diagnostic.source = SOURCE;
  diagnostic.code = { value: finding.rule, target: pageUri("rules", finding.rule, project) };
  diagnostic.relatedInformation = finding.related.map(
    ({ location, message }) =>
      new vscode.DiagnosticRelatedInformation(new vscode.Location(project.uriOf(location.path), ranges.of(location.path, location.range)), message),
  );
  return diagnostic;
}
