import * as vscode from "vscode";
import type { Workspace } from "../model/workspace.ts";
import { Ranges } from "./diagnostic.ts";
import type { Project } from "./project.ts";
import type { Projects } from "./projects.ts";

/** Languages that the firewall model reads. */
const READ = new Set<string>(["nftables", "iptables-save", "shell", "firewalld"]);

/** A firewall file at the version at hand, and the files around it. */
export interface FirewallPlace {
  readonly project: Project;
  readonly workspace: Workspace;
  readonly path: string;
  readonly ranges: Ranges;
  /** A place of any file of the project, for VS Code. */
  location(at: { readonly path: string; readonly range: { readonly start: number; readonly end: number } }): vscode.Location;
}

/** What Premortem knows of a document's present text; undefined where it is no firewall file, or has changed meanwhile. */
export async function firewallPlace(projects: Projects, document: vscode.TextDocument): Promise<FirewallPlace | undefined> {
  if (!vscode.workspace.getConfiguration("premortem", document.uri).get("enable", true)) return undefined;
  const { version } = document;
  const place = await projects.place(document);
  if (place === undefined) return undefined;
  const { project, path } = place;
  const workspace = await project.workspace();
  if (document.version !== version || !READ.has(workspace.language(path) ?? "")) return undefined;
  const ranges = new Ranges(workspace);
  return { project, workspace, path, ranges, location: (at) => new vscode.Location(project.uriOf(at.path), ranges.of(at.path, at.range)) };
}
