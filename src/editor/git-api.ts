import * as vscode from "vscode";

/** What is used of the API of VS Code's own git extension (extensions/git/src/api/git.d.ts, version 1). */
export interface GitApi {
  readonly state: "uninitialized" | "initialized";
  readonly onDidChangeState: vscode.Event<unknown>;
  readonly repositories: readonly Repository[];
  getRepository(uri: vscode.Uri): Repository | null;
}

/** A repository that VS Code's git extension has open. */
export interface Repository {
  readonly rootUri: vscode.Uri;
  readonly state: {
    readonly HEAD: { readonly commit?: string; readonly name?: string } | undefined;
    readonly mergeChanges: readonly Change[];
    readonly indexChanges: readonly Change[];
    readonly workingTreeChanges: readonly Change[];
    readonly untrackedChanges?: readonly Change[];
    readonly onDidChange: vscode.Event<void>;
  };
  status(): Promise<void>;
  /** The text of a file at a revision; rejects where it is not there. */
  show(ref: string, path: string): Promise<string>;
}

/** A file that differs between two states of a repository. */
export interface Change {
  readonly uri: vscode.Uri;
  readonly originalUri: vscode.Uri;
  readonly renameUri: vscode.Uri | undefined;
}

/** Git as VS Code has it. Gives a sentence for the user where it cannot be had. */
export async function gitApi(): Promise<GitApi | string> {
  if (!vscode.workspace.isTrusted) return "A review compares with HEAD, and VS Code runs git only in a trusted workspace. Trust this one (Workspaces: Manage Workspace Trust), then try again.";
  const extension = vscode.extensions.getExtension<{ enabled: boolean; getAPI(version: 1): GitApi }>("vscode.git");
  if (extension === undefined) return "A review compares with HEAD, and VS Code's git extension is not here. Enable it, or run `premortem review` in a terminal.";
  const exports = await extension.activate();
  if (!exports.enabled) return "A review compares with HEAD, and git is switched off or not installed. Install git, set git.enabled to true, then try again.";
  const api = exports.getAPI(1);
  while (api.state !== "initialized") await new Promise((resolve) => once(api.onDidChangeState, resolve));
  return api;
}

function once(event: vscode.Event<unknown>, listener: (value: unknown) => void): void {
  const subscription = event((value) => {
    subscription.dispose();
    listener(value);
  });
}

/** Every file that differs from HEAD according to git. A renamed file is one that is gone and one that is new. */
export function changesOf(repository: Repository): Map<string, vscode.Uri> {
  const { mergeChanges, indexChanges, workingTreeChanges, untrackedChanges } = repository.state;
  const changes = new Map<string, vscode.Uri>();
  for (const { uri, originalUri, renameUri } of [...mergeChanges, ...indexChanges, ...workingTreeChanges, ...(untrackedChanges ?? [])]) {
    for (const each of [uri, originalUri, renameUri]) if (each != undefined) changes.set(each.toString(), each);
  }
  return changes;
}
