import { compareText } from "../engine/finding.ts";
import { nearest } from "../engine/similar.ts";
import { lessonFor, lessonRules, rules } from "../core.ts";
import { lessons } from "../lessons/index.ts";
import { lessonPage, rulePage } from "../report/page.ts";
import { terminalPage } from "../report/terminal.ts";
import { Unavailable } from "../vcs/unavailable.ts";
import { select } from "./selection.ts";
import { loadState } from "./state.ts";

/**
 * The page of a rule or a lesson; with no name, the list of both. `lesson/ID` is a lesson of the current directory. Throws for
 * a name that there is not.
 */
export async function explain(name: string | undefined, colour: boolean): Promise<string> {
  if (name === undefined) return index();
  if (name.startsWith("lesson/")) return explainOwn(name, colour);
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

async function explainOwn(name: string, colour: boolean): Promise<string> {
  const { workspace } = await loadState(select([])[0]!, {});
  const own = lessonRules(workspace);
  const rule = own.get(name);
  if (rule === undefined) {
    const meant = nearest(name, own.keys());
    throw new Unavailable(`There is no ${name} in the current directory. ${meant ? `Did you mean ${meant}?` : own.size === 0 ? "No lesson file is there; go to the repository." : `There are: ${[...own.keys()].join(", ")}.`}`);
  }
  const cited = new Map(rule.lessons.flatMap((id) => lessonFor(workspace, id) ?? []).map((lesson) => [lesson.id, lesson]));
  return terminalPage(rulePage(name, rule, cited), { colour });
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
