import * as vscode from "vscode";
import type { Finding } from "../engine/finding.ts";
import { countsOf } from "../report/report.ts";
import type { ReviewRequest } from "./comparison.ts";
import { eligible } from "./files.ts";
import type { Repository } from "./git-api.ts";
import type { Linter } from "./linter.ts";
import type { Projects } from "./projects.ts";
import { ReviewDiagnostics } from "./review-diagnostics.ts";
import { withReviewProgress } from "./review-progress.ts";
import type { ProjectReview, RunResult } from "./review-run.ts";
import { ReviewRunner } from "./review-run.ts";

export type { ProjectReview } from "./review-run.ts";

/** How long the editor must be quiet before a review that is shown is brought up to date, in ms. */
const QUIET = 500;

/** What a review found in all, for those who call the command. */
export interface ReviewSummary {
  readonly findings: number;
  readonly changed: number;
  readonly message: string;
}

/**
 * How the shown review stands to the present text: it is of it (`current`), is being made (`running`), is of an older text
 * (`stale`), was given up (`cancelled`) or cannot be made (`failed`). `none`: no review is shown.
 */
export type ReviewState = "none" | "current" | "running" | "stale" | "cancelled" | "failed";

/** Makes reviews, keeps the one that is shown up to date, and tells who shows it. */
export class Reviews implements vscode.Disposable {
  readonly #linter: Linter;
  readonly #log: vscode.LogOutputChannel;
  readonly #runner: ReviewRunner;
  readonly #diagnostics: ReviewDiagnostics;
  readonly #disposables: vscode.Disposable[];
  readonly #reviewed = new vscode.EventEmitter<void>();
  readonly #stateChanged = new vscode.EventEmitter<ReviewState>();
  #result: RunResult | undefined;
  #request: ReviewRequest | undefined;
  /** What the last run was asked for, which is shown once it is done. */
  #asked: ReviewRequest | undefined;
  #state: ReviewState = "none";
  #problem: { readonly request: ReviewRequest; readonly text: string } | undefined;
  #watched: { readonly repositories: readonly Repository[]; readonly subscription: vscode.Disposable } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the runs: a newer one makes the older give up. */
  #generation = 0;

  /** A review was made, brought up to date, or cleared; `shown` has it. */
  readonly onDidReview = this.#reviewed.event;
  /** The review that is shown got out of date, is being made, or is done. */
  readonly onDidChangeState = this.#stateChanged.event;

  constructor(projects: Projects, linter: Linter, log: vscode.LogOutputChannel) {
    this.#linter = linter;
    this.#log = log;
    this.#runner = new ReviewRunner(projects, log);
    this.#diagnostics = new ReviewDiagnostics(linter);
    this.#disposables = [
      this.#diagnostics,
      this.#reviewed,
      this.#stateChanged,
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
    return this.#diagnostics.findingsOf(uri);
  }

  /** The review that is shown, by project; undefined where none is. */
  get shown(): readonly ProjectReview[] | undefined {
    return this.#result?.reviews;
  }

  /** The same with the names of what was compared. */
  get result(): RunResult | undefined {
    return this.#result;
  }

  /** What the shown review was asked for. */
  get request(): ReviewRequest | undefined {
    return this.#request;
  }

  get state(): ReviewState {
    return this.#state;
  }

  /** Why the review that was asked for last cannot be made, for the user; another one may be shown. */
  get problem(): string | undefined {
    return this.#problem?.text;
  }

  /** Forgets the last review. */
  clear(): void {
    this.#generation++;
    clearTimeout(this.#timer);
    this.#watched?.subscription.dispose();
    this.#watched = undefined;
    this.#diagnostics.clear();
    this.#result = undefined;
    this.#request = undefined;
    this.#asked = undefined;
    this.#problem = undefined;
    this.#become("none");
    this.#reviewed.fire();
  }

  /** Gives up the run that is under way. What was shown stays. */
  cancel(): void {
    if (this.#state !== "running") return;
    this.#generation++;
    clearTimeout(this.#timer);
    this.#become("cancelled");
  }

  /** Makes the review that is asked for, with its progress; the user is told where it cannot be made. Undefined then, and where it was given up. */
  async review(request: ReviewRequest): Promise<ReviewSummary | undefined> {
    const summary = await withReviewProgress(vscode.l10n.t("Premortem reviews this change"), async (progress, token) => {
      token.onCancellationRequested(() => this.cancel());
      let made = await this.#run(request, true, progress);
      // What changed on the way has stopped the run, and the answer is to be of the present text.
      while (made === undefined && (this.#state === "stale" || this.#state === "running") && this.#asked === request) made = await this.#run(request, false, progress);
      // A run that brought this request up to date may have ended before the one that it overtook.
      return made ?? (this.#state === "current" && this.#request === request ? this.#summarise(this.#result!) : undefined);
    });
    if (typeof summary !== "string") return summary;
    void vscode.window.showWarningMessage(summary);
    return undefined;
  }

  /** Makes a review that nobody has just asked for, as where a panel of an earlier window comes back: what hinders it is said in the panel alone. */
  async restore(request: ReviewRequest): Promise<void> {
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: vscode.l10n.t("Premortem reviews this change") }, () => this.#run(request, true, () => {}));
  }

  /** The shown review as of the present text, now. */
  async bringUpToDate(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#asked !== undefined) await this.#run(this.#asked, false, () => {});
  }

  /** A review that is shown stays true while the user mends what it found. */
  #scheduleAgain(): void {
    if (this.#result === undefined && this.#state !== "running" && this.#state !== "stale") return;
    clearTimeout(this.#timer);
    this.#generation++;
    this.#become("stale");
    this.#timer = setTimeout(() => void this.bringUpToDate().catch((error: Error) => this.#log.error(error)), QUIET);
  }

  /** Reviews and shows; undefined where a newer run overtook this one, a sentence where it cannot be done. */
  async #run(request: ReviewRequest, fresh: boolean, progress: (share: number) => void): Promise<ReviewSummary | string | undefined> {
    clearTimeout(this.#timer);
    const generation = ++this.#generation;
    const stopped = (): boolean => generation !== this.#generation;
    this.#asked = request;
    if (fresh) this.#problem = undefined;
    this.#become("running");
    let result: RunResult | string | undefined;
    try {
      result = await this.#runner.run(request, { fresh, stopped, progress });
    } catch (error) {
      if (!stopped()) this.#become("failed");
      throw error;
    }
    if (stopped() || result === undefined) return undefined;
    if (typeof result === "string") {
      this.#problem = { request, text: result };
      this.#become("failed");
      // What was shown before stays, and is kept up to date.
      this.#asked = this.#request;
      if (JSON.stringify(request) !== JSON.stringify(this.#request)) this.#scheduleAgain();
      return result;
    }
    if (JSON.stringify(request) === JSON.stringify(this.#problem?.request)) this.#problem = undefined;
    this.#request = request;
    this.#result = result;
    this.#diagnostics.replace(request.comparison.kind === "branch" ? [] : result.reviews);
    this.#watch(result.repositories);
    for (const { result: one } of result.reviews) this.#linter.noteFailures(one.failures);
    this.#become("current");
    this.#reviewed.fire();
    return this.#summarise(result);
  }

  #watch(repositories: readonly Repository[]): void {
    const same = this.#watched?.repositories.length === repositories.length && repositories.every((one, index) => one.rootUri.toString() === this.#watched!.repositories[index]!.rootUri.toString());
    if (same) return;
    this.#watched?.subscription.dispose();
    this.#watched = { repositories, subscription: vscode.Disposable.from(...repositories.map(({ state }) => state.onDidChange(() => this.#scheduleAgain()))) };
  }

  #become(state: ReviewState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#stateChanged.fire(state);
  }

  #summarise({ reviews, base, head }: RunResult): ReviewSummary {
    const findings = reviews.flatMap(({ result }) => result.findings);
    const notComputed = reviews.flatMap(({ result }) => result.notComputed);
    const changed = reviews.reduce((sum, { result }) => sum + result.changed.length, 0);
    for (const { rule, path, reason } of notComputed) this.#log.info(`${rule} in ${path}: could not be computed, ${reason}`);
    const message = describe(changed, findings, notComputed.length, base);
    this.#log.info(head === undefined ? message : `${head}: ${message}`);
    return { findings: findings.length, changed, message };
  }
}

function describe(changed: number, findings: readonly Finding[], notComputed: number, base: string): string {
  if (changed === 0) return vscode.l10n.t("Premortem: nothing that it reads differs from {0}.", base);
  const { error, warning, info } = countsOf(findings);
  const parts = [
    error === 0 ? [] : error === 1 ? vscode.l10n.t("1 error") : vscode.l10n.t("{0} errors", error),
    warning === 0 ? [] : warning === 1 ? vscode.l10n.t("1 warning") : vscode.l10n.t("{0} warnings", warning),
    info === 0 ? [] : vscode.l10n.t("{0} info", info),
  ].flat();
  const found = parts.join(", ") || vscode.l10n.t("no findings");
  const brings = changed === 1 ? vscode.l10n.t("Premortem: 1 changed file against {0} brings {1}.", base, found) : vscode.l10n.t("Premortem: {0} changed files against {1} bring {2}.", changed, base, found);
  if (notComputed === 0) return brings;
  return `${brings} ${notComputed === 1 ? vscode.l10n.t("1 question could not be computed; the log says which.") : vscode.l10n.t("{0} questions could not be computed; the log says which.", notComputed)}`;
}
