import { compareText } from "../../../engine/finding.ts";
import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import type { Host, Play, Task, Value } from "../fleet.ts";
import { isEdited } from "./differences.ts";
import type { Found } from "./effects.ts";
import { changesHosts, inputOf, sideOf } from "./inputs.ts";
import type { Reach } from "./interruptions.ts";
import { namePlace } from "./place.ts";
import { playPairs } from "./plays.ts";

/**
 * Tasks that are new or do something else, one entry for each file that holds them; plays that reach more hosts. A task
 * that is written in another way, moved or renamed, and does the same on a host, is no change there.
 */
export function ofTasks(before: Workspace, after: Workspace): Found[] {
  const pairs = playPairs(before, after);
  const byPlace = new Map<string, { location: Location; reaches: Reach[] }>();
  const add = (key: string, location: Location, reach: Reach): void => {
    const entry = byPlace.get(key);
    if (entry === undefined) byPlace.set(key, { location, reaches: [reach] });
    else {
      entry.reaches.push(reach);
      if (location.path === entry.location.path && location.range.start < entry.location.range.start) entry.location = location;
    }
  };
  for (const play of after.fleet.plays) {
    const old = pairs.get(play);
    // A play that is new is judged as a rollout: whoever writes it names its hosts.
    if (old === undefined || isUnknown(play.scope) || isUnknown(old.scope)) continue;
    if (old === play) continue;
    const edited = editedTasks(old, play);
    const repatterned = play.scope !== old.scope && isEdited(before, after, play.path);
    if (edited.length === 0 && !repatterned) continue;
    const was = new Set(old.scope.hosts.map((host) => host.name));
    const stayed = play.scope.hosts.filter((host) => was.has(host.name));
    const joined = repatterned ? play.scope.hosts.filter((host) => !was.has(host.name) && before.fleet.host(host.name) !== undefined) : [];
    if (joined.length > 0) {
      for (const task of play.tasks.filter(changesHosts)) {
        const side = sideOf({ files: after, hosts: after, roles: after }, play, task);
        const hosts = joined.filter((host) => inputOf(side, host) !== undefined);
        if (hosts.length > 0) add(`${play.path}\0${play.location.range.start}`, play.hostsLocation, { play, task, hosts });
      }
    }
    if (stayed.length === 0) continue;
    for (const task of edited) {
      const hosts = differing(before, after, old, play, task, stayed);
      if (hosts.length > 0) add(task.location.path, placeOf(before, after, play, task), { play, task, hosts });
    }
  }
  return [...byPlace.values()]
    .sort((a, b) => compareText(a.location.path, b.location.path) || a.location.range.start - b.location.range.start)
    .map(({ location, reaches }) => ({ cause: { kind: "file" }, location, also: [], hosts: [], used: true, reaches }));
}

/** The tasks of a play that the play of the base does not have as they are. */
function editedTasks(old: Play, play: Play): Task[] {
  const known = new Set(old.tasks);
  const open = play.tasks.filter((task) => !known.has(task));
  if (open.length === 0) return [];
  const written = new Set(old.tasks.map((task) => writtenOf(task)));
  return open.filter((task) => changesHosts(task) && !written.has(writtenOf(task)));
}

const asWritten = new WeakMap<Task, string>();

/** A task without its place and its name. */
function writtenOf(task: Task): string {
  let text = asWritten.get(task);
  if (text === undefined) {
    const parts = (entries: ReadonlyMap<string, { readonly value: Value }>): string => JSON.stringify([...entries].filter(([key]) => key !== "name" && key !== "tags").map(([key, { value }]) => [key, value]).sort());
    asWritten.set(task, (text = `${task.module}\0${parts(task.args)}\0${parts(task.keywords)}\0${task.role ?? ""}`));
  }
  return text;
}

/** Hosts on which no task of the base's play did the same. */
function differing(before: Workspace, after: Workspace, old: Play, play: Play, task: Task, hosts: readonly Host[]): Host[] {
  // Everything but the tasks is taken from the head, so that other causes do not count here.
  const side = sideOf({ files: after, hosts: after, roles: after }, play, task);
  const others = old.tasks.filter((other) => other.module === task.module).map((other) => sideOf({ files: after, hosts: after, roles: before }, old, other));
  return hosts.filter((host) => {
    const now = inputOf(side, host);
    return now !== undefined && !others.some((other) => inputOf(other, host) === now);
  });
}

/** The task, or, where its own file is as it was, the line that brings it into the play. */
function placeOf(before: Workspace, after: Workspace, play: Play, task: Task): Location {
  if (isEdited(before, after, task.location.path)) return namePlace(after, task);
  const role = play.roles.find(({ name }) => task.role === name || task.role?.endsWith(`/${name}`) === true);
  if (role !== undefined && isEdited(before, after, role.location.path)) return role.location;
  const by = [...play.files].sort(compareText).find((path) => isEdited(before, after, path));
  return by === undefined ? play.hostsLocation : { path: by, range: { start: 0, end: (after.text(by) ?? "").indexOf("\n") } };
}
