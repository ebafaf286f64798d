import { compareText } from "../../../engine/finding.ts";
import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import type { Host, Value, Variable } from "../fleet.ts";
import { HostVariables, templatesAmong } from "../variables.ts";

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
export function changedVariables(before: Workspace, after: Workspace): readonly VariableChange[] {
  const known = after.memo(comparisons);
  let changes = known.get(before);
  if (changes === undefined) known.set(before, (changes = compareVariables(before, after)));
  return changes;
}

/** Several rules ask for the same change. */
function comparisons(): WeakMap<Workspace, readonly VariableChange[]> {
  return new WeakMap();
}

function compareVariables(before: Workspace, after: Workspace): VariableChange[] {
  const equal = comparer(before, after);
  const candidates = new Candidates(equal);
  const changes = new Map<string, { change: Omit<VariableChange, "hosts">; hosts: Host[] }>();
  const { fleet } = before;
  for (const host of after.fleet.hosts) {
    const old = fleet.host(host.name);
    // The very same object is the same in all that it rests on.
    if (old === undefined || old === host) continue;
    for (const name of candidates.of(old, host)) {
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

type Variables = ReadonlyMap<string, Variable>;

/** Which names may differ on a host: those that are written in another way, and those whose templates mention such a name. */
class Candidates {
  readonly #equal: (a: Variable, b: Variable) => boolean;
  readonly #differing = new WeakMap<Variables, WeakMap<Variables, readonly string[]>>();

  constructor(equal: (a: Variable, b: Variable) => boolean) {
    this.#equal = equal;
  }

  of(old: Host, host: Host): Iterable<string> {
    const [was, is] = [old.variables, host.variables];
    const sameGroups = old.groups === host.groups || (old.groups.length === host.groups.length && old.groups.every((group, index) => group === host.groups[index]));
    // What a template makes of the groups themselves may differ too, so then every name is compared.
    if (!sameGroups || !(was instanceof HostVariables) || !(is instanceof HostVariables) || was.lookup("groups") !== is.lookup("groups")) return new Set([...is.keys(), ...was.keys()]);
    const names = new Set<string>();
    for (const name of this.#shared(was.shared, is.shared)) names.add(name);
    for (const own of [was.own, is.own]) for (const name of own.keys()) if (!this.#same(was.raw(name), is.raw(name))) names.add(name);
    // A set takes new names while it is walked.
    for (const name of names) {
      for (const reader of readersOf(is.shared).get(name) ?? []) names.add(reader);
      for (const reader of is.own.size === 0 ? [] : (readersOf(is.own).get(name) ?? [])) names.add(reader);
    }
    return names;
  }

  /** Names that differ between what two groups of hosts share: worked out once for them all. */
  #shared(was: Variables, is: Variables): readonly string[] {
    if (was === is) return [];
    let row = this.#differing.get(was);
    if (row === undefined) this.#differing.set(was, (row = new WeakMap()));
    let names = row.get(is);
    if (names === undefined) {
      const found = [...is.keys()].filter((name) => !this.#same(was.get(name), is.get(name)));
      for (const name of was.keys()) if (!is.has(name)) found.push(name);
      row.set(is, (names = found));
    }
    return names;
  }

  #same(a: Variable | undefined, b: Variable | undefined): boolean {
    return a === b || (a !== undefined && b !== undefined && this.#equal(a, b));
  }
}

const readers = new WeakMap<Variables, ReadonlyMap<string, readonly string[]>>();
const NAME = /[A-Za-z_]\w*/g;

/** For each word of the templates among some variables: the variables that mention it. */
function readersOf(variables: Variables): ReadonlyMap<string, readonly string[]> {
  let index = readers.get(variables);
  if (index === undefined) {
    const found = new Map<string, string[]>();
    for (const variable of templatesAmong(variables)) {
      for (const word of new Set(JSON.stringify(variable.value).match(NAME))) {
        const names = found.get(word);
        if (names === undefined) found.set(word, [variable.name]);
        else names.push(variable.name);
      }
    }
    readers.set(variables, (index = found));
  }
  return index;
}

/** Compares two values once, however many hosts share them. */
function comparer(before: Workspace, after: Workspace): (a: Variable, b: Variable) => boolean {
  const known = new WeakMap<Variable, WeakMap<Variable, boolean>>();
  return (a, b) => {
    if (a === b) return true;
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
