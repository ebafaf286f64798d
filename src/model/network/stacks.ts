import { isUnknown } from "../../engine/unknown.ts";
import type { Machine } from "./machines.ts";
import type { Interface, Written } from "./network.ts";

/** An interface and one that it stands on, with the MTU that is written for each. */
export interface Layer {
  readonly upper: Interface;
  readonly upperMtu: Written<number>;
  readonly lower: Interface;
  readonly lowerMtu: Written<number>;
}

/** The bridges and VLANs of a machine with what is below each, where both MTUs are written; what is below a bridge's bond too. */
export function layersOf({ interfaces }: Machine): readonly Layer[] {
  const layers: Layer[] = [];
  for (const upper of interfaces.values()) {
    const names = upper.kind === "vlan" ? [upper.vlan?.link?.value] : upper.kind === "bridge" ? upper.members.map(({ value }) => value) : [];
    for (const name of names) {
      const lower = typeof name === "string" ? interfaces.get(name) : undefined;
      const upperMtu = writtenMtu(upper);
      const lowerMtu = lower && writtenMtu(lower);
      if (lower !== undefined && lower !== upper && upperMtu !== undefined && lowerMtu !== undefined) layers.push({ upper, upperMtu, lower, lowerMtu });
    }
  }
  return layers;
}

/** An interface's MTU where the text says it. */
export function writtenMtu({ mtu }: Interface): Written<number> | undefined {
  return mtu === undefined || isUnknown(mtu.value) ? undefined : { value: mtu.value, location: mtu.location };
}
