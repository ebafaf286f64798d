import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import type { Host, Play, Task } from "../fleet.ts";
import { Comparison, sideOf } from "./inputs.ts";
import type { Reach } from "./interruptions.ts";
import { playPairs } from "./plays.ts";

/** Of the base's tasks so many are looked at to find the one that did the same. */
const CANDIDATES = 40;

/**
 * Takes from reaches the hosts for which the change as a whole cancels out: a variable is renamed together with its uses,
 * a value moves from a template into a variable. Each cause alone would change them.
 */
export function withoutCancelled(before: Workspace, after: Workspace): (reaches: readonly Reach[]) => Reach[] {
  const known = new Map<Play, Map<Task, (host: Host) => boolean>>();
  return (reaches) =>
    reaches.flatMap((reach) => {
      const old = before.fleet.plays.length === 0 ? undefined : playPairs(before, after).get(reach.play);
      if (old === undefined || isUnknown(old.scope)) return [reach];
      let tasks = known.get(reach.play);
      if (tasks === undefined) known.set(reach.play, (tasks = new Map()));
      let same = tasks.get(reach.task);
      if (same === undefined) tasks.set(reach.task, (same = unchanged(before, after, old, reach)));
      const hosts = reach.hosts.filter((host) => !same(host));
      return hosts.length === 0 ? [] : [{ ...reach, hosts }];
    });
}

/** Tells of hosts of the play, when they are asked about, whether some task of the base's play brought them to the very same. */
function unchanged(before: Workspace, after: Workspace, old: Play, { play, task }: Reach): (host: Host) => boolean {
  if (isUnknown(old.scope) || isUnknown(play.scope)) return () => false;
  const [was, is] = [old.scope, play.scope].map(({ hosts }) => new Set(hosts.map((host) => host.name))) as [Set<string>, Set<string>];
  const alike = old.tasks.filter((other) => other.module === task.module);
  const named = alike.filter((other) => other.name !== undefined && other.name === task.name);
  const now = sideOf({ files: after, hosts: after, roles: after }, play, task);
  // A task that is still called the same is the one; only what was renamed has to be looked for.
  const comparisons = (named.length > 0 ? named : alike).slice(0, CANDIDATES).map((other) => new Comparison(sideOf({ files: before, hosts: before, roles: before }, old, other), now));
  const known = new Map<string, boolean>();
  return (host) => {
    let result = known.get(host.name);
    if (result === undefined) {
      const earlier = was.has(host.name) && is.has(host.name) ? before.fleet.host(host.name) : undefined;
      result = earlier !== undefined && comparisons.some((comparison) => !comparison.differs(earlier, host));
      known.set(host.name, result);
    }
    return result;
  };
}
