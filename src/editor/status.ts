import * as vscode from "vscode";
import { countsOf } from "../report/report.ts";
import { SCHEMES } from "./files.ts";
import type { Linted, Linter } from "./linter.ts";
import type { Reviews } from "./review.ts";

const EVERYWHERE = SCHEMES.map((scheme) => ({ scheme }));

/** The language status of the active file: what was found and when, a rule that failed, and what could not be computed. */
export class Status implements vscode.Disposable {
  readonly #linter: Linter;
  readonly #reviews: Reviews;
  readonly #state = vscode.languages.createLanguageStatusItem("premortem.state", []);
  readonly #open = vscode.languages.createLanguageStatusItem("premortem.notComputed", []);
  readonly #disposables: vscode.Disposable[];

  constructor(linter: Linter, reviews: Reviews) {
    this.#linter = linter;
    this.#reviews = reviews;
    this.#state.name = vscode.l10n.t("Premortem: state");
    this.#open.name = vscode.l10n.t("Premortem: not computed");
    const update = (): void => this.update();
    this.#disposables = [
      this.#state,
      this.#open,
      linter.onDidPublish(update),
      linter.onDidChangeBusy(update),
      reviews.onDidReview(update),
      reviews.onDidChangeState(update),
      vscode.window.onDidChangeActiveTextEditor(update),
      vscode.commands.registerCommand("premortem.showNotComputed", () => this.#showNotComputed()),
    ];
    this.update();
  }

  dispose(): void {
    this.#disposables.forEach((disposable) => void disposable.dispose());
  }

  /** Brings the items up to date with the active editor. */
  update(): void {
    const active = vscode.window.activeTextEditor?.document;
    const linted = active && this.#linter.linted(active.uri);
    const busy = active !== undefined && this.#linter.busy(active.uri);
    const failed = [...this.#linter.failures.keys()];
    // In files that Premortem does not read it has nothing to say, but a failure of its own is never kept back.
    const selector = linted === undefined && failed.length === 0 ? [] : EVERYWHERE;
    this.#state.selector = selector;
    this.#open.selector = linted === undefined ? [] : EVERYWHERE;
    this.#state.busy = busy || this.#reviews.state === "running";
    const { text, detail, failing } = stateOf(linted, failed);
    this.#state.text = text;
    this.#state.detail = detail;
    this.#state.severity = failing ? vscode.LanguageStatusSeverity.Warning : vscode.LanguageStatusSeverity.Information;
    this.#state.command = failing
      ? { command: "premortem.showLog", title: vscode.l10n.t("Show Log") }
      : { command: "workbench.actions.view.problems", title: vscode.l10n.t("Show Problems") };
    const open = this.#notComputed().length;
    this.#open.text = open === 0 ? vscode.l10n.t("Premortem: everything was computed") : vscode.l10n.t("Premortem: {0} not computed", open);
    if (open === 0) delete (this.#open as { command?: vscode.Command }).command;
    else this.#open.command = { command: "premortem.showNotComputed", title: vscode.l10n.t("Show Reasons") };
  }

  /** Of the active file, and of the review that is shown. */
  #notComputed(): { rule: string; place: string; reason: string; uri: vscode.Uri | undefined }[] {
    const active = vscode.window.activeTextEditor?.document.uri;
    const linted = active && this.#linter.linted(active);
    const ofFile = (linted?.notComputed ?? []).map(({ rule, reason, path }) => ({ rule, reason, place: path, uri: linted?.project.uriOf(path) }));
    const ofReview = (this.#reviews.shown ?? []).flatMap(({ result, prefix, project }) =>
      result.notComputed.map(({ rule, path, reason }) => ({ rule, reason, place: `${prefix}${path}`, uri: path === "" ? undefined : project.uriOf(path) })),
    );
    const known = new Set<string>();
    return [...ofFile, ...ofReview].filter(({ rule, reason, uri }) => {
      const key = `${rule}\0${uri?.toString() ?? ""}\0${reason}`;
      return !known.has(key) && known.add(key);
    });
  }

  async #showNotComputed(): Promise<void> {
    const open = this.#notComputed();
    const items = open.map(({ rule, place, reason, uri }) => ({ label: reason, description: rule, detail: place, uri }));
    const title = open.length === 0 ? vscode.l10n.t("Everything was computed") : vscode.l10n.t("What could not be computed, and why");
    const picked = await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t("Go to the file"), matchOnDescription: true, matchOnDetail: true });
    if (picked?.uri !== undefined) await vscode.window.showTextDocument(picked.uri);
  }
}

/** The words of the state: how many findings a file has and when it was linted, or the rules that failed, by name. */
export function stateOf(linted: Pick<Linted, "findings" | "at" | "took"> | undefined, failed: readonly string[]): { readonly text: string; readonly detail: string; readonly failing: boolean } {
  if (failed.length > 0) {
    const text = failed.length === 1 ? vscode.l10n.t("Premortem: the rule {0} failed", failed[0]!) : vscode.l10n.t("Premortem: {0} rules failed: {1}", failed.length, failed.join(", "));
    return { text, detail: vscode.l10n.t("its findings are missing, the others stand"), failing: true };
  }
  const { error, warning, info } = countsOf(linted?.findings ?? []);
  const count = error + warning + info;
  const text = count === 0 ? vscode.l10n.t("Premortem: no findings") : count === 1 ? vscode.l10n.t("Premortem: 1 finding") : vscode.l10n.t("Premortem: {0} findings", count);
  return { text, detail: linted === undefined ? "" : timeOf(linted), failing: false };
}

function timeOf({ at, took }: Pick<Linted, "at" | "took">): string {
  const duration = took < 1 ? vscode.l10n.t("less than 1 ms") : vscode.l10n.t("{0} ms", Math.round(took));
  return vscode.l10n.t("last lint {0}, in {1}", new Date(at).toLocaleTimeString(vscode.env.language), duration);
}
