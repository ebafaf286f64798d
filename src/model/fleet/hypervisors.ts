import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { ClusterHost } from "../forecast/cluster.ts";
import { simulate } from "../forecast/simulate.ts";
import { memoryOf } from "../kernel/memory.ts";
import type { Workspace } from "../workspace.ts";
import type { Host } from "./fleet.ts";
import type { MaintenanceNeed } from "./maintenance.ts";
import { bandwidthOf, longestOf, maintenanceNeed } from "./maintenance.ts";

/** Room that nothing fills, for a host of which it is not known: what a forecast then finds too little is so in truth. */
const UNKNOWN_ROOM = 2 ** 62;

/** The virtualisation hosts of a fleet as forecasts need them. Guests can go from each to every other one. */
export interface Hypervisors {
  /** Sorted by name. */
  readonly hosts: readonly Host[];
  /** The same hosts with memory and guests; a host of which one is not known has room without end. */
  readonly cluster: readonly ClusterHost[];
  /** What is known of each of them, by name. */
  readonly needs: ReadonlyMap<string, Maybe<MaintenanceNeed>>;
  /** Why the room of some of them is not known; undefined where that of all is. */
  readonly unknownRoom: string | undefined;
}

/** The virtualisation hosts of a workspace; use it with `workspace.memo`. */
export function hypervisorsOf(workspace: Workspace): Hypervisors {
  const hosts = workspace.fleet.hosts.filter((host) => workspace.fleet.trait(host, "hypervisor") !== undefined);
  const needs = new Map(hosts.map((host) => [host.name, maintenanceNeed(workspace, host)]));
  let unknownRoom: string | undefined;
  const cluster = hosts.map((host): ClusterHost => {
    const need = needs.get(host.name)!;
    const room = roomOf(workspace, host, need);
    if (isUnknown(room)) unknownRoom ??= room.unknown;
    const bandwidth = bandwidthOf(workspace, host);
    return { name: host.name, memory: isUnknown(room) ? UNKNOWN_ROOM : room, bandwidth: isUnknown(bandwidth) ? Infinity : bandwidth, guests: isUnknown(need) ? [] : need.guests };
  });
  return { hosts, cluster, needs, unknownRoom };
}

/**
 * The longest time that one of these hosts is out when they go one after another, so many at once as are allowed: they
 * take in the guests of those before them. Never less than what the worst of them needs for its own.
 */
export function longestTurn(workspace: Workspace, needs: readonly MaintenanceNeed[]): number {
  const { hosts, cluster } = workspace.derive(hypervisorsOf);
  const { migration, maintenance } = workspace.configuration;
  const places = new Map(hosts.map((host, index) => [host.name, index]));
  const order = needs.flatMap(({ host }) => places.get(host.name) ?? []);
  const { preparation, work, concurrent } = maintenance;
  const { parallel, downtime } = migration;
  const schedule = simulate(cluster, { order, starts: order.map(() => 0), concurrent, preparation, work, parallel, downtime, placement: "roomiest" });
  let longest = longestOf(needs);
  for (const [turn, emptied] of schedule.emptied.entries()) if (emptied !== Infinity) longest = Math.max(longest, schedule.ended[turn]! - schedule.started[turn]!);
  return longest;
}

function roomOf(workspace: Workspace, host: Host, need: Maybe<MaintenanceNeed>): Maybe<number> {
  if (isUnknown(need)) return need;
  return memoryOf(workspace, host)?.bytes ?? unknown(`nothing tells the memory of ${host.name} (variables.memory in premortem.yaml)`);
}
