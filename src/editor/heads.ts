import * as vscode from "vscode";
import type { Workspace } from "../model/workspace.ts";
import type { Repository } from "./git-api.ts";
import { changesOf, gitApi } from "./git-api.ts";
import { projectAtHead } from "./head.ts";
import type { Project } from "./project.ts";
import { repositoriesOf } from "./revision.ts";
import { sameFiles } from "./states.ts";

interface Known {
  readonly key: string;
  /** Shared by all who ask while git is still at it: each file costs processes of git. */
  readonly base: Promise<Workspace>;
}

/** The projects as they are in HEAD, kept for as long as neither HEAD nor the list of changed files differs. */
export class Heads implements vscode.Disposable {
  readonly #known = new Map<Project, Known>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #watched = new Map<Repository, vscode.Disposable>();

  /** A repository's HEAD or its list of changed files may differ now. */
  readonly onDidChange = this.#changed.event;

  dispose(): void {
    for (const subscription of this.#watched.values()) subscription.dispose();
    this.#changed.dispose();
  }

  /** A project in HEAD; undefined where there is no git to ask. */
  async of(project: Project): Promise<Workspace | undefined> {
    const git = await gitApi();
    if (typeof git === "string") return undefined;
    const repositories = repositoriesOf(git, project.root);
    if (repositories.length === 0) return undefined;
    for (const repository of repositories) {
      if (!this.#watched.has(repository)) this.#watched.set(repository, repository.state.onDidChange(() => this.#changed.fire()));
    }
    const key = keyOf(project, repositories);
    const known = this.#known.get(project);
    if (known?.key === key) return known.base;
    const base = this.#read(project, repositories, known);
    this.#known.set(project, { key, base });
    base.catch(() => this.#known.get(project)?.base === base && this.#known.delete(project));
    return base;
  }

  async #read(project: Project, repositories: readonly Repository[], known: Known | undefined): Promise<Workspace> {
    // One after the other: what the earlier run read is kept for the later one.
    const last = await known?.base.catch(() => undefined);
    const base = (await projectAtHead(project, repositories)) ?? (await project.workspace());
    // The very same files are the very same workspace, with all that was worked out from it.
    return last !== undefined && sameFiles(last, base) ? last : base;
  }
}

function keyOf(project: Project, repositories: readonly Repository[]): string {
  const dirty = vscode.workspace.textDocuments.filter((document) => document.isDirty).map((document) => document.uri.toString());
  const parts = repositories.map((repository) => [repository.state.HEAD?.commit ?? "", ...[...changesOf(repository).keys()].sort()].join("\n"));
  return [project.configurationText ?? "", ...parts, ...dirty.sort()].join("\n");
}
