import * as vscode from "vscode";
import type { Finding } from "../engine/finding.ts";
import type { Workspace } from "../model/workspace.ts";
import { toDiagnostics } from "./diagnostic.ts";
import type { Linter } from "./linter.ts";
import type { Project } from "./project.ts";
import type { ProjectReview } from "./review-run.ts";

/** What the last review found in one file. */
interface ReviewedFile {
  readonly uri: vscode.Uri;
  readonly project: Project;
  readonly workspace: Workspace;
  readonly findings: readonly Finding[];
}

/** The findings of the shown review as diagnostics, less what the linter shows in the same file. */
export class ReviewDiagnostics implements vscode.Disposable {
  readonly #linter: Linter;
  readonly #collection = vscode.languages.createDiagnosticCollection("premortem-review");
  readonly #files = new Map<string, ReviewedFile>();
  readonly #subscription: vscode.Disposable;

  constructor(linter: Linter) {
    this.#linter = linter;
    this.#subscription = linter.onDidPublish((uri) => this.#show(uri.toString()));
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#collection.dispose();
  }

  findingsOf(uri: vscode.Uri): readonly Finding[] {
    return this.#files.get(uri.toString())?.findings ?? [];
  }

  clear(): void {
    this.#files.clear();
    this.#collection.clear();
  }

  /** Shows reviews in place of those before. Findings in texts that are not in the working tree have no place here. */
  replace(reviews: readonly ProjectReview[]): void {
    const files = new Map<string, ReviewedFile>();
    for (const { project, before, after, result, present } of reviews) {
      for (const [path, findings] of byPath(result.findings)) {
        if (!present(path)) continue;
        const uri = project.uriOf(path);
        // A file that is gone has no text to point at, so its base's is used.
        files.set(uri.toString(), { uri, project, workspace: after.text(path) === undefined ? before : after, findings });
      }
    }
    const old = [...this.#files.values()];
    this.#files.clear();
    for (const [key, file] of files) {
      this.#files.set(key, file);
      this.#show(key);
    }
    for (const { uri } of old) if (!files.has(uri.toString())) this.#collection.delete(uri);
  }

  #show(key: string): void {
    const file = this.#files.get(key);
    if (file === undefined) return;
    const shown = new Set(this.#linter.linted(file.uri)?.findings.map((finding) => finding.fingerprint));
    const findings = file.findings.filter((finding) => !shown.has(finding.fingerprint));
    this.#collection.set(file.uri, toDiagnostics(findings, file.project, file.workspace));
  }
}

function byPath(findings: readonly Finding[]): Map<string, Finding[]> {
  const files = new Map<string, Finding[]>();
  for (const finding of findings) files.set(finding.location.path, [...(files.get(finding.location.path) ?? []), finding]);
  return files;
}
