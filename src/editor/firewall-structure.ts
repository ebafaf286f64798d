import * as vscode from "vscode";
import { foldsOf } from "../model/firewall/language/folding.ts";
import type { FirewallSymbol } from "../model/firewall/language/symbols.ts";
import { symbolsOf } from "../model/firewall/language/symbols.ts";
import type { FirewallPlace } from "./firewall-place.ts";
import { firewallPlace } from "./firewall-place.ts";
import type { Projects } from "./projects.ts";

const KIND: Record<FirewallSymbol["kind"], vscode.SymbolKind> = {
  table: vscode.SymbolKind.Namespace,
  chain: vscode.SymbolKind.Function,
  set: vscode.SymbolKind.Array,
  map: vscode.SymbolKind.Object,
  object: vscode.SymbolKind.Struct,
  variable: vscode.SymbolKind.Variable,
  include: vscode.SymbolKind.File,
};

/** The outline of a firewall file, and what of it can be folded. */
export class FirewallStructure implements vscode.DocumentSymbolProvider, vscode.FoldingRangeProvider {
  readonly #projects: Projects;

  constructor(projects: Projects) {
    this.#projects = projects;
  }

  async provideDocumentSymbols(document: vscode.TextDocument): Promise<vscode.DocumentSymbol[] | undefined> {
    const place = await firewallPlace(this.#projects, document);
    const parsed = place?.workspace.document(place.path);
    return place && parsed && symbolsOf(parsed).map((symbol) => toSymbol(symbol, place));
  }

  async provideFoldingRanges(document: vscode.TextDocument): Promise<vscode.FoldingRange[] | undefined> {
    const place = await firewallPlace(this.#projects, document);
    const parsed = place?.workspace.document(place.path);
    return place && parsed && foldsOf(parsed).map(({ range, kind }) => {
      const { start, end } = place.ranges.of(place.path, range);
      return new vscode.FoldingRange(start.line, end.line, kind === "comment" ? vscode.FoldingRangeKind.Comment : undefined);
    });
  }
}

function toSymbol({ kind, name, detail, range, nameRange, children }: FirewallSymbol, place: FirewallPlace): vscode.DocumentSymbol {
  const symbol = new vscode.DocumentSymbol(name, detail, KIND[kind], place.ranges.of(place.path, range), place.ranges.of(place.path, nameRange));
  symbol.children = children.map((child) => toSymbol(child, place));
  return symbol;
}
