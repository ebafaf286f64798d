import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { parseQuantity } from "../../formats/premortem-config/units.ts";
import type { Guest } from "../forecast/evacuation.ts";
import type { Workspace } from "../workspace.ts";
import type { Value } from "./fleet.ts";
import { isMapping, listOf, memberOf, textAsWritten } from "./values.ts";

/** Memory is built in powers of two, whatever the letter case of the unit in a variable's name. */
const MEMORY_UNITS: Record<string, number> = {
  b: 1, bytes: 1, kb: 2 ** 10, kib: 2 ** 10, mb: 2 ** 20, mib: 2 ** 20, gb: 2 ** 30, gib: 2 ** 30, tb: 2 ** 40, tib: 2 ** 40,
};
const MEMORY_NAME = /^(?:(?:vm|guest|max)_?)?(?:memory|mem|ram)(?:_?(?:size|max|total|amount))?(?:_?(b|bytes|[kmgt]i?b))?$/i;
/** As hypervisors write it: 16G. */
const SHORT_MEMORY = /^\s*(\d+(?:\.\d+)?)\s*([kmgt])i?\s*$/i;
const DIRTY_NAME = /^dirty(?:[_-]?rate)?(?:_?([kmgt]i?b|b|bytes)(?:[_/]?(?:s|sec|second|per_second))?)?$/i;
/** States in which a guest is not there, or needs no migration. */
const AWAY = /^(?:absent|undefined|undefine|shutdown|shut_?off|stopped|destroyed|off|offline|template)$/i;
/** Keys under which lists of guests keep what they are called. */
const NAMES = ["name", "vm_name", "hostname", "fqdn", "domain", "vmid"];

/** Guests from a list of mappings, or a mapping from names to mappings; Unknown where one's memory is. */
export function guestsOf(value: Value, dirtyRate: number): Maybe<Guest[]> {
  if (isUnknown(value)) return value;
  if (!Array.isArray(value) && !isMapping(value)) return unknown("the guests are neither a list nor a mapping");
  const entries = isMapping(value)
    ? Object.entries(value)
    : listOf(value).map((guest, index) => [nameOf(guest) ?? `guest ${index + 1}`, guest] as const);
  const guests: Guest[] = [];
  for (const [name, guest] of entries) {
    if (isUnknown(guest)) return guest;
    if (!isMapping(guest)) return unknown(`the memory of guest ${name} is not written`);
    if (AWAY.test(textAsWritten(memberOf(guest, "state")) ?? textAsWritten(memberOf(guest, "status")) ?? "")) continue;
    const memory = field(guest, MEMORY_NAME, "size");
    if (memory === undefined || !(memory >= 0 && memory < Infinity)) return unknown(`the memory of guest ${name} is not written with its unit (memory_gib, or memory: 8 GiB)`);
    const own = field(guest, DIRTY_NAME, "rate");
    guests.push({ name, memory, dirtyRate: own !== undefined && own >= 0 && own < Infinity ? own : dirtyRate });
  }
  return guests;
}

function nameOf(guest: Value): string | undefined {
  for (const key of NAMES) {
    const name = textAsWritten(memberOf(guest, key));
    if (name !== undefined) return name;
  }
  return undefined;
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

/** Where a guest's name is written among guests at `location`; the first line of them where that is not plain. */
export function guestPlace(workspace: Workspace, location: Location, name: string | undefined): Location {
  const { path, range } = location;
  const text = workspace.textAt(location);
  const pattern = name === undefined ? undefined : new RegExp(`(?<![\\w.-])${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w.-])`);
  const at = pattern?.exec(text);
  if (at) return { path, range: { start: range.start + at.index, end: range.start + at.index + at[0].length } };
  const line = /\S[^\r\n]*/.exec(text);
  return line === null ? location : { path, range: { start: range.start + line.index, end: range.start + line.index + line[0].trimEnd().length } };
}
