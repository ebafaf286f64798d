import { compareText } from "../../../engine/finding.ts";
import type { Location, Range } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import type { Host } from "../fleet.ts";
import type { Effect } from "./effects.ts";
import { effectsOf } from "./effects.ts";
import { playPairs } from "./plays.ts";

/** A host that an edit reaches, and what happens there. */
export interface ReachedHost {
  readonly host: Host;
  /** True where a play of this repository brings it something else. */
  readonly changed: boolean;
  /** Services that are interrupted or restarted there, by name. */
  readonly services: readonly string[];
}

/** What an edit in one file reaches. */
export interface EditReach {
  /** The edited part of the file. */
  readonly range: Range;
  /** Hosts of the inventory. */
  readonly of: number;
  /** Every host, by its nearest group; the largest group first. */
  readonly groups: readonly { readonly name: string; readonly hosts: readonly ReachedHost[] }[];
  /** How many hosts in all. */
  readonly hosts: number;
  /** How many of them get something else by a play. */
  readonly changed: number;
  /** How many of them interrupt or restart a service. */
  readonly interrupted: number;
  /** The services, by name. */
  readonly services: readonly string[];
  /** False where no task of the repository reads what was edited. */
  readonly used: boolean;
}

/** What the edits in a file reach, by place: each cause of `effectsOf` that is written there, and plays that are new. */
export function reachesIn(before: Workspace, after: Workspace, path: string): EditReach[] {
  const found = effectsOf(before, after).flatMap((effect) => [effect.location, ...effect.also].filter((place) => place.path === path).map((place) => reachOf(after, place, effect)));
  const pairs = playPairs(before, after);
  for (const play of after.fleet.plays) {
    if (play.path !== path || pairs.has(play) || isUnknown(play.scope) || play.scope.hosts.length === 0) continue;
    found.push(reachOf(after, play.hostsLocation, { hosts: play.scope.hosts, reached: play.scope.hosts, used: true, interruptions: [], restarts: [] }));
  }
  const places = new Map<number, EditReach>();
  // Of several causes at one place the one that reaches most is shown.
  for (const reach of found.sort((a, b) => b.hosts - a.hosts)) if (!places.has(reach.range.start)) places.set(reach.range.start, reach);
  return [...places.values()].sort((a, b) => a.range.start - b.range.start);
}

function reachOf({ fleet }: Workspace, { range }: Location, effect: Pick<Effect, "hosts" | "reached" | "used" | "interruptions" | "restarts">): EditReach {
  const services = new Map<string, Set<string>>();
  for (const { service, hosts } of [...effect.interruptions, ...effect.restarts]) {
    for (const { name } of hosts) services.set(name, (services.get(name) ?? new Set()).add(service));
  }
  const changed = new Set(effect.reached.map((host) => host.name));
  const groups = new Map<string, ReachedHost[]>();
  for (const host of effect.hosts) {
    const group = host.groups.find((name) => name !== "all" && fleet.groups.has(name)) ?? "ungrouped";
    const one = { host, changed: changed.has(host.name), services: [...(services.get(host.name) ?? [])].sort(compareText) };
    const list = groups.get(group);
    if (list === undefined) groups.set(group, [one]);
    else list.push(one);
  }
  return {
    range,
    of: fleet.hosts.length,
    groups: [...groups].map(([name, hosts]) => ({ name, hosts })).sort((a, b) => b.hosts.length - a.hosts.length || compareText(a.name, b.name)),
    hosts: effect.hosts.length,
    changed: changed.size,
    interrupted: services.size,
    services: [...new Set([...services.values()].flatMap((names) => [...names]))].sort(compareText),
    used: effect.used,
  };
}
