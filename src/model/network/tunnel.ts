import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { Encapsulation, EncapsulationOptions, Peer, Tunnel, Written } from "./network.ts";
import { familyOfWritten } from "./source-text.ts";

/** Names of ip-link(8), ip-tunnel(8), systemd.netdev(5), netplan(5) and interfaces(5) for each encapsulation. */
const MODES: ReadonlyMap<string, Encapsulation> = new Map([
  ["gre", "gre"], ["gre/ip", "gre"], ["gretap", "gretap"], ["erspan", "gretap"],
  ["ipip", "ipip"], ["ip4ip4", "ipip"], ["ipip/ip", "ipip"], ["ip/ip", "ipip"],
  ["sit", "sit"], ["ipv6/ip", "sit"], ["isatap", "sit"], ["6to4", "sit"], ["v4tunnel", "sit"], ["6rd", "sit"],
  ["ip6gre", "ip6gre"], ["ip6gretap", "ip6gretap"], ["gre/ipv6", "ip6gre"],
  ["ip6tnl", "ip6tnl"], ["ipip6", "ip6tnl"], ["ip6ip6", "ip6tnl"], ["ip4ip6", "ip6tnl"], ["any", "ip6tnl"], ["ipv6/ipv6", "ip6tnl"], ["ip/ipv6", "ip6tnl"],
  ["vxlan", "vxlan"], ["geneve", "geneve"], ["wireguard", "wireguard"], ["amneziawg", "wireguard"],
  ["vti", "vti"], ["vti6", "vti"], ["xfrm", "ipsec"], ["l2tp", "l2tp"], ["fou", "fou"],
]);
/** Modes of which the outer header is of one family only. */
const OVER: Partial<Record<Encapsulation, 4 | 6>> = { gre: 4, gretap: 4, ipip: 4, sit: 4, ip6gre: 6, ip6gretap: 6, ip6tnl: 6 };

/** The encapsulation that a tool's word means; undefined for a device that wraps nothing. */
export function encapsulationOf(word: string): Encapsulation | undefined {
  return MODES.get(word.toLowerCase());
}

/** What a source says of a tunnel. */
export interface TunnelText {
  readonly mode: Maybe<Encapsulation>;
  readonly local?: Written<Maybe<string>> | undefined;
  readonly remotes?: readonly Written<Maybe<string>>[];
  readonly peers?: readonly Peer[];
  readonly key?: Written<Maybe<string>> | undefined;
  readonly underlay?: Written<Maybe<string>> | undefined;
  readonly options?: EncapsulationOptions | undefined;
}

/** A tunnel with the family of its outer header worked out: by its mode, else by its ends' addresses. */
export function tunnelFrom({ mode, local, remotes = [], peers = [], key, underlay, options }: TunnelText): Tunnel {
  const keyed = key !== undefined && !isUnknown(mode) && /gre/.test(mode) ? { key: true } : {};
  const all = { ...keyed, ...options };
  return {
    mode,
    remotes,
    outer: outerOf(mode, [...remotes, ...(local === undefined ? [] : [local])]),
    ...(peers.length > 0 && { peers }),
    ...(local && { local }),
    ...(key && { key }),
    ...(underlay && { underlay }),
    ...(Object.keys(all).length > 0 && { options: all }),
  };
}

function outerOf(mode: Maybe<Encapsulation>, ends: readonly Written<Maybe<string>>[]): Maybe<4 | 6> {
  const fixed = isUnknown(mode) ? undefined : OVER[mode];
  if (fixed !== undefined) return fixed;
  const families = new Set(ends.map(familyOfWritten).filter((family) => family !== undefined));
  return families.size === 1 ? [...families][0]! : unknown("nothing tells over which version of IP the tunnel runs");
}
