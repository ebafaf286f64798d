import { nearest } from "../../engine/similar.ts";
import type { Range } from "../../engine/location.ts";
import type { LocalEdit, SyntaxProblem } from "../../formats/format.ts";
import type { LessonFix, LessonText, LessonTree } from "../../formats/lesson/index.ts";
import { rangeIn } from "../../formats/lesson/index.ts";
import type { Expression, ExpressionProblem } from "./cel/expression.ts";
import { readExpression } from "./cel/expression.ts";
import type { Element } from "./element.ts";
import { elements } from "./elements.ts";
import type { Template } from "./template.ts";
import { isProblems, readTemplate } from "./template.ts";

/** A fix that can be made. */
export interface CompiledFix {
  readonly action: LessonFix["action"];
  /** The part of the element; undefined for all of it. */
  readonly part: string | undefined;
  readonly text?: Template;
  readonly title?: Template;
  /** Whether it fits; it always does where this is absent. */
  readonly when?: Expression;
  readonly safety: "safe" | "unsafe";
}

/** A lesson that can be run. */
export interface CompiledLesson {
  readonly id: string;
  /** The file that holds it. */
  readonly path: string;
  readonly tree: LessonTree;
  readonly element: Element;
  readonly when: Expression;
  readonly message: Template;
  /** The part at which findings are shown; undefined for all of the element. */
  readonly part: string | undefined;
  readonly fix?: CompiledFix;
  readonly data: readonly { readonly name: string; readonly unit: string; readonly value: Expression }[];
  /** Where its condition is written. */
  readonly whenRange: Range;
}

/** A lesson with what is wrong with its expressions; no lesson where it cannot be run. */
export interface Compiled {
  readonly lesson?: CompiledLesson;
  readonly problems: readonly SyntaxProblem[];
}

/** Checks a lesson's expressions against the schema of what it reads. `source`: the text of its file. Needs `loadLessons()`. */
export function compile(path: string, source: string, tree: LessonTree): Compiled {
  const element = tree.reads && elements[tree.reads.value];
  if (element === undefined) return { problems: [] };
  const problems: SyntaxProblem[] = [];

  const complain = (text: LessonText, found: readonly ExpressionProblem[]): undefined => {
    for (const { range, message, meant } of found) {
      const place = rangeIn(source, text, range);
      const edits: LocalEdit[] = meant === undefined || source.slice(place.start, place.end) !== text.text.slice(range.start, range.end) ? [] : [{ range: place, newText: meant }];
      problems.push({ range: widened(place, text.node.range), message, certain: true, ...(edits.length > 0 && { edits }) });
    }
    return undefined;
  };
  const expression = (text: LessonText | undefined, type?: string): Expression | undefined => {
    const read = text && readExpression(text.text, element);
    if (text === undefined || read === undefined) return undefined;
    if (isProblems(read)) return complain(text, read);
    if (type === undefined || read.type === type || read.type === "dyn") return read;
    return complain(text, [{ range: { start: 0, end: text.text.trimEnd().length }, message: `This gives ${read.type}, and a condition is true or false. Compare it with something.` }]);
  };
  const template = (text: LessonText | undefined): Template | undefined => {
    const read = text && readTemplate(text.text, element);
    return text === undefined || read === undefined ? undefined : isProblems(read) ? complain(text, read) : read;
  };
  const part = (text: LessonText | undefined): string | undefined => {
    const name = text?.text.trim();
    if (name === undefined || text === undefined || Object.hasOwn(element.parts, name)) return name;
    const meant = nearest(name, Object.keys(element.parts));
    const parts = Object.keys(element.parts);
    return complain(text, [{ range: { start: 0, end: name.length }, message: `A ${element.name} has no part ${name}. ${meant !== undefined ? `Did you mean ${meant}?` : parts.length === 0 ? "It has none: leave at out." : `Parts: ${parts.join(", ")}.`}`, ...(meant !== undefined && { meant }) }]);
  };

  const when = expression(tree.when, "bool");
  const message = template(tree.message);
  const at = part(tree.at);
  const data = tree.data.flatMap(({ name, unit, value }) => {
    const read = expression(value);
    return read === undefined ? [] : [{ name, unit, value: read }];
  });
  const fix = tree.fix && fixOf(tree.fix, element, { expression, template, part });
  if (tree.fix !== undefined && element.compare !== undefined) {
    problems.push({ range: tree.fix.range, message: "A lesson about a change offers no fix, since a change is no single place. Leave fix out.", certain: true });
  }
  if (tree.id === undefined || when === undefined || message === undefined || tree.when === undefined) return { problems };
  const lesson: CompiledLesson = { id: tree.id.value, path, tree, element, when, message, part: at, ...(fix && element.compare === undefined && { fix }), data, whenRange: tree.when.node.range };
  return { lesson, problems };
}

/** Reads the texts of a lesson; undefined, and a problem, where one is wrong. */
interface Readers {
  expression(text: LessonText | undefined, type?: string): Expression | undefined;
  template(text: LessonText | undefined): Template | undefined;
  part(text: LessonText | undefined): string | undefined;
}

function fixOf(fix: LessonFix, element: Element, { expression, template, part }: Readers): CompiledFix | undefined {
  const [text, title] = [template(fix.text), template(fix.title)];
  const named = part(fix.at);
  const when = expression(fix.when, "bool");
  const byDefault = fix.action === "replace" && Object.hasOwn(element.parts, "value") ? "value" : undefined;
  if ((fix.text !== undefined && text === undefined) || (fix.title !== undefined && title === undefined) || (fix.at !== undefined && named === undefined) || (fix.when !== undefined && when === undefined)) return undefined;
  return { action: fix.action, part: fix.at === undefined ? byDefault : named, ...(text && { text }), ...(title && { title }), ...(when && { when }), safety: fix.safety };
}

/** A place in a text is at least a character of it. */
function widened({ start, end }: Range, whole: Range): Range {
  if (end > start) return { start, end };
  return start < whole.end ? { start, end: start + 1 } : { start: Math.max(whole.start, start - 1), end: start };
}
