import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { parseQuantity } from "../../formats/premortem-config/units.ts";
import type { Workspace } from "../workspace.ts";
import type { Host, Value, Variable } from "./fleet.ts";
import { isMapping, memberOf } from "./values.ts";

/** The link over which a host's guests migrate. */
export interface MigrationLink {
  /** Bytes per second. */
  readonly speed: Maybe<number>;
  readonly location: Location;
}

/** Bits in the ends of names: `nic_mbit`, `uplink_gbps`. `mb` alone may be megabytes as well. */
const NAMED = /(?:^|[_.-])(?:speed_?)?([kmgt]?)(?:bit|bits|bps|bits?_?(?:ps|per_second))$/i;
const FACTORS: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
/** As links are called: `10G`, `25GbE`, `10gbase-t`, `1000base-t`. */
const LINK = /^(\d+(?:\.\d+)?)\s*([mg]?)(?:e|be|bit|ig|base[\w-]*)?$/i;

/** The speed of a host's own migration link, by `variables.migrationLink` or a usual name; undefined where nothing says it. */
export function migrationLinkOf(workspace: Workspace, host: Host): MigrationLink | undefined {
  const fact = workspace.fleet.fact(host, "migrationLink");
  if (fact === undefined || fact.value === null) return undefined;
  return { speed: speedOf(fact, host), location: fact.location };
}

function speedOf(fact: Variable, host: Host): Maybe<number> {
  if (isUnknown(fact.value)) return fact.value;
  // A whole interface: its speed, else the speed that its type has by name.
  const parts: readonly (readonly [string, Value])[] = isMapping(fact.value)
    ? ["speed", "type"].flatMap((name) => {
        const value = memberOf(fact.value, name);
        return value === undefined || value === null ? [] : [[`${fact.name}.${name}`, value] as const];
      })
    : [[fact.name, fact.value]];
  for (const [name, value] of parts) {
    const speed = bytesPerSecond(name, value, fact.origin);
    if (speed !== undefined && speed > 0) return speed;
  }
  return unknown(`the speed of the migration link of ${host.name} is written as ${JSON.stringify(fact.value).slice(0, 60)}, without its unit (${fact.name})`);
}

function bytesPerSecond(name: string, value: Value, origin: string): number | undefined {
  if (typeof value === "number" || (typeof value === "string" && /^\s*\d+(?:\.\d+)?\s*$/.test(value))) {
    const prefix = NAMED.exec(name)?.[1];
    if (prefix !== undefined) return (Number(value) * FACTORS[prefix.toLowerCase()]!) / 8;
    // Facts count in Mbit/s, as ethtool does; interfaces of NetBox in kbit/s.
    if (/\.speed$/.test(name) && origin.startsWith("gathered")) return (Number(value) * 1e6) / 8;
    if (/\.speed$/.test(name) && origin.startsWith("NetBox")) return (Number(value) * 1e3) / 8;
    return undefined;
  }
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  const link = LINK.exec(text);
  // Without a letter, only the names of standards count, and in megabits: 1000base-t.
  if (link !== null && (link[2] !== "" || /base/i.test(text))) return (Number(link[1]) * FACTORS[link[2]!.toLowerCase() || "m"]!) / 8;
  return parseQuantity(text, "rate");
}
