import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";

/** A value with the place where it is written. */
export interface Written<T> {
  readonly value: T;
  readonly location: Location;
}

/** An address with its prefix length: `192.0.2.7/24`. The host's own where it stands on an interface. */
export interface Prefix {
  readonly family: 4 | 6;
  /** As written, without the length. */
  readonly address: string;
  readonly length: number;
}

/** What an interface is. `other` where the text does not tell. */
export type InterfaceKind = "ethernet" | "bond" | "bridge" | "vlan" | "tunnel" | "loopback" | "dummy" | "vrf" | "other";

/** How a tunnel wraps packets. */
export type Encapsulation = "gre" | "gretap" | "ipip" | "sit" | "ip6gre" | "ip6tnl" | "vxlan" | "geneve" | "wireguard" | "ipsec" | "vti" | "l2tp" | "openvpn" | "fou" | "gue";

/** The tunnel's own part of an interface. */
export interface Tunnel {
  readonly mode: Maybe<Encapsulation>;
  readonly local?: Written<Maybe<string>>;
  /** The addresses of the other ends; several for WireGuard peers and multipoint tunnels. */
  readonly remotes: readonly Written<Maybe<string>>[];
  /** GRE key, VXLAN/Geneve VNI. */
  readonly key?: Written<Maybe<string>>;
  /** The interface that carries it, where the text names one. */
  readonly underlay?: Written<Maybe<string>>;
}

/** One interface as one file (or one variable of a host) configures it. */
export interface Interface {
  readonly name: Maybe<string>;
  readonly kind: InterfaceKind;
  readonly location: Location;
  readonly mtu?: Written<Maybe<number>>;
  readonly addresses: readonly Written<Maybe<Prefix>>[];
  /** Gateways that the interface's own section sets as default routes, besides `routes`. */
  readonly gateways: readonly Route[];
  /** 802.1Q. */
  readonly vlan?: { readonly id: Written<Maybe<number>>; readonly link?: Written<Maybe<string>> };
  /** Ports of a bridge or bond. */
  readonly members: readonly Written<Maybe<string>>[];
  readonly tunnel?: Tunnel;
}

/** A route. `to` is `default` or a prefix. */
export interface Route {
  readonly to: Maybe<"default" | Prefix>;
  /** The family, where `to` is `default`. */
  readonly family: Maybe<4 | 6>;
  readonly via?: Written<Maybe<string>>;
  readonly device?: Maybe<string>;
  /** A number or name; `main` where none is given. */
  readonly table: Maybe<string>;
  readonly metric?: Maybe<number>;
  readonly location: Location;
}

/** A policy rule: `ip rule add from … table …`. */
export interface PolicyRule {
  readonly from?: Maybe<string>;
  readonly to?: Maybe<string>;
  readonly table: Maybe<string>;
  readonly priority?: Maybe<number>;
  readonly location: Location;
}

/** Something else in the text that names an interface, host or network which must exist: a bridge port, a tunnel's peer. */
export interface Reference {
  readonly kind: "interface" | "host" | "network" | "variable";
  readonly name: string;
  readonly location: Location;
}

/** A network as a list of all networks holds it: NetBox prefixes, an ENC's `networks`, a site's own variable. */
export interface Network {
  readonly prefix: Maybe<Prefix>;
  readonly gateway?: Written<Maybe<string>>;
  readonly vlan?: Maybe<number>;
  readonly mtu?: Written<Maybe<number>>;
  /** What keeps equal prefixes apart: a VRF, a site. */
  readonly scope?: string;
  readonly location: Location;
}

/**
 * What one file says about the network of the hosts that get it. The subject `network`. For a variables file it is what
 * its own text says; `networkOfHost` joins all that reaches one host.
 */
export interface NetworkFile {
  readonly path: string;
  /** `netplan`, `networkd`, `ifupdown`, `ansible`, `netbox`, `enc`, `shell`. */
  readonly source: string;
  readonly interfaces: readonly Interface[];
  readonly routes: readonly Route[];
  readonly policyRules: readonly PolicyRule[];
  readonly networks: readonly Network[];
  readonly references: readonly Reference[];
}
