import type { ASTNode, Environment } from "@marcbachmann/cel-js";
import type { Range } from "../../../engine/location.ts";
import { celLibrary, regexLibrary } from "../../../formats/lesson/load.ts";
import type { Element } from "../element.ts";
import { objectTypes } from "../elements.ts";
import type { Pattern } from "./evaluate.ts";
import { evaluate } from "./evaluate.ts";
import { functions } from "./functions.ts";
import type { Budget } from "./outcome.ts";
import { checkUse } from "./use.ts";

/** What is wrong with an expression, at its place in the expression. */
export interface ExpressionProblem {
  readonly range: Range;
  readonly message: string;
  /** The word that was meant. */
  readonly meant?: string;
}

/** A checked expression over one element. */
export interface Expression {
  /** Its type, in CEL's words. */
  readonly type: string;
  /** The value, or a Failure; throws TooCostly. */
  evaluate(element: unknown, budget: Budget): unknown;
}

/** Nodes and depth of an expression: far more than anybody reads. */
const LIMITS = { maxAstNodes: 1000, maxDepth: 40, maxListElements: 500, maxMapEntries: 100, maxCallArguments: 8 };

let base: Environment | undefined;
const environments = new Map<string, Environment>();

/** The typed environment of an element's expressions. Undefined before `loadLessons()`. */
function environmentOf(element: Element): Environment | undefined {
  const library = celLibrary();
  if (library === undefined) return undefined;
  if (base === undefined) {
    base = new library.Environment({ limits: LIMITS });
    for (const type of objectTypes.values()) {
      base.registerType(type.name, { fields: Object.fromEntries(Object.entries(type.fields).map(([name, field]) => [name, field.type])) });
    }
    for (const one of Object.values(functions)) {
      if (!one.standard) for (const signature of one.signatures) base.registerFunction(signature, () => undefined);
    }
  }
  let environment = environments.get(element.variable);
  if (environment === undefined) environments.set(element.variable, (environment = base.clone().registerVariable(element.variable, element.type.name)));
  return environment;
}

interface CelFault {
  readonly summary?: string;
  readonly message?: string;
  readonly code?: string;
  readonly range?: { readonly start: number; readonly end: number };
  readonly node?: ASTNode;
}

/** Reads an expression over an element; what is wrong with it otherwise. Without the library: undefined. */
export function readExpression(text: string, element: Element): Expression | readonly ExpressionProblem[] | undefined {
  const environment = environmentOf(element);
  if (environment === undefined) return undefined;
  let parsed: ReturnType<Environment["parse"]>;
  try {
    parsed = environment.parse(text);
  } catch (fault) {
    return [problemOf(fault as CelFault, text, element)];
  }
  const use = checkUse(parsed.ast, element);
  if (use.problems.length > 0) return use.problems;
  const checked = parsed.check();
  if (!checked.valid) return [problemOf(checked.error as CelFault, text, element)];
  const patterns = new Map<ASTNode, Pattern>();
  const problems: ExpressionProblem[] = [];
  for (const { node, pattern } of use.patterns) {
    const compiled = compile(pattern.args as string);
    if (typeof compiled === "string") problems.push({ range: pattern.range, message: `This is no regular expression of RE2: ${compiled}. Correct it.` });
    else patterns.set(node, compiled);
  }
  if (problems.length > 0) return problems;
  return { type: checked.type ?? "dyn", evaluate: (value, budget) => evaluate(parsed.ast, element.variable, value, { budget, patterns }) };
}

/** A compiled pattern, or what is wrong with it. */
function compile(source: string): Pattern | string {
  if (source.length > 500) return "it is longer than 500 characters";
  try {
    const pattern = regexLibrary()!.RE2JS.compile(source);
    // A count of repetitions multiplies what the matcher keeps track of.
    const cost = [...source.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].reduce((product, [, low, high]) => Math.min(1000, product * Math.max(1, Number(low), Number(high ?? 0))), 1);
    return { cost: (source.length * cost) / 64, test: (text) => pattern.matcher(text).find() };
  } catch (fault) {
    return (fault instanceof Error ? fault.message : String(fault)).replace(/\s+/g, " ").replace(/^error parsing regexp: /, "").slice(0, 120);
  }
}

function problemOf(fault: CelFault, text: string, element: Element): ExpressionProblem {
  const summary = (fault.summary ?? fault.message ?? "it cannot be read").split("\n")[0]!;
  const start = Math.min(fault.range?.start ?? 0, text.length);
  const range = { start, end: Math.min(Math.max(fault.range?.end ?? text.length, start), text.length) };
  if (fault.code === "no_matching_overload") return { range, message: `${overload(summary)} Look up the types with: premortem lesson schema ${element.name}.` };
  if (fault.code === "no_such_overload") return { range, message: `${operands(summary)} Compare values of one type; int() and double() turn one into the other.` };
  const other = foreign(text);
  if (other !== undefined) return other;
  const said = summary.replace(/^Unexpected token: EOF$/, "it ends too early").replace(/\.$/, "");
  return { range, message: `This condition cannot be used: ${said.charAt(0).toLowerCase()}${said.slice(1)}. Correct it.` };
}

const FOREIGN: { readonly [word: string]: string } = { and: "&&", or: "||", not: "!", "=": "==", "===": "==", "<>": "!=" };

/** A word of another language that cannot be read, with what CEL has for it. */
function foreign(text: string): ExpressionProblem | undefined {
  const bare = text.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, (quoted) => " ".repeat(quoted.length));
  const found = /\b(?:and|or|not)\b|<>|={1,3}/gi;
  for (let match = found.exec(bare); match !== null; match = found.exec(bare)) {
    const meant = /[=!<>]/.test(bare[match.index - 1] ?? "") ? undefined : FOREIGN[match[0].toLowerCase()];
    if (meant !== undefined) return { range: { start: match.index, end: match.index + match[0].length }, message: `CEL writes ${meant}, not ${match[0]}.`, meant };
  }
  return undefined;
}

function overload(summary: string): string {
  const call = /'(.*)'/.exec(summary)?.[1] ?? summary;
  const name = /(\w+)\(/.exec(call)?.[1];
  const known = name === undefined || !Object.hasOwn(functions, name) ? undefined : functions[name]!;
  return `${call} does not fit: ${known === undefined ? "the function takes other types" : `it is ${known.signatures.join(" or ")}`}.`;
}

function operands(summary: string): string {
  const match = /no such overload: (.+?) (\S+) (.+)$/.exec(summary);
  if (match === null) return `${summary.replace(/^no such overload: /, "")} does not work.`;
  return `${match[1]!} ${match[2]!} ${match[3]!} does not work.`;
}

