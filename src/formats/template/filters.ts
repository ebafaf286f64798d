import { isUnknown, unknown } from "../../engine/unknown.ts";
import { listFilter } from "./list-filters.ts";
import { replaced, split, stripped } from "./methods.ts";
import type { Inner } from "./operators.ts";
import { Float, float, plain } from "./operators.ts";
import { asText, equal, hidesAnything, isMapping, pythonRegex, pythonTruth, textOf } from "./python.ts";
import type { Arguments, JinjaValue } from "./values.ts";

/** Names of the arguments of filters that may be named, in their order (jinja2/filters.py, ansible/plugins/filter/core.py). */
const PARAMETERS: Record<string, readonly string[]> = {
  default: ["default_value", "boolean"], d: ["default_value", "boolean"], int: ["default", "base"], float: ["default"], round: ["precision", "method"],
  join: ["d", "attribute"], replace: ["old", "new", "count"], trim: ["chars"], split: ["sep", "maxsplit"], ternary: ["true_val", "false_val", "none_val"],
  sort: ["reverse", "case_sensitive", "attribute"], unique: ["case_sensitive", "attribute"], min: ["case_sensitive", "attribute"], max: ["case_sensitive", "attribute"],
  sum: ["attribute", "start"], dict2items: ["key_name", "value_name"], items2dict: ["key_name", "value_name"], flatten: ["levels"], regex_replace: ["pattern", "replacement"],
  regex_search: ["regex"], mandatory: ["msg"], bool: [], dictsort: ["case_sensitive", "by", "reverse"],
};
/** Arguments that are only ever named. */
const NAMED: Record<string, readonly string[]> = { combine: ["recursive", "list_merge"], map: ["attribute", "default"] };

/** Gives a value after one of Jinja's or Ansible's filters whose meaning is plain; Unknown after any other. */
export function applyFilter(name: string, input: Inner, given: Arguments): Inner {
  const args = byPosition(name, given);
  if (args === undefined) return unknown(`the filter "${name}" is given arguments that are not known`);
  if (name === "default" || name === "d") return fallback(input, args);
  if (input === undefined) return name === "items" ? [] : undefined;
  if (!(input instanceof Float) && isUnknown(input)) return input;
  const hidden = [...args, ...Object.values(given.named)].find((arg) => arg !== undefined && isUnknown(arg));
  if (hidden !== undefined) return hidden;
  const number = numberFilter(name, input, args);
  if (number !== undefined) return number;
  const value = plain(input)!;
  if (isUnknown(value)) return value;
  const result = scalarFilter(name, value, args) ?? listFilter(name, value, args, given, (filter, item, rest) => plain(applyFilter(filter, item, rest)));
  return result === "undefined element" ? undefined : (result ?? unknown(`the filter "${name}" is not one that is known`));
}

/** The arguments in the order of the filter's parameters; undefined where one of them has no such name. */
function byPosition(name: string, { positional, named }: Arguments): (JinjaValue | undefined)[] | undefined {
  const args = [...positional];
  for (const [key, value] of Object.entries(named)) {
    if (NAMED[name]?.includes(key) === true || /^(?:map|select|reject)/.test(name)) continue;
    const position = PARAMETERS[name]?.indexOf(key) ?? -1;
    if (position === -1 || position < positional.length) return undefined;
    args[position] = value;
  }
  return args;
}

function fallback(input: Inner, [given, boolean]: readonly (JinjaValue | undefined)[]): Inner {
  if (input === undefined) return given ?? "";
  if (boolean === undefined || boolean === false) return input;
  if (input instanceof Float) return input.value === 0 ? (given ?? "") : input;
  if (isUnknown(boolean)) return boolean;
  if (isUnknown(input) || pythonTruth(input)) return input;
  return given ?? "";
}

/** Filters that take any number, whole or not. */
function numberFilter(name: string, input: Inner, [first, second, third]: readonly (JinjaValue | undefined)[]): Inner {
  const value = input instanceof Float ? input.value : (input as JinjaValue);
  switch (name) {
    case "int":
      return toInteger(value, first ?? 0, second);
    case "float":
      return toFloat(value, first);
    case "abs":
      return typeof value === "number" ? (input instanceof Float ? new Float(Math.abs(value)) : Math.abs(value)) : unknown("a value is no number");
    case "round": {
      if (typeof value !== "number" || (first !== undefined && first !== 0)) return unknown("a number is rounded to digits behind the point");
      if (second === "ceil") return float(Math.ceil(value));
      if (second === "floor") return float(Math.floor(value));
      if (second !== undefined && second !== "common") return unknown("a number is rounded in a way that is not known");
      // A number without a fraction stays what it is; Python rounds halves to the even neighbour.
      if (Number.isInteger(value)) return input;
      const down = Math.floor(value);
      return float(value - down === 0.5 ? (down % 2 === 0 ? down : down + 1) : Math.round(value));
    }
    case "bool":
      return toBoolean(value);
    case "ternary": {
      if (input instanceof Float) return input.value !== 0 ? first : second;
      return value === null && third !== undefined && third !== null ? third : pythonTruth(value) ? first : second;
    }
    default:
      return undefined;
  }
}

function scalarFilter(name: string, value: JinjaValue, [first, second, third]: readonly (JinjaValue | undefined)[]): JinjaValue | undefined {
  const text = typeof value === "string" ? value : undefined;
  switch (name) {
    case "mandatory":
      return value;
    case "string":
      return textOf(value);
    case "lower":
    case "upper":
      if (typeof value === "object" && value !== null) return undefined;
      return name === "lower" ? asText(value).toLowerCase() : asText(value).toUpperCase();
    case "capitalize":
      return text === undefined ? undefined : text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase();
    case "trim":
      return text !== undefined && (first === undefined || typeof first === "string") ? stripped(text, first ?? " \t\n\r\f\v", true, true) : undefined;
    case "length":
    case "count":
      if (text !== undefined) return [...text].length;
      return typeof value === "object" && value !== null ? Object.keys(value).length : undefined;
    case "replace":
      return typeof first === "string" && typeof second === "string" && third === undefined && text !== undefined ? replaced(text, first, second) : undefined;
    case "split":
      return text === undefined ? undefined : split(text, first, second);
    case "basename":
      return text === undefined ? undefined : text.slice(text.lastIndexOf("/") + 1);
    case "dirname": {
      if (text === undefined) return undefined;
      const head = text.slice(0, text.lastIndexOf("/") + 1);
      return /^\/*$/.test(head) ? head : head.replace(/\/+$/, "");
    }
    case "quote":
      return text === undefined ? undefined : text === "" ? "''" : /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
    case "regex_replace":
      return text === undefined || third !== undefined ? undefined : regexReplace(text, first ?? "", second ?? "");
    case "regex_search": {
      if (text === undefined || second !== undefined) return undefined;
      const pattern = pythonRegex(first, text, "");
      return isUnknown(pattern) ? pattern : (pattern.exec(text)?.[0] ?? null);
    }
    case "to_json":
      return first === undefined && !hidesAnything(value) ? toJson(value) : undefined;
    default:
      return undefined;
  }
}

function toInteger(value: JinjaValue, preset: JinjaValue, base: JinjaValue | undefined): Inner {
  if (base !== undefined && base !== 10) return unknown("a number is read in another base");
  if (typeof value === "number") return Math.trunc(value) + 0;
  if (typeof value === "boolean") return value ? 1 : 0;
  // Jinja gives 0, or what the filter was given, for anything else.
  if (typeof value !== "string") return preset;
  const written = value.trim().replace(/(?<=\d)_(?=\d)/g, "");
  if (!/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(written)) return /^[-+]?(?:inf|nan)/i.test(written) || /[^\x00-\x7F]/.test(written) ? unknown("a number is none that is known") : preset;
  const number = Math.trunc(Number(written)) + 0;
  return Number.isSafeInteger(number) ? number : unknown("a number is too large");
}

function toFloat(value: JinjaValue, preset: JinjaValue | undefined): Inner {
  if (typeof value === "number" || typeof value === "boolean") return float(Number(value));
  if (typeof value !== "string") return preset === undefined ? new Float(0) : preset;
  const written = value.trim().replace(/(?<=\d)_(?=\d)/g, "");
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(written)) return float(Number(written));
  return /^[-+]?(?:inf|nan)/i.test(written) || /[^\x00-\x7F]/.test(written) ? unknown("a number is none that is known") : preset === undefined ? new Float(0) : preset;
}

function toBoolean(value: JinjaValue): JinjaValue {
  if (typeof value === "boolean" || value === null) return value;
  if (typeof value === "string") return /^(?:yes|on|1|true)$/i.test(value);
  return equal(value, 1);
}

function regexReplace(text: string, source: JinjaValue, replacement: JinjaValue): JinjaValue {
  if (typeof replacement !== "string" || /\\(?![1-9](?!\d)|\\)/.test(replacement)) return unknown("a replacement is one of Python's");
  const pattern = pythonRegex(source, text, "g");
  if (isUnknown(pattern)) return pattern;
  // An empty match counts differently for the two languages behind another match.
  if (pattern.test("") || new RegExp(pattern.source, pattern.flags.replace("g", "")).exec(text)?.[0] === "") return unknown("a pattern may match nothing");
  pattern.lastIndex = 0;
  return text.replace(pattern, (...match: unknown[]) => replacement.replace(/\\([1-9\\])/g, (_, group: string) => (group === "\\" ? "\\" : String(match[Number(group)] ?? ""))));
}

/** json.dumps with its defaults: a blank behind commas and colons, nothing but ASCII. */
function toJson(value: JinjaValue): string {
  if (Array.isArray(value)) return `[${(value as readonly JinjaValue[]).map(toJson).join(", ")}]`;
  if (isMapping(value)) return `{${Object.entries(value).map(([key, part]) => `${toJson(key)}: ${toJson(part)}`).join(", ")}}`;
  if (typeof value === "number") return asText(value);
  return JSON.stringify(value).replace(/[^\x00-\x7E]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

