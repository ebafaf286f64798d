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

/** How a tunnel wraps packets. Named as ip-link(8) does; `ip6gretap` is GRE with Ethernet inside over IPv6. */
export type Encapsulation = "gre" | "gretap" | "ipip" | "sit" | "ip6gre" | "ip6gretap" | "ip6tnl" | "vxlan" | "geneve" | "wireguard" | "ipsec" | "vti" | "l2tp" | "openvpn" | "fou" | "gue";

/** What makes an encapsulation's headers longer than they need to be. */
export interface EncapsulationOptions {
  /** GRE: a key in each packet, RFC 2890. */
  readonly key?: boolean;
  /** GRE: a checksum in each packet, RFC 2784. */
  readonly checksum?: boolean;
  /** GRE: a sequence number in each packet, RFC 2890. */
  readonly sequence?: boolean;
  /** ip6gre and ip6tnl: the option of RFC 2473 that Linux adds unless `encaplimit none` is given. */
  readonly encapsulationLimit?: boolean;
  /** UDP around it: `encap fou` or `gue` of Linux, `natt` as in RFC 3948. */
  readonly udp?: "fou" | "gue" | "natt";
  /** Geneve: bytes of options. */
  readonly optionBytes?: number;
  /** Ethernet inside carries an 802.1Q tag. */
  readonly innerTag?: boolean;
  /** ESP: the proposal, `aes256gcm16` or `aes128-sha256`, and whether it protects transport only (no inner IP header). */
  readonly proposal?: string;
}

/** Another end of a WireGuard interface. */
export interface Peer {
  /** All of it. */
  readonly location: Location;
  readonly key?: Maybe<string>;
  /** The networks that are sent to it and taken from it, without the hosts' bits. */
  readonly allowed: readonly Written<Maybe<Prefix>>[];
  /** A template decides whether it is there. */
  readonly conditional?: boolean;
}

/** The tunnel's own part of an interface. */
export interface Tunnel {
  readonly mode: Maybe<Encapsulation>;
  readonly local?: Written<Maybe<string>>;
  /** The addresses of the other ends; several for WireGuard peers and multipoint tunnels. */
  readonly remotes: readonly Written<Maybe<string>>[];
  /** Of WireGuard, in the order of the text. */
  readonly peers?: readonly Peer[];
  /** GRE key, VXLAN/Geneve VNI. */
  readonly key?: Written<Maybe<string>>;
  /** The interface that carries it, where the text names one. */
  readonly underlay?: Written<Maybe<string>>;
  /** The family of the outer addresses; Unknown where nothing tells. */
  readonly outer: Maybe<4 | 6>;
  readonly options?: EncapsulationOptions;
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
  /** The VRF that it is in. */
  readonly vrf?: Written<Maybe<string>>;
  /** DHCP or router advertisements may give it more addresses and gateways than are written. */
  readonly dynamic?: boolean;
  /** A template, an `if` or a loop decides whether it is there. */
  readonly conditional?: boolean;
  /** `name` is a pattern (`en*`) or stands for whatever matches other properties: no single interface's name. */
  readonly pattern?: boolean;
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
  /** `blackhole`, `unreachable`, `prohibit`, `throw`, `local`, …; absent for a plain one. */
  readonly type?: string;
  /** The gateway need not be in a network of the interface. */
  readonly onLink?: boolean;
  readonly mtu?: Written<Maybe<number>>;
  readonly conditional?: boolean;
  /** It takes the place of one that is there: `ip route replace`, `change`. */
  readonly replaces?: boolean;
}

/** A policy rule: `ip rule add from … table …`. */
export interface PolicyRule {
  readonly from?: Maybe<string>;
  readonly to?: Maybe<string>;
  readonly table: Maybe<string>;
  readonly priority?: Maybe<number>;
  readonly location: Location;
  readonly conditional?: boolean;
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
  /** The variable that lists it. Two lists may speak of one network: of its VLAN, its DHCP, its firewall zone. */
  readonly list?: string;
  readonly name?: string;
  /** It only groups the networks inside it, which are meant to overlap with it: a container of NetBox. */
  readonly isContainer?: boolean;
  /** The addresses that a host has in it, where the text lists them. */
  readonly addresses?: readonly Written<Maybe<string>>[];
  /** The hosts that are in it, where the text lists them; also among the file's references. */
  readonly members?: readonly Written<string>[];
  readonly location: Location;
}

/**
 * What one file says about the network of the hosts that get it. The subject `network`. For a variables file it is what
 * its own text says; `networkOfHost` joins all that reaches one host.
 */
export interface NetworkFile {
  readonly path: string;
  /** `netplan`, `networkd`, `ifupdown`, `networkmanager`, `wg-quick`, `cloud-init`, `ansible`, `netbox`, `enc`, `shell`. */
  readonly source: string;
  readonly interfaces: readonly Interface[];
  readonly routes: readonly Route[];
  readonly policyRules: readonly PolicyRule[];
  readonly networks: readonly Network[];
  readonly references: readonly Reference[];
  /** Of a template as it is on a host: where it is there. Its parts' places are the template's, and nothing in it is open. */
  readonly rendered?: string;
  /** Of a rendered template: a condition of its task that nothing in the repository decides may keep it from the host. */
  readonly undecided?: boolean;
}
