import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { parseQuantity } from "../../formats/premortem-config/units.ts";
import type { Evacuation, Guest } from "../forecast/evacuation.ts";
import { evacuate } from "../forecast/evacuation.ts";
import { neededWindow } from "../forecast/windows.ts";
import type { Workspace } from "../workspace.ts";
import { variableAt } from "./facts.ts";
import type { Host, Value } from "./fleet.ts";
import { isMapping, listOf, memberOf, textAsWritten } from "./values.ts";

/** Memory is built in powers of two, whatever the letter case of the unit in a variable's name. */
const MEMORY_UNITS: Record<string, number> = {
  b: 1, bytes: 1, kb: 2 ** 10, kib: 2 ** 10, mb: 2 ** 20, mib: 2 ** 20, gb: 2 ** 30, gib: 2 ** 30, tb: 2 ** 40, tib: 2 ** 40,
};
const MEMORY_NAME = /^(?:memory|mem|ram)(?:_?(?:size|max|total))?(?:_?(b|bytes|[kmgt]i?b))?$/i;
/** As hypervisors write it: 16G. */
const SHORT_MEMORY = /^\s*(\d+(?:\.\d+)?)\s*([kmgt])i?\s*$/i;
const DIRTY_NAME = /^dirty(?:_?rate)?(?:_?([kmgt]i?b|b|bytes)(?:_?(?:s|ps|per_second))?)?$/i;

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
  readonly guests: number;
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
  if (migration.bandwidth === undefined) return unknown("premortem.yaml does not say how fast guests migrate (migration.bandwidth)");
  const guests = guestsOf(fact.value, migration.dirtyRate ?? 0);
  if (isUnknown(guests)) return unknown(`${guests.unknown}, on ${host.name}`);
  const evacuation = evacuate(guests, { bandwidth: migration.bandwidth, parallel: migration.parallel, downtime: migration.downtime });
  return {
    host,
    guests: guests.length,
    evacuation,
    seconds: neededWindow(maintenance.preparation, evacuation.seconds, maintenance.work),
    location: fact.location,
  };
}

/** Guests from a list of mappings, or a mapping from names to mappings; Unknown where one's memory is. */
export function guestsOf(value: Value, dirtyRate: number): Maybe<Guest[]> {
  if (isUnknown(value)) return value;
  if (!Array.isArray(value) && !isMapping(value)) return unknown("the guests are neither a list nor a mapping");
  const entries = isMapping(value)
    ? Object.entries(value)
    : listOf(value).map((guest, index) => [textAsWritten(memberOf(guest, "name")) ?? `guest ${index + 1}`, guest] as const);
  const guests: Guest[] = [];
  for (const [name, guest] of entries) {
    if (isUnknown(guest)) return guest;
    if (!isMapping(guest)) return unknown(`the memory of guest ${name} is not written`);
    const memory = field(guest, MEMORY_NAME, "size");
    if (memory === undefined) return unknown(`the memory of guest ${name} is not written with its unit (memory_gib, or memory: 8 GiB)`);
    guests.push({ name, memory, dirtyRate: field(guest, DIRTY_NAME, "rate") ?? dirtyRate });
  }
  return guests;
}

/** The first entry whose name fits, in bytes (a second); the unit is in the name or in the value, never assumed. */
function field(guest: { readonly [key: string]: Value }, name: RegExp, quantity: "size" | "rate"): number | undefined {
  for (const [key, value] of Object.entries(guest)) {
    const match = name.exec(key);
    if (match === null) continue;
    const unit = match[1]?.toLowerCase();
    if (unit !== undefined && (typeof value === "number" || (typeof value === "string" && /^\d+(\.\d+)?$/.test(value)))) {
      return Number(value) * (quantity === "rate" && !unit.includes("i") ? decimal(unit) : MEMORY_UNITS[unit]!);
    }
    if (typeof value === "string" && !/^\d+(\.\d+)?$/.test(value)) {
      const short = quantity === "size" ? SHORT_MEMORY.exec(value) : null;
      return short === null ? parseQuantity(value, quantity) : Number(short[1]) * MEMORY_UNITS[`${short[2]!.toLowerCase()}ib`]!;
    }
    return undefined;
  }
  return undefined;
}

/** Rates count in powers of ten, as network links do. */
function decimal(unit: string): number {
  return { k: 1e3, m: 1e6, g: 1e9, t: 1e12 }[unit[0]!] ?? 1;
}

/** Seconds for people: `95 min`, `1.6 h`. */
export function duration(seconds: number): string {
  if (seconds === Infinity) return "for ever";
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  if (seconds < 7200) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
