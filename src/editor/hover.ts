import * as vscode from "vscode";
import { rules } from "../core.ts";
import { lessons } from "../lessons/index.ts";
import { Ranges, rulePageUri } from "./diagnostic.ts";
import type { Linter } from "./linter.ts";
import { escape } from "./markdown.ts";

/** Says why a finding matters, what to do instead, and which outage taught it. The finding's own words are VS Code's to show. */
export class FindingHover implements vscode.HoverProvider {
  readonly #linter: Linter;
  readonly #extension: vscode.Uri;

  constructor(linter: Linter, extension: vscode.Uri) {
    this.#linter = linter;
    this.#extension = extension;
  }

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const linted = this.#linter.linted(document.uri);
    if (linted === undefined || linted.version !== document.version) return undefined;
    const ranges = new Ranges(linted.workspace);
    const here = linted.findings
      .map((finding) => ({ finding, range: ranges.of(finding.location.path, finding.location.range) }))
      .filter(({ range }) => range.contains(position));
    if (here.length === 0) return undefined;
    const ids = [...new Set(here.map(({ finding }) => finding.rule))];
    return new vscode.Hover(ids.flatMap((id) => this.#explain(id) ?? []), here[0]!.range);
  }

  #explain(id: string): vscode.MarkdownString | undefined {
    const rule = rules.get(id);
    if (rule === undefined) return undefined;
    const text = new vscode.MarkdownString();
    text.appendMarkdown(`**[${id}](${rulePageUri(this.#extension, id).toString()})**: `);
    text.appendMarkdown(escape(rule.what));
    for (const [title, words] of [[vscode.l10n.t("Why"), rule.why], [vscode.l10n.t("Instead"), rule.instead]] as const) {
      text.appendMarkdown(`\n\n**${title}:** `);
      text.appendMarkdown(escape(words));
    }
    for (const lesson of rule.lessons.flatMap((name) => lessons.get(name) ?? [])) {
      text.appendMarkdown(`\n\n**${escape(vscode.l10n.t("Lesson of {0}, {1}", lesson.organisation, lesson.date))}** `);
      const title = lesson.title.replace(/\.?$/, "");
      text.appendMarkdown(lesson.url === undefined ? `(${escape(title)}): ` : `([${escape(title)}](${lesson.url})): `);
      text.appendMarkdown(escape(lesson.lesson));
    }
    return text;
  }
}
