import { compareText } from "../engine/finding.ts";
import { nearest } from "../engine/similar.ts";
import { rules } from "../core.ts";
import { lessons } from "../lessons/index.ts";
import { lessonPage, rulePage } from "../report/page.ts";
import { terminalPage } from "../report/terminal.ts";
import { Unavailable } from "../vcs/unavailable.ts";

/** The page of a rule or a lesson; with no name, the list of both. Throws for a name that there is not. */
export function explain(name: string | undefined, colour: boolean): string {
  if (name === undefined) return index();
  const rule = rules.get(name);
  if (rule !== undefined) return terminalPage(rulePage(name, rule, lessons), { colour });
  const lesson = lessons.get(name);
  if (lesson !== undefined) return terminalPage(lessonPage(lesson, rules), { colour });
  const names = [...rules.keys(), ...lessons.keys()];
  // People remember what is after the slash.
  const last = (id: string): string => id.slice(id.indexOf("/") + 1);
  const short = nearest(last(name), names.map(last));
  const meant = nearest(name, names) ?? names.find((candidate) => last(candidate) === short);
  throw new Unavailable(
    `There is no rule or lesson ${name}. ${meant ? `Did you mean ${meant}?` : "List them with: premortem explain."}`,
  );
}

function index(): string {
  const width = Math.max(...[...rules.keys(), ...lessons.keys()].map((id) => id.length));
  const line = (id: string, what: string): string => `${id.padEnd(width)}  ${what}`;
  return [
    ...[...rules].map(([id, rule]) => line(id, rule.what)).sort(compareText),
    "",
    ...[...lessons.values()].map((lesson) => line(lesson.id, `${lesson.organisation}: ${lesson.title}`)).sort(compareText),
    "",
  ].join("\n");
}
