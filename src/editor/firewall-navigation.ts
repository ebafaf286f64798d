import * as vscode from "vscode";
import { definitionsAt, highlightsAt, referencesAt } from "../model/firewall/language/references.ts";
import { firewallPlace } from "./firewall-place.ts";
import type { Projects } from "./projects.ts";

/** Leads from a chain, set, variable or include to where it is defined, and to all that use it. */
export class FirewallNavigation implements vscode.DefinitionProvider, vscode.ReferenceProvider, vscode.DocumentHighlightProvider {
  readonly #projects: Projects;

  constructor(projects: Projects) {
    this.#projects = projects;
  }

  async provideDefinition(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Location[] | undefined> {
    const place = await firewallPlace(this.#projects, document);
    return place && definitionsAt(place.workspace, place.path, document.offsetAt(position)).map(place.location);
  }

  async provideReferences(document: vscode.TextDocument, position: vscode.Position, { includeDeclaration }: vscode.ReferenceContext): Promise<vscode.Location[] | undefined> {
    const place = await firewallPlace(this.#projects, document);
    return place && referencesAt(place.workspace, place.path, document.offsetAt(position), includeDeclaration).map(place.location);
  }

  async provideDocumentHighlights(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.DocumentHighlight[] | undefined> {
    const place = await firewallPlace(this.#projects, document);
    const found = place && highlightsAt(place.workspace, place.path, document.offsetAt(position));
    // With none of ours, VS Code marks the same words by itself.
    if (place === undefined || found === undefined || found.length === 0) return undefined;
    return found.map(({ range, role }) => new vscode.DocumentHighlight(place.ranges.of(place.path, range), role === "definition" ? vscode.DocumentHighlightKind.Write : vscode.DocumentHighlightKind.Read));
  }
}
