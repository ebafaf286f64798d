import { lintFiles } from "../core.ts";
import type { Finding } from "../engine/finding.ts";
import { applyFixes } from "../engine/fix.ts";
import type { Range } from "../engine/location.ts";
import type { LessonExample, LessonTree } from "../formats/lesson/index.ts";
import type { CompiledLesson } from "../model/lesson/compile.ts";
import { compiledIn, lessonsOf } from "../model/lesson/lessons.ts";
import type { Workspace } from "../model/workspace.ts";
import { failuresOfExample, runExample } from "../rules/lesson-examples.ts";

/** Something about a lesson that does not hold, at its place in the file. */
export interface LessonFailure {
  readonly range: Range;
  readonly message: string;
  /** The example that tells; undefined for what is wrong with the lesson itself. */
  readonly example?: Pick<LessonExample, "kind" | "number">;
}

/** A lesson file that was tested. */
export interface LessonResult {
  readonly path: string;
  /** Undefined where the file gives none. */
  readonly id: string | undefined;
  /** How many examples of each kind there are. */
  readonly bad: number;
  readonly good: number;
  readonly failures: readonly LessonFailure[];
}

/** Reads a lesson file, runs its examples, and looks at what its fix leaves behind. */
export function testLesson(workspace: Workspace, path: string): LessonResult {
  const document = workspace.document(path);
  const tree = document?.tree as LessonTree | undefined;
  const compiled = compiledIn(workspace, path);
  const problems = [...(document?.errors ?? []), ...(compiled?.problems ?? []), ...(lessonsOf(workspace).problems.get(path) ?? [])];
  const examples = tree?.examples ?? [];
  const lesson = compiled?.lesson;
  const result = { path, id: tree?.id?.value, bad: examples.filter(({ kind }) => kind === "bad").length, good: examples.filter(({ kind }) => kind === "good").length };
  if (lesson === undefined || problems.length > 0) {
    return { ...result, failures: problems.length > 0 ? problems.map(({ range, message }) => ({ range, message })) : [{ range: tree?.start ?? { start: 0, end: 0 }, message: "No lesson can be read from this file." }] };
  }
  const failures = examples.flatMap((example): LessonFailure[] => {
    const own = failuresOfExample(lesson, example, document!.text);
    const all = own.length > 0 ? own : sideEffects(lesson, example);
    return all.map(({ range, message }) => ({ range, message, example }));
  });
  return { ...result, failures };
}

/** What other rules find in an example after the lesson's fix, and did not before. */
function sideEffects(lesson: CompiledLesson, example: LessonExample): LessonFailure[] {
  if (lesson.fix === undefined || example.kind === "good") return [];
  const { judgement, after } = runExample(lesson, example);
  const { files } = applyFixes((path) => after.text(path), judgement.hits.flatMap(({ fix }) => fix ?? []));
  const known = new Set(lintFiles(after).findings.map(({ rule, message }) => `${rule} ${message}`));
  const raised = lintFiles(after.with(files)).findings.find((finding) => isNew(finding, known));
  return raised === undefined ? [] : [{ range: lesson.tree.fix!.range, message: `The fix raises ${raised.rule} in ${raised.location.path}: ${raised.message}` }];
}

function isNew({ rule, message, severity }: Finding, known: ReadonlySet<string>): boolean {
  return severity !== "info" && !known.has(`${rule} ${message}`);
}
