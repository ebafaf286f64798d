import * as vscode from "vscode";
import type { PremortemApi } from "../../../src/extension.ts";

const encoder = new TextEncoder();

/** Throws with `message` where `value` is not true: `node:assert` is not here. */
export function ok(value: unknown, message: string): asserts value {
  if (!value) throw new Error(message);
}

/** Throws where the two differ as JSON. */
export function same(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual, undefined, 1), JSON.stringify(expected, undefined, 1)];
  if (a !== b) throw new Error(`expected ${b}, got ${a}`);
}

/** The extension, activated. */
export async function premortem(): Promise<PremortemApi> {
  const extension = vscode.extensions.getExtension<PremortemApi>("premortem.premortem");
  ok(extension, "the extension is here");
  return extension.activate();
}

/** The workspace folder of that name. */
export function folder(name: string): vscode.Uri {
  const found = vscode.workspace.workspaceFolders?.find((candidate) => candidate.name === name);
  ok(found, `the workspace has a folder ${name}`);
  return found.uri;
}

/** Writes a file of the virtual file system. */
export async function write(uri: vscode.Uri, text: string): Promise<void> {
  await vscode.workspace.fs.writeFile(uri, encoder.encode(text));
}

/** Opens a file and waits for its diagnostics. */
export async function open(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  await settled(document);
  return document;
}

/** Waits until the diagnostics of the document's present text are shown. */
export async function settled(document: vscode.TextDocument): Promise<void> {
  await (await premortem()).whenSettled(document.uri, document.version);
}

/** Replaces the whole text, as an edit of the user, and waits for the diagnostics. */
export async function replace(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length)), text);
  ok(await vscode.workspace.applyEdit(edit), "the edit applies");
  await settled(document);
}

/** Our diagnostics of a document: the rules, each with the text that it marks, in the order of the text. */
export function marks(document: vscode.TextDocument): string[] {
  return found(document.uri).map((diagnostic) => `${ruleOf(diagnostic)}: ${document.getText(diagnostic.range)}`);
}

/** Our diagnostics of a file, in the order of the text. */
export function found(uri: vscode.Uri): vscode.Diagnostic[] {
  const ours = vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "premortem");
  return ours.sort((a, b) => a.range.start.compareTo(b.range.start));
}

/** The rule of a diagnostic. */
export function ruleOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === "object" ? code.value : code);
}

/** Starts to watch the diagnostics, runs `act`, and resolves as soon as they are as wanted. */
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

/** Forgets all changes of open files and closes every editor. */
export async function closeAll(): Promise<void> {
  for (const { document } of vscode.window.visibleTextEditors) {
    if (!document.isDirty || document.isUntitled) continue;
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand("workbench.action.files.revert");
  }
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
}
