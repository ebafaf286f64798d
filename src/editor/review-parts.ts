import * as vscode from "vscode";
import { DifferingFiles } from "./differing-files.ts";
import { SCHEMES } from "./files.ts";
import type { Heads } from "./heads.ts";
import type { Linter } from "./linter.ts";
import type { Projects } from "./projects.ts";
import { ReviewCommands } from "./review-commands.ts";
import { ReviewLenses } from "./review-lens.ts";
import { ReviewPanel } from "./review-panel.ts";
import { ReviewTasks, TASK_TYPE } from "./review-task.ts";
import type { Reviews } from "./review.ts";

/** What a review is shown and started with. */
export interface ReviewParts {
  readonly reviews: Reviews;
  readonly projects: Projects;
  readonly heads: Heads;
  readonly linter: Linter;
  readonly extension: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
}

/** What people meet of a review: the panel, and the ways in to it. */
export function registerReview({ reviews, projects, heads, linter, extension, log }: ReviewParts): vscode.Disposable {
  const panel = new ReviewPanel(reviews, extension, log);
  const lenses = new ReviewLenses(projects, heads, reviews);
  return vscode.Disposable.from(
    panel,
    new ReviewCommands(reviews, panel),
    lenses,
    new DifferingFiles(projects, heads, linter),
    vscode.languages.registerCodeLensProvider(SCHEMES.map((scheme) => ({ scheme })), lenses),
    vscode.tasks.registerTaskProvider(TASK_TYPE, new ReviewTasks(projects, log)),
  );
}
