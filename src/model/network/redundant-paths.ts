import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import type { Machine } from "./machines.ts";
import { machinesOf } from "./machines.ts";
import type { KnownMtu } from "./mtu.ts";
import { contains, mtuOf, sameAddress } from "./mtu.ts";
import type { Interface, Route } from "./network.ts";
import { areEnds } from "./tunnel-ends.ts";

/** Two ways from one host to the same destination, the first with the smaller MTU. */
export interface RedundantPaths {
  /** For a person: `the host of hosts/b/etc/…`, `10.8.0.0/16`. */
  readonly to: string;
  readonly small: { readonly interface: Interface; readonly mtu: KnownMtu };
  readonly large: { readonly interface: Interface; readonly mtu: KnownMtu };
}

/** The redundant paths of a machine whose MTUs are known and differ. */
export function unequalPaths(workspace: Workspace, machine: Machine): readonly RedundantPaths[] {
  return [...byOtherEnd(workspace, machine), ...byRoute(machine)];
}

/** Tunnels to the same other end: its address, or the same machine of the repository. */
function byOtherEnd(workspace: Workspace, machine: Machine): RedundantPaths[] {
  const ends = new Map<string, Interface[]>();
  for (const one of machine.interfaces.values()) {
    const end = one.conditional === true ? undefined : otherEnd(workspace, machine, one);
    if (end !== undefined) ends.set(end, [...(ends.get(end) ?? []), one]);
  }
  return [...ends].flatMap(([to, list]) => pairOf(machine, to, list));
}

function otherEnd(workspace: Workspace, machine: Machine, { tunnel }: Interface): string | undefined {
  if (tunnel === undefined || tunnel.remotes.length !== 1) return undefined;
  const remote = tunnel.remotes[0]!.value;
  if (isUnknown(remote)) return undefined;
  for (const other of machinesOf(workspace)) {
    if (other === machine) continue;
    for (const one of other.interfaces.values()) {
      if (one.tunnel !== undefined && areEnds(tunnel, one.tunnel)) return `the host of ${other.files[0]!.path}`;
      if (one.tunnel === undefined && one.addresses.some(({ value }) => !isUnknown(value) && sameAddress(value.address, remote))) return `the host of ${other.files[0]!.path}`;
    }
  }
  return remote;
}

/** Routes to one prefix by several interfaces, of which a metric or a routing daemon takes another when one is gone. */
function byRoute(machine: Machine): RedundantPaths[] {
  const devices = new Map<string, Interface[]>();
  const add = ({ to, family, table, device: named, via, conditional, type, mtu }: Route): void => {
    const device = named ?? (via === undefined || isUnknown(via.value) ? undefined : holderOf(machine, via.value));
    if (isUnknown(to) || isUnknown(table) || device === undefined || isUnknown(device) || conditional === true || (type !== undefined && type !== "unicast") || mtu !== undefined) return;
    const one = machine.interfaces.get(device);
    if (one === undefined) return;
    const key = `${to === "default" ? `the default route of IPv${isUnknown(family) ? "4" : String(family)}` : `${to.address}/${to.length}`}\0${table}`;
    const list = devices.get(key) ?? [];
    devices.set(key, list);
    if (!list.includes(one)) list.push(one);
  };
  for (const route of machine.routes) add(route);
  for (const one of machine.interfaces.values()) for (const route of one.gateways) add(route);
  return [...devices].flatMap(([key, list]) => pairOf(machine, key.split("\0")[0]!, list));
}

/** The interface in whose network a router is, where no more than one has it. */
function holderOf({ interfaces }: Machine, router: string): string | undefined {
  const holders = [...interfaces].filter(([, { addresses }]) => addresses.some(({ value }) => !isUnknown(value) && contains(value, router)));
  return holders.length === 1 ? holders[0]![0] : undefined;
}

/** The smallest and the largest of several ways, where they differ and one of them is a tunnel. */
function pairOf(machine: Machine, to: string, list: readonly Interface[]): RedundantPaths[] {
  if (list.length < 2 || !list.some(({ tunnel }) => tunnel !== undefined)) return [];
  const known = list.flatMap((one) => {
    const mtu = mtuOf(machine, one);
    return mtu === undefined ? [] : [{ interface: one, mtu }];
  });
  if (known.length < list.length) return [];
  known.sort((a, b) => a.mtu.value - b.mtu.value);
  const [small, large] = [known[0]!, known.at(-1)!];
  return small.mtu.value === large.mtu.value ? [] : [{ to, small, large }];
}
