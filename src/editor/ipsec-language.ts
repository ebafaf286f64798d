import * as vscode from "vscode";
import { ipsecSuggestionsAt } from "../model/ipsec/language/completion.ts";
import { ipsecHoverAt } from "../model/ipsec/language/hover.ts";
import { titledMarkdown } from "../report/hover/subjects.ts";
import { SCHEMES } from "./files.ts";
import { placeOf } from "./place.ts";
import type { Projects } from "./projects.ts";

/** What VS Code calls files of keying daemons, which have no language of their own. */
const LANGUAGES = ["plaintext", "properties", "ini", "jinja", "jinja2", "nginx", "conf"];
const KINDS = { key: vscode.CompletionItemKind.Property, value: vscode.CompletionItemKind.EnumMember, section: vscode.CompletionItemKind.Module } as const;

/** Registers what helps to read and write connections of swanctl.conf, ipsec.conf and racoon.conf. */
export function registerIpsecLanguage(projects: Projects): vscode.Disposable {
  const anything = SCHEMES.map((scheme) => ({ scheme }));
  const files = SCHEMES.flatMap((scheme) => LANGUAGES.map((language) => ({ scheme, language })));
  return vscode.Disposable.from(
    vscode.languages.registerHoverProvider(anything, { provideHover: (document, position) => hover(projects, document, position) }),
    vscode.languages.registerCompletionItemProvider(files, { provideCompletionItems: (document, position) => complete(projects, document, position) }, "=", " "),
  );
}

async function hover(projects: Projects, document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
  const place = await placeOf(projects, document);
  const found = place && ipsecHoverAt(place.workspace, place.path, document.offsetAt(position));
  if (place === undefined || found === undefined) return undefined;
  return new vscode.Hover(new vscode.MarkdownString(titledMarkdown(found)), place.ranges.of(place.path, found.range));
}

async function complete(projects: Projects, document: vscode.TextDocument, position: vscode.Position): Promise<vscode.CompletionItem[] | undefined> {
  const place = await placeOf(projects, document);
  const found = place && ipsecSuggestionsAt(place.workspace, place.path, document.offsetAt(position));
  if (place === undefined || found === undefined) return undefined;
  const range = place.ranges.of(place.path, found.range);
  return found.items.map(({ label, kind, detail }) => {
    const item = new vscode.CompletionItem(detail === "" ? label : { label, description: detail }, KINDS[kind]);
    item.range = { inserting: new vscode.Range(range.start, position), replacing: range };
    return item;
  });
}
