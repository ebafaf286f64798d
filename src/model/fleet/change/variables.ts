import { compareText } from "../../../engine/finding.ts";
import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import type { Host, Value, Variable } from "../fleet.ts";

/** One edit of a variable, with every host that ends up with another value because of it. */
export interface VariableChange {
  readonly name: string;
  readonly kind: "added" | "changed" | "removed";
  /** Where the value that now holds is written; for a removed variable where it was, in the base. */
  readonly location: Location;
  readonly before?: Variable;
  readonly after?: Variable;
  /** Hosts of the head, sorted by name. */
  readonly hosts: readonly Host[];
}

/**
 * Variables whose effective value differs, host by host, for hosts that both sides have. A line that moves, a variable
 * that another level still sets to the same, a changed comment: none of these is a change.
 */
export function changedVariables(before: Workspace, after: Workspace): VariableChange[] {
  const equal = comparer(before, after);
  const changes = new Map<string, { change: Omit<VariableChange, "hosts">; hosts: Host[] }>();
  for (const host of after.fleet.hosts) {
    const old = before.fleet.host(host.name);
    if (old === undefined) continue;
    for (const name of new Set([...host.variables.keys(), ...old.variables.keys()])) {
      const was = old.variables.get(name);
      const is = host.variables.get(name);
      if (was === undefined && is === undefined) continue;
      if (was !== undefined && is !== undefined && equal(was, is)) continue;
      const location = (is ?? was)!.location;
      const key = `${name}\0${location.path}\0${location.range.start}\0${is === undefined}`;
      const entry = changes.get(key);
      if (entry !== undefined) {
        entry.hosts.push(host);
        continue;
      }
      const kind = was === undefined ? "added" : is === undefined ? "removed" : "changed";
      changes.set(key, {
        change: { name, kind, location, ...(was && { before: was }), ...(is && { after: is }) },
        hosts: [host],
      });
    }
  }
  return [...changes.values()]
    .map(({ change, hosts }) => ({ ...change, hosts }))
    .sort((a, b) => compareText(a.location.path, b.location.path) || a.location.range.start - b.location.range.start || compareText(a.name, b.name));
}

/** Compares two values once, however many hosts share them. */
function comparer(before: Workspace, after: Workspace): (a: Variable, b: Variable) => boolean {
  const known = new WeakMap<Variable, WeakMap<Variable, boolean>>();
  return (a, b) => {
    let row = known.get(a);
    if (row === undefined) known.set(a, (row = new WeakMap()));
    let result = row.get(b);
    if (result === undefined) {
      result = sameValue(a.value, b.value) && (!hasUnknown(a.value) || writtenAlike(before, a, after, b));
      row.set(b, result);
    }
    return result;
  };
}

/** What is hidden is the same if it is written in the same way. */
function writtenAlike(before: Workspace, a: Variable, after: Workspace, b: Variable): boolean {
  const text = (workspace: Workspace, { location }: Variable): string => workspace.textAt(location).replace(/\s+/g, " ").trim();
  return text(before, a) === text(after, b);
}

function hasUnknown(value: Value): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isUnknown(value)) return true;
  return Object.values(value).some((part) => hasUnknown(part as Value));
}

/** Deep equality of plain data. Two unknowns are equal here; `writtenAlike` decides. */
function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isUnknown(a) || isUnknown(b)) return isUnknown(a) && isUnknown(b);
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((part, index) => sameValue(part as Value, b[index] as Value));
  }
  const left = a as { readonly [key: string]: Value };
  const right = b as { readonly [key: string]: Value };
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => key in right && sameValue(left[key]!, right[key]!));
}
