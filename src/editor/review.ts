import * as vscode from "vscode";
import { reviewInSteps } from "../core.ts";
import type { Finding } from "../engine/finding.ts";
import type { ReviewResult } from "../engine/review.ts";
import type { Workspace } from "../model/workspace.ts";
import { countsOf } from "../report/report.ts";
import { isReviewed } from "../formats/index.ts";
import { toDiagnostics } from "./diagnostic.ts";
import type { GitApi, Repository } from "./git-api.ts";
import { changesOf, gitApi } from "./git-api.ts";
import { eligible } from "./files.ts";
import type { Linter } from "./linter.ts";
import type { Project } from "./project.ts";
import type { Projects } from "./projects.ts";
import { below } from "./projects.ts";

/** How long a review may hold the extension host's thread at a stretch, in ms. */
const SLICE = 12;

/** What the last review found in one file. */
interface Reviewed {
  readonly uri: vscode.Uri;
  readonly project: Project;
  readonly workspace: Workspace;
  readonly findings: readonly Finding[];
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

  constructor(projects: Projects, linter: Linter, extension: vscode.Uri, log: vscode.LogOutputChannel) {
    this.#projects = projects;
    this.#linter = linter;
    this.#extension = extension;
    this.#log = log;
    this.#disposables = [this.#collection, linter.onDidPublish((uri) => this.#show(uri.toString()))];
  }

  dispose(): void {
    this.#disposables.forEach((disposable) => void disposable.dispose());
  }

  findingsOf(uri: vscode.Uri): readonly Finding[] {
    return this.#files.get(uri.toString())?.findings ?? [];
  }

  /** Forgets the last review. */
  clear(): void {
    this.#files.clear();
    this.#collection.clear();
  }

  /** The command: reviews every folder, says how it went, and shows the Problems panel where there is something. */
  async command(): Promise<ReviewSummary | undefined> {
    const location = vscode.ProgressLocation.Window;
    const summary = await vscode.window.withProgress({ location, title: "Premortem reviews this change" }, () => this.#run());
    if (typeof summary === "string") {
      void vscode.window.showWarningMessage(summary);
      return undefined;
    }
    if (summary.findings > 0) void vscode.commands.executeCommand("workbench.actions.view.problems");
    void vscode.window.showInformationMessage(summary.message);
    return summary;
  }

  async #run(): Promise<ReviewSummary | string> {
    const git = await gitApi();
    if (typeof git === "string") return git;
    const folders = vscode.workspace.workspaceFolders ?? [];
    if (folders.length === 0) return "A review is of a folder, and none is open. Open the repository's folder, then try again.";
    await this.#projects.overlay();
    const files = new Map<string, Reviewed>();
    const findings: Finding[] = [];
    let changed = 0;
    let withGit = 0;
    const notes: string[] = [];
    for (const folder of folders) {
      const repositories = repositoriesOf(git, folder.uri);
      if (repositories.length === 0) continue;
      withGit++;
      for (const repository of repositories) {
        await repository.status();
        await this.#projects.refresh(changesOf(repository).values());
      }
      for (const project of await this.#projects.of(folder)) {
        const base = await this.#base(project, repositories);
        if (base === undefined) continue;
        const after = await project.workspace();
        const result = await inSlices(reviewInSteps(base, after));
        this.#linter.noteFailures(result.failures);
        changed += result.changed.length;
        findings.push(...result.findings);
        for (const note of result.notComputed) notes.push(`${note.rule} in ${note.path}: could not be computed, ${note.reason}`);
        for (const [path, list] of byPath(result)) {
          const uri = project.uriOf(path);
          // A file that is gone has no text to point at, so its base's is used.
          files.set(uri.toString(), { uri, project, workspace: after.text(path) === undefined ? base : after, findings: list });
        }
      }
    }
    if (withGit === 0) {
      return "A review compares with HEAD, and no git repository is open here. Open the repository's folder (Git: Open Repository), or run `premortem review --base DIR` in a terminal.";
    }
    this.clear();
    for (const [key, file] of files) {
      this.#files.set(key, file);
      this.#show(key);
    }
    for (const note of notes) this.#log.info(note);
    const message = describe(changed, findings, notes.length);
    this.#log.info(message);
    return { findings: findings.length, changed, message };
  }

  /** The project as it is in HEAD; undefined where nothing that Premortem reads differs. */
  async #base(project: Project, repositories: readonly Repository[]): Promise<Workspace | undefined> {
    const after = await project.workspace();
    const before = new Map<string, string | undefined>();
    for (const repository of repositories) {
      const changes = changesOf(repository);
      for (const document of vscode.workspace.textDocuments) {
        if (document.isDirty && eligible(document.uri)) changes.set(document.uri.toString(), document.uri);
      }
      for (const uri of changes.values()) {
        const path = below(project.root, uri);
        if (path === undefined || below(repository.rootUri, uri) === undefined || project.ignores(path) || before.has(path)) continue;
        const now = after.text(path);
        const text = await atHead(repository, uri, now);
        if (text !== undefined && now === undefined && !isReviewed(path, text.slice(0, 4096))) continue;
        if (text !== now) before.set(path, text);
      }
    }
    return before.size === 0 ? undefined : project.withTexts(before);
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

function repositoriesOf(git: GitApi, folder: vscode.Uri): Repository[] {
  const around = git.getRepository(folder);
  const inside = git.repositories.filter((repository) => repository !== around && below(folder, repository.rootUri) !== undefined);
  return around === null ? inside : [...inside, around];
}

/** A file's text in HEAD; undefined where it is not there. `now`: its present text, for what is no change of the configuration. */
async function atHead(repository: Repository, uri: vscode.Uri, now: string | undefined): Promise<string | undefined> {
  if (repository.state.HEAD?.commit === undefined) return undefined;
  let text: string;
  try {
    text = await repository.show("HEAD", uri.fsPath);
  } catch {
    return undefined;
  }
  if (now === undefined) return text;
  // The git extension drops a byte order mark, and with core.autocrlf a checkout has other line ends than the commit.
  if (now.startsWith("\uFEFF") && !text.startsWith("\uFEFF")) text = `\uFEFF${text}`;
  return unixLines(text) === unixLines(now) ? now : text;
}

/** Takes steps for as long as nobody notices, then lets the extension host do something else. */
async function inSlices<T>(steps: Generator<void, T>): Promise<T> {
  let until = performance.now() + SLICE;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() < until) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
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

function unixLines(text: string): string {
  return text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text;
}
