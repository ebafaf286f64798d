import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import type { GitApi, Repository } from "../../../src/editor/git-api.ts";
import { folder, remove, write } from "./editor.ts";

/** The repository of the fixture, changed by a test and put back after it. */
export class FixtureRepository {
  readonly root = folder("fleet").uri.fsPath;
  readonly #first = this.git("rev-parse", "HEAD");

  /** Runs git there and gives what it prints. */
  git(...args: string[]): string {
    return gitIn(this.root, ...args);
  }

  write(files: Record<string, string>): void {
    write(this.root, files);
  }

  append(path: string, text: string): void {
    writeFileSync(join(this.root, path), readFileSync(join(this.root, path), "utf8") + text);
  }

  /** Commits all that differs. */
  commit(message = "A change"): string {
    this.git("add", "-A");
    this.git("commit", "-q", "-m", message);
    return this.git("rev-parse", "HEAD");
  }

  /** A commit that changes nothing. */
  commitNothing(): string {
    this.git("commit", "-q", "--allow-empty", "-m", "Nothing");
    return this.git("rev-parse", "HEAD");
  }

  /** As VS Code's git extension has it. */
  async open(): Promise<Repository> {
    const repository = (await gitExtension()).getRepository(vscode.Uri.file(this.root));
    if (repository === null) throw new Error("the fixture's repository is not open");
    return repository;
  }

  /** Forgets every commit, branch and file of the test. */
  async restore(): Promise<void> {
    this.git("checkout", "-q", "-f", "-B", "main", this.#first);
    this.git("clean", "-qffdx");
    for (const branch of this.git("for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes", "refs/tags").split("\n")) {
      if (branch !== "" && branch !== "refs/heads/main") this.git("update-ref", "-d", branch);
    }
    remove(join(this.root, ".git/refs/remotes"));
    remove(join(this.root, ".git/modules"));
    await (await this.open()).status();
  }
}

/** Runs git in a directory, as nobody in particular and without the machine's settings. */
export function gitIn(directory: string, ...args: string[]): string {
  const settings = ["user.name=Test", "user.email=test@example.net", "commit.gpgsign=false", "core.hooksPath=/dev/null", "protocol.file.allow=always", "init.defaultBranch=main"];
  return execFileSync("git", [...settings.flatMap((setting) => ["-c", setting]), ...args], { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** VS Code's git, with what the tests need besides. */
export async function gitExtension(): Promise<GitApi & { openRepository(root: vscode.Uri): Promise<Repository | null> }> {
  const exports = await vscode.extensions.getExtension("vscode.git")!.activate();
  return exports.getAPI(1);
}
