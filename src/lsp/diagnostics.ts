import type { Diagnostic } from "vscode-languageserver/node";
import { DiagnosticSeverity } from "vscode-languageserver/node";
import type { Finding, Severity } from "../engine/finding.ts";
import { hash } from "../engine/fingerprint.ts";
import type { Client } from "./client.ts";
import type { LspRange } from "./lines.ts";
import type { Texts } from "./texts.ts";

/** What a diagnostic says it is from. */
export const SOURCE = "premortem";

const SEVERITY: Record<Severity, DiagnosticSeverity> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
};

/** Findings of one file as diagnostics. */
export function toDiagnostics(findings: readonly Finding[], texts: Texts, client: Client): Diagnostic[] {
  return findings.map((finding) => ({
    range: texts.rangeOf(finding.location),
    severity: SEVERITY[finding.severity],
    code: finding.rule,
    source: SOURCE,
    message: finding.message,
    ...(client.relatedInformation &&
      finding.related.length > 0 && { relatedInformation: finding.related.map(({ location, message }) => ({ location: texts.locationOf(location), message })) }),
    ...(client.diagnosticData && { data: { fingerprint: finding.fingerprint } }),
  }));
}

/** The same for the same diagnostics: what a client names them by when it asks whether there are others. */
export function resultIdOf(diagnostics: readonly Diagnostic[]): string {
  return hash(JSON.stringify(diagnostics));
}

/** The finding that a diagnostic was made of: by its fingerprint, or where the client keeps no data by what it says. */
export function findingOf(diagnostic: Diagnostic, findings: readonly Finding[], texts: Texts): Finding | undefined {
  const fingerprint = (diagnostic.data as { fingerprint?: unknown } | null | undefined)?.fingerprint;
  const alike = findings.filter(({ rule, message }) => rule === diagnostic.code && message === diagnostic.message);
  return (
    findings.find((finding) => finding.fingerprint === fingerprint) ??
    alike.find(({ location }) => same(texts.rangeOf(location), diagnostic.range)) ??
    (alike.length === 1 ? alike[0] : undefined)
  );
}

function same(a: LspRange, b: LspRange): boolean {
  return a.start.line === b.start.line && a.start.character === b.start.character && a.end.line === b.end.line && a.end.character === b.end.character;
}
