import { rules } from "../../../src/core.ts";
import type { Example, ExampleFiles } from "../../../src/engine/rule.ts";
import { lessons } from "../../../src/lessons/index.ts";
import { lessonPage, rulePage } from "../../../src/report/page.ts";
import type { Page } from "./layout.ts";
import { relative } from "./layout.ts";
import { escape, render, tableOf } from "./markdown.ts";

/** What stands where the examples go. */
const EXAMPLES = "<h2 id=\"examples\">Examples</h2>\n";
const SEVERITIES = ["error", "warning", "info"] as const;

type Names = (path: string) => ReadonlyMap<string, string>;

/** The page of a rule, its examples with what is found in them marked. */
export function rulePages(names: Names): Page[] {
  return [...rules].map(([id, rule]) => {
    const path = `rules/${id}.html`;
    const markdown = rulePage(id, { ...rule, examples: { bad: [], good: [], lookalike: [] } }, lessons, { links: true });
    const { title, html, headings } = render(markdown, { path: `rules/${id}.md`, named: names(path) });
    const { bad, good, lookalike } = rule.examples;
    const shown = [examplesOf("Found", bad), examplesOf("Not found", good), examplesOf("Looks alike and is not found", lookalike)];
    return { path, title, summary: rule.what, body: html.replace(EXAMPLES, () => `${EXAMPLES}${shown.join("")}`), contents: second(headings) };
  });
}

/** The page of a post-mortem, with the rules that it gave. */
export function lessonPages(names: Names): Page[] {
  return [...lessons.values()].map((lesson) => {
    const path = `lessons/${lesson.id}.html`;
    const { html, headings } = render(lessonPage(lesson, rules, { links: true }), { path: `lessons/${lesson.id}.md`, named: names(path) });
    return { path, title: `${lesson.organisation}, ${lesson.date}`, summary: lesson.title, body: html, contents: second(headings) };
  });
}

/** The list of all rules: by folder, then by severity. */
export function rulesIndex(): Page {
  const path = "rules/index.html";
  const link = (id: string): string => `<a href="${relative(path, `rules/${id}.html`)}"><code>${id}</code></a>`;
  const folders = [...new Set([...rules.keys()].map((id) => id.split("/")[0]!))];
  const byFolder = folders.map((folder) => {
    const rows = [...rules].filter(([id]) => id.startsWith(`${folder}/`)).map(([id, { what, severity, fix }]) => `<tr><td>${link(id)}</td><td>${escape(what)}</td><td>${severity}</td><td>${fix === "none" ? "" : fix}</td></tr>\n`);
    return `<h2 id="${folder}">${folder}</h2>\n${tableOf(`<thead><tr><th>Rule</th><th>What it finds</th><th>At most</th><th>Fix</th></tr></thead>\n<tbody>\n${rows.join("")}</tbody>`)}`;
  });
  const bySeverity = SEVERITIES.map((severity) => {
    const items = [...rules].filter(([, rule]) => rule.severity === severity).map(([id, { what }]) => `<li>${link(id)} ${escape(what)}</li>\n`);
    return `<h3 id="${severity}">${severity}: ${items.length}</h3>\n<ul class="plain">\n${items.join("")}</ul>\n`;
  });
  const contents = [...folders.map((folder) => ({ id: folder, text: folder })), { id: "by-severity", text: "By severity" }];
  const intro = `<h1>Rules</h1>\n<p>${rules.size} rules. “At most” is the severity where the rule is certain; it says less where it is not. A safe fix may run on save, an unsafe one is offered and asks for a look. <a href="../lessons/index.html">Lessons</a> has the incidents that many of them come from.</p>\n`;
  return { path, title: "Rules", summary: "Every rule, by folder and by severity.", body: `${intro}${byFolder.join("")}<h2 id="by-severity">By severity</h2>\n${bySeverity.join("")}`, contents };
}

/** The list of all lessons: by date, then by organisation. */
export function lessonsIndex(): Page {
  const path = "lessons/index.html";
  // "before 2017" stands where 2017 begins; what has no date at all comes last.
  const day = (date: string): string => /\d{4}(?:-\d\d){0,2}/.exec(date)?.[0] ?? "";
  const all = [...lessons.values()];
  const dated = all.toSorted((a, b) => compare(day(b.date), day(a.date)) || compare(a.id, b.id));
  const given = (id: string): number => [...rules.values()].filter((rule) => rule.lessons.includes(id)).length;
  const line = ({ id, title }: { id: string; title: string }): string => `<a href="${id}.html">${escape(title)}</a> (${given(id) === 1 ? "1 rule" : `${given(id)} rules`})`;
  const rows = dated.map((lesson) => `<tr><td class="date">${escape(lesson.date)}</td><td>${escape(lesson.organisation)}</td><td>${line(lesson)}</td></tr>\n`);
  const organisations = [...new Set(all.map(({ organisation }) => organisation))].sort((a, b) => compare(a.toLowerCase(), b.toLowerCase()));
  const groups = organisations.map((organisation) => {
    const items = dated.filter((lesson) => lesson.organisation === organisation).map((lesson) => `<li>${escape(lesson.date)}: ${line(lesson)}</li>\n`);
    return `<h3>${escape(organisation)}</h3>\n<ul class="plain">\n${items.join("")}</ul>\n`;
  });
  const table = tableOf(`<thead><tr><th>Date</th><th>Organisation</th><th>What it was</th></tr></thead>\n<tbody>\n${rows.join("")}</tbody>`);
  const body = `<h1>Lessons</h1>\n<p>Public post-mortems, in our words, and the rules that each of them gave.</p>\n<h2 id="by-date">By date</h2>\n${table}<h2 id="by-organisation">By organisation</h2>\n${groups.join("")}`;
  return { path, title: "Lessons", summary: "Every incident that gave a rule, by date and by organisation.", body };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function second(headings: readonly { readonly depth: number; readonly text: string; readonly id: string }[]): { id: string; text: string }[] {
  return headings.filter(({ depth }) => depth === 2);
}

function examplesOf(title: string, given: Example | readonly Example[]): string {
  const list = Array.isArray(given) ? (given as readonly Example[]) : [given as Example];
  return list.map((example, index) => `<h3>${title}${list.length > 1 ? ` (${index + 1})` : ""}</h3>\n${isChange(example) ? `<p>Before:</p>\n${filesOf(example.before)}<p>After:</p>\n${filesOf(example.after)}` : filesOf(example)}`).join("");
}

function isChange(example: Example): example is { readonly before: ExampleFiles; readonly after: ExampleFiles } {
  return typeof example === "object" && "before" in example && "after" in example;
}

function filesOf(example: ExampleFiles): string {
  const texts: [string, string][] = typeof example === "string" ? [["", example]] : Object.entries(example);
  return texts.map(([path, text]) => `${path === "" ? "" : `<p class="file"><code>${escape(path)}</code></p>\n`}<pre tabindex="0"><code>${marked(text)}\n</code></pre>\n`).join("");
}

/** A mark in the example is where the finding begins and ends. */
function marked(text: string): string {
  return escape(text.replace(/\n*$/, "")).replaceAll("⟦", "<mark>").replaceAll("⟧", "</mark>");
}
