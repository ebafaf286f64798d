import { compareText } from "../engine/finding.ts";
import type { Lesson } from "../engine/lesson.ts";
import type { RuleMeta } from "../engine/rule.ts";
import { lessons } from "../lessons/index.ts";
import type { Workspace } from "../model/workspace.ts";
import { rules } from "../rules/index.ts";
import { lessonFor, lessonRules } from "../rules/lesson.ts";

/** The post-mortem of that id: of the workspace's own, else of those that Premortem brings. */
export function knownLesson(workspace: Workspace, id: string): Lesson | undefined {
  return lessonFor(workspace, id) ?? lessons.get(id);
}

/** The rule of that id: a built-in one, else `lesson/ID` of the workspace. */
export function knownRule(workspace: Workspace, id: string): RuleMeta | undefined {
  return rules.get(id) ?? lessonRules(workspace).get(id);
}

/** Ids of the rules that a run of all of them runs on a workspace, its own lessons included; sorted. */
export function knownRules(workspace: Workspace): readonly string[] {
  return [...rules.keys(), ...lessonRules(workspace).keys()].sort(compareText);
}
