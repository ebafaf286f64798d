import ipaddr from "ipaddr.js";
import { isUnknown } from "../../engine/unknown.ts";
import type { Machine } from "./machines.ts";
import type { Interface, Prefix, Tunnel } from "./network.ts";
import { defaultMtu, overheadOfTunnel } from "./overhead.ts";

/** An interface's MTU in bytes, and how it is known. */
export interface KnownMtu {
  readonly value: number;
  /** `written`: the text says so; `derived`: it follows from what the text says; `assumed`: what the link's kind usually has. */
  readonly how: "written" | "derived" | "assumed";
}

/** IEEE 802.3; PPPoE takes 8 of them, RFC 2516 section 7. */
const ETHERNET = 1500;
const PPPOE = 1492;
const DEEPEST = 8;

/** The MTU that an interface of the machine has; undefined where that depends on more than is written. */
export function mtuOf(machine: Machine, one: Interface, depth = 0): KnownMtu | undefined {
  if (one.mtu !== undefined) return isUnknown(one.mtu.value) ? undefined : { value: one.mtu.value, how: "written" };
  if (depth > DEEPEST) return undefined;
  if (one.kind === "vlan") return followed(machine, one.vlan?.link?.value, depth);
  if (one.kind === "bridge") {
    // A bridge takes the least of its ports' as long as none is set, br_mtu_auto_adjust().
    const ports = one.members.map(({ value }) => followed(machine, value, depth));
    const known = ports.filter((port) => port !== undefined);
    if (ports.length === 0 || known.length < ports.length) return undefined;
    const least = Math.min(...known.map(({ value }) => value));
    return { value: least, how: known.some(({ how }) => how === "assumed") ? "assumed" : "derived" };
  }
  if (one.tunnel !== undefined) return defaultOf(machine, one, one.tunnel, depth)?.mtu;
  if (!isUnknown(one.name) && /^(ppp\d|dsl)/.test(one.name)) return { value: PPPOE, how: "assumed" };
  return one.kind === "ethernet" || one.kind === "bond" ? { value: ETHERNET, how: "assumed" } : undefined;
}

function followed(machine: Machine, name: unknown, depth: number): KnownMtu | undefined {
  if (typeof name !== "string") return undefined;
  const found = machine.interfaces.get(name);
  const mtu = found && mtuOf(machine, found, depth + 1);
  return mtu && (mtu.how === "written" ? { ...mtu, how: "derived" } : mtu);
}

/** What a tunnel without an MTU of its own gets, and from where. */
export interface DefaultMtu {
  readonly mtu: KnownMtu;
  /** The same whatever carries the tunnel. */
  readonly fixed: boolean;
}

/** The MTU of a tunnel's device for which none is set; undefined where nothing tells. */
export function defaultOf(machine: Machine, one: Interface, tunnel: Tunnel, depth = 0): DefaultMtu | undefined {
  const underlay = underlayOf(machine, one, tunnel, depth);
  const base = underlay?.mtu?.value ?? ETHERNET;
  const value = fixedDefault(tunnel);
  if (value !== undefined) return { mtu: { value, how: "derived" }, fixed: true };
  const derived = defaultMtu(tunnel, base);
  return derived === undefined ? undefined : { mtu: { value: derived, how: underlay?.mtu === undefined || underlay.mtu.how === "assumed" ? "assumed" : "derived" }, fixed: false };
}

/**
 * The default that looks at no route: WireGuard's; VXLAN's without a link (vxlan_config_apply()); GRE's and IPIP's
 * without another end or link (ip_tunnel_bind_dev() begins with Ethernet's 1500).
 */
function fixedDefault(tunnel: Tunnel): number | undefined {
  const { mode, remotes, underlay } = tunnel;
  if (isUnknown(mode)) return undefined;
  if (mode === "wireguard") return 1420;
  if (underlay !== undefined) return undefined;
  if (mode === "vxlan") return ETHERNET;
  if ((mode === "gre" || mode === "gretap" || mode === "ipip") && remotes.length === 0 && tunnel.outer === 4) return ETHERNET - overheadOfTunnel(tunnel)!.most;
  return undefined;
}

/** What carries a tunnel: the interface, where one is found, and its MTU. */
export interface Underlay {
  readonly interface: Interface;
  readonly mtu: KnownMtu | undefined;
}

/**
 * The interface that a tunnel's packets leave by: the one that the text names, the one with the tunnel's local address,
 * the one in whose network the other end is, or the only one with a default route.
 */
export function underlayOf(machine: Machine, one: Interface, tunnel: Tunnel, depth = 0): Underlay | undefined {
  const found = carrier(machine, one, tunnel);
  return found && { interface: found, mtu: mtuOf(machine, found, depth + 1) };
}

/** The largest MTU with which a tunnel's full packets fit into what is below it; Ethernet's counts where nothing is known of that. */
export function largestMtu(machine: Machine, one: Interface, tunnel: Tunnel): number | undefined {
  const own = mtuOf(machine, one);
  const below = underlayOf(machine, one, tunnel)?.mtu ?? (own !== undefined && own.value <= ETHERNET ? { value: ETHERNET, how: "assumed" } : undefined);
  // A link that nobody has measured says nothing of jumbo frames.
  if (below === undefined || (below.how === "assumed" && (own?.value ?? 0) > ETHERNET)) return undefined;
  const overhead = overheadOfTunnel(tunnel, below.value);
  return overhead && below.value - overhead.most;
}

function carrier(machine: Machine, one: Interface, { underlay, local, remotes }: Tunnel): Interface | undefined {
  const others = [...machine.interfaces.values()].filter((other) => other.name !== one.name && other.kind !== "loopback");
  if (underlay !== undefined) return isUnknown(underlay.value) ? undefined : others.find(({ name }) => name === underlay.value);
  const localText = local === undefined || isUnknown(local.value) ? undefined : local.value;
  if (localText !== undefined) {
    const holder = others.find(({ addresses }) => addresses.some(({ value }) => !isUnknown(value) && sameAddress(value.address, localText)));
    if (holder !== undefined) return holder.kind === "dummy" ? undefined : holder;
  }
  const ends = remotes.flatMap(({ value }) => (isUnknown(value) ? [] : [value]));
  if (ends.length === 0 || ends.length < remotes.length) return undefined;
  // Both ends on one host: nothing below is left.
  if (ends.some((end) => [one, ...others].some(({ addresses }) => addresses.some(({ value }) => !isUnknown(value) && sameAddress(value.address, end))))) return undefined;
  const direct = ends.map((end) => others.find(({ addresses }) => addresses.some(({ value }) => !isUnknown(value) && contains(value, end))));
  if (direct[0] !== undefined && direct.every((other) => other === direct[0])) return direct[0];
  if (direct.some((other) => other !== undefined)) return undefined;
  const routed = new Set(machine.routes.filter(({ to, family, table, conditional }) => to === "default" && family === (ends[0]!.includes(":") ? 6 : 4) && table === "main" && conditional !== true).map(({ device }) => device));
  const gateways = others.filter(({ name, gateways: list, dynamic }) => list.length > 0 || dynamic === true || routed.has(name));
  return gateways.length === 1 ? gateways[0] : undefined;
}

/** True where an address without its length lies in a prefix; false also for what is no address. */
export function contains(prefix: Prefix, address: string): boolean {
  const ip = parse(address);
  const net = parse(prefix.address);
  if (ip === undefined || net === undefined || ip.kind() !== net.kind()) return false;
  return ip.match(net as never, prefix.length);
}

/** True where two texts are the same address. */
export function sameAddress(a: string, b: string): boolean {
  if (a === b) return parse(a) !== undefined;
  // Only IPv6 may be written in several ways.
  if (!a.includes(":") || !b.includes(":")) return false;
  const one = parse(a);
  return one !== undefined && one.toString() === parse(b)?.toString();
}

function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return text.includes(":") && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}
