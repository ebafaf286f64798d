import type { NotComputed } from "../../engine/finding.ts";
import { compareText } from "../../engine/finding.ts";
import { capital } from "../../engine/sentence.ts";
import type { Translate } from "../reviewed.ts";
import { ruleLink } from "./finding.ts";
import type { Content, Markup } from "./markup.ts";
import { html, join } from "./markup.ts";
import { fileLink } from "./place.ts";
import type { Project } from "./project.ts";
import { grouped } from "./words.ts";

interface Note extends NotComputed {
  readonly project: Project;
}

/** Questions that are shown at once; the rest can be opened. */
const OPEN = 8;

/** What could not be computed, each question once, with the reasons and with what is not judged because of them. */
export function unknownsList(projects: readonly Project[], t: Translate): Markup {
  const notes = projects.flatMap((project) => project.reviewed.report.notComputed.map((note): Note => ({ ...note, project })));
  const questions = groupedBy(notes, ({ reason }) => questionOf(reason));
  const limit = projects[0]!.limits.entries;
  const items = questions.slice(0, OPEN + limit).map(([question, list]) => item(question, list, limit, t));
  const more = items.slice(OPEN);
  const left = questions.length - items.length;
  return html`<ul class="unknowns">${items.slice(0, OPEN)}</ul>${
    more.length > 0 && html`<details><summary>${more.length + left === 1 ? t("1 more question") : t("{0} more questions", grouped(more.length + left))}</summary><ul class="unknowns">${more}</ul>${left > 0 && html`<p class="left-out">${rest(left, t)}</p>`}</details>`
  }`;
}

/** What is asked, in a reason such as `what the plays restart besides: a template decides which file is included`. */
function questionOf(reason: string): string {
  const colon = reason.indexOf(": ");
  return colon === -1 ? reason : reason.slice(0, colon);
}

/** Lists by what `key` gives, the longest first. */
function groupedBy(notes: readonly Note[], key: (note: Note) => string): [string, Note[]][] {
  const lists = new Map<string, Note[]>();
  for (const note of notes) {
    const list = lists.get(key(note));
    if (list === undefined) lists.set(key(note), [note]);
    else list.push(note);
  }
  return [...lists].sort(([a, one], [b, other]) => other.length - one.length || compareText(a, b));
}

function item(question: string, notes: readonly Note[], limit: number, t: Translate): Markup {
  const rules = [...new Set(notes.map(({ rule }) => rule))].sort(compareText);
  const judged = html`<p class="where">${t("Not judged by:")} ${join(rules.map((rule) => (rule.startsWith("premortem/") ? html`<code>${rule}</code>` : ruleLink(rule))), ", ")}</p>`;
  const reasons = groupedBy(notes, ({ reason }) => reason);
  if (reasons.length === 1) return html`<li><p>${notes[0]!.project.said(capital(reasons[0]![0]))}.</p>${judged}${filesOf(notes, limit, t)}</li>`;
  const shown = reasons.slice(0, limit).map(([reason, list]) => html`<li><p>${notes[0]!.project.said(capital(reason.slice(question.length + 2)))}.</p>${filesOf(list, limit, t)}</li>`);
  const left = reasons.length - shown.length;
  return html`<li><p>${notes[0]!.project.said(capital(question))}.</p>${judged}<details><summary>${t("{0} reasons", grouped(reasons.length))}</summary><ul class="unknowns">${shown}</ul>${left > 0 && html`<p class="left-out">${rest(left, t)}</p>`}</details></li>`;
}

function filesOf(notes: readonly Note[], limit: number, t: Translate): Content {
  const files = new Map(notes.filter(({ path }) => path !== "").map((note) => [note.path, note]));
  const shown = [...files.values()].slice(0, limit).map(({ project, path }) => fileLink(project, path));
  const list = html`${join(shown, ", ")}${files.size > shown.length && html` <span class="left-out">${rest(files.size - shown.length, t)}</span>`}`;
  if (files.size > 3) return html`<details class="where"><summary>${t("in {0} files", grouped(files.size))}</summary><p>${list}</p></details>`;
  return files.size > 0 && html`<p class="where">${list}</p>`;
}

function rest(count: number, t: Translate): string {
  return t("and {0} more, which --format json has", grouped(count));
}
