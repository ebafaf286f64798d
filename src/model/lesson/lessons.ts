import { compareText } from "../../engine/finding.ts";
import type { SyntaxProblem } from "../../formats/format.ts";
import type { LessonTree } from "../../formats/lesson/index.ts";
import { LESSON_FILE, lesson as format } from "../../formats/lesson/index.ts";
import { ignoring } from "../../formats/premortem-config/ignore.ts";
import type { Workspace } from "../workspace.ts";
import type { Compiled, CompiledLesson } from "./compile.ts";
import { compile } from "./compile.ts";
import { PACKS } from "./packs.ts";

/** Lessons of one repository: more than anybody keeps. */
const MOST = 500;

/** The lessons that hold for a workspace, and what keeps others from it. */
export interface Lessons {
  /** By id, sorted. */
  readonly all: ReadonlyMap<string, CompiledLesson>;
  /** Problems that only show beside other lessons, by path. */
  readonly problems: ReadonlyMap<string, readonly SyntaxProblem[]>;
}

/** A lesson file, checked. */
export function compiledIn(workspace: Workspace, path: string): Compiled | undefined {
  return workspace.derive(compiledOf, path);
}

function compiledOf(workspace: Workspace, path: string): Compiled | undefined {
  const document = workspace.document(path);
  return document?.language === "lesson" ? compile(path, document.text, document.tree as LessonTree) : undefined;
}

/** The lessons of a workspace: those of its own files and of the packs that it asks for. The same object until one of them changes. */
export function lessonsOf(workspace: Workspace): Lessons {
  return workspace.derive(collected);
}

function collected(workspace: Workspace, _: string, previous: Lessons | undefined): Lessons {
  const problems = new Map<string, SyntaxProblem[]>();
  const all = new Map<string, CompiledLesson>();
  const complain = (lesson: CompiledLesson, message: string): void => {
    problems.set(lesson.path, [...(problems.get(lesson.path) ?? []), { range: lesson.tree.id!.range, message, certain: true }]);
  };
  const paths = workspace.derive(lessonFiles);
  for (const path of paths) {
    const lesson = compiledIn(workspace, path)?.lesson;
    if (lesson === undefined) continue;
    const other = all.get(lesson.id);
    if (other !== undefined) complain(lesson, `The lesson ${lesson.id} is also in ${other.path}, which is the one that holds. Give this one an id of its own.`);
    else if (all.size === MOST) complain(lesson, `More than ${MOST} lessons are not run. This one is left out. Keep those that still teach something.`);
    else all.set(lesson.id, lesson);
  }
  // A team's own version of a shipped lesson holds instead of it.
  for (const name of workspace.configuration.lessons) {
    if (!isPlace(name)) for (const lesson of lessonsOfPack(name)) if (!all.has(lesson.id)) all.set(lesson.id, lesson);
  }
  const sorted = new Map([...all].sort(([a], [b]) => compareText(a, b)));
  const same = previous !== undefined && previous.all.size === sorted.size && [...sorted].every(([id, lesson]) => previous.all.get(id) === lesson);
  return { all: same ? previous.all : sorted, problems };
}

/** The lesson files whose lessons hold, sorted. Where premortem.yaml names places, only those. */
function lessonFiles(workspace: Workspace, _: string, previous: readonly string[] | undefined): readonly string[] {
  const places = workspace.configuration.lessons.filter(isPlace);
  const isChosen = ignoring(places);
  const kept = workspace.paths.filter((path) => LESSON_FILE.test(path) && (places.length === 0 || isChosen(path)));
  return previous !== undefined && previous.length === kept.length && previous.every((path, index) => path === kept[index]) ? previous : kept;
}

/** Whether an entry of premortem.yaml's `lessons` names a place in the repository; else it is the name of a pack. */
export function isPlace(entry: string): boolean {
  return entry.includes("/") || LESSON_FILE.test(entry);
}

const packed = new Map<string, readonly CompiledLesson[]>();

/** The lessons of a shipped pack; empty for a name that there is not, and without the libraries. */
function lessonsOfPack(name: string): readonly CompiledLesson[] {
  const texts = Object.hasOwn(PACKS, name) ? PACKS[name]! : {};
  let known = packed.get(name);
  if (known === undefined) {
    known = Object.entries(texts).flatMap(([file, text]) => compile(`${name}/${file}`, text, format.parse(text).tree).lesson ?? []);
    if (known.length > 0) packed.set(name, known);
  }
  return known;
}
