import { isUnknown, unknown } from "../../engine/unknown.ts";
import { hidesAnything, includes, isMapping, listIn, listLike, textOf } from "./python.ts";
import type { Arguments, JinjaValue } from "./values.ts";

/** Numbers that a `range` may give; Jinja's sandbox allows ten times as many. */
const RANGE = 10_000;
const BLANKS = " \t\n\r\f\v";

/** What a method of a text, a list or a mapping gives; Unknown for those that are not known. */
export function callMethod(value: JinjaValue, method: string, { positional, named }: Arguments): JinjaValue | undefined {
  const beyond = unknown(`the method ${method} is not one that is known`);
  if (Object.keys(named).length > 0 || positional.includes(undefined)) return beyond;
  if (typeof value === "string") return ofText(value, method, positional as readonly JinjaValue[]) ?? beyond;
  const [first, second] = positional;
  const list = listIn(value);
  if (list !== undefined) {
    if (method === "count" && first !== undefined && !hidesAnything(list)) return list.filter((item) => includes([item], first) === true).length;
    return method === "index" && typeof first === "string" && list.includes(first) && !hidesAnything(list) ? list.indexOf(first) : beyond;
  }
  if (!isMapping(value)) return beyond;
  if (method === "get" && typeof first === "string") return Object.hasOwn(value, first) ? value[first] : (second ?? null);
  if (positional.length > 0) return beyond;
  if (method === "keys") return listLike(Object.keys(value));
  if (method === "values") return listLike(Object.values(value));
  return method === "items" ? listLike(Object.entries(value).map(listLike)) : beyond;
}

function ofText(value: string, method: string, args: readonly JinjaValue[]): JinjaValue | undefined {
  const [first, second] = args;
  if (method === "startswith" || method === "endswith") {
    const words = listIn(first) ?? [first];
    if (args.length !== 1 || !words.every((word) => typeof word === "string")) return undefined;
    return (words as readonly string[]).some((word) => (method === "startswith" ? value.startsWith(word) : value.endsWith(word)));
  }
  if (method === "strip" || method === "lstrip" || method === "rstrip") {
    return first === undefined || typeof first === "string" ? stripped(value, first ?? BLANKS, method !== "rstrip", method !== "lstrip") : undefined;
  }
  if (method === "split") return split(value, first, second);
  if (method === "replace" && typeof first === "string" && typeof second === "string" && args.length === 2) return replaced(value, first, second);
  if (method === "join" && listIn(first)?.every((item) => typeof item === "string") === true) return listIn(first)!.join(value);
  if (method === "count" && typeof first === "string" && first !== "" && args.length === 1) return value.split(first).length - 1;
  if (method === "find" && typeof first === "string" && args.length === 1) return value.indexOf(first);
  if (args.length > 0) return undefined;
  if (method === "lower") return value.toLowerCase();
  if (method === "upper") return value.toUpperCase();
  if (method === "isdigit" && /^[\x00-\x7F]*$/.test(value)) return /^\d+$/.test(value);
  if (method === "capitalize") return value.slice(0, 1).toUpperCase() + value.slice(1).toLowerCase();
  return method === "splitlines" ? value.split(/\r\n|\n|\r/).filter((line, index, all) => line !== "" || index < all.length - 1) : undefined;
}

/** Without characters of a set at its ends (str.strip). */
export function stripped(text: string, characters: string, left: boolean, right: boolean): string {
  let start = 0;
  let end = text.length;
  while (left && start < end && characters.includes(text[start]!)) start++;
  while (right && end > start && characters.includes(text[end - 1]!)) end--;
  return text.slice(start, end);
}

/** str.split: without a separator, blanks part and nothing is empty. */
export function split(text: string, separator: JinjaValue | undefined, most: JinjaValue | undefined): JinjaValue | undefined {
  if (most !== undefined && (typeof most !== "number" || most >= 0)) {
    if (typeof separator !== "string" || separator === "" || typeof most !== "number") return undefined;
    const parts = text.split(separator);
    return parts.length <= most + 1 ? parts : [...parts.slice(0, most), parts.slice(most).join(separator)];
  }
  if (separator === undefined || separator === null) return stripped(text, BLANKS, true, true) === "" ? [] : stripped(text, BLANKS, true, true).split(/[ \t\n\r\f\v]+/);
  return typeof separator === "string" && separator !== "" ? text.split(separator) : undefined;
}

/** str.replace; an empty text to be replaced is left to Python. */
export function replaced(text: string, from: string, to: string): JinjaValue | undefined {
  return from === "" ? undefined : text.split(from).join(to);
}

/** What one of Jinja's global functions gives. */
export function callFunction(name: string, { positional, named }: Arguments): JinjaValue {
  const beyond = unknown(`the function ${name} is known only when Ansible runs`);
  if (name === "range" && Object.keys(named).length === 0 && positional.every((one) => Number.isInteger(one))) {
    const [a = 0, b, step = 1] = positional as readonly number[];
    const [from, to] = b === undefined ? [0, a] : [a, b];
    const count = step === 0 ? NaN : Math.max(0, Math.ceil((to - from) / step));
    return positional.length >= 1 && count <= RANGE ? listLike(Array.from({ length: count }, (_, index) => from + index * step)) : beyond;
  }
  if (name !== "dict" || Object.values(named).includes(undefined)) return beyond;
  const [of = {}] = positional;
  return isMapping(of) && positional.length <= 1 ? ({ ...of, ...named } as JinjaValue) : beyond;
}

/** The text of each item joined; Unknown where one is hidden. */
export function joinedText(items: readonly JinjaValue[], separator: string): JinjaValue {
  const texts: string[] = [];
  for (const item of items) {
    const text = textOf(item);
    if (isUnknown(text)) return text;
    texts.push(text);
  }
  return texts.join(separator);
}
