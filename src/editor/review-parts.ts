import * as vscode from "vscode";
import { ReviewCommands } from "./review-commands.ts";
import { ReviewPanel } from "./review-panel.ts";
import type { Reviews } from "./review.ts";

/** What people meet of a review: the panel and the ways in to it. */
export function registerReview(reviews: Reviews, extension: vscode.Uri, log: vscode.LogOutputChannel): vscode.Disposable {
  const panel = new ReviewPanel(reviews, extension, log);
  return vscode.Disposable.from(panel, new ReviewCommands(reviews, panel));
}
