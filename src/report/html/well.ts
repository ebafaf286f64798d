import { compareText } from "../../engine/finding.ts";
import type { Lesson } from "../../engine/lesson.ts";
import type { Translate } from "../reviewed.ts";
import { ruleLink } from "./finding.ts";
import { kindOf } from "./kinds.ts";
import type { Content, Markup } from "./markup.ts";
import { html } from "./markup.ts";
import type { Project } from "./project.ts";
import { fileCount, firstSentence, grouped, hostCount } from "./words.ts";

/** What was looked at and is well: what the change mends, what stands as before, what comments hide, which files were read. */
export function wellSection(projects: readonly Project[], t: Translate): Markup {
  const sum = (count: (project: Project) => number): number => projects.reduce((total, project) => total + count(project), 0);
  const files = sum(({ reviewed }) => reviewed.report.files);
  const hosts = sum(({ reviewed }) => reviewed.after.fleet.hosts.length);
  const unchanged = sum(({ reviewed }) => reviewed.report.change?.unchanged ?? 0);
  const suppressed = sum(({ reviewed }) => reviewed.report.suppressed);
  const facts = [
    hosts === 0 ? t("Read: {0}; no inventory.", fileCount(files, t)) : t("Read: {0} of {1}.", fileCount(files, t), hostCount(hosts, t)),
    ...(unchanged === 0 ? [] : [unchanged === 1 ? t("1 older finding stands as before; premortem check lists it.") : t("{0} older findings stand as before; premortem check lists them.", grouped(unchanged))]),
    ...(suppressed === 0 ? [] : [suppressed === 1 ? t("1 finding is hidden by a comment that says why.") : t("{0} findings are hidden by comments that say why.", grouped(suppressed))]),
  ];
  return html`${mended(projects, t)}<ul class="facts-list">${facts.map((fact) => html`<li>${fact}</li>`)}</ul>${lookedAt(projects, t)}${judgedBy(projects, t)}`;
}

function mended(projects: readonly Project[], t: Translate): Content {
  const all = projects.flatMap((project) => project.reviewed.mended.map((finding) => ({ project, finding })));
  if (all.length === 0) return undefined;
  const limit = projects[0]!.limits.entries;
  const items = all.slice(0, limit).map(({ project, finding }) => html`<li><code class="path">${finding.location.path}</code> ${ruleLink(finding.rule)} ${project.said(firstSentence(finding.message)[0])}</li>`);
  const left = all.length - items.length;
  return html`<details class="mended"${all.length <= 5 && OPEN}><summary>${all.length === 1 ? t("The change mends 1 finding") : t("The change mends {0} findings", grouped(all.length))}</summary><ul>${items}</ul>${left > 0 && html`<p class="left-out">${t("and {0} more", grouped(left))}</p>`}</details>`;
}

const OPEN = html` open`;

/** The files that were read, by kind. */
function lookedAt(projects: readonly Project[], t: Translate): Content {
  const kinds = new Map<string, number>();
  for (const { reviewed } of projects) {
    for (const path of reviewed.after.paths) {
      const kind = kindOf(reviewed.after, path, t);
      if (kind !== undefined) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
  }
  if (kinds.size === 0) return undefined;
  const sorted = [...kinds].sort(([a, one], [b, other]) => other - one || compareText(a, b));
  return html`<details><summary>${t("What was read, by kind")}</summary><ul class="columns">${sorted.map(([kind, count]) => html`<li>${kind}: ${fileCount(count, t)}</li>`)}</ul></details>`;
}

/** The rules that ran, by area, and the incidents that they go back to. */
function judgedBy(projects: readonly Project[], t: Translate): Content {
  const rules = new Map(projects.flatMap(({ reviewed }) => (reviewed.ran ?? []).map((id) => [id, reviewed] as const)));
  if (rules.size === 0) return undefined;
  const areas = new Map<string, number>();
  const lessons = new Map<string, Lesson>();
  for (const [id, reviewed] of rules) {
    const area = id.split("/")[0]!;
    areas.set(area, (areas.get(area) ?? 0) + 1);
    for (const lesson of reviewed.rule(id)?.lessons ?? []) {
      const known = reviewed.lesson(lesson);
      if (known !== undefined) lessons.set(lesson, known);
    }
  }
  const list = [...lessons.values()].sort((a, b) => compareText(a.date, b.date) || compareText(a.id, b.id));
  const byArea = [...areas].sort(([a], [b]) => compareText(a, b)).map(([area, count]) => `${area} ${count}`);
  const summary = rules.size === 1 ? t("Judged by 1 rule") : t("Judged by {0} rules", grouped(rules.size));
  return html`<details><summary>${summary}</summary><p>${byArea.join(", ")}.</p>${
    list.length > 0 && html`<p>${t("They go back to what has happened elsewhere:")}</p><ul>${list.map(({ organisation, date, title }) => html`<li>${organisation}, ${date}: ${title}</li>`)}</ul>`
  }</details>`;
}
