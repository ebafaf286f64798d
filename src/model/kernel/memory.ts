import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";

/** A host's memory, with what says so. */
export interface HostMemory {
  readonly bytes: number;
  readonly location: Location;
}

const MIB = 2 ** 20;
const UNITS: Record<string, number> = { k: 2 ** 10, m: MIB, g: 2 ** 30, t: 2 ** 40 };

/**
 * A host's memory from premortem.yaml's variable or a usual one. A number takes its unit from the variable's name
 * (`ansible_memtotal_mb`, `memory_gb`); without one, what is plausible decides: less than 256 are GiB, more than 4096 MiB,
 * from 2^30 on bytes. What lies between is as common for guests in MiB as for servers in GiB, so it tells nothing.
 */
export function memoryOf(workspace: Workspace, host: Host): HostMemory | undefined {
  const fact = workspace.fleet.fact(host, "memory");
  if (fact === undefined || isUnknown(fact.value) || (typeof fact.value !== "number" && typeof fact.value !== "string")) return undefined;
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(?:i?b)?)?$/i.exec(String(fact.value).trim());
  if (match === null) return undefined;
  const number = Number(match[1]);
  const named = /_(m|g)i?b$/i.exec(fact.name)?.[1]?.toLowerCase();
  const unit = match[2] === undefined ? (named === undefined ? plausible(number) : UNITS[named]!) : UNITS[match[2].toLowerCase()]!;
  return number > 0 && unit !== undefined ? { bytes: number * unit, location: fact.location } : undefined;
}

function plausible(number: number): number | undefined {
  if (number < 256) return 2 ** 30;
  return number <= 4096 ? undefined : number < 2 ** 30 ? MIB : 1;
}

/** As people say sizes: `512 MiB`, `1.5 GiB`. */
export function sizeText(bytes: number): string {
  const names = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  const step = bytes <= 0 ? 0 : Math.min(names.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 2 ** (10 * step);
  return `${value >= 100 || Number.isInteger(value) ? Math.round(value) : Number(value.toPrecision(3))} ${names[step]!}`;
}
