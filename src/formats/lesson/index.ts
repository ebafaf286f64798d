import type { Format } from "../format.ts";
import { parseLesson } from "./parse.ts";
import type { LessonTree } from "./tree.ts";

export type { ElementName, FixAction, Grade, Incident, LessonData, LessonExample, LessonFix, LessonText, LessonTree } from "./tree.ts";
export { ELEMENTS, GRADES, LIFECYCLES } from "./tree.ts";
export { rangeIn } from "./offsets.ts";
export { unmarked } from "./marks.ts";

/** A lesson that a team writes: `*.lesson.yaml`. Needs `loadLessons()` beforehand; without it, every file is empty. */
export const lesson: Format<LessonTree> = {
  language: "lesson",
  recognise: (path) => (LESSON_FILE.test(path) ? "name" : false),
  parse: parseLesson,
  comments: { openers: ["#"], inline: true },
};

/** Paths of lesson files. */
export const LESSON_FILE = /\.lesson\.ya?ml$/;
