import * as vscode from "vscode";
import { lessonFor, lessonRules } from "../core.ts";
import type { Lesson } from "../engine/lesson.ts";
import type { RuleMeta } from "../engine/rule.ts";
import { lessonsOf } from "../model/lesson/lessons.ts";
import type { Workspace } from "../model/workspace.ts";
import { escape } from "../report/hover/markdown.ts";
import { lessonPage, rulePage } from "../report/page.ts";
import type { Project } from "./project.ts";

/** Text of a page of a team's or a pack's lesson, as a project has it now; undefined where it has none. `kind` and `id` as of a page's address. */
export function ownPage(workspace: Workspace, project: Project, kind: "rules" | "lessons", id: string): string | undefined {
  const own = lessonRules(workspace);
  const rule = own.get(kind === "rules" ? id : `lesson/${id}`);
  const name = rule?.lessons[0];
  const lesson = name === undefined ? undefined : lessonFor(workspace, name);
  if (rule === undefined || lesson === undefined) return undefined;
  const taught = plainLesson(lesson);
  const page = kind === "rules"
    ? rulePage(id, plainRule(rule), new Map([[lesson.id, taught]]), { links: true })
    : lessonPage(taught, new Map([...own].filter(([, one]) => one === rule).map(([key]) => [key, plainRule(rule)])), { links: true });
  return `${page}\n${linkedPlace(workspace, project, lesson.id)}\n`;
}

/** Where a team's lesson is written, in Markdown with a link to the file; of a shipped one, the pack. Empty for an id that there is not. */
export function linkedPlace(workspace: Workspace, project: Project, id: string): string {
  const path = lessonsOf(workspace).all.get(id)?.path;
  if (path === undefined) return "";
  if (!workspace.has(path)) return escape(vscode.l10n.t("A lesson of the pack {0}, which premortem.yaml turns on.", path.slice(0, path.indexOf("/"))));
  return `${escape(vscode.l10n.t("Written in"))} [${escape(path)}](${project.uriOf(path).toString()})`;
}

/** What anybody may write in a repository is words: a page that is shown must not fetch pictures that it names. */
function plainRule<T extends RuleMeta>(rule: T): T {
  const { what, why, instead, fixSafety, sources, data } = rule;
  return {
    ...rule,
    what: escape(what),
    why: escape(why),
    instead: escape(instead),
    ...(fixSafety !== undefined && { fixSafety: escape(fixSafety) }),
    ...(sources && { sources: sources.map(escape) }),
    ...(data && { data: Object.fromEntries(Object.entries(data).map(([name, unit]) => [name.replaceAll("`", "'"), escape(unit)])) }),
  };
}

function plainLesson({ id, organisation, date, title, url, whatHappened, lesson }: Lesson): Lesson {
  return {
    id,
    organisation: escape(organisation),
    date,
    title: escape(title),
    ...(url !== undefined && { url: url.replace(/[\s()<>[\]]/g, encodeURIComponent) }),
    whatHappened: escape(whatHappened),
    lesson: escape(lesson),
  };
}
