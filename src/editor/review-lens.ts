import * as vscode from "vscode";
import { eligible } from "./files.ts";
import type { Heads } from "./heads.ts";
import { placeOf } from "./place.ts";
import type { Projects } from "./projects.ts";
import type { Reviews } from "./review.ts";

/** Above the first line of a file that differs from HEAD: the way to the review, with what the shown one found in it. */
export class ReviewLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #projects: Projects;
  readonly #heads: Heads;
  readonly #reviews: Reviews;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[];

  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(projects: Projects, heads: Heads, reviews: Reviews) {
    this.#projects = projects;
    this.#heads = heads;
    this.#reviews = reviews;
    const again = (): void => this.#changed.fire();
    this.#disposables = [
      this.#changed,
      heads.onDidChange(again),
      reviews.onDidReview(again),
      vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("premortem") && again()),
    ];
  }

  dispose(): void {
    this.#disposables.forEach((disposable) => void disposable.dispose());
  }

  async provideCodeLenses(document: vscode.TextDocument, token: vscode.CancellationToken): Promise<vscode.CodeLens[]> {
    if (!vscode.workspace.getConfiguration("premortem", document.uri).get("review.lens", true)) return [];
    if (!(await differsFromHead(this.#projects, this.#heads, document)) || token.isCancellationRequested) return [];
    const command = { command: "premortem.reviewChange", title: this.#title(document.uri), tooltip: vscode.l10n.t("What the whole change does, to how many hosts, and what could go wrong") };
    return [new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), command)];
  }

  #title(uri: vscode.Uri): string {
    if (this.#reviews.shown === undefined) return vscode.l10n.t("Review this change");
    const count = this.#reviews.findingsOf(uri).length;
    if (count === 0) return vscode.l10n.t("Review this change: no findings here");
    return count === 1 ? vscode.l10n.t("Review this change: 1 finding here") : vscode.l10n.t("Review this change: {0} findings here", count);
  }
}

/** True where the document's present text is another than that of HEAD. */
export async function differsFromHead(projects: Projects, heads: Heads, document: vscode.TextDocument): Promise<boolean> {
  if (!eligible(document.uri)) return false;
  const place = await placeOf(projects, document);
  const head = place && (await heads.of(place.project));
  return place !== undefined && head !== undefined && head.text(place.path) !== place.workspace.text(place.path);
}
