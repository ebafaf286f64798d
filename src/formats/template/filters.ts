import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { JinjaValue } from "./values.ts";

/** Gives a value after one of Jinja's or Ansible's filters whose meaning is plain; Unknown after any other. */
export function applyFilter(name: string, value: JinjaValue | undefined, args: readonly (JinjaValue | undefined)[]): JinjaValue | undefined {
  if (name === "default" || name === "d") {
    const emptyToo = args[1] === true;
    if (value === undefined || (emptyToo && (value === "" || value === null || value === false || value === 0))) return args[0] ?? "";
    return value;
  }
  if (value === undefined || isUnknown(value)) return value;
  const hidden = args.find(isUnknown);
  if (hidden !== undefined) return hidden;
  const list = Array.isArray(value) ? (value as readonly JinjaValue[]) : undefined;
  switch (name) {
    case "mandatory":
      return value;
    case "string":
      return typeof value === "object" ? unknown("a list is turned into text") : typeof value === "boolean" ? (value ? "True" : "False") : String(value);
    case "int":
      return toInteger(value, args[0]);
    case "float":
      return typeof value === "number" ? value : typeof value === "string" && /^-?\d+(?:\.\d+)?$/.test(value.trim()) ? Number(value) : unknown("a value is no number");
    case "bool":
      return toBoolean(value);
    case "trim":
      return typeof value === "string" ? value.trim() : value;
    case "lower":
      return typeof value === "string" ? value.toLowerCase() : value;
    case "upper":
      return typeof value === "string" ? value.toUpperCase() : value;
    case "length":
    case "count":
      if (list !== undefined || typeof value === "string") return (list ?? (value as string)).length;
      return typeof value === "object" && value !== null ? Object.keys(value).length : unknown("a value has no length");
    case "first":
      return list?.[0];
    case "last":
      return list?.at(-1);
    case "list":
      return list ?? unknown("a value is turned into a list");
    case "sort":
      return list?.every((item) => typeof item === "string") ? [...(list as readonly string[])].sort() : unknown("a list is sorted");
    case "unique":
      return list ? [...new Set(list)] : unknown("a value is no list");
    case "union":
      return list && Array.isArray(args[0]) ? [...new Set([...list, ...(args[0] as readonly JinjaValue[])])] : unknown("a value is no list");
    case "join":
      if (list === undefined || list.some((item) => typeof item === "object")) return unknown("a list is joined whose parts are not known");
      return list.join(typeof args[0] === "string" ? args[0] : "");
    case "replace":
      return typeof value === "string" && typeof args[0] === "string" && typeof args[1] === "string" ? value.replaceAll(args[0], args[1]) : unknown("a value is replaced in a way that is not known");
    case "basename":
      return typeof value === "string" ? value.slice(value.lastIndexOf("/") + 1) : unknown("a value is no path");
    case "dirname":
      return typeof value === "string" ? value.slice(0, Math.max(0, value.lastIndexOf("/"))) : unknown("a value is no path");
    case "ternary": {
      const chosen = typeof value === "boolean" ? value : undefined;
      return chosen === undefined ? unknown("a choice is not known") : chosen ? args[0] : args[1];
    }
    default:
      return unknown(`the filter "${name}" is not one that is known`);
  }
}

function toInteger(value: JinjaValue, fallback: JinjaValue | undefined): JinjaValue {
  if (typeof value === "number") return Math.trunc(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string" && /^\s*[-+]?\d+(?:\.\d+)?\s*$/.test(value)) return Math.trunc(Number(value));
  // Jinja gives 0, or what the filter was given, for anything else.
  return typeof value === "string" ? (fallback ?? 0) : unknown("a value is no number");
}

function toBoolean(value: JinjaValue): JinjaValue {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value === 1;
  if (typeof value === "string") return /^(?:yes|on|1|true|y|t)$/i.test(value);
  return value === null ? false : unknown("a value is neither true nor false");
}
