import { isUnknown } from "../../engine/unknown.ts";
import type { Value } from "./fleet.ts";

/** A value that may be one or a list of them, as a list; none where there is none. */
export function listOf(value: Value | undefined): readonly Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly Value[]) : [value];
}

/** The strings of a value that may be one or a list of them. */
export function stringsOf(value: Value | undefined): string[] {
  return listOf(value).filter((part) => typeof part === "string");
}

/** True for a mapping: no list, nothing hidden. */
export function isMapping(value: Value | undefined): value is { readonly [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isUnknown(value);
}

/** What a mapping has under a key of its own. */
export function memberOf(value: Value | undefined, name: string): Value | undefined {
  return isMapping(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** A string, number or truth value as text, as it is written: a template is not resolved. */
export function textAsWritten(value: Value | undefined): string | undefined {
  if (typeof value === "string") return /\{\{|\{%/.test(value) ? undefined : value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** What Ansible takes a keyword or an argument for: true, false, or undefined where a template decides. */
export function truth(value: Value | undefined): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return /^(yes|true|on|1)$/i.test(value) ? true : /^(no|false|off|0)$/i.test(value) ? false : undefined;
  return typeof value === "number" ? value !== 0 : undefined;
}

/** Mappings joined key by key, and anything else replaced (ansible/utils/vars.py, merge_hash). */
export function combined(before: Value, after: Value): Value {
  if (!isMapping(before) || !isMapping(after)) return after;
  const result: Record<string, Value> = { ...before };
  for (const [key, value] of Object.entries(after)) result[key] = Object.hasOwn(before, key) ? combined(before[key]!, value) : value;
  return result;
}
