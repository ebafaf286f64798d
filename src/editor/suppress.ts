import * as vscode from "vscode";
import type { Linter } from "./linter.ts";

/** The command behind "Suppress … with a reason". */
export const SUPPRESS = "premortem.suppress";

/** Asks for a reason and writes the suppression: above the line with its indentation, or (`whole`) at the top of the file. */
export async function suppress(linter: Linter, uri: vscode.Uri, line: number, rule: string, whole = false, given?: string): Promise<void> {
  const reason = (given ?? (await askForReason(rule)))?.trim();
  if (reason === undefined || reason === "") return;
  const document = await vscode.workspace.openTextDocument(uri);
  const linted = await linter.current(document);
  const comments = linted?.workspace.comments(linted.path);
  const opener = comments?.openers[0];
  if (comments === undefined || opener === undefined) return;
  const place = whole ? top(document) : line;
  const indentation = whole ? "" : /^[ \t]*/.exec(document.lineAt(line).text)![0];
  const words = `${whole ? "premortem-ignore-file" : "premortem-ignore"} ${rule} -- ${reason.replace(/\s+/g, " ")}`;
  const ending = document.eol === vscode.EndOfLine.CRLF ? "\r\n" : "\n";
  const edit = new vscode.WorkspaceEdit();
  edit.insert(uri, new vscode.Position(place, 0), `${indentation}${opener} ${words}${comments.closer === undefined ? "" : ` ${comments.closer}`}${ending}`);
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

/** Below an interpreter line, which must stay the first. */
function top(document: vscode.TextDocument): number {
  return document.lineCount > 1 && document.lineAt(0).text.startsWith("#!") ? 1 : 0;
}
