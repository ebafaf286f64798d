import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Policy, Schedule } from "../../forecast/cluster.ts";
import { windowsInARow, windowsWithin } from "../../forecast/cluster.ts";
import { TEN_GIGABIT } from "../../forecast/evacuation.ts";
import { simulate } from "../../forecast/simulate.ts";
import { shortestPeriod } from "../../forecast/windows.ts";
import type { Workspace } from "../../workspace.ts";
import type { Host } from "../fleet.ts";
import type { Hypervisors } from "../hypervisors.ts";
import { hypervisorsOf } from "../hypervisors.ts";
import type { MaintenanceNeed } from "../maintenance.ts";
import { plannedWindow } from "../maintenance.ts";
import { isGated } from "./approval.ts";
import { asksForApproval, classifierNetworkEdits } from "./classifier-networks.ts";
import { atOnce, disturbsGuests, effectsOf } from "./effects.ts";

/** A host that a change makes people empty, with the edit that does. */
export interface Evacuee {
  readonly host: Host;
  readonly cause: Location;
  /** True where a human is asked first, so that nothing starts by itself. */
  readonly gated: boolean;
}

/** One way to go about it, played through. */
export interface Scenario {
  readonly name: "as-planned" | "one-at-a-time" | "10-gbit" | "10-gbit-one-at-a-time" | "window-of-a-day";
  readonly policy: Policy;
  readonly schedule: Schedule;
}

/** What a change means for the virtualisation hosts that it interrupts. Times are seconds, memory is bytes. */
export interface Forecast {
  readonly hypervisors: Hypervisors;
  /** Those of which guests and link are known and that start without a human, by name; each has its window in this order. */
  readonly needs: readonly MaintenanceNeed[];
  /** Where the change is written that empties most of them. */
  readonly cause: Location;
  /** Seconds from one start to the next; undefined where all have windows of their own length. */
  readonly distance: number | undefined;
  /** Hosts that may be out at once by premortem.yaml. */
  readonly allowed: number;
  /** The least time in which all can have their turn, keeping to that. */
  readonly shortest: number;
  /** The first is what is planned; the rest is what else could be done. */
  readonly scenarios: readonly [Scenario, ...Scenario[]];
}

const DAY = 86_400;

/** The virtualisation hosts on which a change interrupts a service that guests need, by name. */
export function evacuees(before: Workspace, after: Workspace): readonly Evacuee[] {
  const found = new Map<string, Evacuee>();
  for (const effect of effectsOf(before, after)) {
    for (const interruption of effect.interruptions) {
      if (!disturbsGuests(interruption)) continue;
      const gated = isGated(after, interruption);
      for (const host of interruption.hosts) {
        const known = found.get(host.name);
        if (after.fleet.trait(host, "hypervisor") === undefined || (known !== undefined && (gated || !known.gated))) continue;
        found.set(host.name, { host, cause: effect.location, gated });
      }
    }
  }
  // What an ENC says is brought to hosts by a tool that the repository does not hold.
  for (const { host, location } of classifierNetworkEdits(before, after)) {
    if (after.fleet.trait(host, "hypervisor") !== undefined && found.get(host.name)?.gated !== false) found.set(host.name, { host, cause: location, gated: asksForApproval(after, host) });
  }
  return [...found.values()].sort((a, b) => (a.host.name < b.host.name ? -1 : 1));
}

/** What the change from `before` to `after` means; undefined where nothing is emptied, or too little is known. */
export function forecastOf(before: Workspace, after: Workspace): Forecast | undefined {
  const known = after.memo(reviews);
  if (!known.has(before)) known.set(before, workOut(before, after));
  return known.get(before);
}

/** Several rules ask for the same change. */
function reviews(): WeakMap<Workspace, Forecast | undefined> {
  return new WeakMap();
}

function workOut(before: Workspace, after: Workspace): Forecast | undefined {
  const alone = evacuees(before, after).filter(({ gated }) => !gated);
  if (alone.length === 0) return undefined;
  const hypervisors = after.derive(hypervisorsOf);
  const needs = alone.flatMap(({ host }) => {
    const need = hypervisors.needs.get(host.name);
    return need === undefined || isUnknown(need) ? [] : [need];
  });
  if (needs.length === 0) return undefined;
  const { migration, maintenance } = after.configuration;
  const planned = plannedStarts(after, needs);
  if (planned === undefined) return undefined;
  const places = new Map(hypervisors.hosts.map((host, index) => [host.name, index]));
  const order = needs.map(({ host }) => places.get(host.name)!);
  const policy: Policy = {
    order,
    starts: planned.starts,
    concurrent: batchLimit(before, after),
    preparation: maintenance.preparation,
    work: maintenance.work,
    parallel: migration.parallel,
    downtime: migration.downtime,
    placement: "roomiest",
  };
  const { cluster } = hypervisors;
  const play = (name: Scenario["name"], changes: Partial<Policy>, hosts = cluster): Scenario => {
    const changed = { ...policy, ...changes };
    return { name, policy: changed, schedule: simulate(hosts, changed) };
  };
  const oneByOne = { starts: order.map(() => 0), concurrent: 1 };
  const scenarios: [Scenario, ...Scenario[]] = [play("as-planned", {}), play("one-at-a-time", oneByOne)];
  if (needs.some(({ bandwidth }) => bandwidth < TEN_GIGABIT)) {
    const faster = cluster.map((host) => ({ ...host, bandwidth: Math.max(host.bandwidth, TEN_GIGABIT) }));
    scenarios.push(play("10-gbit", {}, faster), play("10-gbit-one-at-a-time", oneByOne, faster));
  }
  scenarios.push(play("window-of-a-day", { starts: windowsInARow(order.length, DAY, maintenance.concurrent), concurrent: Infinity }));
  return {
    hypervisors,
    needs,
    cause: alone.find(({ host }) => host === needs[0]!.host)!.cause,
    distance: planned.distance,
    allowed: maintenance.concurrent,
    shortest: shortestPeriod(needs.map(({ seconds }) => seconds), maintenance.concurrent),
    scenarios,
  };
}

/** The largest batch of the plays that interrupt the hosts: a play waits for a batch. Infinity where none has batches. */
function batchLimit(before: Workspace, after: Workspace): number {
  let limit = 0;
  for (const { interruptions } of effectsOf(before, after)) {
    for (const interruption of interruptions) {
      if (!disturbsGuests(interruption)) continue;
      const most = atOnce(interruption);
      limit = Math.max(limit, most < interruption.hosts.length ? most : Infinity);
    }
  }
  return limit === 0 ? Infinity : limit;
}

/**
 * When the windows start by the plan: one after another, so many at once as are allowed; evenly within the period where
 * their lengths are not known or do not fit into it.
 */
function plannedStarts(workspace: Workspace, needs: readonly MaintenanceNeed[]): { starts: number[]; distance: number | undefined } | undefined {
  const { period, concurrent } = workspace.configuration.maintenance;
  const lengths = needs.flatMap(({ host }) => {
    const window = plannedWindow(workspace, host);
    return isUnknown(window) ? [] : [window.seconds];
  });
  const starts: number[] = [];
  let [from, turn] = [0, 0];
  for (const [index, length] of lengths.entries()) {
    starts.push(from);
    turn = Math.max(turn, length);
    if ((index + 1) % concurrent === 0) [from, turn] = [from + turn, 0];
  }
  const known = lengths.length === needs.length;
  if (known && (period === undefined || from + turn <= period)) return { starts, distance: new Set(lengths).size === 1 ? lengths[0] : undefined };
  if (period === undefined) return undefined;
  return { starts: windowsWithin(needs.length, period, concurrent), distance: period / Math.ceil(needs.length / concurrent) };
}
