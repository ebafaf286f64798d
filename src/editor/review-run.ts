import * as vscode from "vscode";
import { reviewInSteps } from "../core.ts";
import type { ReviewResult } from "../engine/review.ts";
import { rules } from "../rules/index.ts";
import type { Workspace } from "../model/workspace.ts";
import type { Comparison, ReviewRequest } from "./comparison.ts";
import type { Ends } from "./ends.ts";
import { endsOf, innerEnds, outerOf } from "./ends.ts";
import { readFolder } from "./files.ts";
import type { GitApi, Repository } from "./git-api.ts";
import { gitApi } from "./git-api.ts";
import type { Project } from "./project.ts";
import type { Projects } from "./projects.ts";
import { below } from "./projects.ts";
import { RevisionTexts, differing, repositoriesOf } from "./revision.ts";
import type { Waiting } from "./slices.ts";
import { inSlices } from "./slices.ts";
import type { Side, States } from "./states.ts";
import { StateReader } from "./states.ts";

/** What a review found in one project, with the two states that it compared. */
export interface ProjectReview {
  readonly project: Project;
  readonly before: Workspace;
  readonly after: Workspace;
  readonly result: ReviewResult;
  /** What stands before a path of the project where the paths of all are shown. */
  readonly prefix: string;
  /** True where a text of the head is the one that the editor has. */
  readonly present: (path: string) => boolean;
  /** Where a side's text of a path is shown. */
  readonly uriOf: States["uriOf"];
}

/** What a run found in all. */
export interface RunResult {
  /** The projects where something differs. */
  readonly reviews: readonly ProjectReview[];
  /** The base's name for a person: `HEAD`. */
  readonly base: string;
  /** What is reviewed, where it is not the working tree. */
  readonly head?: string;
  /** A project where nothing differs, to show that; undefined where there are reviews. */
  readonly unchanged?: Project;
  /** Those whose state the result depends on. */
  readonly repositories: readonly Repository[];
}

/** How a run is made, and how it is told to stop. */
export interface RunOptions extends Waiting {
  /** True where the user asked: git and the folder look at the disk. */
  readonly fresh: boolean;
  /** The only folder to review, with paths relative to it. */
  readonly only?: vscode.WorkspaceFolder;
}

type Folders = readonly vscode.WorkspaceFolder[];

/** Compares the open folders as a request says. */
export class ReviewRunner {
  readonly #projects: Projects;
  readonly #log: vscode.LogOutputChannel;
  readonly #reader = new StateReader(new RevisionTexts());
  #folder: { readonly uri: string; readonly texts: ReadonlyMap<string, string> } | undefined;

  constructor(projects: Projects, log: vscode.LogOutputChannel) {
    this.#projects = projects;
    this.#log = log;
  }

  /** Undefined where it was stopped; a sentence for the user where the two states cannot be had. */
  async run({ comparison, within }: ReviewRequest, options: RunOptions): Promise<RunResult | string | undefined> {
    const folders = options.only === undefined ? this.#projects.folders(comparison.kind === "folder" ? comparison.root : undefined) : [options.only];
    if (folders.length === 0) return vscode.l10n.t("A review is of a folder, and none is open. Open the repository's folder, then try again.");
    const counts = counting(within);
    if (comparison.kind === "folder") return this.#againstFolder(folders, comparison, counts, options);
    const git = await gitApi();
    if (typeof git === "string") return git;
    await this.#projects.overlay();
    return this.#inGit(git, folders, comparison, counts, options);
  }

  async #inGit(git: GitApi, folders: Folders, comparison: Exclude<Comparison, { kind: "folder" }>, counts: (uri: vscode.Uri) => boolean, options: RunOptions): Promise<RunResult | string | undefined> {
    const reviews: ProjectReview[] = [];
    const used = new Map<Repository, Ends>();
    let unchanged: Project | undefined;
    for (const folder of folders) {
      const repositories = repositoriesOf(git, folder.uri);
      const several = folders.length > 1 || repositories.filter((one) => outerOf(one, repositories) === undefined).length > 1;
      const ends = await this.#ends(repositories, comparison, several, options.fresh);
      if (typeof ends === "string") return ends;
      if (ends.size === 0) continue;
      for (const [repository, one] of ends) used.set(repository, one);
      if (options.fresh) await this.#refresh(ends);
      for (const project of await this.#projects.of(folder)) {
        if (options.stopped()) return undefined;
        unchanged ??= project;
        const states = await this.#reader.between(git, project, ends, counts, () => options.stopped());
        const review = states && (await this.#review(project, states, folder, folders, options));
        if (review !== undefined) reviews.push(review);
      }
    }
    if (options.stopped()) return undefined;
    if (used.size === 0) {
      return vscode.l10n.t("A review compares with HEAD, and no git repository is open here. Open the repository's folder (Git: Open Repository), compare with another folder (Premortem: Review Against…), or run `premortem review --base DIR` in a terminal.");
    }
    const outer = [...used.values()].at(-1)!;
    const names = [...new Set([...used.values()].map(({ name }) => name))];
    return { reviews, base: names.length === 1 ? names[0]! : outer.name, ...(outer.headName !== undefined && { head: outer.headName }), repositories: [...used.keys()], ...(reviews.length === 0 && { unchanged: unchanged! }) };
  }

  async #againstFolder(folders: Folders, { folder: address, root }: Extract<Comparison, { kind: "folder" }>, counts: (uri: vscode.Uri) => boolean, options: RunOptions): Promise<RunResult | string | undefined> {
    const folder = folders.find(({ uri }) => uri.toString() === root) ?? folders[0]!;
    const other = vscode.Uri.parse(address);
    await this.#projects.overlay();
    if (options.fresh || this.#folder?.uri !== address) {
      if ((await vscode.workspace.fs.stat(other).then(({ type }) => type & vscode.FileType.Directory, () => 0)) === 0) {
        return vscode.l10n.t("The folder {0} is not there any more. Choose another one (Premortem: Review Against…).", other.fsPath);
      }
      this.#folder = { uri: address, texts: await readFolder(other, this.#log) };
    }
    const { texts } = this.#folder;
    const projects = await this.#projects.of(folder);
    const reviews: ProjectReview[] = [];
    for (const [index, project] of projects.entries()) {
      if (options.stopped()) return undefined;
      const prefix = prefixIn(folder, project);
      // The inner projects come first, and what they have is theirs.
      const inner = projects.slice(0, index).map((one) => prefixIn(folder, one));
      const mine = new Map([...texts].filter(([path]) => path.startsWith(prefix) && !inner.some((one) => path.startsWith(one))));
      if (options.fresh) await this.#refreshDiffering(project, prefix, mine);
      const states = await this.#reader.against(project, prefix, other, mine, counts);
      const review = states && (await this.#review(project, states, folder, folders, options));
      if (review !== undefined) reviews.push(review);
    }
    if (options.stopped()) return undefined;
    return { reviews, base: vscode.l10n.t("the folder {0}", vscode.workspace.asRelativePath(other)), repositories: [], ...(reviews.length === 0 && { unchanged: projects.at(-1)! }) };
  }

  /** The ends in each repository that the comparison is about, inner ones first. `several`: a sentence is to name the repository. */
  async #ends(repositories: readonly Repository[], comparison: Exclude<Comparison, { kind: "folder" }>, several: boolean, fresh: boolean): Promise<Map<Repository, Ends> | string> {
    const known = new Map<Repository, Ends>();
    const outermostFirst = [...repositories].sort((a, b) => a.rootUri.path.length - b.rootUri.path.length);
    for (const repository of outermostFirst) {
      const outer = outerOf(repository, repositories);
      const of = outer && known.get(outer);
      try {
        if (fresh) await repository.status();
      } catch (error) {
        this.#log.warn(`${repository.rootUri.fsPath}: git status failed`, error as Error);
        // One that lies in another may just have been removed.
        if (outer !== undefined) continue;
        return vscode.l10n.t("git cannot read {0}: {1}. Run git status there to see why, then try again.", repository.rootUri.fsPath, (error as Error).message);
      }
      if (outer !== undefined && of !== undefined) {
        known.set(repository, await innerEnds(repository, outer, of));
        continue;
      }
      if ("root" in comparison && comparison.root !== repository.rootUri.toString()) continue;
      const ends = await endsOf(repository, comparison);
      if (typeof ends === "string") return several ? `${nameOf(repository)}: ${ends}` : ends;
      known.set(repository, ends);
    }
    return new Map(repositories.flatMap((repository) => (known.has(repository) ? [[repository, known.get(repository)!]] : [])));
  }

  async #refresh(ends: ReadonlyMap<Repository, Ends>): Promise<void> {
    for (const [repository, { base, head }] of ends) {
      for (const end of [base, head]) await this.#projects.refresh((await differing(repository, end)).values());
    }
  }

  /** Looks at the disk where the two copies seem to differ: no git says what has changed there. */
  async #refreshDiffering(project: Project, prefix: string, texts: ReadonlyMap<string, string>): Promise<void> {
    const live = await project.workspace();
    const paths = new Set([...live.paths, ...[...texts.keys()].map((path) => path.slice(prefix.length))]);
    await this.#projects.refresh([...paths].filter((path) => live.text(path) !== texts.get(prefix + path)).map((path) => project.uriOf(path)));
  }

  async #review(project: Project, states: States, folder: vscode.WorkspaceFolder, folders: Folders, options: RunOptions): Promise<ProjectReview | undefined> {
    const { before, after } = states;
    const result = await inSlices(reviewInSteps(before, after), before.paths.length + after.paths.length + rules.size, options);
    if (result === undefined) return undefined;
    const live = await project.workspace();
    const prefix = (folders.length > 1 ? `${folder.name}/` : "") + prefixIn(folder, project);
    return { project, before, after, result, prefix, present: (path) => after.text(path) === live.text(path), uriOf: (path: string, side: Side) => states.uriOf(path, side) };
  }
}

function prefixIn(folder: vscode.WorkspaceFolder, project: Project): string {
  const path = below(folder.uri, project.root);
  return path === undefined || path === "" ? "" : `${path}/`;
}

function nameOf({ rootUri }: Repository): string {
  return rootUri.path.split("/").pop() ?? "";
}

function counting(within: readonly string[] | undefined): (uri: vscode.Uri) => boolean {
  if (within === undefined) return () => true;
  const roots = within.map((address) => vscode.Uri.parse(address));
  const files = new Set(roots.map((uri) => uri.toString()));
  return (uri) => files.has(uri.toString()) || roots.some((root) => below(root, uri) !== undefined);
}
