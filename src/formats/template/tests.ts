import type { Unknown } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Inner } from "./operators.ts";
import { Float, contains, operate } from "./operators.ts";
import { includes, isMapping, listIn, pythonRegex, pythonTruth } from "./python.ts";
import type { Arguments, JinjaValue } from "./values.ts";

const COMPARISONS: Record<string, string> = { eq: "==", equalto: "==", "==": "==", ne: "!=", "!=": "!=", lt: "<", lessthan: "<", "<": "<", gt: ">", greaterthan: ">", ">": ">", le: "<=", "<=": "<=", ge: ">=", ">=": ">=" };

/** Whether a test of Jinja or Ansible holds; Unknown for those that are not known. `value` is known and defined. */
export function applyTest(name: string, value: Inner, { positional, named }: Arguments): boolean | Unknown {
  const beyond = unknown(`the test "${name}" is not one that is known`);
  const [first] = positional;
  const comparison = COMPARISONS[name];
  if (comparison !== undefined) {
    const result = operate(comparison, value, first);
    return typeof result === "boolean" || isUnknown(result as JinjaValue) ? (result as boolean | Unknown) : beyond;
  }
  const number = value instanceof Float ? value.value : value;
  switch (name) {
    case "none":
      return value === null;
    case "string":
      return typeof value === "string";
    case "number":
      return typeof number === "number" || typeof number === "boolean";
    case "integer":
      return typeof value === "number" && Number.isInteger(value);
    case "float":
      // A whole number of a variable may have been written with a fraction of zero.
      return value instanceof Float || (typeof value === "number" ? (Number.isInteger(value) ? unknown("a number may be one with a fraction of zero") : true) : false);
    case "boolean":
      return typeof value === "boolean";
    case "true":
    case "false":
      return value === (name === "true");
    case "mapping":
      return !(value instanceof Float) && isMapping(value);
    case "sequence":
    case "iterable":
      return typeof value === "string" || (typeof value === "object" && value !== null && !(value instanceof Float));
    case "odd":
    case "even":
      return Number.isInteger(number) ? Math.abs((number as number) % 2) === (name === "odd" ? 1 : 0) : beyond;
    case "divisibleby":
      return Number.isInteger(number) && Number.isInteger(first) && first !== 0 ? (number as number) % (first as number) === 0 : beyond;
    default:
      return value instanceof Float || value === undefined ? beyond : ofValue(name, value, positional, named) ?? beyond;
  }
}

function ofValue(name: string, value: JinjaValue, [first, second]: Arguments["positional"], named: Arguments["named"]): boolean | Unknown | undefined {
  const options = Object.keys(named).length > 0;
  switch (name) {
    case "in":
      return first === undefined ? undefined : contains(first, value);
    case "contains":
      return first === undefined ? undefined : contains(value, first);
    case "truthy":
    case "falsy":
      return options || first !== undefined ? undefined : pythonTruth(value) === (name === "truthy");
    case "match":
    case "search": {
      // What is no text is turned into one first.
      if (typeof value !== "string" || options || second !== undefined) return undefined;
      const pattern = pythonRegex(first, value, "");
      if (isUnknown(pattern)) return pattern;
      return name === "search" ? pattern.test(value) : new RegExp(`^(?:${pattern.source})`, pattern.flags).test(value);
    }
    case "subset":
    case "issubset":
      return covers(listIn(first), listIn(value));
    case "superset":
    case "issuperset":
      return covers(listIn(value), listIn(first));
    case "lower":
    case "upper":
      if (typeof value !== "string" || !/^[\x00-\x7F]*$/.test(value)) return undefined;
      return name === "lower" ? /[a-z]/.test(value) && !/[A-Z]/.test(value) : /[A-Z]/.test(value) && !/[a-z]/.test(value);
    case "version":
    case "version_compare":
      return options ? undefined : versions(value, first, second);
    default:
      return undefined;
  }
}

function covers(whole: readonly JinjaValue[] | undefined, part: readonly JinjaValue[] | undefined): boolean | Unknown | undefined {
  if (whole === undefined || part === undefined || part.length * whole.length > 1_000_000) return undefined;
  let open: Unknown | undefined;
  for (const item of part) {
    const found = includes(whole, item);
    if (found === false) return false;
    if (isUnknown(found)) open = found;
  }
  return open ?? true;
}

/** Versions of numbers and dots alone, which all of Python's ways to compare agree about. */
function versions(value: JinjaValue, other: JinjaValue | undefined, operator: JinjaValue | undefined = "=="): boolean | Unknown | undefined {
  // A number may have lost a zero: 4.10 is 4.1.
  const [a, b] = [value, other].map((one) => (typeof one === "string" && /^\d+(?:\.\d+)*$/.test(one) ? one.split(".").map(Number) : undefined));
  if (a === undefined || b === undefined || typeof operator !== "string") return undefined;
  let difference = 0;
  for (let index = 0; index < Math.min(a.length, b.length) && difference === 0; index++) difference = a[index]! - b[index]!;
  if (difference === 0) difference = a.length - b.length;
  const sign = ({ "==": "==", "=": "==", eq: "==", "!=": "!=", "<>": "!=", ne: "!=", "<": "<", lt: "<", ">": ">", gt: ">", "<=": "<=", le: "<=", ">=": ">=", ge: ">=" } as Record<string, string>)[operator];
  if (sign === undefined) return undefined;
  const result = operate(sign, difference, 0);
  return typeof result === "boolean" ? result : undefined;
}
