import * as vscode from "vscode";
import type { Fix } from "../engine/fix.ts";
import { applyEdits } from "../engine/fix.ts";
import { unifiedDiff } from "../report/diff.ts";
import { editOf } from "./actions.ts";
import type { ProjectReview } from "./review-run.ts";
import type { Reviews } from "./review.ts";

/** A fix of a finding, as the page names it. */
export interface FixChoice {
  readonly fingerprint: string;
  readonly index: number;
  /** Which of the reviewed projects it is in. */
  readonly project: number;
}

/** Lines of a change that a question shows. */
const LINES = 24;

/**
 * Applies a fix to the present text, saved or not. One that is unsafe says first what it changes. Resolves to true where
 * the text was changed; the user is told why it was not.
 */
export async function applyFix(reviews: Reviews, choice: FixChoice): Promise<boolean> {
  const wanted = find(reviews, choice);
  // The text went on since: the same fault has the same fingerprint, at its present place.
  if (reviews.state !== "current" || wanted === undefined || !(await isPresent(wanted))) await reviews.bringUpToDate();
  const found = find(reviews, choice, wanted?.review);
  if (found === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t("The finding is gone from the present text, so there is nothing to fix."));
    return false;
  }
  if (!(await isPresent(found))) {
    void vscode.window.showWarningMessage(vscode.l10n.t("The fix is for a text that is not in the working tree. Check it out, or review the working tree, then apply it there."));
    return false;
  }
  if (found.fix.safety === "unsafe" && !(await isWanted(found))) return false;
  const { project } = found.review;
  return vscode.workspace.applyEdit(editOf([found.fix], { project, workspace: await project.workspace() }));
}

interface Found {
  readonly review: ProjectReview;
  readonly fix: Fix;
}

function find(reviews: Reviews, { fingerprint, index, project }: FixChoice, old?: ProjectReview): Found | undefined {
  const shown = reviews.shown ?? [];
  const review = old === undefined ? shown[project] : shown.find((one) => one.project === old.project);
  const fix = review?.result.findings.find((finding) => finding.fingerprint === fingerprint)?.fixes[index];
  return review === undefined || fix === undefined ? undefined : { review, fix };
}

/** True where the texts that the fix was made for are those of the editor. */
async function isPresent({ review, fix }: Found): Promise<boolean> {
  const live = await review.project.workspace();
  return fix.edits.every(({ path }) => live.text(path) === review.after.text(path) && isNoted(review.project.uriOf(path), live.text(path)));
}

/** An edit may not have reached the project yet. */
function isNoted(uri: vscode.Uri, text: string | undefined): boolean {
  const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
  return document === undefined || document.getText() === text;
}

async function isWanted({ review, fix }: Found): Promise<boolean> {
  const paths = [...new Set(fix.edits.map(({ path }) => path))];
  const changes = paths.flatMap((path) => {
    const text = review.after.text(path) ?? "";
    const lines = unifiedDiff(review.prefix + path, text, applyEdits(text, fix.edits.filter((edit) => edit.path === path))).split("\n");
    return [review.prefix + path, ...lines.filter((line) => /^[+-](?![+-]{2} )/.test(line))];
  });
  const left = changes.length - LINES;
  const shown = left > 0 ? [...changes.slice(0, LINES), vscode.l10n.t("{0} more lines", left)] : changes;
  const apply = vscode.l10n.t("Change It");
  const detail = `${vscode.l10n.t("This changes what hosts do. It will write:")}\n\n${shown.join("\n")}`;
  return (await vscode.window.showWarningMessage(fix.title, { modal: true, detail }, apply)) === apply;
}
