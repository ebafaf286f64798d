import type { Lesson } from "../engine/lesson.ts";
import { lessons } from "../lessons/index.ts";
import type { Report } from "./report.ts";

/** Every lesson that a report's findings may cite, by id: those that Premortem brings and those of the reviewed files. */
export function citable({ own = [] }: Report): ReadonlyMap<string, Lesson> {
  return own.length === 0 ? lessons : new Map([...lessons, ...own.map(({ lesson }) => [lesson.id, lesson] as const)]);
}
