import type { Location } from "../../../engine/location.ts";
import type { Workspace } from "../../workspace.ts";
import type { Host, Play } from "../fleet.ts";
import type { HostInterruption, Reach, Restart } from "./interruptions.ts";
import { allRestarts, interruptedBy, restartedBy, sortedHosts, union } from "./interruptions.ts";
import { ofFiles } from "./of-files.ts";
import { ofIncluded } from "./of-included.ts";
import { ofMembership } from "./of-membership.ts";
import { ofRoles } from "./of-roles.ts";
import { ofTasks } from "./of-tasks.ts";
import { ofVariables } from "./of-variables.ts";
import { withoutCancelled } from "./overall.ts";

export type { HostInterruption, Reach, Restart } from "./interruptions.ts";
export { atOnce, disturbsGuests } from "./interruptions.ts";

/** What one cause in a change sets off. */
export interface Effect {
  readonly cause: Cause;
  /** Where the cause is written; in the base where it is gone from the head. */
  readonly location: Location;
  /** Further places of the same cause. */
  readonly also: readonly Location[];
  /** Hosts with another value, and hosts that get something else; sorted by name. */
  readonly hosts: readonly Host[];
  /** Those of them that get something else by a play of this repository, sorted by name. */
  readonly reached: readonly Host[];
  /** False where no task of the repository reads what changed; a role that is kept elsewhere still may. */
  readonly used: boolean;
  /** The plays that bring it to hosts. */
  readonly plays: readonly Play[];
  /** Of services that other hosts or guests depend on. */
  readonly interruptions: readonly HostInterruption[];
  /** Restarts of any service. */
  readonly restarts: readonly Restart[];
}

/**
 * `variables`: names whose values change; `hosts`: hosts that are added, removed or moved to other groups, by name;
 * `file`: a template, file, task or play that is itself different.
 */
export type Cause = { readonly kind: "variables" | "hosts"; readonly names: readonly string[] } | { readonly kind: "file" };

/** A cause with the hosts that have another value by it, and the tasks that do something else because of it. */
export interface Found {
  readonly cause: Cause;
  readonly location: Location;
  readonly also: readonly Location[];
  /** Hosts whose values differ. */
  readonly hosts: readonly Host[];
  readonly used: boolean;
  readonly reaches: readonly Reach[];
  /** True where the values are read while a play runs, so that nothing else here sees them. */
  readonly atRun?: boolean;
}

/** What the change from `before` to `after` sets off on hosts that both sides have; one entry for each cause. */
export function effectsOf(before: Workspace, after: Workspace): readonly Effect[] {
  const known = after.memo(reviews);
  let effects = known.get(before);
  if (effects === undefined) known.set(before, (effects = workOut(before, after)));
  return effects;
}

/** Several rules ask for the same change. */
function reviews(): WeakMap<Workspace, readonly Effect[]> {
  return new WeakMap();
}

function workOut(before: Workspace, after: Workspace): readonly Effect[] {
  const variables = ofVariables(before, after);
  const tasks = ofTasks(before, after);
  const rest = [...ofFiles(before, after), ...tasks, ...ofMembership(before, after, variables)];
  const roles = ofRoles(before, after);
  // A file that is read in the same way on every host counts among the play's own variables already.
  const places = new Set(roles.map(({ location }) => `${location.path}\0${location.range.start}`));
  const included = ofIncluded(before, after).filter(({ location }) => !places.has(`${location.path}\0${location.range.start}`));
  // One cause alone cannot cancel out, but a task and what it brings may move together.
  const alone = tasks.length === 0 && variables.length + roles.length + included.length + rest.length === 1;
  const remaining = alone ? (reaches: readonly Reach[]) => reaches : withoutCancelled(before, after);
  const effectOf = (found: Found): Effect[] => {
    const reaches = found.atRun === true ? found.reaches : remaining(found.reaches);
    if (reaches.length === 0 && found.reaches.length > 0) return [];
    const hosts = sortedHosts([...found.hosts, ...reaches.flatMap((reach) => reach.hosts)]);
    if (hosts.length === 0) return [];
    const { cause, location, also, used } = found;
    return [{
      cause,
      location,
      also,
      hosts,
      reached: sortedHosts(reaches.flatMap((reach) => reach.hosts)),
      used,
      plays: [...new Set(reaches.map(({ play }) => play))],
      interruptions: interruptedBy(reaches),
      restarts: restartedBy(reaches),
    }];
  };
  return [...merge([...variables, ...roles, ...included].flatMap(effectOf)), ...rest.flatMap(effectOf)];
}

/** Variables of one file that reach the same hosts are one cause. */
function merge(effects: readonly Effect[]): Effect[] {
  const merged = new Map<string, Effect>();
  for (const [index, effect] of effects.entries()) {
    const { cause, location, used } = effect;
    const names = (hosts: readonly Host[]): string => hosts.map((host) => host.name).join();
    const key = cause.kind === "variables" ? `${location.path}\0${used}\0${names(effect.hosts)}\0${names(effect.reached)}` : String(index);
    const other = merged.get(key);
    if (other === undefined || other.cause.kind === "file" || cause.kind === "file") merged.set(key, effect);
    else {
      merged.set(key, {
        ...other,
        cause: { kind: other.cause.kind, names: [...new Set([...other.cause.names, ...cause.names])] },
        also: [...other.also, location, ...effect.also],
        plays: [...new Set([...other.plays, ...effect.plays])],
        restarts: allRestarts([...other.restarts, ...effect.restarts]),
        interruptions: union([...other.interruptions, ...effect.interruptions]),
      });
    }
  }
  return [...merged.values()];
}
