import * as vscode from "vscode";
import { keyHoverAt } from "../model/kernel/language/hover.ts";
import { suggestionsAt } from "../model/kernel/language/completion.ts";
import { sysctlMarkdown } from "../report/hover/subjects.ts";
import { SCHEMES } from "./files.ts";
import { linksOf, placeOf } from "./place.ts";
import type { Projects } from "./projects.ts";

/** What VS Code calls files of sysctls and tuned's profiles, and those that may be by their content. */
const LANGUAGES = ["premortem-sysctl", "plaintext", "properties", "ini", "jinja", "jinja2"];

/** Registers what helps to read sysctls wherever they are set, and to write them in files of their own. */
export function registerSysctlLanguage(projects: Projects): vscode.Disposable {
  const anything = SCHEMES.map((scheme) => ({ scheme }));
  const files = SCHEMES.flatMap((scheme) => LANGUAGES.map((language) => ({ scheme, language })));
  return vscode.Disposable.from(
    vscode.languages.registerHoverProvider(anything, { provideHover: (document, position) => hover(projects, document, position) }),
    vscode.languages.registerCompletionItemProvider(files, { provideCompletionItems: (document, position) => complete(projects, document, position) }, ".", "/", "=", " "),
  );
}

async function hover(projects: Projects, document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
  const place = await placeOf(projects, document);
  const found = place && keyHoverAt(place.workspace, place.path, document.offsetAt(position));
  if (place === undefined || found === undefined) return undefined;
  const text = new vscode.MarkdownString(sysctlMarkdown(found, linksOf(place), vscode.l10n.t));
  return new vscode.Hover(text, place.ranges.of(place.path, found.range));
}

async function complete(projects: Projects, document: vscode.TextDocument, position: vscode.Position): Promise<vscode.CompletionItem[] | undefined> {
  const place = await placeOf(projects, document);
  const found = place && suggestionsAt(place.workspace, place.path, document.offsetAt(position));
  if (place === undefined || found === undefined) return undefined;
  const range = place.ranges.of(place.path, found.range);
  return found.items.map(({ label, kind, detail }) => {
    const item = new vscode.CompletionItem({ label, description: detail }, kind === "key" ? vscode.CompletionItemKind.Property : vscode.CompletionItemKind.EnumMember);
    item.range = { inserting: new vscode.Range(range.start, position), replacing: range };
    return item;
  });
}
