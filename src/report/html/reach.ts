import { compareText } from "../../engine/finding.ts";
import { changedPaths } from "../../engine/review.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { classifierNetworkEdits } from "../../model/fleet/change/classifier-networks.ts";
import type { Effect } from "../../model/fleet/change/effects.ts";
import { effectsOf } from "../../model/fleet/change/effects.ts";
import { interruptedBy, mayRun, restartedBy } from "../../model/fleet/change/interruptions.ts";
import { playPairs } from "../../model/fleet/change/plays.ts";
import type { Host } from "../../model/fleet/fleet.ts";
import type { Reviewed } from "../reviewed.ts";

/** Whom a change reaches, all its edits together. */
export interface Reach {
  /** Hosts of the inventory. */
  readonly of: number;
  /** Names of hosts with another value or configuration, and of those that a new play runs on. */
  readonly hosts: ReadonlySet<string>;
  /** Those of them that get something else by a play of the repository. */
  readonly changed: ReadonlySet<string>;
  /** Services that are interrupted or restarted, with the names of the hosts, most hosts first. */
  readonly services: readonly { readonly name: string; readonly hosts: ReadonlySet<string> }[];
  /** The edits, the one that reaches most first. */
  readonly effects: readonly Effect[];
  /** Plays that the base does not have, with the hosts that they run on; the count is undefined where that cannot be told. */
  readonly newPlays: readonly { readonly name: string; readonly path: string; readonly hosts: number | undefined }[];
}

/** Whom a change reaches; undefined for a check of the state. */
export function reachOf({ before, after }: Pick<Reviewed, "before" | "after">): Reach | undefined {
  if (before === undefined) return undefined;
  const hosts = new Set<string>();
  const changed = new Set<string>();
  const services = new Map<string, Set<string>>();
  const add = (set: Set<string>, list: readonly Host[]): void => list.forEach(({ name }) => set.add(name));
  const stop = (service: string, hit: readonly Host[]): void => {
    let set = services.get(service);
    if (set === undefined) services.set(service, (set = new Set()));
    add(set, hit);
  };
  const effects = [...effectsOf(before, after)].sort((a, b) => b.hosts.length - a.hosts.length || compareText(a.location.path, b.location.path) || a.location.range.start - b.location.range.start);
  for (const effect of effects) {
    add(hosts, effect.hosts);
    add(changed, effect.reached);
    for (const { service, hosts: hit } of [...effect.interruptions, ...effect.restarts]) stop(service, hit);
  }
  // Whatever makes interface files of a classifier's answers configures anew the interfaces whose networks change.
  const networks = classifierNetworkEdits(before, after).map(({ host }) => host);
  if (networks.length > 0) {
    add(hosts, networks);
    const set = services.get("networking") ?? new Set<string>();
    services.set("networking", set);
    add(set, networks);
  }
  const pairs = playPairs(before, after);
  const newPlays = after.fleet.plays.filter((play) => !pairs.has(play) && before.text(play.path) !== after.text(play.path)).map((play) => {
    const known = isUnknown(play.scope) ? undefined : play.scope.hosts;
    if (known !== undefined) {
      add(hosts, known);
      add(changed, known);
      // Whoever starts it does all of it.
      const tasks = play.tasks.map((task) => ({ play, task, hosts: known.filter((host) => mayRun(play, task, host)) }));
      for (const { service, hosts: hit } of [...interruptedBy(tasks), ...restartedBy(tasks)]) stop(service, hit);
    }
    return { name: play.name, path: play.path, hosts: known?.length };
  });
  for (const path of changedPaths(before, after)) {
    // What plays bring is followed above, as far as it makes a difference; here are files in a host's own tree.
    const scope = after.fleet.scopeOf(path);
    if (!isUnknown(scope) && scope.hosts.length === 1) add(hosts, scope.hosts);
  }
  return {
    of: after.fleet.hosts.length,
    hosts,
    changed,
    services: [...services].map(([name, set]) => ({ name, hosts: set })).sort((a, b) => b.hosts.size - a.hosts.size || compareText(a.name, b.name)),
    effects,
    newPlays,
  };
}
