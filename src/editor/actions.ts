import * as vscode from "vscode";
import type { Finding } from "../engine/finding.ts";
import type { Fix } from "../engine/fix.ts";
import { applyFixes } from "../engine/fix.ts";
import { mendsOf, safeFixes } from "../report/mends.ts";
import { Ranges, SOURCE } from "./diagnostic.ts";
import type { Linted, Linter } from "./linter.ts";
import type { Reviews } from "./review.ts";
import { SUPPRESS } from "./suppress.ts";

const FIX_ALL = vscode.CodeActionKind.SourceFixAll.append("premortem");

/** Quick fixes of the findings at the cursor, and the safe ones of the file for saving. */
export class FindingActions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, FIX_ALL] };
  readonly #linter: Linter;
  readonly #reviews: Reviews;

  constructor(linter: Linter, reviews: Reviews) {
    this.#linter = linter;
    this.#reviews = reviews;
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    context: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    const wantsAll = context.only !== undefined && (context.only.contains(FIX_ALL) || FIX_ALL.contains(context.only));
    const ours = context.diagnostics.filter((diagnostic) => diagnostic.source?.startsWith(SOURCE));
    if (!wantsAll && ours.length === 0) return [];
    const linted = await this.#linter.current(document);
    if (linted === undefined || linted.version !== document.version || token.isCancellationRequested) return [];
    if (wantsAll) return this.#fixAll(document, linted);
    const known = [...linted.findings, ...this.#reviews.findingsOf(document.uri)];
    const ranges = new Ranges(linted.workspace);
    return ours.flatMap((diagnostic) => {
      const finding = known.find((candidate) => matches(candidate, diagnostic, ranges));
      return finding === undefined ? [] : this.#ofFinding(finding, diagnostic, document, linted);
    });
  }

  #ofFinding(finding: Finding, diagnostic: vscode.Diagnostic, document: vscode.TextDocument, linted: Linted): vscode.CodeAction[] {
    const actions = mendsOf(finding, linted.findings, linted.path, vscode.l10n.t).map(({ title, fixes, preferred }) => {
      const action = quickFix(title, fixes, linted, diagnostic);
      action.isPreferred = preferred;
      return action;
    });
    if (linted.workspace.comments(linted.path).openers.length > 0) {
      for (const whole of [false, true]) {
        const title = whole ? vscode.l10n.t("Suppress {0} in this file, with a reason", finding.rule) : vscode.l10n.t("Suppress {0} here, with a reason", finding.rule);
        const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
        action.diagnostics = [diagnostic];
        action.command = { command: SUPPRESS, title, arguments: [document.uri, diagnostic.range.start.line, finding.rule, whole] };
        actions.push(action);
      }
    }
    return actions;
  }

  #fixAll(document: vscode.TextDocument, linted: Linted): vscode.CodeAction[] {
    const fixes = safeFixes(linted.findings, linted.path);
    if (fixes.length === 0) return [];
    const action = new vscode.CodeAction(vscode.l10n.t("Fix all safe Premortem findings"), FIX_ALL);
    action.edit = editOf(fixes, linted);
    return [action];
  }
}

function quickFix(title: string, fixes: readonly Fix[], linted: Linted, diagnostic: vscode.Diagnostic): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.diagnostics = [diagnostic];
  action.edit = editOf(fixes, linted);
  return action;
}

/** Fixes as one edit; of two that overlap, the first. A file that is not there yet is created. */
export function editOf(fixes: readonly Fix[], { project, workspace }: Pick<Linted, "project" | "workspace">): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  const { applied, files } = applyFixes((path) => workspace.text(path), fixes);
  const ranges = new Ranges(workspace);
  for (const [path, text] of files) {
    if (workspace.text(path) === undefined) edit.createFile(project.uriOf(path), { contents: new TextEncoder().encode(text), ignoreIfExists: true });
  }
  for (const { path, range, newText } of applied.flatMap((fix) => fix.edits)) {
    if (workspace.text(path) !== undefined) edit.replace(project.uriOf(path), ranges.of(path, range), newText);
  }
  return edit;
}

/** VS Code hands diagnostics back as copies, so they are known again by what they say. */
function matches(finding: Finding, diagnostic: vscode.Diagnostic, ranges: Ranges): boolean {
  const code = typeof diagnostic.code === "object" ? diagnostic.code.value : diagnostic.code;
  return (
    code === finding.rule &&
    diagnostic.message === finding.message &&
    ranges.of(finding.location.path, finding.location.range).isEqual(diagnostic.range)
  );
}
