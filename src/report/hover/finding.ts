import type { Lesson } from "../../engine/lesson.ts";
import type { RuleMeta } from "../../engine/rule.ts";
import type { Translate } from "../reviewed.ts";
import { escape } from "./markdown.ts";

/**
 * Why findings of a rule matter, what to do instead, and which outages taught it, in Markdown. `page`: the address of the rule's
 * page, where there is one to open.
 */
export function ruleMarkdown(id: string, rule: RuleMeta, lessonOf: (id: string) => Lesson | undefined, page: string | undefined, t: Translate): string {
  const parts = [`**${page === undefined ? escape(id) : `[${id}](${page})`}**: ${escape(rule.what)}`];
  for (const [title, words] of [[t("Why"), rule.why], [t("Instead"), rule.instead]] as const) parts.push(`**${title}:** ${escape(words)}`);
  for (const lesson of rule.lessons.flatMap((name) => lessonOf(name) ?? [])) {
    const title = escape(lesson.title.replace(/\.?$/, ""));
    const named = lesson.url === undefined ? `(${title})` : `([${title}](${lesson.url}))`;
    parts.push(`**${escape(t("Lesson of {0}, {1}", lesson.organisation, lesson.date))}** ${named}: ${escape(lesson.lesson)}`);
  }
  return parts.join("\n\n");
}
