import * as vscode from "vscode";
import type { Completion, CompletionKind } from "../model/firewall/language/completion/index.ts";
import { completionsAt } from "../model/firewall/language/completion/index.ts";
import { firewallPlace } from "./firewall-place.ts";
import type { Projects } from "./projects.ts";

const KIND: Record<CompletionKind, vscode.CompletionItemKind> = {
  keyword: vscode.CompletionItemKind.Keyword,
  field: vscode.CompletionItemKind.Field,
  value: vscode.CompletionItemKind.EnumMember,
  option: vscode.CompletionItemKind.Property,
  chain: vscode.CompletionItemKind.Function,
  set: vscode.CompletionItemKind.Struct,
  variable: vscode.CompletionItemKind.Variable,
  object: vscode.CompletionItemKind.Module,
  snippet: vscode.CompletionItemKind.Snippet,
};

/** Suggests what may stand where one types in a firewall file. */
export class FirewallCompletion implements vscode.CompletionItemProvider {
  /** After these, something else may stand than what was suggested for the word before. */
  static readonly triggers = [" ", "@", "$", "-", "*", ":", ","];
  readonly #projects: Projects;

  constructor(projects: Projects) {
    this.#projects = projects;
  }

  async provideCompletionItems(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.CompletionItem[] | undefined> {
    const place = await firewallPlace(this.#projects, document);
    const offset = document.offsetAt(position);
    const found = place && completionsAt(place.workspace, place.path, offset);
    if (place === undefined || found === undefined) return undefined;
    const range = place.ranges.of(place.path, found.range);
    const inserting = new vscode.Range(range.start, position);
    return found.items.map((item, index) => toItem(item, index, { inserting, replacing: range }));
  }
}

function toItem({ label, kind, detail, snippet }: Completion, index: number, range: { inserting: vscode.Range; replacing: vscode.Range }): vscode.CompletionItem {
  const item = new vscode.CompletionItem(detail === "" ? label : { label, description: detail }, KIND[kind]);
  item.range = range;
  item.insertText = snippet === undefined ? label : new vscode.SnippetString(snippet);
  // As they come, which is the likeliest first; VS Code would sort by the alphabet.
  item.sortText = String(index).padStart(5, "0");
  return item;
}
