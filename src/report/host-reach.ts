import { isUnknown } from "../engine/unknown.ts";
import { effectsOf } from "../model/fleet/change/effects.ts";
import { playPairs } from "../model/fleet/change/plays.ts";
import type { Workspace } from "../model/workspace.ts";
import type { HostReach } from "./report.ts";

/** The hosts that a change reaches: by what it sets off, by plays that are new, and by files that belong to hosts. */
export function hostReach(before: Workspace, after: Workspace, changed: readonly string[]): HostReach | undefined {
  const { fleet } = after;
  if (fleet.hosts.length === 0) return undefined;
  const reached = new Set<string>();
  const interrupted = new Set<string>();
  for (const effect of effectsOf(before, after)) {
    for (const { name } of effect.hosts) reached.add(name);
    for (const { hosts } of effect.interruptions) for (const { name } of hosts) interrupted.add(name);
  }
  const pairs = playPairs(before, after);
  for (const play of fleet.plays) {
    if (!pairs.has(play) && !isUnknown(play.scope)) for (const { name } of play.scope.hosts) reached.add(name);
  }
  for (const path of changed) {
    // What a play brings is followed above, as far as it makes a difference; here are files that lie in a host's own tree.
    const scope = fleet.scopeOf(path);
    if (!isUnknown(scope) && scope.hosts.length === 1) reached.add(scope.hosts[0]!.name);
  }
  const hosts = [...reached].filter((name) => fleet.host(name) !== undefined);
  return { hosts: hosts.length, of: fleet.hosts.length, interrupted: hosts.filter((name) => interrupted.has(name)).length };
}
