import type { Location } from "../../engine/location.ts";
import type { Workspace } from "../workspace.ts";
import { machinesOf } from "./machines.ts";
import type { Machine } from "./machines.ts";
import { layersOf } from "./stacks.ts";

/** Interfaces whose MTU a change lowers while that of what carries them stays: the same step on one host or on many. */
export interface LoweredStack {
  readonly upper: string;
  readonly lower: string;
  /** Bytes before and after. */
  readonly from: number;
  readonly to: number;
  /** What the lower one keeps, in bytes. */
  readonly stays: number;
  /** Where it is lowered, in the order of the paths. */
  readonly places: readonly { readonly location: Location; readonly lower: Location }[];
}

/** The stacks that were of one MTU and of which the change moves the upper part only; those of equal numbers together. */
export function loweredStacks(before: Workspace, after: Workspace): readonly LoweredStack[] {
  const old = new Map(machinesOf(before).map((machine) => [machine.files[0]!.path, machine]));
  const found = new Map<string, { stack: Omit<LoweredStack, "places">; places: { location: Location; lower: Location }[] }>();
  for (const machine of machinesOf(after)) {
    const base = old.get(machine.files[0]!.path);
    if (base === undefined) continue;
    const was = uniform(base);
    for (const { upper, upperMtu, lower, lowerMtu } of layersOf(machine)) {
      const from = was.get(`${String(upper.name)}\0${String(lower.name)}`);
      if (from === undefined || from !== lowerMtu.value || upperMtu.value >= from) continue;
      const stack = { upper: String(upper.name), lower: String(lower.name), from, to: upperMtu.value, stays: lowerMtu.value };
      const key = Object.values(stack).join("\0");
      const entry = found.get(key) ?? { stack, places: [] };
      found.set(key, entry);
      entry.places.push({ location: upperMtu.location, lower: lowerMtu.location });
    }
  }
  return [...found.values()].map(({ stack, places }) => ({ ...stack, places }));
}

function uniform(machine: Machine): ReadonlyMap<string, number> {
  return new Map(layersOf(machine).filter(({ upperMtu, lowerMtu }) => upperMtu.value === lowerMtu.value).map(({ upper, lower, upperMtu }) => [`${String(upper.name)}\0${String(lower.name)}`, upperMtu.value]));
}
