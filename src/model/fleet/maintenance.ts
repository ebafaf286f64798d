import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { parseQuantity } from "../../formats/premortem-config/units.ts";
import type { Evacuation, Guest } from "../forecast/evacuation.ts";
import { evacuate } from "../forecast/evacuation.ts";
import { neededWindow } from "../forecast/windows.ts";
import type { Workspace } from "../workspace.ts";
import { variableAt } from "./facts.ts";
import { migrationLinkOf } from "./link-speed.ts";
import type { Host, Value } from "./fleet.ts";
import { guestsOf } from "./guests.ts";

/** The window that is planned for one host's maintenance, in seconds, and where it is written. */
export interface PlannedWindow {
  readonly seconds: number;
  /** Seconds that 1 of the written number stands for. */
  readonly unit: number;
  /** Absent where premortem.yaml itself holds the number. */
  readonly location?: Location;
}

/** What one host's maintenance needs at the least, in seconds and bytes. */
export interface MaintenanceNeed {
  readonly host: Host;
  readonly guests: readonly Guest[];
  /** Bytes per second that the host can send. */
  readonly bandwidth: number;
  readonly evacuation: Evacuation;
  /** Preparation, evacuation and work. Infinity where a guest's migration never ends. */
  readonly seconds: number;
  /** Where the guests are written. */
  readonly location: Location;
}

/** The planned window of a host by `maintenance.window`; Unknown where nothing says it. */
export function plannedWindow(workspace: Workspace, host: Host): Maybe<PlannedWindow> {
  const { window } = workspace.configuration.maintenance;
  if (window === undefined) return unknown("premortem.yaml does not say how long a maintenance is planned (maintenance.window)");
  if (typeof window === "number") return { seconds: window, unit: 1 };
  const variable = variableAt(host, window);
  if (variable === undefined) return unknown(`${host.name} has no variable ${window}, which premortem.yaml names as the planned window`);
  const unit = unitOf(window);
  const seconds = secondsOf(variable.value, unit);
  if (seconds === undefined) return unknown(`the value of ${window} on ${host.name} is not a known duration`);
  return { seconds, unit, location: variable.location };
}

/** A bare number counts in the unit of its variable's name (`window_minutes`, `maintenance.hours`), or else in seconds. */
function unitOf(name: string): number {
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
  const word = /(?:^|[_.-])(minutes?|mins?|hours?|hrs?|h|days?)$/.exec(words)?.[1] ?? "";
  return word === "" ? 1 : word.startsWith("m") ? 60 : word.startsWith("h") ? 3600 : 86_400;
}

function secondsOf(value: Value, unit: number): number | undefined {
  if (typeof value === "number") return value * unit;
  if (typeof value !== "string") return undefined;
  const clock = /^\s*(\d+):([0-5]\d):([0-5]\d)\s*$/.exec(value);
  if (clock !== null) return Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3]);
  return /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) * unit : parseQuantity(value, "duration");
}

/**
 * What emptying a host, and the work on it, take. Where no dirty rate is known the guests count as idle, so the figure is
 * the least that is possible.
 */
export function maintenanceNeed(workspace: Workspace, host: Host): Maybe<MaintenanceNeed> {
  const { migration, maintenance } = workspace.configuration;
  const fact = workspace.fleet.fact(host, "virtualMachines");
  if (fact === undefined) return unknown(`nothing lists the guests of ${host.name} (variables.virtualMachines in premortem.yaml)`);
  const bandwidth = bandwidthOf(workspace, host);
  if (isUnknown(bandwidth)) return bandwidth;
  const read = guestsAt(workspace, fact.value);
  if (isUnknown(read)) return unknown(`${read.unknown}, on ${host.name}`);
  const { guests } = read;
  let evacuation = read.evacuations.get(bandwidth);
  if (evacuation === undefined) read.evacuations.set(bandwidth, (evacuation = evacuate(guests, { bandwidth, parallel: migration.parallel, downtime: migration.downtime })));
  return { host, guests, bandwidth, evacuation, seconds: neededWindow(maintenance.preparation, evacuation.seconds, maintenance.work), location: fact.location };
}

/** Guests as read from a value, with what leaving takes them by the bandwidth. */
interface ReadGuests {
  readonly guests: readonly Guest[];
  readonly evacuations: Map<number, Evacuation>;
}

/** Hosts of one group share their guests' value where they differ in nothing: it is read once. */
function guestsAt(workspace: Workspace, value: Value): Maybe<ReadGuests> {
  const known = workspace.derive(readGuests);
  const key = typeof value === "object" && value !== null ? value : undefined;
  let read = key && known.get(key);
  if (read === undefined) {
    const guests = guestsOf(value, workspace.configuration.migration.dirtyRate ?? 0);
    read = isUnknown(guests) ? guests : { guests, evacuations: new Map() };
    if (key !== undefined) known.set(key, read);
  }
  return read;
}

/** What was read holds for a value as long as premortem.yaml says the same of migrations. */
function readGuests(workspace: Workspace): WeakMap<object, Maybe<ReadGuests>> {
  void workspace.configuration;
  return new WeakMap();
}

/** The seconds of the one that needs most. */
export function longestOf(needs: readonly MaintenanceNeed[]): number {
  return needs.reduce((most, { seconds }) => Math.max(most, seconds), 0);
}

/** Bytes per second that a host can send while it is evacuated: its own link's, else what premortem.yaml says for all. */
export function bandwidthOf(workspace: Workspace, host: Host): Maybe<number> {
  const link = migrationLinkOf(workspace, host);
  if (link !== undefined) return link.speed;
  const { bandwidth } = workspace.configuration.migration;
  return bandwidth !== undefined && bandwidth > 0 ? bandwidth : unknown("premortem.yaml does not say how fast guests migrate (migration.bandwidth)");
}

/** Seconds for people: `95 min`, `1.6 h`, `3.2 days`. */
export function duration(seconds: number): string {
  if (seconds === Infinity) return "for ever";
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  if (seconds < 7200) return `${Math.ceil(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} days`;
}
