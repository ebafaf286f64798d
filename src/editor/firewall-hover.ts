import * as vscode from "vscode";
import type { Piece, Section } from "../model/firewall/language/hover.ts";
import { hoverAt } from "../model/firewall/language/hover.ts";
import type { FirewallPlace } from "./firewall-place.ts";
import { firewallPlace } from "./firewall-place.ts";
import { escape } from "./markdown.ts";
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
    const text = new vscode.MarkdownString();
    hover.sections.forEach((section, i) => {
      if (i > 0) text.appendMarkdown("\n\n---\n\n");
      append(text, section, place);
    });
    return new vscode.Hover(text, place.ranges.of(place.path, hover.range));
  }
}

function append(text: vscode.MarkdownString, { heading, code, lines }: Section, place: FirewallPlace): void {
  const said = (pieces: readonly Piece[]): string => pieces.map((piece) => toText(piece, place)).join("");
  // Bold would end at a piece of code that touches it, so only plain headings are bold.
  text.appendMarkdown(heading.length === 1 && typeof heading[0] === "string" ? `**${escape(heading[0])}**` : said(heading));
  if (code !== undefined) text.appendCodeblock(code, "premortem-nftables");
  if (lines.length > 0) text.appendMarkdown(`${code === undefined ? "\n\n" : ""}${lines.map(said).join("  \n")}`);
}

function toText(piece: Piece, place: FirewallPlace): string {
  if (typeof piece === "string") return escape(piece);
  if ("code" in piece) return piece.code.includes("`") ? escape(piece.code) : `\`${piece.code}\``;
  const { uri, range } = place.location(piece.at);
  return `[${escape(piece.text)}](${uri.with({ fragment: `L${range.start.line + 1}` }).toString()})`;
}
