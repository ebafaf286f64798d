import * as vscode from "vscode";
import { suppressing } from "../engine/suppress.ts";
import type { Linter } from "./linter.ts";

/** The command behind "Suppress … with a reason". */
export const SUPPRESS = "premortem.suppress";

/** Asks for a reason and writes the suppression: above the line with its indentation, or (`whole`) at the top of the file. */
export async function suppress(linter: Linter, uri: vscode.Uri, line: number, rule: string, whole = false, given?: string): Promise<void> {
  const reason = (given ?? (await askForReason(rule)))?.trim();
  if (reason === undefined || reason === "") return;
  const document = await vscode.workspace.openTextDocument(uri);
  const linted = await linter.current(document);
  const comment = linted && suppressing(document.getText(), linted.workspace.comments(linted.path), { rule, reason, line: whole ? undefined : line + 1 });
  if (comment === undefined) return;
  const edit = new vscode.WorkspaceEdit();
  edit.insert(uri, document.positionAt(comment.offset), comment.newText);
  await vscode.workspace.applyEdit(edit);
}

function askForReason(rule: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t("Suppress {0}", rule),
    prompt: vscode.l10n.t("Why is this all right here? The reason stays in the file, for whoever reads it next."),
    validateInput: (value) => (value.trim() === "" ? vscode.l10n.t("A suppression without a reason hides nothing.") : undefined),
    ignoreFocusOut: true,
  });
}
