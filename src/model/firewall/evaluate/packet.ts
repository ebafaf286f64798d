import { PROTOCOLS } from "../../../formats/iptables/names.ts";
import { parseIpv4, parseIpv6 } from "../../../formats/iptables/address.ts";
import type { Field, Hook, Packet, Ruleset } from "../ruleset.ts";
import { conntrackReading, fibReading, hasConnection } from "./host.ts";
import type { Reading } from "./reading.ts";
import { ABSENT, name, notKnown, number, otherThan } from "./reading.ts";
import type { State } from "./state.ts";
import { keyOf } from "./state.ts";

/** Where on its way a packet is read. */
export interface Point {
  readonly hook: Hook;
  readonly priority: number;
  /** nft and iptables differ in what they say of some fields that a packet does not have. */
  readonly dialect: Ruleset["dialect"];
}

const FLAGS: Readonly<Record<string, number>> = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128 };
/** Protocols that begin with two ports. */
const WITH_PORTS = new Set([6, 17, 33, 132, 136]);

/**
 * The interface over which a host talks to itself. A packet that tells no interface has another one, for those are what
 * people ask about, unless its addresses are the loopback's own.
 */
const LOOPBACK = "lo";

/** Reads the fields of one packet. What the packet does not tell is unknown. */
export class PacketView {
  readonly packet: Packet;
  readonly family: "ip" | "ip6";
  readonly protocol: number | undefined;

  constructor(packet: Packet) {
    this.packet = isLoopback(packet.saddr) || isLoopback(packet.daddr) ? throughLoopback(packet) : packet;
    this.protocol = protocolNumber(packet.proto);
    this.family = packet.family ?? ((packet.saddr ?? packet.daddr ?? "").includes(":") || this.protocol === 58 ? "ip6" : "ip");
  }

  /** The field's value, as rules at this point see it after what rules have done so far. */
  read(field: Field, point: Point, state: State): Reading {
    if (state.written.size > 0) {
      const written = state.written.get(keyOf(field));
      if (written !== undefined) {
        const told = this.told(field, point, state);
        // Without a connection there is nothing to read, whatever other ways have written.
        return told.kind === "absent" || (field.startsWith("ct ") && hasConnection(this, point, state) !== "yes") ? told : written;
      }
      if (state.written.has("@") && /^(ip6?|tcp|udp|udplite|sctp|dccp|th|icmp|icmpv6|@)/.test(field)) return notKnown("a rule on the way rewrites bytes of the packet");
    }
    return this.told(field, point, state);
  }

  /** The field's value, had no rule written it. */
  told(field: Field, point: Point, state: State): Reading {
    const reading = this.#told(field, point, state);
    const further = reading.kind === "unknown" && state.untracked !== "maybe" ? this.packet.fields?.[keyOf(field)] : undefined;
    if (further === undefined) return reading;
    return typeof further === "number" || /^0x[0-9a-f]+$/.test(further) ? number(BigInt(further)) : name(further);
  }

  #told(field: Field, point: Point, state: State): Reading {
    const space = field.indexOf(" ");
    const base = space === -1 ? field : field.slice(0, space);
    const rest = space === -1 ? "" : field.slice(space + 1);
    switch (base) {
      case "meta":
        return this.#meta(rest, point);
      case "ip":
      case "ip6":
        return base === this.family ? this.#header(rest) : ABSENT;
      case "ct":
        return conntrackReading(rest, this, point, state);
      case "icmp":
      case "icmpv6":
        return this.#ofProtocol(base === "icmp" ? 1 : 58, () => (rest === "type" || rest === "code" ? this.#known(this.packet[rest], `ICMP ${rest}`) : notKnown(`the packet's ${field} is not told`)));
      case "tcp":
      case "udp":
      case "udplite":
      case "sctp":
      case "dccp":
        return this.#ofProtocol(PROTOCOLS[base]!, () => this.#transport(rest));
      case "th":
        return this.protocol !== undefined && !WITH_PORTS.has(this.protocol) ? notKnown("the packet has no ports") : this.#transport(rest);
      case "fib":
        return fibReading(rest, this, point, state);
      case "ether":
        return this.#ethernet(rest, point);
      case "ah":
      case "esp":
      case "comp":
        return this.#ofProtocol({ ah: 51, esp: 50, comp: 108 }[base], () => notKnown(`the packet's ${field} is not told`));
      case "hbh":
      case "rt":
      case "frag":
      case "dst":
      case "mh":
      case "srh":
        // Nothing in a packet says that IPsec is to take it, and most are none of it.
        if (field === "rt ipsec" && point.hook !== "prerouting" && point.hook !== "ingress") return number(0);
        // Packets without extension headers are what this model is about; `rt` is also the name of the route's keys.
        return base === "rt" && /^(ip |ip6 )?(classid|nexthop|mtu|ipsec)/.test(rest) ? notKnown("the packet's route is not told") : ABSENT;
      default:
        return notKnown(`the packet's ${field} is not told`);
    }
  }

  #known(value: number | undefined, what: string): Reading {
    return value === undefined ? notKnown(`the packet's ${what} is not told`) : number(value);
  }

  #ofProtocol(protocol: number, read: () => Reading): Reading {
    if (this.protocol === undefined) return notKnown("the packet's protocol is not told");
    return this.protocol === protocol ? read() : ABSENT;
  }

  #transport(key: string): Reading {
    switch (key) {
      case "sport":
        return this.#known(this.packet.sport, "source port");
      case "dport":
        return this.#known(this.packet.dport, "destination port");
      case "flags": {
        const flags = this.packet.flags ?? [this.state === "new" ? "syn" : "ack"];
        return number(flags.reduce((bits, flag) => bits | (FLAGS[flag.toLowerCase()] ?? 0), 0));
      }
      default:
        return notKnown(`the packet's ${key} is not told`);
    }
  }

  #header(key: string): Reading {
    switch (key) {
      case "saddr":
        return this.#address(this.packet.saddr, "source");
      case "daddr":
        return this.#address(this.packet.daddr, "destination");
      case "protocol":
      case "nexthdr":
        return this.#known(this.protocol, "protocol");
      case "version":
        return number(this.family === "ip" ? 4 : 6);
      case "hdrlength":
        return this.family === "ip" ? number(5) : notKnown("the packet's header length is not told");
      case "frag-off":
        // A whole packet: offset 0 and no more fragments. Whether it may be fragmented is not told.
        return { kind: "number", value: 0n, known: 0xbfffn };
      default:
        return notKnown(`the packet's ${key} is not told`);
    }
  }

  #address(text: string | undefined, which: string): Reading {
    const value = text === undefined ? undefined : this.family === "ip" ? parseIpv4(text) : parseIpv6(text);
    return value === undefined ? notKnown(`the packet's ${which} address is not told`) : number(value);
  }

  #ethernet(key: string, { hook, dialect }: Point): Reading {
    if (key === "type") return number(this.family === "ip" ? 0x0800 : 0x86dd);
    // What the host sends has no such header yet.
    if (this.packet.hook === "output" && dialect === "nftables" && (hook === "output" || hook === "postrouting")) return ABSENT;
    return notKnown("the packet's hardware addresses are not told");
  }

  #meta(key: string, { hook, dialect }: Point): Reading {
    const { packet } = this;
    switch (key) {
      case "iifname":
      case "iif":
        if (packet.hook === "output") return name("");
        return packet.iif === undefined ? otherThan(LOOPBACK, "the incoming interface is not told") : name(packet.iif);
      case "oifname":
      case "oif":
        if (hook === "prerouting" || hook === "input" || hook === "ingress") return name("");
        return packet.oif === undefined ? otherThan(LOOPBACK, "the outgoing interface is not told") : name(packet.oif);
      case "l4proto":
        return this.#known(this.protocol, "protocol");
      case "nfproto":
        return number(this.family === "ip" ? 2 : 10);
      case "protocol":
        return number(this.family === "ip" ? 0x0800 : 0x86dd);
      case "mark":
        return number(packet.mark ?? 0);
      case "skuid":
      case "skgid":
        // Nobody on this host has sent what is forwarded: nft ends the rule, `-m owner` holds where it is negated.
        if (packet.hook === "forward") return dialect === "nftables" ? ABSENT : name("nobody");
        return notKnown("who has sent the packet is not told");
      case "pkttype": {
        // A packet that the host makes keeps what its buffer began with (PACKET_HOST is 0), whomever it is for.
        if (packet.hook === "output") return name("host");
        const kind = this.destinationKind;
        return kind === undefined ? notKnown("the packet's destination address is not told") : name(kind === "unicast" ? "host" : kind);
      }
      case "ipsec":
      case "secpath":
        return number(0);
      default:
        return notKnown(`the packet's ${key} is not told`);
    }
  }

  /** True of what the host sends to itself, at its input: it was at its output before. */
  get looped(): boolean {
    return this.packet.hook === "input" && this.packet.iif === "lo";
  }

  /** Whom the destination address stands for; undefined where it is not told. */
  get destinationKind(): "unicast" | "multicast" | "broadcast" | undefined {
    const { daddr } = this.packet;
    if (daddr === undefined) return this.packet.hook === "forward" ? "unicast" : undefined;
    if (daddr === "255.255.255.255") return "broadcast";
    const multicast = this.family === "ip6" ? /^ff/i.test(daddr) : /^(22[4-9]|23\d)\./.test(daddr);
    return multicast ? "multicast" : "unicast";
  }

  /** The connection's state as told; neighbour discovery and multicast listener messages are never tracked. */
  get state(): NonNullable<Packet["ct"]> {
    const { ct, type } = this.packet;
    if (ct !== undefined) return ct;
    return this.protocol === 58 && type !== undefined && ((type >= 130 && type <= 136) || type === 143) ? "untracked" : "new";
  }
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address.startsWith("127.") || address === "::1");
}

/** No other interface lets the loopback's addresses pass (`route_localnet` aside), so that nobody has to tell it. */
function throughLoopback(packet: Packet): Packet {
  if (packet.hook === "input" && packet.iif === undefined) return { ...packet, iif: LOOPBACK };
  return packet.hook === "output" && packet.oif === undefined ? { ...packet, oif: LOOPBACK } : packet;
}

/** A protocol's number, by number or name. */
export function protocolNumber(protocol: string | number | undefined): number | undefined {
  if (protocol === undefined || typeof protocol === "number") return protocol;
  if (/^\d+$/.test(protocol)) return Number(protocol);
  return Object.hasOwn(PROTOCOLS, protocol) ? PROTOCOLS[protocol] : undefined;
}
