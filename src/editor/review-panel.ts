import * as vscode from "vscode";
import { lessonRules, rules } from "../core.ts";
import type { ReviewRequest } from "./comparison.ts";
import { comparisonNamed, requestOf } from "./comparison.ts";
import { pageUri } from "./pages.ts";
import type { FixChoice } from "./review-fix.ts";
import { applyFix } from "./review-fix.ts";
import type { ReviewPlace } from "./review-jump.ts";
import { changesAt, columnBeside, jumpTo } from "./review-jump.ts";
import { newNonce, pageOf, waitingPage } from "./review-page.ts";
import type { ReviewState, Reviews } from "./review.ts";

/** The type of the panel, by which VS Code asks for it after the window was loaded again. */
export const VIEW_TYPE = "premortem.review";

/** What the page's script sends. */
type Message =
  | { readonly type: "ready"; readonly version: number }
  | { readonly type: "again" | "cancel" | "against" }
  | { readonly type: "rule"; readonly rule: string }
  | ({ readonly type: "fix" } & FixChoice)
  | ({ readonly type: "changes" } & Omit<ReviewPlace, "side">)
  | ({ readonly type: "place" } & ReviewPlace);

/** The panel that shows the review beside the editor, as of the present text. */
export class ReviewPanel implements vscode.Disposable, vscode.WebviewPanelSerializer {
  readonly #reviews: Reviews;
  readonly #extension: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  readonly #disposables: vscode.Disposable[];
  /** Made with the first page: the first random number costs the start more than all the rest of the panel. */
  #nonce = "";
  #panel: vscode.WebviewPanel | undefined;
  #request: ReviewRequest = { comparison: comparisonNamed("HEAD") };
  #version = 0;
  /** The page of the last version, and which version the webview starts with when it is shown again. */
  #html = "";
  #written = -1;
  #hasPage = false;
  #making: Promise<void> = Promise.resolve();

  constructor(reviews: Reviews, extension: vscode.Uri, log: vscode.LogOutputChannel) {
    this.#reviews = reviews;
    this.#extension = extension;
    this.#log = log;
    this.#disposables = [
      reviews.onDidReview(() => (this.#making = this.#making.then(() => this.#update()).catch((error: Error) => log.error(error)))),
      reviews.onDidChangeState(() => this.#sendState()),
      vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this),
    ];
  }

  dispose(): void {
    this.#panel?.dispose();
    this.#disposables.forEach((disposable) => void disposable.dispose());
  }

  /** Opens the panel, or brings it to the front. */
  open(request: ReviewRequest): void {
    this.#request = request;
    if (this.#panel !== undefined) return this.#panel.reveal(undefined, false);
    const column = vscode.window.activeTextEditor === undefined ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside;
    this.#take(vscode.window.createWebviewPanel(VIEW_TYPE, vscode.l10n.t("Premortem Review"), column, { enableScripts: true, localResourceRoots: [], enableFindWidget: true }));
  }

  /** VS Code loaded the window again and has a panel of before. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    this.#panel?.dispose();
    this.#request = requestOf(typeof state === "object" && state !== null && "request" in state ? state.request : undefined) ?? this.#request;
    panel.webview.options = { enableScripts: true, localResourceRoots: [] };
    this.#take(panel);
    if (this.#reviews.state === "none") await this.#reviews.restore(this.#request);
  }

  #take(panel: vscode.WebviewPanel): void {
    this.#nonce ||= newNonce();
    this.#panel = panel;
    this.#hasPage = false;
    panel.iconPath = vscode.Uri.joinPath(this.#extension, "media/icon.png");
    panel.webview.onDidReceiveMessage((message) => void this.#receive(message).catch((error: Error) => this.#log.error(error)));
    panel.onDidDispose(() => {
      if (this.#panel === panel) this.#panel = undefined;
    });
    this.#write(waitingPage({ request: this.#request, nonce: this.#nonce, version: ++this.#version }));
    if (this.#reviews.result !== undefined) this.#making = this.#making.then(() => this.#update());
  }

  /** Shows the present result. A page that is on the screen is changed in place, so that the user stays where they are. */
  async #update(): Promise<void> {
    const { result, request } = this.#reviews;
    if (this.#panel === undefined) return;
    if (result === undefined || request === undefined) {
      this.#panel.dispose();
      return;
    }
    const same = JSON.stringify(this.#request) === JSON.stringify(request);
    this.#request = request;
    const html = await pageOf(result, { request, nonce: this.#nonce, version: this.#version + 1 });
    if (this.#panel === undefined) return;
    this.#version++;
    this.#panel.title = result.head === undefined ? vscode.l10n.t("Review: against {0}", result.base) : vscode.l10n.t("Review: {0}", result.head);
    if (this.#hasPage && same) {
      this.#html = html;
      await this.#panel.webview.postMessage({ type: "page", html, version: this.#version });
      this.#sendState();
    } else this.#write(html);
    this.#hasPage = true;
  }

  #write(html: string): void {
    this.#html = html;
    this.#written = this.#version;
    if (this.#panel !== undefined) this.#panel.webview.html = html;
  }

  #sendState(): void {
    void this.#panel?.webview.postMessage({ type: "state", state: this.#reviews.state, text: wordsOf(this.#reviews) });
  }

  /** Opens the page of a rule, or of a lesson of the reviewed files; nothing for a name that there is not. */
  async #openPage(rule: string): Promise<void> {
    const own = this.#reviews.shown?.find(({ after }) => lessonRules(after).has(rule));
    if (!rules.has(rule) && own === undefined) return;
    await vscode.commands.executeCommand("vscode.open", pageUri("rules", rule, own?.project), { viewColumn: columnBeside(this.#panel?.viewColumn) });
  }

  async #receive(message: unknown): Promise<void> {
    if (!isMessage(message)) return;
    switch (message.type) {
      case "ready":
        // The panel was hidden meanwhile, and begins with the page that it had at first.
        if (message.version !== this.#version && this.#version !== this.#written) await this.#panel?.webview.postMessage({ type: "page", html: this.#html, version: this.#version });
        this.#sendState();
        return;
      case "again":
        await this.#reviews.review(this.#request);
        return;
      case "cancel":
        this.#reviews.cancel();
        return;
      case "against":
        await vscode.commands.executeCommand("premortem.reviewAgainst");
        return;
      case "rule":
        await this.#openPage(message.rule);
        return;
      case "fix":
        if (await applyFix(this.#reviews, message)) await this.#reviews.bringUpToDate();
        return;
      case "changes": {
        const changes = changesAt(this.#reviews.shown?.[message.project], message, columnBeside(this.#panel?.viewColumn));
        if (changes !== undefined) await vscode.commands.executeCommand(changes.command, ...changes.arguments!);
        return;
      }
      case "place":
        await jumpTo(this.#reviews.shown ?? [], message, this.#panel?.viewColumn);
    }
  }
}

/** How the review stands; before that, why the one that was asked for last cannot be shown in its place. */
function wordsOf(reviews: Reviews): string {
  const { state, problem, result } = reviews;
  if (problem === undefined) return standing(state);
  if (result === undefined) return problem;
  const shown = vscode.l10n.t("Shown is the review against {0}.", result.base);
  return state === "failed" ? `${problem} ${shown}` : `${problem} ${shown} ${standing(state)}`;
}

function standing(state: ReviewState): string {
  switch (state) {
    case "none": return vscode.l10n.t("Nothing was reviewed yet.");
    case "running": return vscode.l10n.t("The review is running…");
    case "stale": return vscode.l10n.t("Out of date: the text has changed since. The review is brought up to date when you pause.");
    case "cancelled": return vscode.l10n.t("The review was cancelled. What is shown may be out of date.");
    case "failed": return vscode.l10n.t("The review failed. What is shown may be out of date; the log says more (Premortem: Show Log).");
    case "current": return vscode.l10n.t("Up to date, unsaved text included.");
  }
}

/** The page's text comes from reviewed files, so what the page sends is looked at as closely as they are. */
function isMessage(message: unknown): message is Message {
  if (typeof message !== "object" || message === null) return false;
  const of = message as Record<string, unknown>;
  const isCount = (value: unknown): boolean => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
  switch (of["type"]) {
    case "ready": return isCount(of["version"]);
    case "again": case "cancel": case "against": return true;
    case "rule": return typeof of["rule"] === "string";
    case "fix": return typeof of["fingerprint"] === "string" && isCount(of["index"]) && isCount(of["project"]);
    case "place": case "changes": {
      const isPlace = typeof of["path"] === "string" && isCount(of["start"]) && isCount(of["end"]) && isCount(of["project"]);
      return isPlace && (of["type"] === "changes" || of["side"] === "before" || of["side"] === "after");
    }
    default: return false;
  }
}
