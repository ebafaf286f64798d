import type { Lesson, OwnRule } from "../engine/lesson.ts";
import type { Report, Reporter, Rule, RuleSet } from "../engine/rule.ts";
import type { CompiledLesson } from "../model/lesson/compile.ts";
import type { Judgement } from "../model/lesson/judge.ts";
import { judgeChange, judgeFile, stepsFor } from "../model/lesson/judge.ts";
import { lessonsOf } from "../model/lesson/lessons.ts";
import type { Workspace } from "../model/workspace.ts";

const PREFIX = "lesson/";
const sets = new WeakMap<object, RuleSet<Workspace>>();
const rules = new WeakMap<CompiledLesson, Rule<Workspace>>();

/** The rules that a workspace's lessons give, by id: `lesson/ID`. The same object until a lesson changes. */
export function lessonRules(workspace: Workspace): RuleSet<Workspace> {
  const { all } = lessonsOf(workspace);
  let set = sets.get(all);
  if (set === undefined) sets.set(all, (set = new Map([...all].map(([id, lesson]) => [PREFIX + id, ruleOf(lesson)]))));
  return set;
}

/** A post-mortem that a finding of a team's or a pack's lesson cites; undefined for an id that the workspace has no lesson of. */
export function lessonFor(workspace: Workspace, id: string): Lesson | undefined {
  const lesson = lessonsOf(workspace).all.get(id);
  if (lesson === undefined) return undefined;
  const { incident, why = "", instead = "", what = "" } = lesson.tree;
  return {
    id,
    organisation: incident?.organisation ?? "",
    date: incident?.date ?? "",
    title: incident?.title ?? what,
    ...(incident?.link !== undefined && { url: incident.link }),
    whatHappened: incident?.source === undefined ? why : `${why} (Source: ${incident.source}.)`,
    lesson: instead,
  };
}

/** The workspace's lessons as rules with their post-mortems, by id. */
export function ownRules(workspace: Workspace): readonly OwnRule[] {
  return [...lessonRules(workspace)].map(([id, rule]) => {
    const { check, compare, ...meta } = rule;
    return { id, rule: check === undefined || compare !== undefined ? { ...meta, compare: true } : meta, lesson: lessonFor(workspace, id.slice(PREFIX.length))! };
  });
}

function ruleOf(lesson: CompiledLesson): Rule<Workspace> {
  let rule = rules.get(lesson);
  if (rule === undefined) rules.set(lesson, (rule = made(lesson)));
  return rule;
}

function made(lesson: CompiledLesson): Rule<Workspace> {
  const { tree, element, fix, data } = lesson;
  const examples = (kind: "bad" | "good") => tree.examples.filter((one) => one.kind === kind).map(({ example }) => example);
  const meta = {
    what: tree.what ?? lesson.id,
    why: tree.why ?? "",
    instead: tree.instead ?? "",
    lessons: [lesson.id],
    reads: [element.subject ?? "syntax"],
    severity: tree.severity,
    fix: fix?.safety ?? ("none" as const),
    ...(fix && { fixSafety: tree.fix?.why ?? "" }),
    lifecycle: tree.lifecycle,
    ...(tree.sources.length > 0 && { sources: tree.sources }),
    ...(data.length > 0 && { data: Object.fromEntries(data.map(({ name, unit }) => [name, unit])) }),
    examples: { bad: examples("bad"), good: examples("good"), lookalike: [] },
  };
  if (element.compare !== undefined) {
    return {
      ...meta,
      compare: ({ before, after, changed, ...reporter }) => tell(lesson, after, judgeChange(lesson, before, after, changed), reporter),
    };
  }
  return {
    ...meta,
    check: ({ workspace, path, ...reporter }) => {
      const judgement = judgeFile(lesson, workspace, path, workspace.derive(stepsIn));
      tell(lesson, workspace, judgement, reporter);
    },
  };
}

function stepsIn(workspace: Workspace): number {
  return stepsFor(workspace.paths.length, lessonsOf(workspace).all.size);
}

function tell(lesson: CompiledLesson, workspace: Workspace, { hits, notComputed, exhausted }: Judgement, { report, notComputed: note }: Reporter): void {
  for (const { path, range, message, fix, data } of hits) {
    const finding: Report = { location: { path, range }, message, data };
    report(fix === undefined ? finding : { ...finding, fixes: [fix] });
  }
  for (const { path, reason } of notComputed) note(path, reason);
  if (exhausted === undefined) return;
  // A pack's file is none of the repository's.
  const written = workspace.text(lesson.path) !== undefined;
  if (written) note(lesson.path, `its condition takes too many steps in ${exhausted.path}`);
  report({
    location: { path: exhausted.path, range: exhausted.range },
    severity: "info",
    key: "exhausted",
    ...(written && { related: [{ location: { path: lesson.path, range: lesson.whenRange }, message: "Its condition." }] }),
    message: `The lesson ${lesson.id} takes too many steps here, so it says nothing of this element and those after it. Write its condition in ${lesson.path} with fewer loops inside each other.`,
  });
}
