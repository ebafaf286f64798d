import * as vscode from "vscode";
import { rules } from "../core.ts";
import { ruleMarkdown } from "../report/hover/finding.ts";
import { knownLesson, knownRule } from "../report/known.ts";
import { Ranges } from "./diagnostic.ts";
import type { Linted, Linter } from "./linter.ts";
import { pageUri } from "./pages.ts";
import { linkedPlace } from "./own-lesson.ts";

/** Says why a finding matters, what to do instead, and which outage taught it. The finding's own words are VS Code's to show. */
export class FindingHover implements vscode.HoverProvider {
  readonly #linter: Linter;

  constructor(linter: Linter) {
    this.#linter = linter;
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
    return new vscode.Hover(ids.flatMap((id) => this.#explain(id, linted) ?? []), here[0]!.range);
  }

  #explain(id: string, { workspace, project }: Linted): vscode.MarkdownString | undefined {
    const rule = knownRule(workspace, id);
    if (rule === undefined) return undefined;
    const page = pageUri("rules", id, project).toString();
    const text = ruleMarkdown(id, rule, (lesson) => knownLesson(workspace, lesson), page, vscode.l10n.t);
    const place = !rules.has(id) ? linkedPlace(workspace, project, rule.lessons[0] ?? "") : "";
    return new vscode.MarkdownString(place === "" ? text : `${text}\n\n${place}`);
  }
}
