import type { Range } from "../engine/location.ts";
import { LineIndex, overlaps } from "../engine/location.ts";
import { applyFixes } from "../engine/fix.ts";
import type { Example, ExampleFiles } from "../engine/rule.ts";
import type { LessonExample } from "../formats/lesson/index.ts";
import { unmarked } from "../formats/lesson/index.ts";
import { DEFAULT_CONFIGURATION } from "../engine/configuration.ts";
import type { CompiledLesson } from "../model/lesson/compile.ts";
import type { Hit, Judgement } from "../model/lesson/judge.ts";
import { judgeChange, judgeFile } from "../model/lesson/judge.ts";
import { Workspace } from "../model/workspace.ts";

/** An example that does not behave, at its place in the lesson's file. */
export interface ExampleFailure {
  readonly range: Range;
  readonly kind: "bad" | "good";
  readonly number: number;
  readonly message: string;
}

/** What a lesson says of an example. */
export interface ExampleRun {
  readonly judgement: Judgement;
  readonly before: Workspace | undefined;
  readonly after: Workspace;
  readonly marks: readonly { readonly path: string; readonly range: Range }[];
}

/** Steps for all elements of one example. */
const STEPS = 2_000_000;

/** The examples of a lesson that do not behave; none where all do. `holder`: the workspace with the lesson's file. */
export function failures(lesson: CompiledLesson, holder: Workspace): readonly ExampleFailure[] {
  const source = holder.text(lesson.path) ?? "";
  return lesson.tree.examples.flatMap((example) => failuresOfExample(lesson, example, source));
}

/** What is wrong with one example; `source` is the text of the lesson's file. */
export function failuresOfExample(lesson: CompiledLesson, example: LessonExample, source: string): ExampleFailure[] {
  const fail = (message: string, range: Range = example.range): ExampleFailure => ({ range, kind: example.kind, number: example.number, message });
  const run = runExample(lesson, example);
  const { hits, notComputed, exhausted } = run.judgement;
  if (exhausted !== undefined) return [fail("The condition takes too many steps for this example. Write it with fewer loops inside each other.", lesson.whenRange)];
  const why = notComputed[0] === undefined ? "" : ` It could not be computed: ${notComputed[0].reason}.`;
  if (example.kind === "good") {
    return hits.length === 0 ? [] : [fail(`This example must not give a finding, and gives one in ${placeOf(run, hits[0]!)}: ${hits[0]!.message} Correct the condition or move the example to bad.`)];
  }
  if (hits.length === 0) return [fail(`This example must give a finding, and gives none.${why || nothingRead(lesson, run)} ${why === "" ? "Correct the condition or move the example to good." : "Put what is missing into the example, or ask for less."}`)];
  if (run.marks.length === 0) return fixFailures(lesson, run, fail);
  const missed = run.marks.find((mark) => !hits.some((hit) => hit.path === mark.path && overlaps(hit.range, mark.range)));
  if (missed !== undefined) return [fail(`Nothing is found at this mark; the first finding is in ${placeOf(run, hits[0]!)}. Move the mark, or set at to the part that is wrong.`, markIn(source, example, run, missed))];
  const stray = hits.find((hit) => !run.marks.some((mark) => hit.path === mark.path && overlaps(hit.range, mark.range)));
  if (stray !== undefined) return [fail(`Something is found in ${placeOf(run, stray)}, where no mark is: ${stray.message} Mark it with ⟦⟧, or correct the condition.`)];
  return fixFailures(lesson, run, fail);
}

/** Runs a lesson on one of its examples. */
export function runExample(lesson: CompiledLesson, { example }: Pick<LessonExample, "example">): ExampleRun {
  const { examplePath } = lesson.element;
  const change = isChange(example);
  const { files, marks } = unmarked(change ? example.after : (example as ExampleFiles), examplePath);
  const after = new Workspace(files, DEFAULT_CONFIGURATION);
  const before = change ? new Workspace(unmarked(example.before, examplePath).files, DEFAULT_CONFIGURATION) : undefined;
  return { judgement: judgeStates(lesson, before, after), before, after, marks };
}

function judgeStates(lesson: CompiledLesson, before: Workspace | undefined, after: Workspace): Judgement {
  if (lesson.element.compare !== undefined) {
    // An example of one state is one of files that the change brings.
    const base = before ?? new Workspace(new Map(), DEFAULT_CONFIGURATION);
    const changed = [...new Set([...base.paths, ...after.paths])].filter((path) => base.text(path) !== after.text(path)).sort();
    return judgeChange(lesson, base, after, changed, STEPS);
  }
  const judgements = after.paths.map((path) => judgeFile(lesson, after, path, STEPS));
  const exhausted = judgements.find((one) => one.exhausted !== undefined)?.exhausted;
  return { hits: judgements.flatMap(({ hits }) => hits), notComputed: judgements.flatMap(({ notComputed }) => notComputed), ...(exhausted && { exhausted }) };
}

/** The fix silences the example, leaves files that still parse, and changes nothing when it is applied again. */
function fixFailures(lesson: CompiledLesson, run: ExampleRun, fail: (message: string, range?: Range) => ExampleFailure): ExampleFailure[] {
  if (lesson.fix === undefined) return [];
  const place = lesson.tree.fix!.range;
  const fixes = run.judgement.hits.flatMap(({ fix }) => fix ?? []);
  if (run.judgement.hits.every(({ isFixless }) => isFixless === true)) return [];
  if (fixes.length === 0) return [fail("The fix cannot be made here: the element has no such part, a value is absent, or nothing would change.", place)];
  const { files } = applyFixes((path) => run.after.text(path), fixes);
  const mended = run.after.with(files);
  const left = judgeStates(lesson, run.before, mended).hits.filter(({ isFixless }) => isFixless !== true);
  if (left.length > 0) return [fail(`After the fix, the finding is still there in ${placeOf({ ...run, after: mended }, left[0]!)}. The text is then: ${excerpt([...files.values()][0] ?? "")}`, place)];
  for (const path of files.keys()) {
    const [errors, old] = [mended.document(path)?.errors ?? [], run.after.document(path)?.errors ?? []];
    if (errors.length > old.length) return [fail(`After the fix, ${path} is not valid any more: ${errors[0]!.message}`, place)];
  }
  return [];
}

/** What the example would have been judged by, where there is nothing in it. */
function nothingRead(lesson: CompiledLesson, { after }: ExampleRun): string {
  if (lesson.element.compare !== undefined || after.paths.some((path) => lesson.element.find(after, path).length > 0)) return "";
  return ` There is no ${lesson.element.name} in it: a file's name tells what it is, such as ${lesson.element.examplePath}.`;
}

function placeOf({ after, before }: Pick<ExampleRun, "after" | "before">, { path, range }: Hit): string {
  return `${path}, line ${new LineIndex(after.text(path) ?? before?.text(path) ?? "").positionAt(range.start).line}`;
}

/** A mark's place in the lesson's file, where the marked text is found there. */
function markIn(source: string, example: LessonExample, run: ExampleRun, mark: { readonly path: string; readonly range: Range }): Range {
  const index = run.marks.indexOf(mark);
  let at = example.whole.start - 1;
  for (let count = 0; count <= index; count++) at = source.indexOf("⟦", at + 1);
  const end = source.indexOf("⟧", at);
  return at === -1 || end === -1 || end > example.whole.end ? example.range : { start: at, end: end + 1 };
}

function excerpt(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}

/** True for an example with two states. */
export function isChange(example: Example): example is { readonly before: ExampleFiles; readonly after: ExampleFiles } {
  if (typeof example === "string") return false;
  const keys = Object.keys(example);
  return keys.length === 2 && keys.includes("before") && keys.includes("after");
}
