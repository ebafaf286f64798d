import * as vscode from "vscode";
import { isReviewed } from "../formats/index.ts";
import type { Workspace } from "../model/workspace.ts";
import { eligible } from "./files.ts";
import type { GitApi, Repository } from "./git-api.ts";
import { changesOf } from "./git-api.ts";
import type { Project } from "./project.ts";
import { below } from "./projects.ts";

/** The project as it is in HEAD; undefined where nothing that Premortem reads differs. */
export async function projectAtHead(project: Project, repositories: readonly Repository[]): Promise<Workspace | undefined> {
  const after = await project.workspace();
  const before = new Map<string, string | undefined>();
  for (const repository of repositories) {
    const changes = changesOf(repository);
    for (const document of vscode.workspace.textDocuments) {
      if (document.isDirty && eligible(document.uri)) changes.set(document.uri.toString(), document.uri);
    }
    for (const uri of changes.values()) {
      const path = below(project.root, uri);
      if (path === undefined || below(repository.rootUri, uri) === undefined || project.ignores(path) || before.has(path)) continue;
      const now = after.text(path);
      const text = await atHead(repository, uri, now);
      if (text !== undefined && now === undefined && !isReviewed(path, text.slice(0, 4096))) continue;
      if (text !== now) before.set(path, text);
    }
  }
  return before.size === 0 ? undefined : project.withTexts(before);
}

/** The repositories that a folder lies in or holds, the inner ones first. */
export function repositoriesOf(git: GitApi, folder: vscode.Uri): Repository[] {
  const around = git.getRepository(folder);
  const inside = git.repositories.filter((repository) => repository !== around && below(folder, repository.rootUri) !== undefined);
  return around === null ? inside : [...inside, around];
}

/** A file's text in HEAD; undefined where it is not there. `now`: its present text, for what is no change of the configuration. */
async function atHead(repository: Repository, uri: vscode.Uri, now: string | undefined): Promise<string | undefined> {
  if (repository.state.HEAD?.commit === undefined) return undefined;
  let text: string;
  try {
    text = await repository.show("HEAD", uri.fsPath);
  } catch {
    return undefined;
  }
  if (now === undefined) return text;
  // The git extension drops a byte order mark, and with core.autocrlf a checkout has other line ends than the commit.
  if (now.startsWith("\uFEFF") && !text.startsWith("\uFEFF")) text = `\uFEFF${text}`;
  return unixLines(text) === unixLines(now) ? now : text;
}

function unixLines(text: string): string {
  return text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text;
}
