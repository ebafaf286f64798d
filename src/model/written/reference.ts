import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Host, Scope, Value } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import { nearVariable } from "./definitions.ts";

/** What a template's text becomes on a host, and where that is written. */
export interface Resolved {
  readonly value: string;
  /** The variable's place; undefined where the text holds its value itself. */
  readonly location?: Location;
}

/** A value of a template with the hosts on which it is that. */
export interface Outcome extends Resolved {
  readonly hosts: readonly Host[];
}

/**
 * Every value that `text` of the file `path` becomes on the hosts of a scope, with the place that gives it. Where the
 * scope is not known: what the file's own role or play says.
 */
export function outcomes(workspace: Workspace, path: string, text: string, scope: Maybe<Scope>): Outcome[] {
  if (isUnknown(scope) || scope.hosts.length === 0) {
    const only = resolveWithPlace(workspace, path, text, undefined);
    return isUnknown(only) ? [] : [{ ...only, hosts: [] }];
  }
  const found = new Map<string, Resolved & { hosts: Host[] }>();
  for (const host of scope.hosts) {
    const one = resolveWithPlace(workspace, path, text, host);
    if (isUnknown(one)) continue;
    const key = `${one.value}\0${one.location?.path ?? ""}\0${one.location?.range.start ?? ""}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { ...one, hosts: [host] });
    else known.hosts.push(host);
  }
  return [...found.values()];
}

const OUTPUT = /\{\{-?\s*([\s\S]*?)\s*-?\}\}/g;
const PLAIN = /^[A-Za-z_]\w*(?:\.\w+|\[\s*(?:'[^']*'|"[^"]*"|\d+)\s*\])*$/;
/** Filters that do not change a number or a word. */
const HARMLESS = new Set(["int", "string", "trim", "float", "mandatory"]);
const DEPTH = 8;

/** The value of `text`, a value of the file `path` in which plain references to variables may stand, on one host. */
export function resolve(workspace: Workspace, path: string, text: string, host: Host | undefined): Maybe<string> {
  const resolved = resolveWithPlace(workspace, path, text, host);
  return isUnknown(resolved) ? resolved : resolved.value;
}

/** As `resolve`, with the variable's place. */
export function resolveWithPlace(workspace: Workspace, path: string, text: string, host: Host | undefined, depth = 0): Maybe<Resolved> {
  if (!text.includes("{{") && !text.includes("{%")) return { value: text };
  if (depth > DEPTH) return unknown("variables refer to each other in a circle");
  if (text.includes("{%")) return unknown(`a template in ${path} decides`);
  let location: Location | undefined;
  let reason: string | undefined;
  const value = text.replace(OUTPUT, (_, expression: string) => {
    const found = evaluate(workspace, path, expression, host, depth);
    if (isUnknown(found)) {
      reason ??= found.unknown;
      return "";
    }
    location ??= found.location;
    return found.value;
  });
  if (reason !== undefined) return unknown(reason);
  return { value: value.trim(), ...(location ? { location } : {}) };
}

function evaluate(workspace: Workspace, path: string, expression: string, host: Host | undefined, depth: number): Maybe<Resolved> {
  const [head = "", ...filters] = expression.split("|").map((part) => part.trim());
  let fallback: string | undefined;
  for (const filter of filters) {
    const preset = /^(?:default|d)\(\s*('[^']*'|"[^"]*"|-?[\w.]+)\s*(?:,\s*\w+\s*)?\)$/.exec(filter)?.[1];
    if (preset !== undefined) fallback ??= preset.replace(/^['"]|['"]$/g, "");
    else if (!HARMLESS.has(filter)) return unknown(`{{ ${expression} }} in ${path} is more than a plain variable`);
  }
  if (/^-?\d+$/.test(head)) return { value: head };
  if (!PLAIN.test(head)) return unknown(`{{ ${expression} }} in ${path} is more than a plain variable`);
  const [name = "", ...keys] = head.split(/[.[\]'"\s]+/).filter((part) => part !== "");
  const variable = host?.variables.get(name) ?? nearVariable(workspace, path, name);
  const value = variable === undefined ? undefined : member(variable.value, keys);
  if (value === undefined) {
    return fallback === undefined ? unknown(`the variable ${head}, which ${path} uses, is not defined in the repository`) : { value: fallback };
  }
  if (isUnknown(value)) return value;
  if (value === null || typeof value === "object") return unknown(`the variable ${head}, which ${path} uses, is not a single value`);
  const written = typeof value === "boolean" ? (value ? "True" : "False") : String(value);
  const inner = resolveWithPlace(workspace, variable!.location.path, written, host, depth + 1);
  return isUnknown(inner) ? inner : { value: inner.value, location: inner.location ?? variable!.location };
}

function member(value: Value, keys: readonly string[]): Value | undefined {
  let at: Value | undefined = value;
  for (const key of keys) {
    if (at === undefined || at === null || typeof at !== "object" || isUnknown(at)) return isUnknown(at) ? at : undefined;
    at = Array.isArray(at) ? (at as readonly Value[])[Number(key)] : (at as { readonly [key: string]: Value })[key];
  }
  return at;
}
