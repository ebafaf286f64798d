import type { Unknown } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { joinedText } from "./methods.ts";
import { operate, plain } from "./operators.ts";
import { distinct, hidesAnything, includes, isMapping, listIn, listLike, pythonTruth } from "./python.ts";
import { applyTest } from "./tests.ts";
import type { Arguments, JinjaValue } from "./values.ts";

/** A filter's result; `undefined element` where it takes an element that is not there, undefined where it is not known. */
type Result = JinjaValue | "undefined element" | undefined;
/** Applies another filter, for `map`. */
type Apply = (filter: string, value: JinjaValue, given: Arguments) => JinjaValue | undefined;

/** The filters that work on lists and mappings. Arguments stand in the order of the filter's parameters. */
export function listFilter(name: string, value: JinjaValue, args: readonly (JinjaValue | undefined)[], given: Arguments, apply: Apply): Result {
  if (isMapping(value)) {
    if (name === "dict2items") return Object.entries(value).map(([key, part]) => ({ [asKey(args[0], "key")]: key, [asKey(args[1], "value")]: part }));
    if (name === "combine") return combine([value, ...args], given);
    if (name === "list") return Object.keys(value);
    if (name === "items") return Object.entries(value).map(listLike);
    if (name === "dictsort" && args.length === 0) return sorted(Object.keys(value), false, false, undefined, (keys) => keys.map((key) => listLike([key, value[key as string]!])));
    return name === "first" ? (Object.keys(value)[0] ?? "undefined element") : undefined;
  }
  if (typeof value === "string") {
    if (name === "list") return [...value];
    if (name === "first" || name === "last") return [...value].at(name === "first" ? 0 : -1) ?? "undefined element";
    return name === "reverse" ? [...value].reverse().join("") : name === "join" && args.length <= 1 && typeof (args[0] ?? "") === "string" ? [...value].join((args[0] ?? "") as string) : undefined;
  }
  const list = listIn(value);
  return list === undefined ? undefined : ofList(name, list, args, given, apply);
}

function ofList(name: string, list: readonly JinjaValue[], args: readonly (JinjaValue | undefined)[], given: Arguments, apply: Apply): Result {
  const [first, second, third] = args;
  const other = listIn(first);
  switch (name) {
    case "list":
      return [...list];
    case "first":
      return list.length === 0 ? "undefined element" : list[0];
    case "last":
      return list.length === 0 ? "undefined element" : list.at(-1);
    case "reverse":
      return [...list].reverse();
    case "join": {
      const items = second === undefined ? list : attributes(list, second);
      return isUnknown(items) ? items : typeof (first ?? "") === "string" ? joinedText(items as readonly JinjaValue[], (first ?? "") as string) : undefined;
    }
    case "sort":
      return sorted(list, first === true, second === true, third, (items) => items);
    case "unique":
      return second === undefined ? distinct(list, first === true ? undefined : folded) : undefined;
    case "union":
      return other && distinct([...list, ...other]);
    case "intersect":
      return other && filtered(list, (item) => includes(other, item));
    case "difference":
      return other && filtered(list, (item) => negated(includes(other, item)));
    case "symmetric_difference":
      return other && filtered([...list, ...other], (item) => negated(both(includes(list, item), includes(other, item))));
    case "min":
    case "max":
      return args.length === 0 ? extreme(list, name === "max") : undefined;
    case "sum":
      return args.length === 0 ? list.reduce<JinjaValue | undefined>((sum, item) => (typeof item === "number" && sum !== undefined ? plain(operate("+", sum, item)) : undefined), 0) : undefined;
    case "flatten":
      return flattened(list, first === undefined ? 60 : typeof first === "number" ? first : 0);
    case "items2dict":
      return itemsToMapping(list, asKey(first, "key"), asKey(second, "value"));
    case "map":
      return mapped(list, args, given, apply);
    case "select":
    case "reject":
    case "selectattr":
    case "rejectattr":
      return selected(name, list, args, given);
    default:
      return undefined;
  }
}

function asKey(given: JinjaValue | undefined, usual: string): string {
  return typeof given === "string" ? given : usual;
}

function negated(value: boolean | Unknown): boolean | Unknown {
  return isUnknown(value) ? value : !value;
}

function both(a: boolean | Unknown, b: boolean | Unknown): boolean | Unknown {
  return a === false || b === false ? false : isUnknown(a) ? a : b;
}

/** What a set operation keeps, each value once. */
function filtered(list: readonly JinjaValue[], keep: (item: JinjaValue) => boolean | Unknown): JinjaValue {
  const kept: JinjaValue[] = [];
  for (const item of list) {
    const decided = keep(item);
    if (isUnknown(decided)) return decided;
    if (decided) kept.push(item);
  }
  return distinct(kept);
}

function folded(item: JinjaValue): JinjaValue {
  return typeof item === "string" ? item.toLowerCase() : item;
}

function order(a: JinjaValue, b: JinjaValue): number {
  return (a as string | number) < (b as string | number) ? -1 : (a as string | number) > (b as string | number) ? 1 : 0;
}

/** Texts without regard to case, or numbers; Python refuses a mixture. */
function sorted(list: readonly JinjaValue[], reverse: boolean, exact: boolean, attribute: JinjaValue | undefined, finish: (items: readonly JinjaValue[]) => JinjaValue): JinjaValue | undefined {
  const keys = attribute === undefined ? list : attributes(list, attribute);
  if (isUnknown(keys)) return keys;
  const alike = (keys as readonly JinjaValue[]).every((key) => typeof key === "string") || (keys as readonly JinjaValue[]).every((key) => typeof key === "number");
  if (!alike) return undefined;
  const pairs = list.map((item, index) => ({ item, key: exact ? (keys as readonly JinjaValue[])[index]! : folded((keys as readonly JinjaValue[])[index]!) }));
  // Reversed, equal items keep their order in Python.
  pairs.sort((a, b) => (reverse ? order(b.key, a.key) : order(a.key, b.key)));
  return finish(pairs.map(({ item }) => item));
}

function extreme(list: readonly JinjaValue[], greatest: boolean): Result {
  if (list.length === 0) return "undefined element";
  if (!list.every((item) => typeof item === "string") && !list.every((item) => typeof item === "number")) return undefined;
  return list.reduce((best, item) => (greatest ? order(folded(item), folded(best)) > 0 : order(folded(item), folded(best)) < 0) ? item : best);
}

function flattened(list: readonly JinjaValue[], levels: number): readonly JinjaValue[] | undefined {
  const flat: JinjaValue[] = [];
  for (const item of list) {
    // Ansible leaves out nulls, and texts that say so.
    if (item === null || item === "None" || item === "null") continue;
    const inner = listIn(item);
    if (inner === undefined) flat.push(item);
    else if (levels < 1) flat.push(item);
    else {
      const parts = flattened(inner, levels - 1);
      if (parts === undefined) return undefined;
      for (const part of parts) flat.push(part);
    }
    if (flat.length > 100_000) return undefined;
  }
  return flat;
}

function itemsToMapping(list: readonly JinjaValue[], key: string, value: string): JinjaValue | undefined {
  const entries: [string, JinjaValue][] = [];
  for (const item of list) {
    if (!isMapping(item) || typeof item[key] !== "string" || item[value] === undefined) return undefined;
    entries.push([item[key], item[value]]);
  }
  return Object.fromEntries(entries);
}

function combine(values: readonly (JinjaValue | undefined)[], { named }: Arguments): JinjaValue | undefined {
  const deep = named["recursive"] === true;
  if (named["list_merge"] !== undefined && named["list_merge"] !== "replace") return undefined;
  const parts: (JinjaValue | undefined)[] = [];
  for (const value of values) parts.push(...(listIn(value) ?? [value]));
  let result: { [key: string]: JinjaValue } = {};
  for (const part of parts) {
    if (part === undefined || !isMapping(part)) return undefined;
    result = deep ? (merged(result, part) as { [key: string]: JinjaValue }) : { ...result, ...part };
  }
  return result;
}

function merged(a: JinjaValue, b: JinjaValue): JinjaValue {
  if (!isMapping(a) || !isMapping(b)) return b;
  const result: { [key: string]: JinjaValue } = { ...a };
  for (const [key, value] of Object.entries(b)) result[key] = Object.hasOwn(a, key) ? merged(a[key]!, value) : value;
  return result;
}

/** The value under a dotted path in each item; Unknown where one has none. */
function attributes(list: readonly JinjaValue[], path: JinjaValue, preset?: JinjaValue): readonly JinjaValue[] | Unknown {
  const steps = typeof path === "string" ? path.split(".") : [String(path)];
  const found: JinjaValue[] = [];
  for (const item of list) {
    let value: JinjaValue | undefined = item;
    for (const step of steps) {
      if (value !== undefined && isUnknown(value)) return value;
      if (isMapping(value)) value = Object.hasOwn(value, step) ? value[step] : undefined;
      else value = /^\d+$/.test(step) ? listIn(value)?.[Number(step)] : undefined;
    }
    value ??= preset;
    if (value === undefined) return unknown(`a part of a list has no ${steps.join(".")}`);
    found.push(value);
  }
  return found;
}

function mapped(list: readonly JinjaValue[], args: readonly (JinjaValue | undefined)[], { named }: Arguments, apply: Apply): JinjaValue | undefined {
  const { attribute, default: preset, ...others } = named;
  if (attribute !== undefined) return args.length === 0 && Object.keys(others).length === 0 ? attributes(list, attribute, preset) : undefined;
  const [filter, ...rest] = args;
  if (typeof filter !== "string") return undefined;
  const results: JinjaValue[] = [];
  for (const item of list) {
    const result = isUnknown(item) ? item : apply(filter.replace(/^ansible\.builtin\./, ""), item, { positional: rest, named });
    if (result === undefined) return undefined;
    // One filter's unknown result is unknown in its place only.
    results.push(result);
  }
  return results;
}

/** `select('test')`, `selectattr('path', 'test', …)` and their opposites; without a test, what is true. */
function selected(name: string, list: readonly JinjaValue[], args: readonly (JinjaValue | undefined)[], { named }: Arguments): JinjaValue | undefined {
  if (Object.keys(named).length > 0) return undefined;
  const byAttribute = name.endsWith("attr");
  const [path, test, ...rest] = byAttribute ? args : [undefined, ...args];
  if ((byAttribute && typeof path !== "string") || (test !== undefined && typeof test !== "string")) return undefined;
  const kept: JinjaValue[] = [];
  for (const item of list) {
    if (hidesAnything(item) && isUnknown(item)) return item;
    const values = byAttribute ? attributes([item], path!) : [item];
    const value = isUnknown(values) ? undefined : values[0]!;
    let holds: boolean | Unknown;
    if (test === "defined" || test === "undefined") {
      if (byAttribute && isMapping(item) && hidesAnything(item) && value === undefined) return unknown("a part of a list is not known");
      holds = (value !== undefined) === (test === "defined");
    } else if (value === undefined) return isUnknown(values) ? values : undefined;
    else if (isUnknown(value)) return value;
    else holds = test === undefined ? pythonTruth(value) : applyTest(test.replace(/^ansible\.builtin\./, ""), value, { positional: rest, named: {} });
    if (isUnknown(holds)) return holds;
    if (holds === name.startsWith("select")) kept.push(item);
  }
  return kept;
}
