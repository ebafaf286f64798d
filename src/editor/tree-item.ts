import * as vscode from "vscode";
import { Ranges } from "./diagnostic.ts";
import type { ProjectReview } from "./review-run.ts";
import type { Location } from "../engine/location.ts";

/** One row of the tree, with what is below it. */
export class Item extends vscode.TreeItem {
  readonly children: () => readonly Item[];
  /** The page of the row's lesson or rule. */
  page?: vscode.Uri;
  /** What opens both texts of the row's file side by side, where there are two. */
  changes?: vscode.Command;

  constructor(label: string, id: string, children?: () => readonly Item[], open = false) {
    const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    super(label, children === undefined ? None : open ? Expanded : Collapsed);
    this.id = id;
    this.children = children ?? (() => []);
  }

  /** Fills in what the row shows beside its label. */
  with(properties: Partial<Pick<vscode.TreeItem, "description" | "tooltip" | "iconPath" | "command" | "contextValue" | "accessibilityInformation"> & { changes: vscode.Command; page: vscode.Uri }>): this {
    Object.assign(this, properties);
    return this;
  }
}

/** What a click on a row does that stands for a place in the change. */
export function goTo(review: ProjectReview, { path, range }: Location): vscode.Command {
  // What a change takes away is shown where it stood.
  const side = review.after.text(path) === undefined ? "before" : "after";
  const selection = new Ranges(review[side]).of(path, range);
  return { command: "vscode.open", title: vscode.l10n.t("Go to Place"), arguments: [review.uriOf(path, side), { selection }] };
}

/** `nftables.conf:12`, and the folder behind it. */
export function placeWords(review: ProjectReview, { path, range }: Location): { name: string; folder: string } {
  const side = review.after.text(path) === undefined ? review.before : review.after;
  const line = new Ranges(side).of(path, range).start.line + 1;
  const shown = `${review.prefix}${path}`;
  const cut = shown.lastIndexOf("/");
  return { name: `${shown.slice(cut + 1)}:${line}`, folder: shown.slice(0, Math.max(cut, 0)) };
}
