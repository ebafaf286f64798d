import type { Range } from "../../engine/location.ts";
import type { Element } from "./element.ts";
import type { Expression, ExpressionProblem } from "./cel/expression.ts";
import { readExpression } from "./cel/expression.ts";
import type { Budget } from "./cel/outcome.ts";
import { Failure, LARGEST } from "./cel/outcome.ts";
import { shown } from "./cel/values.ts";

/** A text with expressions in it. */
export interface Template {
  /** The text with the values; a Failure where one is hidden or absent. */
  fill(element: unknown, budget: Budget): string | Failure;
  /** The text for a person: "unknown" stands for what is hidden, "not set" for what is absent. A Failure where it becomes too long. */
  say(element: unknown, budget: Budget): string | Failure;
}

/** An expression between braces. */
interface Hole {
  readonly text: string;
  /** Where the expression begins in the text. */
  readonly start: number;
}

/** Types that a message can show. */
const SHOWN = /^(?:string|int|double|bool|dyn|list|list<(?:string|int|double|bool|dyn)>)$/;

/** Reads a text with `{expressions}`; what is wrong with it otherwise. Without the library: undefined. */
export function readTemplate(text: string, element: Element): Template | readonly ExpressionProblem[] | undefined {
  const parts = split(text);
  const problems: ExpressionProblem[] = [];
  const compiled: (string | Expression)[] = [];
  for (const part of parts) {
    if (typeof part === "string") {
      compiled.push(part);
      continue;
    }
    if ("message" in part) {
      problems.push(part);
      continue;
    }
    const expression = readExpression(part.text, element);
    if (expression === undefined) return undefined;
    if (isProblems(expression)) problems.push(...expression.map((problem) => ({ ...problem, range: moved(problem.range, part.start) })));
    else if (!SHOWN.test(expression.type)) problems.push({ range: moved({ start: 0, end: part.text.length }, part.start), message: `A text cannot show a ${expression.type}. Name one of its fields.` });
    else compiled.push(expression);
  }
  if (problems.length > 0) return problems;
  return { fill: (value, budget) => filled(compiled, value, budget), say: (value, budget) => filled(compiled, value, budget, { unknown: "unknown", error: "not set" }) };
}

/** Tells what is wrong with an expression from the expression. */
export function isProblems<T>(read: T | readonly ExpressionProblem[]): read is readonly ExpressionProblem[] {
  return Array.isArray(read);
}

function filled(parts: readonly (string | Expression)[], value: unknown, budget: Budget, instead?: { readonly [K in Failure["kind"]]: string }): string | Failure {
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") text += part;
    else {
      const result = part.evaluate(value, budget);
      if (result instanceof Failure && instead === undefined) return result;
      text += result instanceof Failure ? instead![result.kind] : shown(result);
    }
    if (text.length > LARGEST) return new Failure("error", "the text becomes too long");
  }
  return text;
}

function moved({ start, end }: Range, by: number): Range {
  return { start: start + by, end: end + by };
}

/** Texts and holes in turn. A brace that is meant as such is written twice. */
function split(text: string): (string | Hole | ExpressionProblem)[] {
  const parts: (string | Hole | ExpressionProblem)[] = [];
  let literal = "";
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char !== "{" && char !== "}") {
      literal += char;
      continue;
    }
    if (text[i + 1] === char) {
      literal += char;
      i++;
      continue;
    }
    const end = char === "{" ? endOf(text, i + 1) : undefined;
    if (end === undefined) {
      parts.push({ range: { start: i, end: i + 1 }, message: char === "{" ? "This brace is not closed. Close it with }, or write {{ for a brace." : "Nothing is open here. Write }} for a brace." });
      literal += char;
      continue;
    }
    if (literal !== "") parts.push(literal);
    literal = "";
    parts.push({ text: text.slice(i + 1, end), start: i + 1 });
    i = end;
  }
  if (literal !== "") parts.push(literal);
  return parts;
}

/** The brace that closes an expression; undefined where none does. */
function endOf(text: string, start: number): number | undefined {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const char = text[i]!;
    if (char === '"' || char === "'") {
      for (i++; i < text.length && text[i] !== char; i++) if (text[i] === "\\") i++;
    } else if (char === "{") depth++;
    else if (char === "}" && depth-- === 0) return i;
  }
  return undefined;
}
