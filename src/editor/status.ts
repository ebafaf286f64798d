import * as vscode from "vscode";
import { countsOf } from "../report/report.ts";
import type { Linter } from "./linter.ts";

/** The status bar's item: the active file's findings, and whether a rule of ours failed. */
export class Status implements vscode.Disposable {
  readonly #linter: Linter;
  readonly #item = vscode.window.createStatusBarItem("premortem.status", vscode.StatusBarAlignment.Left, 0);
  readonly #disposables: vscode.Disposable[];

  constructor(linter: Linter) {
    this.#linter = linter;
    this.#item.name = "Premortem";
    this.#disposables = [this.#item, linter.onDidPublish(() => this.#update()), vscode.window.onDidChangeActiveTextEditor(() => this.#update())];
    this.#update();
  }

  dispose(): void {
    this.#disposables.forEach((disposable) => void disposable.dispose());
  }

  #update(): void {
    const { failures } = this.#linter;
    const active = vscode.window.activeTextEditor?.document.uri;
    const linted = active && this.#linter.linted(active);
    if (linted === undefined && failures.size === 0) return this.#item.hide();
    const { error, warning, info } = countsOf(linted?.findings ?? []);
    const failed = [...failures.keys()];
    this.#item.text = failed.length > 0 ? `$(bug) Premortem ${error + warning + info}` : `$(shield) Premortem ${error + warning + info}`;
    this.#item.tooltip =
      failed.length > 0
        ? `A rule failed (${failed.join(", ")}), so its findings are missing; the others stand. Click for the log.`
        : `Premortem in this file: ${error} errors, ${warning} warnings, ${info} info. Click for the Problems panel.`;
    this.#item.backgroundColor = failed.length > 0 ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    this.#item.command = failed.length > 0 ? "premortem.showLog" : "workbench.actions.view.problems";
    this.#item.show();
  }
}
