import type { Maybe } from "../../../engine/unknown.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import { effectsOf } from "../../../model/fleet/change/effects.ts";
import { batchesOf } from "../../../model/fleet/change/interruptions.ts";
import { playPairs } from "../../../model/fleet/change/plays.ts";
import type { Host, Play, Task } from "../../../model/fleet/fleet.ts";
import { disruptivePlays, onEveryHost } from "../../../model/rollout/disruption.ts";
import type { DownAtOnce } from "../../../model/rollout/picture.ts";
import { downAtOnce } from "../../../model/rollout/picture.ts";
import { inOrder } from "../../../model/rollout/run.ts";
import { layersOf } from "../../../model/rollout/strata.ts";
import type { Workspace } from "../../../model/workspace.ts";
import type { Reviewed } from "../../reviewed.ts";

/** A play that brings the change to hosts, batch by batch. */
export interface RolloutPlay {
  readonly play: Play;
  readonly hosts: readonly Host[];
  /** Hosts of each batch; Unknown where a template decides. */
  readonly sizes: Maybe<readonly number[]>;
  /** What may fail: the tasks that interrupt something, or else all that run everywhere. */
  readonly tasks: readonly Task[];
  readonly notifiers: readonly Task[];
  /** Whether it interrupts a service that others depend on. */
  readonly interrupts: boolean;
  /** Of each role, site and rack, the most hosts that one batch takes. */
  readonly down: readonly DownAtOnce[];
  /** Fingerprints of the findings about it. */
  readonly findings: readonly string[];
}

/** The plays that findings are about, that the change itself edits, or by which it interrupts services; those with findings first. */
export function rolloutPlays(reviewed: Reviewed): RolloutPlay[] {
  const { after } = reviewed;
  const touched = touchedPlays(reviewed);
  const found = after.fleet.plays.flatMap((play): RolloutPlay[] => {
    const findings = findingsOf(reviewed, play);
    if (findings.length === 0 && !touched.has(play)) return [];
    return rolloutOf(after, play, findings);
  });
  return found.sort((a, b) => Number(b.findings.length > 0) - Number(a.findings.length > 0) || Number(b.interrupts) - Number(a.interrupts) || b.hosts.length - a.hosts.length);
}

function findingsOf({ report, shown }: Reviewed, { location: { path, range } }: Play): string[] {
  return report.findings.filter(({ rule, location }) => rule.startsWith("rollout/") && location.path === shown(path) && range.start <= location.range.start && location.range.start < range.end).map(({ fingerprint }) => fingerprint);
}

/** Plays that are new or written otherwise than in the base, and those by which the change interrupts something. */
function touchedPlays({ before, after }: Reviewed): ReadonlySet<Play> {
  if (before === undefined) return new Set();
  const pairs = playPairs(before, after);
  const edited = after.fleet.plays.filter((play) => {
    const old = pairs.get(play);
    return old === undefined ? before.text(play.path) !== after.text(play.path) : before.textAt(old.location) !== after.textAt(play.location);
  });
  return new Set([...edited, ...effectsOf(before, after).flatMap(({ interruptions }) => interruptions.map(({ play }) => play))]);
}

function rolloutOf(workspace: Workspace, play: Play, findings: readonly string[]): RolloutPlay[] {
  const disruptive = disruptivePlays(workspace, play.location.path).find((one) => one.play === play);
  if (disruptive !== undefined && disruptive.all.length > 1) {
    const { all, sizes, disruptions } = disruptive;
    return [{ play, hosts: all, sizes, tasks: disruptions.map(({ task }) => task), notifiers: disruptions.flatMap(({ notifiedBy }) => notifiedBy), interrupts: true, down: downOf(workspace, play, all, sizes), findings }];
  }
  if (isUnknown(play.scope)) return [];
  const { hosts } = play.scope;
  const sizes = batchesOf(play, hosts);
  // Everybody at once is worth a picture only where something stops meanwhile.
  if (!isUnknown(sizes) && sizes.length < 2) return [];
  return [{ play, hosts, sizes, tasks: play.tasks.filter(onEveryHost), notifiers: [], interrupts: false, down: [], findings }];
}

function downOf(workspace: Workspace, play: Play, hosts: readonly Host[], sizes: Maybe<readonly number[]>): readonly DownAtOnce[] {
  const order = inOrder(play, hosts);
  if (order === undefined || isUnknown(sizes)) return [];
  return downAtOnce(layersOf(workspace, order).filter(({ stratum }) => stratum === "role" || stratum === "site" || stratum === "rack"), order, sizes);
}
