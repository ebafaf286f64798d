import type { Unknown } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { equal, includes, isMapping, listIn, textOf } from "./python.ts";
import type { JinjaValue } from "./values.ts";

/** A number of Python's float type that has no fraction: `2.0`, which prints differently from `2`. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** What an expression gives while it is worked out; undefined where it refers to what is not defined. */
export type Inner = JinjaValue | Float | undefined;

/** The value for everyone else: a float without a fraction is Unknown, since as text it is not the number that it equals. */
export function plain(value: Inner): JinjaValue | undefined {
  return value instanceof Float ? unknown("a number is one with a fraction of zero") : value;
}

/** A result of floating-point arithmetic. */
export function float(value: number): Inner {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e16) return unknown("a number is too large");
  return Number.isInteger(value) ? new Float(value) : value;
}

/** What `left operator right` gives, of sides that are both worked out. */
export function operate(operator: string, left: Inner, right: Inner): Inner {
  if (left === undefined || right === undefined) return unknown("a variable is not defined");
  if (!(left instanceof Float) && isUnknown(left)) return left;
  if (!(right instanceof Float) && isUnknown(right)) return right;
  const a = left instanceof Float ? left.value : left;
  const b = right instanceof Float ? right.value : right;
  if (operator === "==" || operator === "!=") {
    const same = equal(a, b);
    return isUnknown(same) ? same : same === (operator === "==");
  }
  if (operator === "in") return contains(b, a);
  if (operator === "~") {
    if (left instanceof Float || right instanceof Float) return unknown("a part of a text is not known");
    const [before, after] = [textOf(a), textOf(b)];
    return isUnknown(before) ? before : isUnknown(after) ? after : before + after;
  }
  if (typeof a === "string" && typeof b === "string") {
    if (operator === "+") return a + b;
    if (/^[<>]=?$/.test(operator)) return compare(operator, a < b ? -1 : a > b ? 1 : 0);
  }
  const lists = [listIn(a), listIn(b)] as const;
  if (lists[0] !== undefined && lists[1] !== undefined && operator === "+") return [...lists[0], ...lists[1]];
  if (typeof a === "string" && typeof b === "number" && operator === "*" && isWhole(right) && b * a.length < 10_000) return a.repeat(Math.max(0, b));
  if ((typeof a === "number" || typeof a === "boolean") && (typeof b === "number" || typeof b === "boolean")) {
    const whole = isWhole(left) && isWhole(right);
    return arithmetic(operator, Number(a), Number(b), whole);
  }
  return unknown(`"${operator}" stands between values that are no numbers`);
}

function isWhole(value: Inner): boolean {
  return !(value instanceof Float) && (typeof value === "boolean" || Number.isInteger(value));
}

/** `value in container`. */
export function contains(container: JinjaValue, value: JinjaValue): boolean | Unknown {
  const list = listIn(container);
  if (list !== undefined) return includes(list, value);
  if (typeof container === "string" && typeof value === "string") return container.includes(value);
  if (isMapping(container) && typeof value === "string") return Object.hasOwn(container, value);
  return unknown("a value is not one to look into");
}

function arithmetic(operator: string, a: number, b: number, whole: boolean): Inner {
  const result = (value: number): Inner => {
    if (!whole) return float(value);
    return Number.isSafeInteger(value) ? value + 0 : unknown("a number is too large");
  };
  if (/^[<>]=?$/.test(operator)) return compare(operator, a - b);
  if (operator === "+") return result(a + b);
  if (operator === "-") return result(a - b);
  if (operator === "*") return result(a * b);
  if (operator === "**") return b < 0 ? unknown("a number is raised to a negative power") : result(a ** b);
  if (b === 0) return unknown("a number is divided by zero");
  if (operator === "/") return float(a / b);
  if (!whole) return unknown("a number with a fraction is divided into a rest");
  if (operator === "//") return result(Math.floor(a / b));
  return operator === "%" ? result(((a % b) + b) % b) : unknown(`"${operator}" is no operator that is known`);
}

/** What `<`, `>`, `<=` or `>=` makes of a difference. */
export function compare(operator: string, difference: number): boolean {
  if (operator === ">") return difference > 0;
  if (operator === "<") return difference < 0;
  return operator === ">=" ? difference >= 0 : difference <= 0;
}
