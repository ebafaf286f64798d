import * as vscode from "vscode";
import { rules } from "../core.ts";
import type { Suggestion } from "../model/configuration/help.ts";
import { configurationHover, configurationSuggestions } from "../model/configuration/help.ts";
import type { Workspace } from "../model/workspace.ts";
import { titledMarkdown } from "../report/hover/subjects.ts";
import { SCHEMES } from "./files.ts";
import type { DocumentPlace } from "./place.ts";
import { placeOf } from "./place.ts";
import type { Projects } from "./projects.ts";

const KINDS: Record<Suggestion["kind"], vscode.CompletionItemKind> = {
  section: vscode.CompletionItemKind.Module,
  key: vscode.CompletionItemKind.Property,
  rule: vscode.CompletionItemKind.Reference,
  value: vscode.CompletionItemKind.EnumMember,
  group: vscode.CompletionItemKind.Struct,
  host: vscode.CompletionItemKind.Constant,
  variable: vscode.CompletionItemKind.Variable,
};

/** Completion and hovers for `premortem.yaml`, which know the groups and hosts of the workspace. Its faults are a rule's findings. */
export function registerConfigurationLanguage(projects: Projects): vscode.Disposable {
  const files = SCHEMES.flatMap((scheme) => (scheme === "untitled" ? { scheme, language: "yaml" } : { scheme, pattern: "**/premortem.yaml" }));
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(files, { provideCompletionItems: (document, position) => complete(projects, document, position) }, " ", "[", ",", "/"),
    vscode.languages.registerHoverProvider(files, { provideHover: (document, position) => hover(projects, document, position) }),
  );
}

async function complete(projects: Projects, document: vscode.TextDocument, position: vscode.Position): Promise<vscode.CompletionItem[] | undefined> {
  const place = await placeOf(projects, document);
  if (place?.workspace.language(place.path) !== "premortem-config") return undefined;
  const found = configurationSuggestions(await known(projects, document, place), document.getText(), document.offsetAt(position), rules);
  if (found === undefined) return undefined;
  const range = new vscode.Range(document.positionAt(found.range.start), document.positionAt(found.range.end));
  return found.items.map(({ label, kind, detail, insert }, index) => {
    const item = new vscode.CompletionItem(label, KINDS[kind]);
    item.detail = detail;
    item.range = { inserting: new vscode.Range(range.start, position), replacing: range };
    item.sortText = String(index).padStart(5, "0");
    if (insert === undefined) return item;
    // What may stand behind the key is offered at once.
    item.insertText = insert;
    item.command = { command: "editor.action.triggerSuggest", title: vscode.l10n.t("Suggest Values") };
    return item;
  });
}

async function hover(projects: Projects, document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
  const place = await placeOf(projects, document);
  if (place?.workspace.language(place.path) !== "premortem-config") return undefined;
  const found = configurationHover(document.getText(), document.offsetAt(position), rules);
  if (found === undefined) return undefined;
  return new vscode.Hover(new vscode.MarkdownString(titledMarkdown(found)), new vscode.Range(document.positionAt(found.range.start), document.positionAt(found.range.end)));
}

/** Groups and hosts of the project; of a file that is not saved yet, those of the folder in which it will be. */
async function known(projects: Projects, { uri }: vscode.TextDocument, place: DocumentPlace): Promise<Workspace> {
  if (uri.scheme !== "untitled") return place.workspace;
  const folder = vscode.workspace.workspaceFolders?.find((one) => uri.path.startsWith(`${one.uri.path}/`));
  const project = folder && (await projects.of(folder)).at(-1);
  return project === undefined ? place.workspace : project.workspace();
}
