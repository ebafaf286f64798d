import * as vscode from "vscode";
import type { Workspace } from "../model/workspace.ts";
import { Ranges } from "./diagnostic.ts";
import type { LinkTo } from "../report/hover/markdown.ts";
import type { Project } from "./project.ts";
import type { Projects } from "./projects.ts";

/** A document at the version at hand, among the files of its project. */
export interface DocumentPlace {
  readonly project: Project;
  readonly workspace: Workspace;
  readonly path: string;
  readonly ranges: Ranges;
}

/** The document's present text among its project's files; undefined where it is switched off, unknown or has changed meanwhile. */
export async function placeOf(projects: Projects, document: vscode.TextDocument): Promise<DocumentPlace | undefined> {
  if (!vscode.workspace.getConfiguration("premortem", document.uri).get("enable", true)) return undefined;
  const { version } = document;
  const place = await projects.place(document);
  if (place === undefined) return undefined;
  const { project, path } = place;
  const workspace = await project.workspace();
  return document.version === version ? { project, workspace, path, ranges: new Ranges(workspace) } : undefined;
}

/** Where lines of any file of the project lead to. */
export function linksOf({ project, ranges }: DocumentPlace): LinkTo {
  return ({ path, range }) => {
    const line = ranges.of(path, range).start.line + 1;
    return { words: `${path}:${line}`, address: project.uriOf(path).with({ fragment: `L${line}` }).toString() };
  };
}
