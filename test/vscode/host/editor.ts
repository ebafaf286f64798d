import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { PremortemApi } from "../../../src/extension.ts";

/** The extension, activated. */
export async function premortem(): Promise<PremortemApi> {
  const extension = vscode.extensions.getExtension<PremortemApi>("premortem.premortem");
  assert.ok(extension, "the extension is here");
  return extension.activate();
}

/** The workspace folder of that name. */
export function folder(name: string): vscode.WorkspaceFolder {
  const found = vscode.workspace.workspaceFolders?.find((candidate) => candidate.name === name);
  assert.ok(found, `the workspace has a folder ${name}`);
  return found;
}

let count = 0;
const directories: string[] = [];

/** A directory of its own for one test, inside a workspace folder, and a project of its own. */
export function freshDirectory(inside = "fleet"): string {
  const directory = join(folder(inside).uri.fsPath, `test-${++count}`);
  mkdirSync(directory, { recursive: true });
  directories.push(directory);
  return directory;
}

/** Writes files below a directory. */
export function write(directory: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
}

/** Opens a file that holds `text` and waits for its diagnostics. */
export async function open(path: string, text: string, directory = freshDirectory()): Promise<vscode.TextDocument> {
  write(directory, { [path]: text });
  return openFile(join(directory, path));
}

export async function openFile(file: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(file);
  await vscode.window.showTextDocument(document);
  await settled(document);
  return document;
}

/** Waits until the diagnostics of the document's present text are shown. */
export async function settled(document: vscode.TextDocument): Promise<void> {
  await (await premortem()).whenSettled(document.uri, document.version);
}

/** Replaces the whole text, as an edit of the user. */
export async function replace(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length)), text);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

/** Our diagnostics of a document, in the order of the text. */
export function found(document: vscode.TextDocument | vscode.Uri): vscode.Diagnostic[] {
  const uri = document instanceof vscode.Uri ? document : document.uri;
  return vscode.languages
    .getDiagnostics(uri)
    .filter((diagnostic) => diagnostic.source === "premortem")
    .sort((a, b) => a.range.start.compareTo(b.range.start) || ruleOf(a).localeCompare(ruleOf(b)));
}

export function ruleOf(diagnostic: vscode.Diagnostic): string {
  return String(typeof diagnostic.code === "object" ? diagnostic.code.value : diagnostic.code);
}

/** The rules that are found, each with the text that it marks. */
export function marks(document: vscode.TextDocument): string[] {
  return found(document).map((diagnostic) => `${ruleOf(diagnostic)}: ${document.getText(diagnostic.range)}`);
}

/** Starts to watch, runs `act`, and resolves as soon as the diagnostics are as wanted. */
export async function until(wanted: () => boolean, act: () => unknown): Promise<void> {
  let subscription: vscode.Disposable | undefined;
  const reached = new Promise<void>((resolve) => {
    subscription = vscode.languages.onDidChangeDiagnostics(() => wanted() && resolve());
  });
  try {
    await act();
    if (!wanted()) await reached;
  } finally {
    subscription?.dispose();
  }
}

/** Closes every editor, forgets their changes, and removes the test's directories. */
export async function closeAll(): Promise<void> {
  for (const editor of vscode.window.visibleTextEditors) {
    if (editor.document.isDirty && editor.document.uri.scheme !== "untitled") {
      await vscode.window.showTextDocument(editor.document);
      await vscode.commands.executeCommand("workbench.action.files.revert");
    }
  }
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  for (const directory of directories.splice(0)) remove(directory);
}

/** Removes a file, or a directory with all that is in it. */
export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
