import * as vscode from "vscode";

/** What is used of the API of VS Code's own git extension (extensions/git/src/api/git.d.ts, version 1, as of VS Code 1.91). */
export interface GitApi {
  readonly state: "uninitialized" | "initialized";
  readonly onDidChangeState: vscode.Event<unknown>;
  readonly onDidOpenRepository: vscode.Event<Repository>;
  readonly repositories: readonly Repository[];
  getRepository(uri: vscode.Uri): Repository | null;
  /** The address under which the git extension shows a file as it is at a revision, read-only; `""` is the index. */
  toGitUri(uri: vscode.Uri, ref: string): vscode.Uri;
}

/** A repository that VS Code's git extension has open. */
export interface Repository {
  readonly rootUri: vscode.Uri;
  readonly state: {
    readonly HEAD: Branch | undefined;
    readonly remotes: readonly { readonly name: string }[];
    readonly mergeChanges: readonly Change[];
    readonly indexChanges: readonly Change[];
    readonly workingTreeChanges: readonly Change[];
    readonly untrackedChanges?: readonly Change[];
    readonly onDidChange: vscode.Event<void>;
  };
  status(): Promise<void>;
  /** The text of a file at a revision (`""`: in the index); rejects where it is not there. */
  show(ref: string, path: string): Promise<string>;
  /** Rejects where there is no such commit. */
  getCommit(ref: string): Promise<Commit>;
  /** Undefined where the two have no commit in common, or one of them is missing. */
  getMergeBase(ref1: string, ref2: string): Promise<string | undefined>;
  /** The files that git tracks and whose text on the disk is not that of the revision. */
  diffWith(ref: string): Promise<readonly Change[]>;
  getRefs(query: { readonly sort?: "alphabetically" | "committerdate" }, token?: vscode.CancellationToken): Promise<readonly Ref[]>;
  log(options: { readonly maxEntries: number }): Promise<readonly Commit[]>;
  /** What a tree has at a path; of a submodule, mode 160000 and the commit that belongs there. */
  getObjectDetails(treeish: string, path: string): Promise<{ readonly mode: string; readonly object: string }>;
}

/** The branch that is checked out; without a name where a commit is, without a commit before the first one. */
export interface Branch {
  readonly commit?: string;
  readonly name?: string;
  readonly upstream?: { readonly remote: string; readonly name: string };
}

/** A branch (type 0), a remote's branch (1) or a tag (2). */
export interface Ref {
  readonly type: 0 | 1 | 2;
  readonly name?: string;
  readonly commit?: string;
}

/** A commit. */
export interface Commit {
  readonly hash: string;
  readonly message: string;
}

/** A file that differs between two states of a repository. */
export interface Change {
  readonly uri: vscode.Uri;
  readonly originalUri: vscode.Uri;
  readonly renameUri: vscode.Uri | undefined;
}

/** Git as VS Code has it. Gives a sentence for the user where it cannot be had. */
export async function gitApi(): Promise<GitApi | string> {
  if (!vscode.workspace.isTrusted) return vscode.l10n.t("A review compares with HEAD, and VS Code runs git only in a trusted workspace. Trust this one (Workspaces: Manage Workspace Trust), then try again.");
  const extension = vscode.extensions.getExtension<{ enabled: boolean; getAPI(version: 1): GitApi }>("vscode.git");
  if (extension === undefined) return vscode.l10n.t("A review compares with HEAD, and VS Code's git extension is not here: this window is a browser's, or the extension is off. Enable it, or run `premortem review` in a terminal. A comparison with another folder works without git (Premortem: Review Against…).");
  const exports = await extension.activate();
  if (!exports.enabled) return vscode.l10n.t("A review compares with HEAD, and git is switched off or not installed. Install git, set git.enabled to true, then try again.");
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
  return filesOf([...mergeChanges, ...indexChanges, ...workingTreeChanges, ...(untrackedChanges ?? [])]);
}

/** Every file that changes speak of, by its address. */
export function filesOf(changes: readonly Change[]): Map<string, vscode.Uri> {
  const files = new Map<string, vscode.Uri>();
  for (const { uri, originalUri, renameUri } of changes) {
    for (const each of [uri, originalUri, renameUri]) if (each != undefined) files.set(each.toString(), each);
  }
  return files;
}
