import * as vscode from "vscode";
import { Ranges } from "./diagnostic.ts";
import type { ProjectReview } from "./review-run.ts";
import type { Side } from "./states.ts";

/** A place in a review's page. */
export interface ReviewPlace {
  /** As the page shows it. */
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly side: Side;
  /** Which of the reviewed projects it is in. */
  readonly project: number;
}

/** Opens a place beside the page: the working file where it has that text, else the text of the side, read-only. */
export async function jumpTo(reviews: readonly ProjectReview[], place: ReviewPlace, panel: vscode.ViewColumn | undefined): Promise<void> {
  const review = reviews[place.project];
  if (review === undefined || !place.path.startsWith(review.prefix)) return;
  const path = place.path.slice(review.prefix.length);
  // What the page took for the head's may be gone from it.
  const side: Side = place.side === "after" && review.after.text(path) === undefined ? "before" : place.side;
  const state = review[side];
  if (state.text(path) === undefined) return;
  const selection = new Ranges(state).of(path, { start: place.start, end: place.end });
  try {
    await vscode.window.showTextDocument(review.uriOf(path, side), { viewColumn: columnBeside(panel), selection });
  } catch (error) {
    void vscode.window.showWarningMessage(vscode.l10n.t("{0} cannot be opened: {1}. It may be gone since the review; run the review again.", place.path, error instanceof Error ? error.message : String(error)));
  }
}

/** What opens both texts of a file side by side, at a place of the head's; undefined where there are not two. `path`: as it is shown. */
export function changesAt(review: ProjectReview | undefined, { path: shown, start, end }: Omit<ReviewPlace, "side" | "project">, viewColumn?: vscode.ViewColumn): vscode.Command | undefined {
  if (review === undefined || !shown.startsWith(review.prefix)) return undefined;
  const path = shown.slice(review.prefix.length);
  const [before, after] = [review.before.text(path), review.after.text(path)];
  if (before === undefined || after === undefined || before === after) return undefined;
  const title = vscode.l10n.t("{0} (before and after)", path.slice(path.lastIndexOf("/") + 1));
  const selection = new Ranges(review.after).of(path, { start, end });
  const options: vscode.TextDocumentShowOptions = { selection, ...(viewColumn !== undefined && { viewColumn }) };
  return { command: "vscode.diff", title, arguments: [review.uriOf(path, "before"), review.uriOf(path, "after"), title, options] };
}

/** The column of text beside the page: one that has an editor already, else a new one. */
export function columnBeside(panel: vscode.ViewColumn | undefined): vscode.ViewColumn {
  const other = vscode.window.visibleTextEditors.find(({ viewColumn }) => viewColumn !== undefined && viewColumn !== panel)?.viewColumn;
  if (other !== undefined) return other;
  const group = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn !== panel);
  return group?.viewColumn ?? vscode.ViewColumn.Beside;
}
