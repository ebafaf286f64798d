import * as vscode from "vscode";
import { LESSON_FILE } from "../formats/lesson/index.ts";
import { lessonSuggestions } from "../model/lesson/help/completion.ts";
import { lessonHover } from "../model/lesson/help/hover.ts";
import type { LessonSuggestion } from "../model/lesson/help/suggestion.ts";
import { lessonMarkdown } from "../report/hover/lesson.ts";
import { SCHEMES } from "./files.ts";

const KINDS: Record<LessonSuggestion["kind"], vscode.CompletionItemKind> = {
  section: vscode.CompletionItemKind.Module,
  key: vscode.CompletionItemKind.Property,
  value: vscode.CompletionItemKind.EnumMember,
  field: vscode.CompletionItemKind.Field,
  function: vscode.CompletionItemKind.Function,
  variable: vscode.CompletionItemKind.Variable,
  file: vscode.CompletionItemKind.File,
  snippet: vscode.CompletionItemKind.Snippet,
};

/** VS Code suggests nothing by itself inside YAML's plain texts, which is all that a lesson is made of: so letters ask too. */
const TRIGGERS = [" ", ".", "{", "(", "!", '"', "'", "/", ..."abcdefghijklmnopqrstuvwxyz"];

/** Completion and hovers for lessons. Both need the text alone; what is wrong with it, a rule finds. */
export function registerLessonLanguage(): vscode.Disposable {
  const files = SCHEMES.flatMap((scheme) => [{ scheme, pattern: "**/*.lesson.yaml" }, { scheme, pattern: "**/*.lesson.yml" }]);
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(files, { provideCompletionItems: complete }, ...TRIGGERS),
    vscode.languages.registerHoverProvider(files, { provideHover: hover }),
  );
}

/** Whether a document is a lesson that Premortem shall help with. */
function isLesson({ uri }: vscode.TextDocument): boolean {
  return LESSON_FILE.test(uri.path) && vscode.workspace.getConfiguration("premortem", uri).get("enable", true);
}

function complete(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] | undefined {
  const found = isLesson(document) ? lessonSuggestions(document.getText(), document.offsetAt(position), document.uri.path) : undefined;
  if (found === undefined) return undefined;
  const range = new vscode.Range(document.positionAt(found.range.start), document.positionAt(found.range.end));
  return found.items.map(({ label, kind, detail, documentation, insert, snippet, leadsOn }, index) => {
    const item = new vscode.CompletionItem(label, KINDS[kind]);
    item.detail = detail;
    if (documentation !== undefined) item.documentation = new vscode.MarkdownString(documentation);
    item.range = { inserting: new vscode.Range(range.start, position), replacing: range };
    item.sortText = String(index).padStart(5, "0");
    if (snippet !== undefined) item.insertText = new vscode.SnippetString(snippet);
    else if (insert !== undefined) item.insertText = insert;
    // What may stand behind the key, or in the call, is offered at once.
    if (leadsOn === true && (insert !== undefined || snippet !== undefined)) item.command = { command: "editor.action.triggerSuggest", title: vscode.l10n.t("Suggest Values") };
    return item;
  });
}

function hover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
  const found = isLesson(document) ? lessonHover(document.getText(), document.offsetAt(position)) : undefined;
  if (found === undefined) return undefined;
  const { start, end } = found.range;
  return new vscode.Hover(new vscode.MarkdownString(lessonMarkdown(found)), new vscode.Range(document.positionAt(start), document.positionAt(end)));
}
