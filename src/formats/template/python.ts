import type { Unknown } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { JinjaValue } from "./values.ts";

/** A plain mapping: no list, nothing hidden. */
export type Mapping = { readonly [key: string]: JinjaValue };

/** True for a mapping. */
export function isMapping(value: JinjaValue | undefined): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isUnknown(value);
}

/** The list that a value is; undefined where it is none. */
export function listIn(value: JinjaValue | undefined): readonly JinjaValue[] | undefined {
  return Array.isArray(value) ? (value as readonly JinjaValue[]) : undefined;
}

/** True where a part of a value is hidden. */
export function hidesAnything(value: JinjaValue, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isUnknown(value) || depth > 60) return true;
  return Object.values(value).some((part) => hidesAnything(part as JinjaValue, depth + 1));
}

/** Whether Python takes a known value for true. */
export function pythonTruth(value: JinjaValue): boolean {
  if (value === null || value === false || value === 0 || value === "") return false;
  if (typeof value !== "object") return true;
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0;
}

const otherTypes = new WeakSet<object>();

/** A list that stands for a tuple, a range or a view of Python: in a loop it is as good as a list, as text it is not. */
export function listLike(items: readonly JinjaValue[]): readonly JinjaValue[] {
  otherTypes.add(items);
  return items;
}

/** True where a value has a part that prints, or compares, otherwise than the list that it is kept as. */
function hasOtherType(value: JinjaValue, depth = 0): boolean {
  if (typeof value !== "object" || value === null || depth > 60) return false;
  return otherTypes.has(value) || Object.values(value).some((part) => hasOtherType(part as JinjaValue, depth + 1));
}

/** A value as Jinja puts it into a text, where None is nothing; Unknown where a part is. */
export function printed(value: JinjaValue): string | Unknown {
  if (value === null) return "";
  return hidesAnything(value) || hasOtherType(value) ? unknown("a part of a text is not known") : asText(value);
}

/** A value as `str` of Python gives it; Unknown where a part is. */
export function textOf(value: JinjaValue): string | Unknown {
  return value === null ? "None" : printed(value);
}

/** `==` of Python, where True is 1; Unknown where a hidden part decides. */
export function equal(a: JinjaValue, b: JinjaValue, depth = 0): boolean | Unknown {
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  if (depth > 60) return unknown("values are nested too deeply to be compared");
  if (typeof a === "object" && a !== null && typeof b === "object" && b !== null && (otherTypes.has(a) || otherTypes.has(b))) return unknown("a tuple or a range is compared");
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return numeric(a) === numeric(b);
  const left = listIn(a);
  const right = listIn(b);
  if ((left === undefined) !== (right === undefined)) return false;
  const keys = left !== undefined ? left.map((_, index) => String(index)) : Object.keys(a);
  if (keys.length !== (right !== undefined ? right.length : Object.keys(b).length)) return false;
  let open: Unknown | undefined;
  for (const key of keys) {
    if (!Object.hasOwn(b, key)) return false;
    const same = equal((a as Mapping)[key]!, (b as Mapping)[key]!, depth + 1);
    if (same === false) return false;
    if (isUnknown(same)) open = same;
  }
  return open ?? true;
}

function numeric(value: JinjaValue): JinjaValue {
  return typeof value === "boolean" ? Number(value) : value;
}

/** Whether a list holds a value; Unknown where only hidden parts may be it. */
export function includes(list: readonly JinjaValue[], value: JinjaValue): boolean | Unknown {
  let open: Unknown | undefined;
  for (const item of list) {
    const same = equal(item, value);
    if (same === true) return true;
    if (isUnknown(same)) open = same;
  }
  return open ?? false;
}

/** The items of a list that equal no earlier one; Unknown where that is hidden. */
export function distinct(list: readonly JinjaValue[], key: (item: JinjaValue) => JinjaValue = (item) => item): readonly JinjaValue[] | Unknown {
  const kept: JinjaValue[] = [];
  const keys: JinjaValue[] = [];
  const plain = new Set<JinjaValue>();
  for (const item of list) {
    const own = key(item);
    if (typeof own === "string") {
      if (plain.has(own)) continue;
      plain.add(own);
    } else {
      const seen = includes(keys, own);
      if (isUnknown(seen)) return seen;
      if (seen) continue;
      keys.push(own);
      if (keys.length > 2_000) return unknown("a list is too long to be compared");
    }
    kept.push(item);
  }
  return kept;
}

/** A value as `str` of Python prints it into text. Parts that are hidden are shown by their reason: ask `hidesAnything` first. */
export function asText(value: JinjaValue): string {
  return typeof value === "string" ? value : written(value, 0);
}

function written(value: JinjaValue, depth: number): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "None";
  if (typeof value === "number") return numberText(value);
  if (typeof value === "string") return quoted(value);
  if (isUnknown(value)) return JSON.stringify(value);
  if (depth > 60) return "...";
  const list = listIn(value);
  if (list !== undefined) return `[${list.map((item) => written(item, depth + 1)).join(", ")}]`;
  return `{${Object.entries(value).map(([key, part]) => `${quoted(key)}: ${written(part as JinjaValue, depth + 1)}`).join(", ")}}`;
}

/** Python writes small numbers' exponents with two digits. */
function numberText(value: number): string {
  return String(value).replace(/e([+-])(\d)$/, "e$10$2");
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text
    .replace(/\\/g, "\\\\")
    .replace(/\n/g, "\\n")
    .replace(/\r/g, "\\r")
    .replace(/\t/g, "\\t")
    .replace(/[\0-\x1F\x7F]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return quote + (quote === "'" ? inner.replaceAll("'", "\\'") : inner) + quote;
}

/** What is the same in Python's regular expressions and JavaScript's, and takes no exponential time; undefined for the rest. */
export function pythonRegex(pattern: JinjaValue | undefined, subject: string, flags: string): RegExp | Unknown {
  if (typeof pattern !== "string" || pattern.length > 200) return unknown("a pattern is not known");
  const insensitive = pattern.startsWith("(?i)");
  const source = (insensitive ? pattern.slice(4) : pattern).replaceAll("(?P<", "(?<");
  if (/[*+}]\)?[*+{]/.test(source) || /\([^)]*[*+][^)]*\)[*+{]/.test(source)) return unknown("a pattern is not a simple one");
  // `$` also stands before a last line break in Python, and its classes know more than ASCII.
  const odd = /\\[^\\dDwWsSbBnrt.*+?^${}()|[\]/:;,=!"'#%&@<> _-]|\(\?(?![:=!]|<[A-Za-z_])|\[\^?\]|\{,|\[[^\]]*\[/.test(source);
  if (odd || /[^\x20-\x7E]/.test(subject) || subject.length > 10_000) return unknown("a pattern is one of Python's");
  try {
    return new RegExp(source, flags + (insensitive ? "i" : ""));
  } catch {
    return unknown("a pattern is one of Python's");
  }
}
