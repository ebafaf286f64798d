import * as vscode from "vscode";
import { hostItems, reachedHosts } from "./host-items.ts";
import { lessonItems } from "./lesson-items.ts";
import { pageUri } from "./pages.ts";
import type { ProjectReview } from "./review-run.ts";
import type { Reviews } from "./review.ts";
import { Item } from "./tree-item.ts";

/** The view's id in the manifest. */
export const VIEW = "premortem.view";
/** The key of `when` clauses that says whether a review is shown. */
const REVIEWED = "premortem.reviewed";

/** The tree view "Premortem": the lessons that the shown review touches, the hosts that it reaches, and what is not known. */
export class PremortemView implements vscode.TreeDataProvider<Item>, vscode.Disposable {
  readonly #reviews: Reviews;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #view: vscode.TreeView<Item>;
  readonly #disposables: vscode.Disposable[];
  #roots: readonly Item[] = [];

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(reviews: Reviews) {
    this.#reviews = reviews;
    this.#view = vscode.window.createTreeView<Item>(VIEW, { treeDataProvider: this, showCollapseAll: true });
    this.#disposables = [
      this.#changed,
      this.#view,
      reviews.onDidReview(() => this.#update()),
      reviews.onDidChangeState(() => this.#describe()),
      vscode.commands.registerCommand("premortem.refreshReview", () => (reviews.request === undefined ? vscode.commands.executeCommand("premortem.reviewChange") : reviews.review(reviews.request))),
      vscode.commands.registerCommand("premortem.openChanges", (item?: Item) => item?.changes && vscode.commands.executeCommand(item.changes.command, ...item.changes.arguments!)),
      vscode.commands.registerCommand("premortem.openPage", (item?: Item) => item?.page && vscode.commands.executeCommand("vscode.open", item.page)),
    ];
    this.#update();
  }

  dispose(): void {
    this.#disposables.forEach((disposable) => void disposable.dispose());
  }

  getTreeItem(item: Item): vscode.TreeItem {
    return item;
  }

  getChildren(item?: Item): Item[] {
    return [...(item === undefined ? this.#roots : item.children())];
  }

  #update(): void {
    const { shown } = this.#reviews;
    this.#roots = shown === undefined ? [] : rootsOf(shown);
    const count = (shown ?? []).reduce((sum, { result }) => sum + result.findings.length, 0);
    this.#view.badge = count === 0 ? undefined : { value: count, tooltip: count === 1 ? vscode.l10n.t("1 finding of this change") : vscode.l10n.t("{0} findings of this change", count) };
    void vscode.commands.executeCommand("setContext", REVIEWED, shown !== undefined);
    this.#describe();
    this.#changed.fire();
  }

  /** What is compared, and how the review stands to the present text. */
  #describe(): void {
    const { result, state } = this.#reviews;
    const against = result && vscode.l10n.t("against {0}", result.base);
    const standing = state === "running" ? vscode.l10n.t("reviewing…") : state === "stale" ? vscode.l10n.t("out of date") : undefined;
    this.#view.description = [against, standing].filter(Boolean).join(" · ");
    const empty = result !== undefined && this.#roots.length === 0;
    this.#view.message = empty ? vscode.l10n.t("Nothing that Premortem reads differs from {0}.", result.base) : "";
  }
}

function rootsOf(reviews: readonly ProjectReview[]): Item[] {
  if (reviews.length === 0) return [];
  const touched = lessonItems(reviews);
  const reached = reachedHosts(reviews);
  const hosts = reached.reduce((sum, one) => sum + one.hosts.size, 0);
  const of = reached.reduce((sum, one) => sum + one.of, 0);
  const stopping = reached.reduce((sum, one) => sum + one.services.size, 0);
  const known = touched.filter(({ id }) => id !== "findings").length;
  const lessons = new Item(vscode.l10n.t("Lessons touched"), "lessons", touched.length === 0 ? undefined : () => touched, true).with({
    description: touched.length === 0 ? vscode.l10n.t("none: this change brings no findings") : String(known),
    iconPath: new vscode.ThemeIcon("mortar-board"),
  });
  const share = of === 0 ? vscode.l10n.t("not known: there is no inventory here") : vscode.l10n.t("{0} of {1} ({2}%)", hosts, of, Math.round((100 * hosts) / of));
  const fleet = new Item(vscode.l10n.t("Hosts reached"), "hosts", hosts === 0 ? undefined : () => hostItems(reached), true).with({
    description: stopping === 0 ? share : `${share} · ${vscode.l10n.t("{0} interrupted", stopping)}`,
    iconPath: new vscode.ThemeIcon("server"),
  });
  const open = notComputedItems(reviews);
  if (open.length === 0) return [lessons, fleet];
  return [lessons, fleet, new Item(vscode.l10n.t("Not computed"), "open", () => open).with({ description: String(open.length), iconPath: new vscode.ThemeIcon("question") })];
}

/** Each question that could not be answered, with the reason. */
function notComputedItems(reviews: readonly ProjectReview[]): Item[] {
  return reviews.flatMap((review) =>
    review.result.notComputed.map(({ rule, path, reason }) => {
      const shown = `${review.prefix}${path}`;
      const item = new Item(`${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}`, `open ${shown} ${rule} ${reason}`);
      item.with({ description: path === "" ? rule : `${rule} · ${shown}`, tooltip: `${rule}: ${reason}`, iconPath: new vscode.ThemeIcon("question"), contextValue: `finding ${rule}`, page: pageUri("rules", rule, review.project) });
      if (path === "") return item;
      const side = review.after.text(path) === undefined ? "before" : "after";
      return item.with({ command: { command: "vscode.open", title: vscode.l10n.t("Go to Place"), arguments: [review.uriOf(path, side)] } });
    }),
  );
}
