import type { NotComputed } from "../../engine/finding.ts";
import { compareText } from "../../engine/finding.ts";
import { capital } from "../../engine/sentence.ts";
import type { Translate } from "../reviewed.ts";
import { ruleLink } from "./finding.ts";
import type { Content, Markup } from "./markup.ts";
import { html, join } from "./markup.ts";
import { fileLink } from "./place.ts";
import type { Project } from "./project.ts";
import { grouped, prose } from "./words.ts";

interface Note extends NotComputed {
  readonly project: Project;
}

/** Reasons that are shown at once; the rest can be opened. */
const OPEN = 8;

/** What could not be computed, each reason once, with what it keeps from being judged. */
export function unknownsList(projects: readonly Project[], t: Translate): Markup {
  const reasons = new Map<string, Note[]>();
  for (const project of projects) {
    for (const note of project.reviewed.report.notComputed) {
      const list = reasons.get(note.reason);
      if (list === undefined) reasons.set(note.reason, [{ ...note, project }]);
      else list.push({ ...note, project });
    }
  }
  const sorted = [...reasons].sort(([a, one], [b, other]) => other.length - one.length || compareText(a, b));
  const limit = projects[0]!.limits.entries;
  const items = sorted.slice(0, OPEN + limit).map(([reason, notes]) => item(reason, notes, limit, t));
  const more = items.slice(OPEN);
  const left = sorted.length - items.length;
  return html`<ul class="unknowns">${items.slice(0, OPEN)}</ul>${
    more.length > 0 && html`<details><summary>${more.length === 1 ? t("1 more reason") : t("{0} more reasons", grouped(more.length + left))}</summary><ul class="unknowns">${more}</ul>${left > 0 && html`<p class="left-out">${rest(left, t)}</p>`}</details>`
  }`;
}

function item(reason: string, notes: readonly Note[], limit: number, t: Translate): Markup {
  const rules = [...new Set(notes.map(({ rule }) => rule))].sort(compareText);
  const files = new Map(notes.filter(({ path }) => path !== "").map((note) => [note.path, note]));
  const shown = [...files.values()].slice(0, limit);
  const list: Content = html`${join(shown.map(({ project, path }) => fileLink(project, path)), ", ")}${files.size > shown.length && html` <span class="left-out">${rest(files.size - shown.length, t)}</span>`}`;
  const where: Content = files.size > 3 ? html`<details><summary>${t("in {0} files", grouped(files.size))}</summary><p>${list}</p></details>` : files.size > 0 && html`<p class="where">${list}</p>`;
  return html`<li><p>${prose(capital(reason))}.</p><p class="where">${t("Not judged by:")} ${join(rules.map((rule) => (rule.startsWith("premortem/") ? html`<code>${rule}</code>` : ruleLink(rule))), ", ")}</p>${where}</li>`;
}

function rest(count: number, t: Translate): string {
  return t("and {0} more, which --format json has", grouped(count));
}
