import * as vscode from "vscode";
import type { Heads } from "./heads.ts";
import type { Linter } from "./linter.ts";
import type { Projects } from "./projects.ts";
import { differsFromHead } from "./review-lens.ts";

/** The key of `when` clauses that has the addresses of the files in visible editors that differ from HEAD. */
const KEY = "premortem.differing";

/** Keeps the key for editors' titles. */
export class DifferingFiles implements vscode.Disposable {
  readonly #projects: Projects;
  readonly #heads: Heads;
  readonly #disposables: vscode.Disposable[];
  #known = "";
  /** `again`: something changed while the last question was still open. */
  #state: "idle" | "asking" | "again" = "idle";

  constructor(projects: Projects, heads: Heads, linter: Linter) {
    this.#projects = projects;
    this.#heads = heads;
    const again = (): void => void this.#update();
    this.#disposables = [linter.onDidPublish(again), heads.onDidChange(again), vscode.window.onDidChangeVisibleTextEditors(again)];
    again();
  }

  dispose(): void {
    this.#disposables.forEach((disposable) => void disposable.dispose());
  }

  async #update(): Promise<void> {
    if (this.#state !== "idle") {
      this.#state = "again";
      return;
    }
    do {
      this.#state = "asking";
      await this.#ask();
    } while (this.#asksAgain());
    this.#state = "idle";
  }

  #asksAgain(): boolean {
    return this.#state === "again";
  }

  async #ask(): Promise<void> {
    const documents = [...new Set(vscode.window.visibleTextEditors.map(({ document }) => document))];
    const differs = await Promise.all(documents.map((document) => differsFromHead(this.#projects, this.#heads, document).catch(() => false)));
    const addresses = documents.filter((_, index) => differs[index]).map(({ uri }) => uri.toString()).sort();
    const known = addresses.join("\n");
    if (known === this.#known) return;
    this.#known = known;
    await vscode.commands.executeCommand("setContext", KEY, addresses);
  }
}
