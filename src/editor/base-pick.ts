import * as vscode from "vscode";
import type { Comparison } from "./comparison.ts";
import { isRevision } from "./comparison.ts";
import { commitOf, defaultBranch } from "./ends.ts";
import type { GitApi, Repository } from "./git-api.ts";
import { gitApi } from "./git-api.ts";
import { below } from "./projects.ts";
import { repositoriesOf } from "./revision.ts";

interface Choice extends vscode.QuickPickItem {
  readonly choose?: () => Promise<Comparison | undefined> | Comparison;
}

/** How many commits are offered. */
const COMMITS = 30;

/** Asks what to compare with. Undefined where the user gives up. Without git there is another folder to compare with. */
export async function pickComparison(): Promise<Comparison | undefined> {
  const git = await gitApi();
  const repository = typeof git === "string" ? undefined : openRepositories(git)[0];
  const items: Choice[] = [];
  if (typeof git !== "string" && repository !== undefined) {
    const branch = await defaultBranch(repository);
    const { upstream } = repository.state.HEAD ?? {};
    items.push(
      { label: "$(git-commit) HEAD", description: vscode.l10n.t("the last commit"), choose: () => ({ kind: "head" }) },
      { label: `$(git-merge) ${vscode.l10n.t("Merge base with the default branch")}`, description: branch ?? vscode.l10n.t("none is here"), choose: () => ({ kind: "mergeBase" }) },
      ...(upstream === undefined ? [] : [{ label: `$(cloud) ${vscode.l10n.t("Merge base with the upstream")}`, description: `${upstream.remote}/${upstream.name}`, choose: () => ({ kind: "upstream" }) as const }]),
      { label: `$(diff-added) ${vscode.l10n.t("Staged only")}`, description: vscode.l10n.t("the index against HEAD"), choose: () => ({ kind: "staged" }) },
      { label: `$(tag) ${vscode.l10n.t("A branch, tag or commit…")}`, description: vscode.l10n.t("the working tree against it"), choose: () => pickRef(git, "ref") },
    );
  }
  items.push({ label: `$(folder) ${vscode.l10n.t("A folder…")}`, description: vscode.l10n.t("the workspace against another copy of it"), choose: pickFolder });
  if (typeof git !== "string" && repository !== undefined) {
    items.push(
      { label: vscode.l10n.t("without checking it out"), kind: vscode.QuickPickItemKind.Separator },
      { label: `$(git-pull-request) ${vscode.l10n.t("A branch, or a pull request's branch…")}`, description: vscode.l10n.t("against its merge base with the default branch"), choose: () => pickRef(git, "branch") },
    );
  } else {
    const why = typeof git === "string" ? git : vscode.l10n.t("No git repository is open here.");
    items.push({ label: why, kind: vscode.QuickPickItemKind.Separator });
  }
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Review Against"), placeHolder: vscode.l10n.t("What to compare with"), matchOnDescription: true });
  return picked?.choose?.();
}

/** The repositories of the open folders that do not lie in another one of them. */
function openRepositories(git: GitApi): Repository[] {
  const all = [...new Set((vscode.workspace.workspaceFolders ?? []).flatMap((folder) => repositoriesOf(git, folder.uri)))];
  return all.filter((one) => !all.some((other) => other !== one && below(other.rootUri, one.rootUri) !== undefined));
}

async function pickRepository(git: GitApi): Promise<Repository | undefined> {
  const repositories = openRepositories(git);
  if (repositories.length < 2) return repositories[0];
  const items = repositories.map((repository) => ({ label: vscode.workspace.asRelativePath(repository.rootUri), description: repository.rootUri.fsPath, repository }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Review Against"), placeHolder: vscode.l10n.t("In which repository") }))?.repository;
}

async function pickRef(git: GitApi, kind: "ref" | "branch"): Promise<Comparison | undefined> {
  const repository = await pickRepository(git);
  if (repository === undefined) return undefined;
  const root = repository.rootUri.toString();
  const typed: Choice = { label: `$(edit) ${vscode.l10n.t("Type a revision…")}`, description: vscode.l10n.t("a commit, HEAD~3, v1.2^") , alwaysShow: true, choose: () => typeRef(repository, kind, root) };
  const choice = (ref: string) => (): Comparison => ({ kind, ref, root });
  const items = async (): Promise<Choice[]> => {
    const refs = await repository.getRefs({ sort: "committerdate" });
    const named = (type: 0 | 1 | 2, icon: string): Choice[] =>
      refs.flatMap(({ type: of, name, commit }) => (of === type && name !== undefined && isRevision(name) ? [{ label: `$(${icon}) ${name}`, description: commit?.slice(0, 8) ?? "", choose: choice(name) }] : []));
    const commits = kind === "branch" ? [] : await repository.log({ maxEntries: COMMITS }).catch(() => []);
    return [
      typed,
      ...section(vscode.l10n.t("Branches"), named(0, "git-branch")),
      ...section(vscode.l10n.t("Branches of remotes"), named(1, "cloud")),
      ...section(vscode.l10n.t("Tags"), named(2, "tag")),
      ...section(vscode.l10n.t("Commits"), commits.map(({ hash, message }) => ({ label: `$(git-commit) ${hash.slice(0, 8)}`, description: message.split("\n")[0]!, choose: choice(hash) }))),
    ];
  };
  const placeHolder = kind === "ref" ? vscode.l10n.t("Compare the working tree with") : vscode.l10n.t("Review this branch; fetch a pull request's branch first");
  const picked = await vscode.window.showQuickPick(items(), { title: vscode.l10n.t("Review Against"), placeHolder, matchOnDescription: true });
  return picked?.choose?.();
}

function section(label: string, items: readonly Choice[]): Choice[] {
  return items.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items];
}

async function typeRef(repository: Repository, kind: "ref" | "branch", root: string): Promise<Comparison | undefined> {
  const ref = await vscode.window.showInputBox({
    title: vscode.l10n.t("Review Against"),
    prompt: vscode.l10n.t("A branch, a tag, a commit, or an expression such as HEAD~3"),
    validateInput: async (value) => (isRevision(value.trim()) && (await commitOf(repository, value.trim())) !== undefined ? undefined : vscode.l10n.t("There is no such revision here.")),
  });
  return ref === undefined ? undefined : { kind, ref: ref.trim(), root };
}

async function pickFolder(): Promise<Comparison | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const items = folders.map((folder) => ({ label: folder.name, description: folder.uri.fsPath, folder }));
  const of = folders.length < 2 ? items[0] : await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Review Against"), placeHolder: vscode.l10n.t("Which folder is to be reviewed") });
  if (of === undefined) return undefined;
  const picked = await vscode.window.showOpenDialog({ canSelectFiles: false, canSelectFolders: true, canSelectMany: false, openLabel: vscode.l10n.t("Compare with This Folder"), title: vscode.l10n.t("The base: {0} is compared with it", of.label) });
  return picked?.[0] && { kind: "folder", folder: picked[0].toString(), root: of.folder.uri.toString() };
}
