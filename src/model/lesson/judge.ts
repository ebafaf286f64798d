import type { Json } from "../../engine/finding.ts";
import type { Fix } from "../../engine/fix.ts";
import type { Range } from "../../engine/location.ts";
import type { Workspace } from "../workspace.ts";
import { Budget, Failure, TooCostly } from "./cel/outcome.ts";
import { isNumber, itemsOf, shown } from "./cel/values.ts";
import type { CompiledLesson } from "./compile.ts";
import type { Found } from "./element.ts";
import { fits, fixFor } from "./fix.ts";

/** Something that a lesson says. */
export interface Hit {
  readonly path: string;
  readonly range: Range;
  readonly message: string;
  readonly fix?: Fix;
  /** The lesson's fix is not meant for it. */
  readonly isFixless?: true;
  readonly data: { readonly [name: string]: Json };
}

/** What a lesson says of some elements. */
export interface Judgement {
  readonly hits: readonly Hit[];
  /** Why it could not say something, each reason once. */
  readonly notComputed: readonly { readonly path: string; readonly reason: string }[];
  /** The element at which the lesson had used up its steps; the ones from there on are not judged. */
  readonly exhausted?: Found;
}

/** Steps for one element, and for all elements of one file. A condition of a line takes some 20. */
export const STEPS = { element: 100_000, most: 2_000_000, least: 200_000, workspace: 20_000_000 } as const;

/** Elements of one file that are judged: what is beyond is a list that no person wrote. */
const ELEMENTS = 200_000;

/**
 * Steps that a lesson may take in one file, so that all files together stay bounded. It depends on the number of files and
 * lessons alone: what a run finds must not depend on which files came first.
 */
export function stepsFor(files: number, lessons: number): number {
  const share = STEPS.workspace / Math.max(1, files) / Math.max(1, lessons / 20);
  return Math.round(Math.min(STEPS.most, Math.max(STEPS.least, share)));
}

/** What a lesson says of the elements of a file. */
export function judgeFile(lesson: CompiledLesson, workspace: Workspace, path: string, steps: number = STEPS.most): Judgement {
  return judge(lesson, lesson.element.find(workspace, path), (at) => workspace.text(at), steps);
}

/** What a lesson says of a change; nothing where it does not read changes. */
export function judgeChange(lesson: CompiledLesson, before: Workspace, after: Workspace, changed: readonly string[], steps: number = STEPS.workspace): Judgement {
  const found = lesson.element.compare?.(before, after, changed) ?? [];
  return judge(lesson, found, (at) => after.text(at) ?? before.text(at), steps);
}

function judge(lesson: CompiledLesson, found: readonly Found[], text: (path: string) => string | undefined, steps: number): Judgement {
  const hits: Hit[] = [];
  const reasons = new Map<string, { path: string; reason: string }>();
  const all = new Budget(steps);
  for (const [index, one] of found.entries()) {
    const { budget, done } = all.part(STEPS.element);
    try {
      if (index >= ELEMENTS) throw new TooCostly();
      const outcome = judgeOne(lesson, one, text, budget);
      if (outcome instanceof Failure) {
        if (outcome.kind === "unknown") reasons.set(`${one.path}\0${outcome.reason}`, { path: one.path, reason: outcome.reason });
      } else if (outcome !== undefined) hits.push(outcome);
    } catch (error) {
      if (!(error instanceof TooCostly)) throw error;
      return { hits, notComputed: [...reasons.values()], exhausted: one };
    }
    done();
  }
  return { hits, notComputed: [...reasons.values()] };
}

function judgeOne(lesson: CompiledLesson, one: Found, text: (path: string) => string | undefined, budget: Budget): Hit | Failure | undefined {
  const holds = lesson.when.evaluate(one.value, budget);
  if (holds instanceof Failure) return holds;
  if (holds !== true) return undefined;
  const message = lesson.message.say(one.value, budget);
  const data: [string, Json][] = [];
  for (const { name, value } of lesson.data) {
    const result = value.evaluate(one.value, budget);
    if (!(result instanceof Failure)) data.push([name, json(result)]);
  }
  const fix = lesson.fix && fixFor(lesson.fix, one, text(one.path) ?? "", budget);
  return {
    path: one.path,
    range: (lesson.part === undefined ? undefined : one.parts[lesson.part]) ?? one.range,
    // The condition holds whatever the message wanted to show besides; one that becomes too long says only what is wrong.
    message: typeof message === "string" ? message.trim().replace(/\s+/g, " ") : lesson.tree.what ?? lesson.id,
    ...(fix && { fix }),
    ...(fix === undefined && lesson.fix !== undefined && !fits(lesson.fix, one.value, budget) && { isFixless: true as const }),
    data: Object.fromEntries(data),
  };
}

function json(value: unknown): Json {
  if (isNumber(value)) return Number(value);
  if (typeof value === "string" || typeof value === "boolean") return value;
  return Array.isArray(value) ? value.map(json) : itemsOf(value) === undefined ? null : shown(value);
}
