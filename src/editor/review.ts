import * as vscode from "vscode";
import { reviewInSteps } from "../core.ts";
import type { Finding } from "../engine/finding.ts";
import type { ReviewResult } from "../engine/review.ts";
import type { Workspace } from "../model/workspace.ts";
import { countsOf } from "../report/report.ts";
import { toDiagnostics } from "./diagnostic.ts";
import { eligible } from "./files.ts";
import type { Repository } from "./git-api.ts";
import { changesOf, gitApi } from "./git-api.ts";
import { projectAtHead, repositoriesOf } from "./head.ts";
import type { Linter } from "./linter.ts";
import type { Project } from "./project.ts";
import type { Projects } from "./projects.ts";

/** How long a review may hold the extension host's thread at a stretch, in ms. */
const SLICE = 12;
/** How long the editor must be quiet before a review that is shown is brought up to date, in ms. */
const QUIET = 500;

/** What the last review found in one file. */
interface Reviewed {
  readonly uri: vscode.Uri;
  readonly project: Project;
  readonly workspace: Workspace;
  readonly findings: readonly Finding[];
}

/** What a review found in one project, with the two states that it compared. */
export interface ProjectReview {
  readonly project: Project;
  readonly before: Workspace;
  readonly after: Workspace;
  readonly result: ReviewResult;
}

/** What a review found in all, for those who call the command. */
export interface ReviewSummary {
  readonly findings: number;
  readonly changed: number;
  readonly message: string;
}

/** Reviews the working tree, unsaved text included, against HEAD, and lists what the change brings. */
export class Reviews implements vscode.Disposable {
  readonly #projects: Projects;
  readonly #linter: Linter;
  readonly #extension: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  readonly #collection = vscode.languages.createDiagnosticCollection("premortem-review");
  readonly #files = new Map<string, Reviewed>();
  readonly #disposables: vscode.Disposable[];
  readonly #reviewed = new vscode.EventEmitter<void>();
  #shown: readonly ProjectReview[] | undefined;
  /** The repositories whose state the shown review depends on; undefined: none is shown. */
  #watched: vscode.Disposable | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the runs: a newer one makes the older give up. */
  #generation = 0;

  /** A review was made, brought up to date, or cleared; `shown` has it. */
  readonly onDidReview = this.#reviewed.event;

  constructor(projects: Projects, linter: Linter, extension: vscode.Uri, log: vscode.LogOutputChannel) {
    this.#projects = projects;
    this.#linter = linter;
    this.#extension = extension;
    this.#log = log;
    this.#disposables = [
      this.#collection,
      this.#reviewed,
      linter.onDidPublish((uri) => this.#show(uri.toString())),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && eligible(document.uri)) this.#scheduleAgain();
      }),
      projects.onDidChange(() => this.#scheduleAgain()),
    ];
  }

  dispose(): void {
    this.clear();
    this.#disposables.forEach((disposable) => void disposable.dispose());
  }

  findingsOf(uri: vscode.Uri): readonly Finding[] {
    return this.#files.get(uri.toString())?.findings ?? [];
  }

  /** The review that is shown, by project; undefined where none is. */
  get shown(): readonly ProjectReview[] | undefined {
    return this.#shown;
  }

  /** Forgets the last review. */
  clear(): void {
    this.#generation++;
    clearTimeout(this.#timer);
    this.#watched?.dispose();
    this.#watched = undefined;
    this.#files.clear();
    this.#collection.clear();
    this.#shown = undefined;
    this.#reviewed.fire();
  }

  /** The command: reviews every folder, says how it went, and shows the Problems panel where there is something. */
  async command(): Promise<ReviewSummary | undefined> {
    const location = vscode.ProgressLocation.Window;
    const summary = await vscode.window.withProgress({ location, title: "Premortem reviews this change" }, () => this.#run(true));
    if (typeof summary === "string") {
      void vscode.window.showWarningMessage(summary);
      return undefined;
    }
    if (summary === undefined) return undefined;
    if (summary.findings > 0) void vscode.commands.executeCommand("workbench.actions.view.problems");
    void vscode.window.showInformationMessage(summary.message);
    return summary;
  }

  /** A review that is shown stays true while the user mends what it found. */
  #scheduleAgain(): void {
    if (this.#watched === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(false).catch((error: Error) => this.#log.error(error)), QUIET);
  }

  /** Reviews and shows; undefined where a newer run overtook this one, a sentence where it cannot be done. `ask`: git looks at the disk. */
  async #run(ask: boolean): Promise<ReviewSummary | string | undefined> {
    const generation = ++this.#generation;
    const overtaken = (): boolean => generation !== this.#generation;
    const git = await gitApi();
    if (typeof git === "string") return git;
    const folders = vscode.workspace.workspaceFolders ?? [];
    if (folders.length === 0) return "A review is of a folder, and none is open. Open the repository's folder, then try again.";
    await this.#projects.overlay();
    const files = new Map<string, Reviewed>();
    const reviewed: ProjectReview[] = [];
    const used = new Set<Repository>();
    for (const folder of folders) {
      const repositories = repositoriesOf(git, folder.uri);
      if (repositories.length === 0) continue;
      for (const repository of repositories) {
        used.add(repository);
        if (!ask) continue;
        await repository.status();
        await this.#projects.refresh(changesOf(repository).values());
      }
      for (const project of await this.#projects.of(folder)) {
        const base = await projectAtHead(project, repositories);
        if (base === undefined) continue;
        const after = await project.workspace();
        const result = await inSlices(reviewInSteps(base, after), overtaken);
        if (result === undefined) return undefined;
        reviewed.push({ project, before: base, after, result });
        for (const [path, findings] of byPath(result)) {
          const uri = project.uriOf(path);
          // A file that is gone has no text to point at, so its base's is used.
          files.set(uri.toString(), { uri, project, workspace: after.text(path) === undefined ? base : after, findings });
        }
      }
    }
    if (used.size === 0) {
      return "A review compares with HEAD, and no git repository is open here. Open the repository's folder (Git: Open Repository), or run `premortem review --base DIR` in a terminal.";
    }
    if (overtaken()) return undefined;
    this.#replace(files);
    this.#watched ??= vscode.Disposable.from(...[...used].map(({ state }) => state.onDidChange(() => this.#scheduleAgain())));
    for (const { result } of reviewed) this.#linter.noteFailures(result.failures);
    this.#shown = reviewed;
    this.#reviewed.fire();
    return this.#summarise(reviewed.map(({ result }) => result));
  }

  #replace(files: ReadonlyMap<string, Reviewed>): void {
    const old = [...this.#files.values()];
    this.#files.clear();
    for (const [key, file] of files) {
      this.#files.set(key, file);
      this.#show(key);
    }
    for (const { uri } of old) if (!files.has(uri.toString())) this.#collection.delete(uri);
  }

  #summarise(results: readonly ReviewResult[]): ReviewSummary {
    const findings = results.flatMap((result) => result.findings);
    const notComputed = results.flatMap((result) => result.notComputed);
    const changed = results.reduce((sum, result) => sum + result.changed.length, 0);
    for (const { rule, path, reason } of notComputed) this.#log.info(`${rule} in ${path}: could not be computed, ${reason}`);
    const message = describe(changed, findings, notComputed.length);
    this.#log.info(message);
    return { findings: findings.length, changed, message };
  }

  /** Shows what a review found in a file, less what the linter shows there already. */
  #show(key: string): void {
    const file = this.#files.get(key);
    if (file === undefined) return;
    const shown = new Set(this.#linter.linted(file.uri)?.findings.map((finding) => finding.fingerprint));
    const findings = file.findings.filter((finding) => !shown.has(finding.fingerprint));
    this.#collection.set(file.uri, toDiagnostics(findings, file.project, file.workspace, this.#extension));
  }
}

/** Takes steps for as long as nobody notices, then lets the extension host do something else. Undefined once overtaken. */
async function inSlices<T>(steps: Generator<void, T>, overtaken: () => boolean): Promise<T | undefined> {
  let until = performance.now() + SLICE;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() < until) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (overtaken()) return undefined;
    until = performance.now() + SLICE;
  }
}

function byPath({ findings }: ReviewResult): Map<string, Finding[]> {
  const files = new Map<string, Finding[]>();
  for (const finding of findings) files.set(finding.location.path, [...(files.get(finding.location.path) ?? []), finding]);
  return files;
}

function describe(changed: number, findings: readonly Finding[], notComputed: number): string {
  if (changed === 0) return "Premortem: nothing that it reads differs from HEAD.";
  const { error, warning, info } = countsOf(findings);
  const parts = [count(error, "error"), count(warning, "warning"), `${info} info`].filter((part) => !part.startsWith("0 "));
  const unknowns = notComputed === 0 ? "" : ` ${count(notComputed, "question")} could not be computed; the log says which.`;
  return `Premortem: ${count(changed, "changed file")} against HEAD bring${changed === 1 ? "s" : ""} ${parts.join(", ") || "no findings"}.${unknowns}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
