import * as vscode from "vscode";
import type { Location } from "../engine/location.ts";
import type { DocumentPlace } from "./place.ts";
import { placeOf } from "./place.ts";
import type { Projects } from "./projects.ts";

/** Languages that the firewall model reads. */
const READ = new Set<string>(["nftables", "iptables-save", "shell", "firewalld"]);

/** A firewall file at the version at hand, and the files around it. */
export interface FirewallPlace extends DocumentPlace {
  /** A place of any file of the project, for VS Code. */
  location(at: Location): vscode.Location;
}

/** What Premortem knows of a document's present text; undefined where it is no firewall file, or has changed meanwhile. */
export async function firewallPlace(projects: Projects, document: vscode.TextDocument): Promise<FirewallPlace | undefined> {
  const place = await placeOf(projects, document);
  if (place === undefined || !READ.has(place.workspace.language(place.path) ?? "")) return undefined;
  const { project, ranges } = place;
  return { ...place, location: (at) => new vscode.Location(project.uriOf(at.path), ranges.of(at.path, at.range)) };
}
