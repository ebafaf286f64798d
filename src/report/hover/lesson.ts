import type { LessonHover } from "../../model/lesson/help/suggestion.ts";

/** What a part of a lesson's file is, in Markdown: its name with its type, and sentences below it, which are Markdown already. */
export function lessonMarkdown({ title, lines }: Pick<LessonHover, "title" | "lines">): string {
  return [`\`${title}\``, ...lines].join("\n\n");
}
