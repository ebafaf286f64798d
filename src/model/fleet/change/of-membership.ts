import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import type { Play, Task } from "../fleet.ts";
import { consumersOf, dependentsOf, withDependents } from "./consumers.ts";
import type { Found } from "./effects.ts";
import { Comparison, changesHosts, sideOf } from "./inputs.ts";
import type { Reach } from "./interruptions.ts";
import { addedHosts, membershipPlace, movedHosts } from "./membership.ts";

/** What shows a host the others. */
const LISTS = ["groups", "hostvars", "ansible_play_hosts", "ansible_play_batch", "ansible_play_hosts_all", "play_hosts"];

/**
 * What hosts that come, go or move set off elsewhere: every other host whose templates walk through the hosts of a group.
 * What `known` says already is left out.
 */
export function ofMembership(before: Workspace, after: Workspace, known: readonly Found[]): Found[] {
  const added = addedHosts(before, after);
  const removed = addedHosts(after, before);
  const moved = [...movedHosts(before, after)];
  const renamed = [...after.fleet.groups.keys()].some((name) => !before.fleet.groups.has(name)) || [...before.fleet.groups.keys()].some((name) => !after.fleet.groups.has(name));
  const names = added.length > 0 ? added : removed.length > 0 ? removed : moved;
  const location = membershipPlace(before, after);
  if (location === undefined || (names.length === 0 && !renamed)) return [];
  const consumers = after.derive(consumersOf);
  const dependents = after.derive(dependentsOf);
  const attributed = new Map<Task, Set<string>>();
  for (const { task, hosts } of known.flatMap(({ reaches }) => reaches)) {
    let set = attributed.get(task);
    if (set === undefined) attributed.set(task, (set = new Set()));
    for (const host of hosts) set.add(host.name);
  }
  const words = new Set(LISTS.flatMap((name) => [...withDependents(name, dependents)]));
  const seen = new Map<Play, Set<Task>>();
  const reaches: Reach[] = [];
  for (const { play, task } of [...words].flatMap((word) => consumers.get(word) ?? [])) {
    if (isUnknown(play.scope) || play.handlers.includes(task) || !changesHosts(task) || seen.get(play)?.has(task) === true) continue;
    seen.set(play, (seen.get(play) ?? new Set()).add(task));
    const comparison = new Comparison(sideOf({ files: after, hosts: before, roles: after }, play, task), sideOf({ files: after, hosts: after, roles: after }, play, task));
    const hosts = play.scope.hosts.filter((host) => {
      const was = before.fleet.host(host.name);
      return was !== undefined && attributed.get(task)?.has(host.name) !== true && comparison.differs(was, host);
    });
    if (hosts.length > 0) reaches.push({ play, task, hosts });
  }
  return reaches.length === 0 ? [] : [{ cause: { kind: "hosts", names }, location, also: [], hosts: [], used: true, reaches }];
}
