import * as vscode from "vscode";
import type { EffectiveValue } from "../model/kernel/language/hover.ts";
import { keyHoverAt } from "../model/kernel/language/hover.ts";
import { suggestionsAt } from "../model/kernel/language/completion.ts";
import { SCHEMES } from "./files.ts";
import { escape } from "./markdown.ts";
import type { DocumentPlace } from "./place.ts";
import { linkTo, placeOf } from "./place.ts";
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
  const text = new vscode.MarkdownString();
  text.appendMarkdown(`**${escape(found.key)}**`);
  for (const line of found.lines) text.appendMarkdown(`\n\n${escape(line)}`);
  for (const one of found.effective.slice(0, MOST_VALUES)) text.appendMarkdown(`\n\n${effectiveText(place, one)}`);
  return new vscode.Hover(text, place.ranges.of(place.path, found.range));
}

/** Nobody reads more values in a hover. */
const MOST_VALUES = 5;

function effectiveText(place: DocumentPlace, { value, reason, hosts, elsewhere }: EffectiveValue): string {
  const where = hosts.length === 1 ? vscode.l10n.t("On {0}", escape(hosts[0]!)) : vscode.l10n.t("On {0} hosts", hosts.length);
  if (value === undefined) return vscode.l10n.t("{0}, not known: {1}.", where, escape(reason ?? ""));
  return elsewhere === undefined ? vscode.l10n.t("{0}: {1}, by this line.", where, escape(value)) : vscode.l10n.t("{0}: {1}, by {2}.", where, escape(value), linkTo(place, elsewhere));
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
