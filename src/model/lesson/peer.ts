import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Interface, Peer } from "../network/network.ts";
import type { Workspace } from "../workspace.ts";
import type { Element, Found, ObjectType } from "./element.ts";
import { scopeFields, thing } from "./element.ts";
import { interfaceThing, interfaceType, prefixText } from "./network.ts";

interface Item {
  readonly workspace: Workspace;
  readonly path: string;
  readonly interface: Interface;
  readonly peer: Peer;
  /** Those of its networks that later peers of the same interface have too, with the place of the peer that gets each. */
  readonly taken: Maybe<readonly (readonly [network: string, by: number])[]>;
  readonly position: number;
}

/** A WireGuard peer as conditions see it. */
export const peerType: ObjectType<Item> = {
  name: "WireGuardPeer",
  summary: "A peer of a WireGuard interface: what is routed to it and taken from it.",
  fields: {
    path: { type: "string", summary: "The file.", read: ({ path }) => path },
    interface: { type: interfaceType.name, summary: "The interface that it belongs to.", read: (item) => interfaceThing(item.workspace, item.interface) },
    key: { type: "string", summary: "Its public key; absent where none is written.", read: ({ peer: { key } }) => key },
    position: { type: "int", summary: "Its place among the interface's peers, from 1.", read: ({ position }) => position },
    allowed: { type: "list<string>", summary: "Its allowed IPs as networks, without the hosts' bits: `192.0.2.7/32`.", read: ({ peer: { allowed } }) => allowed.map(({ value }) => prefixText(value)) },
    taken: { type: "list<string>", summary: "Those of its networks that a later peer of the same interface has too: WireGuard gives them to the later one.", read: ({ taken }) => through(taken, ([network]) => network) },
    takenBy: { type: "list<int>", summary: "The places of the peers that have them, in the order of `taken`.", read: ({ taken }) => through(taken, ([, by]) => by) },
    isConditional: { type: "bool", summary: "A template decides whether it is there.", read: ({ peer: { conditional } }) => conditional === true },
    ...scopeFields<Item>(({ workspace, path }) => workspace.fleet.scopeOf(path), ({ workspace }) => workspace),
  },
};

/** Peers of WireGuard interfaces. */
export const peer: Element = {
  name: "wireguard-peer",
  variable: "peer",
  type: peerType as ObjectType<never>,
  source: "wg-quick, systemd-networkd, netplan",
  subject: "network",
  parts: { allowed: "The first of its allowed IPs that a later peer has too; else the first of all." },
  examplePath: "etc/wireguard/wg0.conf",
  find: peersIn,
};

/** The WireGuard peers that one file configures. */
export function peersIn(workspace: Workspace, path: string): readonly Found[] {
  return (workspace.subject("network", path)?.interfaces ?? []).flatMap((one) => {
    const peers = one.tunnel?.peers ?? [];
    const found: Found[] = [];
    const later = new Map<string, number>();
    // From the last one on: each then knows all that come after it.
    for (let index = peers.length - 1; index >= 0; index--) {
      const own = peers[index]!;
      const item: Item = { workspace, path, interface: one, peer: own, taken: takenOf(own, later), position: index + 1 };
      if (own.location.path === path) found.unshift({ value: thing(peerType, item), path, range: own.location.range, parts: { allowed: placeOf(own, later, path) } });
      if (own.conditional !== true) for (const { value } of own.allowed) if (!isUnknown(value)) later.set(prefixText(value) as string, index + 1);
    }
    return found;
  });
}

function placeOf({ allowed }: Peer, later: ReadonlyMap<string, number>, path: string): Found["range"] | undefined {
  const first = allowed.find(({ value }) => !isUnknown(value) && later.has(prefixText(value) as string)) ?? allowed[0];
  return first?.location.path === path ? first.location.range : undefined;
}

function takenOf({ allowed }: Peer, later: ReadonlyMap<string, number>): Item["taken"] {
  const taken = allowed.flatMap(({ value }) => {
    const by = isUnknown(value) ? undefined : later.get(prefixText(value) as string);
    return by === undefined ? [] : [[prefixText(value) as string, by] as const];
  });
  const hidden = allowed.map(({ value }) => value).find(isUnknown);
  // One that is certain tells enough.
  return taken.length === 0 && hidden !== undefined && later.size > 0 ? hidden : taken;
}

function through(taken: Item["taken"], read: (one: readonly [network: string, by: number]) => unknown): unknown {
  return isUnknown(taken) ? taken : taken.map(read);
}
