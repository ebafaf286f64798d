import * as vscode from "vscode";
import { hoverAt } from "../model/firewall/language/hover.ts";
import { firewallMarkdown } from "../report/hover/subjects.ts";
import { firewallPlace } from "./firewall-place.ts";
import { linksOf } from "./place.ts";
import type { Projects } from "./projects.ts";

/** Says in words what a rule does and how packets get to it, and what a chain, set or variable stands for. */
export class FirewallHover implements vscode.HoverProvider {
  readonly #projects: Projects;

  constructor(projects: Projects) {
    this.#projects = projects;
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const place = await firewallPlace(this.#projects, document);
    const hover = place && hoverAt(place.workspace, place.path, document.offsetAt(position));
    if (place === undefined || hover === undefined) return undefined;
    return new vscode.Hover(new vscode.MarkdownString(firewallMarkdown(hover, linksOf(place))), place.ranges.of(place.path, hover.range));
  }
}
