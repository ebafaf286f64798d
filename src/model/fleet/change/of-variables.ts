import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import type { Host, Play, Value, Variable } from "../fleet.ts";
import type { Dependents, Use } from "./consumers.ts";
import { consumersOf, dependentsOf, withDependents } from "./consumers.ts";
import { firstDifference, isEdited, placeInHead } from "./differences.ts";
import type { Found } from "./effects.ts";
import { Comparison, changesHosts, sideOf } from "./inputs.ts";
import type { Reach } from "./interruptions.ts";
import { sortedHosts } from "./interruptions.ts";
import { textAsWritten } from "../values.ts";
import { movedHosts, membershipPlace } from "./membership.ts";
import type { VariableChange } from "./variables.ts";
import { changedVariables } from "./variables.ts";

/** A changed variable, and the place of the edit that changes it; of a host that moves, the place of the move. */
interface Edit {
  readonly change: VariableChange;
  readonly kind: "variables" | "hosts";
  readonly location: Location;
}

/** Edits of the same variables are one cause, however many files they are in; so are all values that hosts take on by moving. */
export function ofVariables(before: Workspace, after: Workspace): Found[] {
  const edits = editsOf(before, after);
  if (edits.length === 0) return [];
  const consumers = after.derive(consumersOf);
  const dependents = after.derive(dependentsOf);
  const follow = following(before, after);
  const causes = new Map<string, Edit[]>();
  for (const edit of edits) {
    const key = edit.kind === "hosts" ? "" : edit.change.name;
    const list = causes.get(key);
    if (list === undefined) causes.set(key, [edit]);
    else list.push(edit);
  }
  const found: Found[] = [];
  for (const list of causes.values()) {
    const hosts = sortedHosts(list.flatMap(({ change }) => change.hosts));
    const names = [...new Set(list.map(({ change }) => change.name))];
    const changed = new Set(names.flatMap((name) => [...withDependents(name, dependents)]));
    const readers = distinct([...changed].flatMap((name) => consumers.get(name) ?? []));
    // A handler runs only once a task has changed something: what it alone reads changes no host.
    const uses = readers.filter(({ play, task }) => !play.handlers.includes(task));
    if (uses.length === 0 && readers.length > 0) continue;
    // What is gone and read by nothing does nothing.
    if (uses.length === 0 && list.every(({ change }) => change.kind === "removed")) continue;
    const places = distinctPlaces(list.map(({ location }) => location));
    found.push({
      cause: { kind: list[0]!.kind, names: list[0]!.kind === "hosts" ? hosts.map((host) => host.name) : names },
      location: places[0]!,
      also: places.slice(1),
      hosts,
      used: uses.length > 0,
      reaches: uses.flatMap((use) => follow(use, hosts, changed)),
    });
  }
  return found;
}

/** Changed variables less those that only follow from others. */
function editsOf(before: Workspace, after: Workspace): Edit[] {
  const changes = changedVariables(before, after);
  const changedOn = new Map<string, Set<string>>();
  for (const { name, hosts } of changes) {
    let on = changedOn.get(name);
    if (on === undefined) changedOn.set(name, (on = new Set()));
    for (const host of hosts) on.add(host.name);
  }
  const dependents = after.derive(dependentsOf);
  const sources = sourcesOfNames(dependents);
  const moved = movedHosts(before, after);
  return changes.flatMap((change): Edit[] => {
    const { before: was, after: is, hosts, location } = change;
    // 80 and "80" are the same to whatever is written with them.
    if (was !== undefined && is !== undefined && asPrinted(was.value) !== undefined && asPrinted(was.value) === asPrinted(is.value)) return [];
    const written = was !== undefined && is !== undefined && was.location.path === is.location.path && before.textAt(was.location) === after.textAt(is.location);
    const edited = !written && [was, is].some((one) => one !== undefined && isEdited(before, after, one.location.path));
    if (edited) return [{ change, kind: "variables", location: placeOf(before, after, was, is) }];
    const follows = hosts.every((host) => [...(sources.get(change.name) ?? [])].some((name) => name !== change.name && changedOn.get(name)?.has(host.name) === true));
    if (follows) return [];
    // Nothing was edited where the value is written: these hosts take it on by moving, or lists of hosts in it change.
    const movers = hosts.filter((host) => moved.has(host.name));
    if (movers.length === 0) return is?.raw === undefined ? [{ change, kind: "variables", location }] : [];
    return [{ change: { ...change, hosts: movers }, kind: "hosts", location: membershipPlace(before, after) ?? location }];
  });
}

/** A number or a text as templates print it; the text "false" is true where false is not, so truth values stay apart. */
function asPrinted(value: Value): string | undefined {
  return typeof value === "boolean" ? undefined : textAsWritten(value);
}

/** For every variable, the names that its text refers to. */
function sourcesOfNames(dependents: Dependents): ReadonlyMap<string, ReadonlySet<string>> {
  const sources = new Map<string, Set<string>>();
  for (const [word, names] of dependents) {
    for (const name of names) {
      const words = sources.get(name);
      if (words === undefined) sources.set(name, new Set([word]));
      else words.add(word);
    }
  }
  return sources;
}

/** The part of a variable's text that differs, whole lines; all of it where it is new or moved. */
function placeOf(before: Workspace, after: Workspace, was: Variable | undefined, is: Variable | undefined): Location {
  if (is === undefined) return placeInHead(before, after, was!.location);
  const { location } = is;
  if (was === undefined) return location;
  // Another level still sets it: what was edited is the line that is gone.
  if (!isEdited(before, after, location.path)) return placeInHead(before, after, was.location);
  if (was.location.path !== location.path) return location;
  const { start, end } = firstDifference(before.textAt(was.location), after.textAt(location));
  if (start === end) return location;
  return { path: location.path, range: { start: location.range.start + start, end: location.range.start + end } };
}

/** Follows changed values into tasks: which hosts get something else by each use. */
function following(before: Workspace, after: Workspace): (use: Use, hosts: readonly Host[], names: ReadonlySet<string>) => Reach[] {
  const scopes = new Map<Play, ReadonlySet<string>>();
  const others = new Set((after.derive(consumersOf).get("hostvars") ?? []).map(({ task }) => task));
  const known = new Map<Use["play"], Map<Use["task"], Comparison>>();
  return ({ play, task }, hosts) => {
    if (isUnknown(play.scope) || !changesHosts(task)) return [];
    let names = scopes.get(play);
    if (names === undefined) scopes.set(play, (names = new Set(play.scope.hosts.map((host) => host.name))));
    let comparisons = known.get(play);
    if (comparisons === undefined) known.set(play, (comparisons = new Map()));
    let comparison = comparisons.get(task);
    if (comparison === undefined) {
      const sides = { files: after, roles: after };
      comparisons.set(task, (comparison = new Comparison(sideOf({ ...sides, hosts: before }, play, task), sideOf({ ...sides, hosts: after }, play, task))));
    }
    // What looks into other hosts' variables differs also on hosts that have the same values as before.
    const candidates = others.has(task) ? play.scope.hosts : hosts.filter((host) => names.has(host.name));
    const reached = candidates.filter((host) => {
      const was = before.fleet.host(host.name);
      return was !== undefined && comparison.differs(was, host);
    });
    return reached.length === 0 ? [] : [{ play, task, hosts: reached }];
  };
}

function distinct(uses: readonly Use[]): Use[] {
  const seen = new Map<Play, Set<Use["task"]>>();
  return uses.filter(({ play, task }) => {
    let tasks = seen.get(play);
    if (tasks === undefined) seen.set(play, (tasks = new Set()));
    if (tasks.has(task)) return false;
    tasks.add(task);
    return true;
  });
}

function distinctPlaces(places: readonly Location[]): Location[] {
  return [...new Map(places.map((place) => [`${place.path}\0${place.range.start}`, place])).values()];
}
