import type { Lesson } from "../../engine/lesson.ts";
import { title } from "./heading.ts";
import type { Content, Markup } from "./markup.ts";
import { html, join } from "./markup.ts";
import type { Project } from "./project.ts";
import { prose } from "./words.ts";

/** Which incidents the page has told already: each is told once, and referred to afterwards. */
export type Told = Map<string, string>;

/** Where a finding comes from: the incidents that its rule goes back to, or what it rests on where nobody is known to have had one. */
export function origin(project: Project, ids: readonly string[], sources: readonly string[], level: number, told: Told, owner: string): Markup | undefined {
  const { t } = project;
  const lessons = ids.flatMap((id) => project.reviewed.lesson(id) ?? []);
  if (lessons.length === 0) {
    if (sources.length === 0) return undefined;
    return html`<p class="sources">${prose(t("It rests on: {0}.", sources.join("; ").replace(/\.$/, "")))}</p>`;
  }
  if (lessons.every(({ id }) => told.has(id))) {
    const again = lessons.map(({ id, organisation, date }) => html`<a href="#${told.get(id)!}">${organisation}, ${date}</a>`);
    return html`<p class="sources">${t("It has happened, as told above:")} ${join(again, "; ")}.</p>`;
  }
  const [first, ...others] = lessons as [Lesson, ...Lesson[]];
  return html`<section class="incident">${title(level, t("It has happened"))}${incident(project, first, told, owner)}${
    others.length > 0 && html`<details><summary>${others.length === 1 ? t("And 1 more time elsewhere") : t("And {0} more times elsewhere", others.length)}</summary>${others.map((lesson) => incident(project, lesson, told, owner))}</details>`
  }</section>`;
}

function incident(project: Project, lesson: Lesson, told: Told, owner: string): Markup {
  const { t } = project;
  const head = html`<p class="who"><b>${lesson.organisation}</b>, ${lesson.date}: ${project.said(lesson.title)}${/[.!?]$/.test(lesson.title) ? "" : "."}</p>`;
  const where = told.get(lesson.id);
  if (where !== undefined) return html`${head}<p><a href="#${where}">${t("What happened there is told above.")}</a></p>`;
  told.set(lesson.id, owner);
  return html`${head}<p>${project.said(lesson.whatHappened)}</p>${ownWords(lesson.url, t("Their own words"))}`;
}

function ownWords(url: string | undefined, label: string): Content {
  // A lesson may be the reviewed repository's own, so its address is no more trusted than its text.
  return url !== undefined && /^https?:\/\/[^\s]+$/i.test(url) && html`<p><a class="source" rel="noreferrer" href="${url}">${label}<span class="host"> (${url.replace(/^https?:\/\/(?:[^/?#]*@)?([^/?#]*).*$/is, "$1")})</span></a></p>`;
}
