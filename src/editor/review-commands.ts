import * as vscode from "vscode";
import type { ReviewRequest } from "./comparison.ts";
import { comparisonNamed, requestOf } from "./comparison.ts";
import { pickComparison } from "./base-pick.ts";
import type { ReviewPanel } from "./review-panel.ts";
import type { ReviewSummary, Reviews } from "./review.ts";

/** A file in the Source Control view, as VS Code hands it to a command. */
interface ResourceState {
  readonly resourceUri: vscode.Uri;
}

/** A group there: `merge`, `index`, `workingTree` or `untracked` of git. */
interface ResourceGroup {
  readonly id: string;
  readonly resourceStates: readonly ResourceState[];
}

/** The ways in to a review: the palette, Source Control, the explorer, editors' titles. */
export class ReviewCommands implements vscode.Disposable {
  readonly #reviews: Reviews;
  readonly #panel: ReviewPanel;
  readonly #disposables: vscode.Disposable[];

  constructor(reviews: Reviews, panel: ReviewPanel) {
    this.#reviews = reviews;
    this.#panel = panel;
    const command = (name: string, run: (...args: never[]) => unknown): vscode.Disposable => vscode.commands.registerCommand(name, run);
    this.#disposables = [
      command("premortem.reviewChange", (data?: unknown) => this.#run(requestOf(data) ?? { comparison: configured() })),
      command("premortem.reviewAgainst", () => this.#against()),
      command("premortem.reviewFile", (file?: ResourceState | vscode.Uri, ...files: unknown[]) => this.#files(file, files)),
      command("premortem.reviewGroup", (group?: ResourceGroup) => this.#group(group)),
      command("premortem.reviewFolder", (folder?: vscode.Uri, folders?: unknown) => this.#within(folder, Array.isArray(folders) ? folders : [])),
      command("premortem.clearReview", () => reviews.clear()),
    ];
  }

  dispose(): void {
    this.#disposables.forEach((disposable) => void disposable.dispose());
  }

  async #run(request: ReviewRequest): Promise<ReviewSummary | undefined> {
    this.#panel.open(request);
    return this.#reviews.review(request);
  }

  async #against(): Promise<ReviewSummary | undefined> {
    const comparison = await pickComparison();
    return comparison && this.#run({ comparison });
  }

  /** Called from Source Control with the files that are selected there, from an editor's title with its file, else for the active file. */
  #files(first: ResourceState | vscode.Uri | undefined, rest: readonly unknown[]): Promise<ReviewSummary | undefined> {
    const all = [first, ...rest.flat()].flatMap((one) => (one instanceof vscode.Uri ? one : isResource(one) ? one.resourceUri : []));
    const active = vscode.window.activeTextEditor?.document.uri;
    const uris = all.length > 0 ? all : active === undefined ? [] : [active];
    return this.#run({ comparison: configured(), ...(uris.length > 0 && { within: addresses(uris) }) });
  }

  #group(group: ResourceGroup | undefined): Promise<ReviewSummary | undefined> {
    if (group?.id === "index") return this.#run({ comparison: { kind: "staged" } });
    const within = group && addresses(group.resourceStates.map(({ resourceUri }) => resourceUri));
    if (group?.id === "workingTree") return this.#run({ comparison: { kind: "unstaged" }, within: within! });
    return this.#run({ comparison: { kind: "head" }, ...(within && { within }) });
  }

  #within(folder: vscode.Uri | undefined, folders: readonly unknown[]): Promise<ReviewSummary | undefined> {
    const uris = [folder, ...folders].filter((one): one is vscode.Uri => one instanceof vscode.Uri);
    return this.#run({ comparison: configured(), ...(uris.length > 0 && { within: addresses(uris) }) });
  }
}

/** The base that the setting names. */
export function configured(): ReviewRequest["comparison"] {
  return comparisonNamed(vscode.workspace.getConfiguration("premortem").get<string>("review.base"));
}

function addresses(uris: readonly vscode.Uri[]): string[] {
  return [...new Set(uris.map((uri) => uri.toString()))].sort();
}

function isResource(value: unknown): value is ResourceState {
  return typeof value === "object" && value !== null && "resourceUri" in value && value.resourceUri instanceof vscode.Uri;
}
