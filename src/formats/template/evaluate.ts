import type { Unknown } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Expression } from "./expression.ts";
import { applyFilter } from "./filters.ts";
import type { JinjaValue, Lookup } from "./values.ts";

/** The value of an expression; undefined where it refers to what is not defined, Unknown with the reason where it cannot be told. */
export function evaluate(expression: Expression, lookup: Lookup): JinjaValue | undefined {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "list":
      return expression.items.map((item) => evaluate(item, lookup) ?? unknown("a part of a list is not defined"));
    case "name":
      return lookup(expression.name);
    case "member": {
      const key = evaluate(expression.key, lookup);
      return isUnknown(key) ? key : member(evaluate(expression.of, lookup), key);
    }
    case "call":
      return call(expression, lookup);
    case "filter":
      return applyFilter(
        expression.name,
        evaluate(expression.of, lookup),
        expression.args.map((arg) => evaluate(arg, lookup)),
      );
    case "test":
      return test(expression, lookup);
    case "not": {
      const value = truth(evaluate(expression.of, lookup));
      return isUnknown(value) ? value : !value;
    }
    case "binary":
      return binary(expression, lookup);
    case "choice": {
      const chosen = truth(evaluate(expression.test, lookup));
      if (isUnknown(chosen)) return chosen;
      if (chosen) return evaluate(expression.then, lookup);
      return expression.otherwise && evaluate(expression.otherwise, lookup);
    }
  }
}

/** Whether a value counts as true for Jinja; Unknown also for words such as "no", which releases of Ansible judge differently. */
export function truth(value: JinjaValue | undefined): boolean | Unknown {
  if (value === undefined) return unknown("a variable is not defined");
  if (isUnknown(value)) return value;
  if (value === null || value === false || value === 0 || value === "") return false;
  if (typeof value === "string") {
    if (/^(?:no|false|off|yes|true|on|0|1|n|y)$/i.test(value)) return unknown(`the text "${value}" stands where true or false is meant`);
    return true;
  }
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === "object" ? Object.keys(value).length > 0 : true;
}

/** The part of `of` under `key`, as Jinja's subscript: negative positions count from the end. */
export function member(of: JinjaValue | undefined, key: JinjaValue | undefined): JinjaValue | undefined {
  if (of === undefined || isUnknown(of)) return of;
  if (of === null || typeof of !== "object") return undefined;
  if (Array.isArray(of)) {
    const list = of as readonly JinjaValue[];
    const index = typeof key === "number" ? key : typeof key === "string" && /^-?\d+$/.test(key) ? Number(key) : undefined;
    return index === undefined ? undefined : list.at(index);
  }
  const name = String(key);
  return Object.hasOwn(of, name) ? (of as { readonly [key: string]: JinjaValue })[name] : undefined;
}

function call({ of, method, args }: Expression & { kind: "call" }, lookup: Lookup): JinjaValue | undefined {
  const value = evaluate(of, lookup);
  if (value === undefined || isUnknown(value)) return value;
  const [first, second] = args.map((arg) => evaluate(arg, lookup));
  if (isUnknown(first)) return first;
  if (typeof value === "string") {
    const words = Array.isArray(first) ? (first as readonly JinjaValue[]) : [first];
    if (method === "startswith") return words.some((word) => value.startsWith(String(word)));
    if (method === "endswith") return words.some((word) => value.endsWith(String(word)));
    if (method === "lower") return value.toLowerCase();
    if (method === "upper") return value.toUpperCase();
    if (method === "strip" && first === undefined) return value.trim();
    if (method === "split") return first === undefined ? value.trim().split(/\s+/) : value.split(String(first));
    if (method === "replace" && first !== undefined && typeof second === "string") return value.replaceAll(String(first), second);
  }
  if (method === "get" && typeof value === "object") return member(value, first) ?? second ?? null;
  if (method === "keys" && typeof value === "object" && value !== null && !Array.isArray(value)) return Object.keys(value);
  if (method === "values" && typeof value === "object" && value !== null && !Array.isArray(value)) return Object.values(value);
  return unknown(`the method ${method} is not one that is known`);
}

function test({ of, name, args, negated }: Expression & { kind: "test" }, lookup: Lookup): JinjaValue {
  const value = evaluate(of, lookup);
  const result = ((): boolean | Unknown => {
    if (name === "defined") return isUnknown(value) ? unknownButDefined(of, value) : value !== undefined;
    if (name === "undefined") return isUnknown(value) ? value : value === undefined;
    if (value === undefined) return unknown("a variable is not defined");
    if (isUnknown(value)) return value;
    if (name === "none") return value === null;
    if (name === "string") return typeof value === "string";
    if (name === "number") return typeof value === "number";
    if (name === "boolean") return typeof value === "boolean";
    if (name === "mapping") return typeof value === "object" && value !== null && !Array.isArray(value);
    if (name === "sequence" || name === "iterable") return Array.isArray(value) || typeof value === "string";
    if (name === "truthy") return truth(value);
    if (name === "match" && typeof value === "string") return matches(value, args[0] && evaluate(args[0], lookup), true);
    if (name === "search" && typeof value === "string") return matches(value, args[0] && evaluate(args[0], lookup), false);
    return unknown(`the test "${name}" is not one that is known`);
  })();
  return isUnknown(result) ? result : result !== negated;
}

/** A vaulted value is hidden, yet it is there. */
function unknownButDefined(of: Expression, value: Unknown): boolean | Unknown {
  return of.kind === "name" && value.unknown === "vaulted" ? true : value;
}

function matches(value: string, pattern: JinjaValue | undefined, anchored: boolean): boolean | Unknown {
  if (typeof pattern !== "string" || pattern.length > 200) return unknown("a pattern is not known");
  // Nested repetition takes exponential time in JavaScript's engine.
  if (/[*+}]\)?[*+{]/.test(pattern) || /\([^)]*[*+][^)]*\)[*+{]/.test(pattern)) return unknown("a pattern is not a simple one");
  try {
    return new RegExp(anchored ? `^(?:${pattern})` : pattern).test(value);
  } catch {
    return unknown("a pattern is one of Python's");
  }
}

function binary({ operator, left, right }: Expression & { kind: "binary" }, lookup: Lookup): JinjaValue | undefined {
  const a = evaluate(left, lookup);
  if (operator === "and" || operator === "or") {
    const first = truth(a);
    // What decides alone decides, whatever the other side hides.
    if (!isUnknown(first) && first === (operator === "or")) return a;
    const b = evaluate(right, lookup);
    const second = truth(b);
    if (isUnknown(first)) return !isUnknown(second) && second === (operator === "or") ? b : first;
    return b;
  }
  const b = evaluate(right, lookup);
  if (a === undefined || b === undefined) return operator === "==" || operator === "!=" ? unknown("a variable is not defined") : undefined;
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  if (operator === "==" || operator === "!=") return (JSON.stringify(a) === JSON.stringify(b)) === (operator === "==");
  if (operator === "in") {
    if (Array.isArray(b)) {
      if ((b as readonly JinjaValue[]).some((item) => item === a)) return true;
      return (b as readonly JinjaValue[]).some(isUnknown) ? unknown("a part of a list is not known") : false;
    }
    if (typeof b === "string") return b.includes(String(a));
    return typeof b === "object" && b !== null ? Object.hasOwn(b, String(a)) : unknown("a value is not one to look into");
  }
  if (operator === "~") return `${asText(a)}${asText(b)}`;
  if (typeof a === "string" && typeof b === "string") {
    if (operator === "+") return a + b;
    if (operator === ">" || operator === "<" || operator === ">=" || operator === "<=") return compare(operator, a < b ? -1 : a > b ? 1 : 0);
  }
  if (Array.isArray(a) && Array.isArray(b) && operator === "+") return [...(a as readonly JinjaValue[]), ...(b as readonly JinjaValue[])];
  if (typeof a === "number" && typeof b === "number") return arithmetic(operator, a, b);
  return unknown(`"${operator}" stands between values that are no numbers`);
}

function arithmetic(operator: string, a: number, b: number): JinjaValue {
  if (operator === "+") return a + b;
  if (operator === "-") return a - b;
  if (operator === "*") return a * b;
  if (b === 0 && (operator === "/" || operator === "//" || operator === "%")) return unknown("a number is divided by zero");
  if (operator === "/") return a / b;
  if (operator === "//") return Math.floor(a / b);
  if (operator === "%") return ((a % b) + b) % b;
  return compare(operator, a - b);
}

function compare(operator: string, difference: number): boolean {
  if (operator === ">") return difference > 0;
  if (operator === "<") return difference < 0;
  return operator === ">=" ? difference >= 0 : difference <= 0;
}

/** A value as Jinja prints it into text. */
export function asText(value: JinjaValue): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "None";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
