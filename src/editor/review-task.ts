import * as vscode from "vscode";
import { lintInSteps, ownRules } from "../core.ts";
import { relocated } from "../engine/finding.ts";
import { citable } from "../report/citable.ts";
import type { Report } from "../report/report.ts";
import { textReport } from "../report/text.ts";
import type { Projects } from "./projects.ts";
import { comparisonNamed } from "./comparison.ts";
import { configured } from "./review-commands.ts";
import { reviewedOf } from "./review-report.ts";
import { ReviewRunner } from "./review-run.ts";
import { inSlices } from "./slices.ts";

/** The type of the tasks, as tasks.json names it. */
export const TASK_TYPE = "premortem";
/** What finds the places in their output. */
const MATCHER = "$premortem";

interface Definition extends vscode.TaskDefinition {
  readonly task?: "review" | "check";
  readonly base?: string;
  /** The workspace folder's name, where there are several: VS Code tells tasks apart by their definitions alone. */
  readonly folder?: string;
}

/** Tasks that print the findings in the text format of the command line. */
export class ReviewTasks implements vscode.TaskProvider {
  readonly #projects: Projects;
  readonly #log: vscode.LogOutputChannel;

  constructor(projects: Projects, log: vscode.LogOutputChannel) {
    this.#projects = projects;
    this.#log = log;
  }

  provideTasks(): vscode.Task[] {
    const folders = vscode.workspace.workspaceFolders ?? [];
    return folders.flatMap((folder) => {
      const named = folders.length > 1 ? { folder: folder.name } : {};
      return [
        this.#task({ type: TASK_TYPE, task: "review", ...named }, folder, vscode.l10n.t("review this change")),
        this.#task({ type: TASK_TYPE, task: "check", ...named }, folder, vscode.l10n.t("check all files")),
      ];
    });
  }

  resolveTask(task: vscode.Task): vscode.Task {
    const definition = task.definition as Definition;
    const named = vscode.workspace.workspaceFolders?.find(({ name }) => name === definition.folder);
    return this.#task(definition, named ?? (typeof task.scope === "object" ? task.scope : vscode.workspace.workspaceFolders?.[0]), task.name);
  }

  #task(definition: Definition, folder: vscode.WorkspaceFolder | undefined, name: string): vscode.Task {
    const execution = new vscode.CustomExecution(async (resolved) => new FindingsTerminal(this.#projects, this.#log, resolved as Definition, folder));
    const task = new vscode.Task(definition, folder ?? vscode.TaskScope.Workspace, name, TASK_TYPE, execution, MATCHER);
    task.group = vscode.TaskGroup.Test;
    task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true };
    return task;
  }
}

/** The terminal of a task. Ends with 1 where there are errors and with 2 where it could not run, as the command line does. */
class FindingsTerminal implements vscode.Pseudoterminal {
  readonly #projects: Projects;
  readonly #log: vscode.LogOutputChannel;
  readonly #definition: Definition;
  readonly #folder: vscode.WorkspaceFolder | undefined;
  readonly #written = new vscode.EventEmitter<string>();
  readonly #ended = new vscode.EventEmitter<number>();
  #stopped = false;

  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#ended.event;

  constructor(projects: Projects, log: vscode.LogOutputChannel, definition: Definition, folder: vscode.WorkspaceFolder | undefined) {
    this.#projects = projects;
    this.#log = log;
    this.#definition = definition;
    this.#folder = folder;
  }

  open(): void {
    this.#run().then(
      (status) => this.#ended.fire(status),
      (error: Error) => {
        this.#log.error(error);
        this.#print(`${error.message}\n`);
        this.#ended.fire(2);
      },
    );
  }

  close(): void {
    this.#stopped = true;
  }

  /** Ctrl+C in the terminal. */
  handleInput(data: string): void {
    if (data.includes("\u0003")) this.#stopped = true;
  }

  async #run(): Promise<number> {
    const reports = this.#definition.task === "check" ? await this.#check() : await this.#review();
    if (typeof reports === "string") {
      this.#print(`${reports}\n`);
      return 2;
    }
    for (const report of reports) this.#print(textReport(report, { colour: true, lessons: citable(report) }));
    return reports.some(({ findings }) => findings.some(({ severity }) => severity === "error")) ? 1 : 0;
  }

  /** The folder's reports, their paths relative to it. */
  async #review(): Promise<readonly Report[] | string> {
    const { base } = this.#definition;
    const comparison = base === undefined ? configured() : comparisonNamed(base);
    const runner = new ReviewRunner(this.#projects, this.#log);
    const result = await runner.run({ comparison }, { fresh: true, stopped: () => this.#stopped, progress: () => {}, ...(this.#folder && { only: this.#folder }) });
    if (result === undefined) return vscode.l10n.t("Cancelled.");
    return typeof result === "string" ? result : (await reviewedOf(result)).map(({ report }) => report);
  }

  async #check(): Promise<readonly Report[] | string> {
    if (this.#folder === undefined) return vscode.l10n.t("No folder is open. Open one, then run the task again.");
    await this.#projects.overlay();
    const reports: Report[] = [];
    for (const project of await this.#projects.of(this.#folder)) {
      const workspace = await project.workspace();
      const prefix = project.root.path === this.#folder.uri.path ? "" : `${project.root.path.slice(this.#folder.uri.path.length + 1)}/`;
      const paths = workspace.paths.filter((path) => !project.ignores(path));
      const result = await inSlices(lintInSteps(workspace, paths), paths.length, { stopped: () => this.#stopped, progress: () => {} });
      if (result === undefined) return vscode.l10n.t("Cancelled.");
      reports.push({
        findings: result.findings.map((finding) => relocated(finding, (path) => prefix + path)),
        notComputed: result.notComputed.map((note) => ({ ...note, path: note.path === "" ? "" : prefix + note.path })),
        suppressed: result.suppressed,
        files: paths.length,
        own: ownRules(workspace),
        text: (path) => (path.startsWith(prefix) ? workspace.text(path.slice(prefix.length)) : undefined),
      });
    }
    return reports;
  }

  #print(text: string): void {
    this.#written.fire(text.replace(/\r?\n/g, "\r\n"));
  }
}
