import ipaddr from "ipaddr.js";
import { compareText } from "../../engine/finding.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import { networkOfHost } from "./host-network.ts";
import type { Machine } from "./machines.ts";
import { machinesOf } from "./machines.ts";
import type { KnownMtu } from "./mtu.ts";
import { mtuOf } from "./mtu.ts";
import type { Interface, Prefix } from "./network.ts";

/** An interface in a segment, with its host. */
export interface Member {
  /** The host's name; without an inventory the path of its file. */
  readonly host: string;
  readonly interface: Interface;
  readonly address: string;
  readonly mtu: KnownMtu;
}

/** The interfaces whose addresses are in one network: they send each other packets without a router between. */
export interface Segment {
  /** `192.0.2.0/24`. */
  readonly prefix: string;
  /** Sorted by host. */
  readonly members: readonly Member[];
}

/** The segments of which at least two members' MTUs are known, by prefix. */
export function segmentsOf(workspace: Workspace): readonly Segment[] {
  return workspace.derive(collect);
}

function collect(workspace: Workspace): readonly Segment[] {
  // Without a written MTU all members have their links' default, and nothing is worth looking up.
  if (!workspace.subjects("network").some(({ subject }) => subject.interfaces.some(({ mtu }) => mtu !== undefined))) return [];
  const byPrefix = new Map<string, Member[]>();
  for (const { host, machine } of hostsAndMachines(workspace)) {
    for (const one of machine.interfaces.values()) {
      if (one.tunnel !== undefined || one.kind === "loopback" || one.kind === "dummy") continue;
      for (const { value } of one.addresses) {
        const prefix = isUnknown(value) ? undefined : networkText(value);
        if (prefix === undefined || isUnknown(value)) continue;
        const mtu = mtuOf(machine, one);
        if (mtu === undefined || (mtu.how === "assumed" && one.conditional === true)) continue;
        const list = byPrefix.get(prefix) ?? [];
        if (list.length === 0) byPrefix.set(prefix, list);
        if (!list.some((member) => member.host === host)) list.push({ host, interface: one, address: value.address, mtu });
      }
    }
  }
  return [...byPrefix]
    .filter(([, members]) => members.length > 1 && !isLocal(members))
    .map(([prefix, members]) => ({ prefix, members: members.sort((a, b) => compareText(a.host, b.host)) }))
    .sort((a, b) => compareText(a.prefix, b.prefix));
}

/** Each host of the inventory; files of trees and folders that no host of it gets stand for hosts of their own. */
function hostsAndMachines(workspace: Workspace): { host: string; machine: Machine }[] {
  const hosts = workspace.fleet.hosts.map((host) => ({ host: host.name, machine: networkOfHost(workspace, host) as Machine }));
  const seen = new Set(hosts.flatMap(({ machine }) => machine.files.map(({ path }) => path)));
  const others = machinesOf(workspace).filter(({ files, whole }) => whole && files.every(({ path, source }) => source !== "ansible" && !seen.has(path)));
  // Files in a folder without a host's tree around them may be drafts of the same host.
  return [...hosts, ...others.filter(({ files }) => files.some(({ path }) => /(^|\/)etc\//.test(path))).map((machine) => ({ host: machine.files[0]!.path, machine }))];
}

/** A network that every host has for itself, such as that of its own guests, has the same address everywhere. */
function isLocal(members: readonly Member[]): boolean {
  return new Set(members.map(({ address }) => address)).size < members.length;
}

/** The network of an interface's address; undefined for a single address. */
export function networkText({ family, address, length }: Prefix): string | undefined {
  if (length >= (family === 4 ? 32 : 128) || length === 0) return undefined;
  const network = family === 4 ? ipaddr.IPv4.networkAddressFromCIDR(`${address}/${length}`) : ipaddr.IPv6.networkAddressFromCIDR(`${address}/${length}`);
  if (family === 6 && network.range() === "linkLocal") return undefined;
  return `${network.toString()}/${length}`;
}
