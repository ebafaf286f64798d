import * as vscode from "vscode";
import { optionHoverAt } from "../model/ceph/language/hover.ts";
import { optionsAt } from "../model/ceph/language/completion.ts";
import { cephMarkdown } from "../report/hover/subjects.ts";
import { SCHEMES } from "./files.ts";
import { linksOf, placeOf } from "./place.ts";
import type { Projects } from "./projects.ts";

/** What VS Code calls ceph.conf, and files that may be one by their content. */
const LANGUAGES = ["premortem-ceph-conf", "plaintext", "properties", "ini", "jinja", "jinja2"];
const KINDS = { option: vscode.CompletionItemKind.Property, value: vscode.CompletionItemKind.EnumMember, section: vscode.CompletionItemKind.Module } as const;

/** Registers what helps to read Ceph's options wherever they are set, and to write them in ceph.conf. */
export function registerCephLanguage(projects: Projects): vscode.Disposable {
  const anything = SCHEMES.map((scheme) => ({ scheme }));
  const files = SCHEMES.flatMap((scheme) => LANGUAGES.map((language) => ({ scheme, language })));
  return vscode.Disposable.from(
    vscode.languages.registerHoverProvider(anything, { provideHover: (document, position) => hover(projects, document, position) }),
    vscode.languages.registerCompletionItemProvider(files, { provideCompletionItems: (document, position) => complete(projects, document, position) }, "[", "_", "=", " "),
  );
}

async function hover(projects: Projects, document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
  const place = await placeOf(projects, document);
  const found = place && optionHoverAt(place.workspace, place.path, document.offsetAt(position));
  if (place === undefined || found === undefined) return undefined;
  const text = new vscode.MarkdownString(cephMarkdown(found, linksOf(place), vscode.l10n.t));
  return new vscode.Hover(text, place.ranges.of(place.path, found.range));
}

async function complete(projects: Projects, document: vscode.TextDocument, position: vscode.Position): Promise<vscode.CompletionItem[] | undefined> {
  const place = await placeOf(projects, document);
  const found = place && optionsAt(place.workspace, place.path, document.offsetAt(position));
  if (place === undefined || found === undefined) return undefined;
  const range = place.ranges.of(place.path, found.range);
  return found.items.map(({ label, kind, detail, common }) => {
    const item = new vscode.CompletionItem({ label, description: detail }, KINDS[kind]);
    item.range = { inserting: new vscode.Range(range.start, position), replacing: range };
    item.sortText = `${common ? "0" : "1"}${label}`;
    return item;
  });
}
