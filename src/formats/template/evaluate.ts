import type { Unknown } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Argument, Expression } from "./expression.ts";
import { applyFilter } from "./filters.ts";
import { callFunction, callMethod } from "./methods.ts";
import type { Inner } from "./operators.ts";
import { Float, float, operate, plain } from "./operators.ts";
import { listIn, listLike } from "./python.ts";
import { applyTest } from "./tests.ts";
import type { Arguments, JinjaValue, Lookup } from "./values.ts";

export { asText, hidesAnything, printed } from "./python.ts";

/** The value of an expression; undefined where it refers to what is not defined, Unknown with the reason where it cannot be told. */
export function evaluate(expression: Expression, lookup: Lookup): JinjaValue | undefined {
  return plain(inner(expression, lookup));
}

function inner(expression: Expression, lookup: Lookup): Inner {
  switch (expression.kind) {
    case "literal":
      return expression.float === true ? float(expression.value as number) : expression.value;
    case "list":
      return (expression.tuple === true ? listLike : same)(expression.items.map((item) => evaluate(item, lookup) ?? unknown("a part of a list is not defined")));
    case "mapping":
      return mapping(expression, lookup);
    case "name":
      return lookup(expression.name);
    case "member": {
      const key = evaluate(expression.key, lookup);
      return isUnknown(key) ? key : member(evaluate(expression.of, lookup), key);
    }
    case "slice":
      return slice(expression, lookup);
    case "call": {
      const value = evaluate(expression.of, lookup);
      const given = argumentsOf(expression.args, lookup);
      return value === undefined || isUnknown(value) ? value : (given.hidden ?? callMethod(value, expression.method, given));
    }
    case "function": {
      const given = argumentsOf(expression.args, lookup);
      return given.hidden ?? callFunction(expression.name, given);
    }
    case "filter":
      return applyFilter(expression.name, inner(expression.of, lookup), argumentsOf(expression.args, lookup));
    case "test":
      return test(expression, lookup);
    case "not": {
      const value = truth(evaluate(expression.of, lookup));
      return isUnknown(value) ? value : !value;
    }
    case "negative":
      return operate("-", 0, inner(expression.of, lookup));
    case "binary":
      return binary(expression, lookup);
    case "choice": {
      const chosen = truth(evaluate(expression.test, lookup));
      if (isUnknown(chosen)) return chosen;
      if (chosen) return inner(expression.then, lookup);
      return expression.otherwise && inner(expression.otherwise, lookup);
    }
  }
}

/** Whether a value counts as true for Jinja; Unknown also for words such as "no", which releases of Ansible judge differently. */
export function truth(value: JinjaValue | undefined): boolean | Unknown {
  if (value === undefined) return unknown("a variable is not defined");
  if (isUnknown(value)) return (value as { truth?: boolean }).truth ?? value;
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
  if (typeof of === "string") return typeof key === "number" ? [...of].at(key) : undefined;
  if (of === null || typeof of !== "object") return undefined;
  const list = listIn(of);
  if (list !== undefined) return typeof key === "number" && Number.isInteger(key) ? list.at(key) : typeof key === "string" && /^-?\d+$/.test(key) ? list.at(Number(key)) : undefined;
  const name = typeof key === "boolean" ? (key ? "True" : "False") : String(key);
  return Object.hasOwn(of, name) ? (of as { readonly [key: string]: JinjaValue })[name] : undefined;
}

function same(items: readonly JinjaValue[]): readonly JinjaValue[] {
  return items;
}

function mapping({ entries }: Expression & { kind: "mapping" }, lookup: Lookup): JinjaValue {
  const result: [string, JinjaValue][] = [];
  for (const { key, value } of entries) {
    const name = evaluate(key, lookup);
    // Keys of other types are not those of the texts that they look like.
    if (typeof name !== "string") return isUnknown(name) ? name : unknown("a key is no text");
    result.push([name, evaluate(value, lookup) ?? unknown("a part of a mapping is not defined")]);
  }
  return Object.fromEntries(result);
}

function slice({ of, bounds }: Expression & { kind: "slice" }, lookup: Lookup): Inner {
  const value = evaluate(of, lookup);
  if (value === undefined || isUnknown(value)) return value;
  const [from, to, step] = bounds.map((bound) => bound && evaluate(bound, lookup));
  if (step !== undefined && step !== null && step !== 1) return unknown("a list is taken in steps");
  const at = (bound: JinjaValue | undefined): number | undefined | Unknown => (bound === undefined || bound === null ? undefined : Number.isInteger(bound) ? (bound as number) : unknown("a position is not known"));
  const [start, end] = [at(from), at(to)];
  if (isUnknown(start)) return start;
  if (isUnknown(end)) return end;
  if (typeof value === "string") return [...value].slice(start, end).join("");
  return listIn(value)?.slice(start, end) ?? unknown("a value has no parts in order");
}

/** What arguments stand for; `hidden` where one of them is not known as a whole. */
function argumentsOf(args: readonly Argument[], lookup: Lookup): Arguments & { readonly hidden?: Unknown } {
  const positional: (JinjaValue | undefined)[] = [];
  const named: Record<string, JinjaValue | undefined> = {};
  let hidden: Unknown | undefined;
  for (const { name, value } of args) {
    const given = evaluate(value, lookup);
    if (isUnknown(given)) hidden ??= given;
    if (name === undefined) positional.push(given);
    else named[name] = given;
  }
  return { positional, named, ...(hidden === undefined ? {} : { hidden }) };
}

function test({ of, name, args, negated }: Expression & { kind: "test" }, lookup: Lookup): JinjaValue {
  const value = inner(of, lookup);
  const result = ((): boolean | Unknown => {
    if (name === "defined" || name === "undefined") {
      const known = plain(value);
      const defined = isUnknown(known) && !(value instanceof Float) ? unknownButDefined(of, known) : known !== undefined;
      return isUnknown(defined) ? defined : defined === (name === "defined");
    }
    if (value === undefined) return unknown("a variable is not defined");
    const given = argumentsOf(args, lookup);
    if (!(value instanceof Float) && isUnknown(value)) return value;
    return given.hidden ?? applyTest(name, value, given);
  })();
  return isUnknown(result) ? result : result !== negated;
}

/** A vaulted value is hidden, yet it is there. */
function unknownButDefined(of: Expression, value: Unknown): boolean | Unknown {
  return of.kind === "name" && value.unknown === "vaulted" ? true : value;
}

function binary({ operator, left, right }: Expression & { kind: "binary" }, lookup: Lookup): Inner {
  const a = inner(left, lookup);
  if (operator !== "and" && operator !== "or") return operate(operator, a, inner(right, lookup));
  const first = truthOf(a);
  // What decides alone decides, whatever the other side hides.
  if (!isUnknown(first) && first === (operator === "or")) return a;
  const b = inner(right, lookup);
  if (!isUnknown(first)) return b;
  const second = truthOf(b);
  // Its value may still be the other side's; only whether it is true is known then.
  return !isUnknown(second) && second === (operator === "or") ? { ...first, truth: second } : first;
}

function truthOf(value: Inner): boolean | Unknown {
  return value instanceof Float ? value.value !== 0 : truth(value);
}
