import * as vscode from "vscode";

/**
 * True where a document's text counts, and not the disk's: it has changes that are not saved, or a tab shows it. VS Code holds
 * others for a while after their tabs were closed, or because an extension has asked for them, with the text that they had.
 */
export function counts(document: vscode.TextDocument): boolean {
  if (document.isDirty || document.isUntitled) return true;
  const address = document.uri.toString();
  return vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ input }) => addressesOf(input).some((uri) => uri.toString() === address)));
}

function addressesOf(input: unknown): vscode.Uri[] {
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom) return [input.uri];
  return input instanceof vscode.TabInputTextDiff ? [input.original, input.modified] : [];
}
