import { PROTOCOLS } from "../../../formats/iptables/names.ts";
import { parseIpv4, parseIpv6 } from "../../../formats/iptables/address.ts";
import type { Field, Hook, Packet } from "../ruleset.ts";

/** What a packet holds in a field. `absent`: it has no such field, so no match on it succeeds, negated or not. */
export type Reading =
  /** `known`: the bits of the value that are told; none: all. */
  | { readonly kind: "number"; readonly value: bigint; readonly known?: bigint }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "absent" }
  | { readonly kind: "unknown"; readonly reason: string };

/** What rules on the way have done to the packet. `maybe`: some of the ways that it may have taken. */
export interface Journey {
  hook: Hook;
  priority: number;
  untracked: "no" | "maybe" | "yes";
  marked: boolean;
  destinationChanged: boolean;
  sourceChanged: boolean;
}

const FLAGS: Readonly<Record<string, number>> = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128 };
const ABSENT: Reading = { kind: "absent" };
const number = (value: bigint | number): Reading => ({ kind: "number", value: BigInt(value) });
const name = (text: string): Reading => ({ kind: "name", name: text });
const notKnown = (reason: string): Reading => ({ kind: "unknown", reason });

/** Conntrack looks at a packet at this priority of prerouting and output (NF_IP_PRI_CONNTRACK). */
export const CONNTRACK_PRIORITY = -200;

/** Reads the fields of one packet. What the packet does not tell is unknown. */
export class PacketView {
  readonly packet: Packet;
  readonly family: "ip" | "ip6";
  readonly protocol: number | undefined;

  constructor(packet: Packet) {
    this.packet = packet;
    this.protocol = protocolNumber(packet.proto);
    this.family = (packet.saddr ?? packet.daddr ?? "").includes(":") || this.protocol === 58 ? "ip6" : "ip";
  }

  /** The field's value, as rules at this point of the journey see it. */
  read(field: Field, journey: Journey): Reading {
    const space = field.indexOf(" ");
    const base = space === -1 ? field : field.slice(0, space);
    const rest = space === -1 ? "" : field.slice(space + 1);
    switch (base) {
      case "meta":
        return this.#meta(rest, journey);
      case "ip":
      case "ip6":
        return base === this.family ? this.#header(rest, journey) : ABSENT;
      case "ct":
        return this.#conntrack(rest, journey);
      case "icmp":
      case "icmpv6":
        return this.#ofProtocol(base === "icmp" ? 1 : 58, () => (rest === "type" || rest === "code" ? this.#told(this.packet[rest], `ICMP ${rest}`) : notKnown(`the packet's ${field} is not told`)));
      case "tcp":
      case "udp":
      case "udplite":
      case "sctp":
      case "dccp":
        return this.#ofProtocol(PROTOCOLS[base]!, () => this.#transport(rest, journey));
      case "th":
        return this.protocol !== undefined && ![6, 17, 33, 132, 136].includes(this.protocol) ? notKnown("the packet has no ports") : this.#transport(rest, journey);
      case "fib":
        return this.#fib(rest, journey);
      case "ether":
        return rest === "type" ? number(this.family === "ip" ? 0x0800 : 0x86dd) : notKnown("the packet's hardware addresses are not told");
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
        // Packets without extension headers are what this model is about; `rt` is also the name of the route's keys.
        return base === "rt" && /^(ip |ip6 )?(classid|nexthop|mtu|ipsec)/.test(rest) ? notKnown("the packet's route is not told") : ABSENT;
      default:
        return notKnown(`the packet's ${field} is not told`);
    }
  }

  #told(value: number | undefined, what: string): Reading {
    return value === undefined ? notKnown(`the packet's ${what} is not told`) : number(value);
  }

  #ofProtocol(protocol: number, read: () => Reading): Reading {
    if (this.protocol === undefined) return notKnown("the packet's protocol is not told");
    return this.protocol === protocol ? read() : ABSENT;
  }

  #transport(key: string, journey: Journey): Reading {
    switch (key) {
      case "sport":
        return journey.sourceChanged ? notKnown("the source is translated on the way") : this.#told(this.packet.sport, "source port");
      case "dport":
        return journey.destinationChanged ? notKnown("the destination is translated on the way") : this.#told(this.packet.dport, "destination port");
      case "flags": {
        const flags = this.packet.flags ?? [this.state === "new" ? "syn" : "ack"];
        return number(flags.reduce((bits, flag) => bits | (FLAGS[flag.toLowerCase()] ?? 0), 0));
      }
      default:
        return notKnown(`the packet's ${key} is not told`);
    }
  }

  #header(key: string, journey: Journey): Reading {
    switch (key) {
      case "saddr":
        return journey.sourceChanged ? notKnown("the source is translated on the way") : this.#address(this.packet.saddr);
      case "daddr":
        return journey.destinationChanged ? notKnown("the destination is translated on the way") : this.#address(this.packet.daddr);
      case "protocol":
      case "nexthdr":
        return this.#told(this.protocol, "protocol");
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

  #address(text: string | undefined): Reading {
    const value = text === undefined ? undefined : this.family === "ip" ? parseIpv4(text) : parseIpv6(text);
    return value === undefined ? notKnown("the packet's address is not told") : number(value);
  }

  #meta(key: string, journey: Journey): Reading {
    const { packet } = this;
    switch (key) {
      case "iifname":
      case "iif":
        if (packet.hook === "output") return name("");
        return packet.iif === undefined ? notKnown("the incoming interface is not told") : name(packet.iif);
      case "oifname":
      case "oif":
        if (journey.hook === "prerouting" || journey.hook === "input") return name("");
        return packet.oif === undefined ? notKnown("the outgoing interface is not told") : name(packet.oif);
      case "l4proto":
        return this.#told(this.protocol, "protocol");
      case "nfproto":
        return number(this.family === "ip" ? 2 : 10);
      case "protocol":
        return number(this.family === "ip" ? 0x0800 : 0x86dd);
      case "mark":
        return journey.marked ? notKnown("a rule on the way sets the mark") : number(packet.mark ?? 0);
      case "pkttype": {
        if (packet.hook === "output") return notKnown("the packet type of what the host sends is not told");
        const kind = this.#destinationKind();
        return kind === undefined ? notKnown("the packet's destination is not told") : name(kind === "unicast" ? "host" : kind);
      }
      case "ipsec":
      case "secpath":
        return number(0);
      default:
        return notKnown(`the packet's ${key} is not told`);
    }
  }

  #destinationKind(): "unicast" | "multicast" | "broadcast" | undefined {
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

  #conntrack(key: string, journey: Journey): Reading {
    const { state } = this;
    const early = (journey.hook === "prerouting" || journey.hook === "output") && journey.priority <= CONNTRACK_PRIORITY;
    if (journey.untracked === "maybe") return notKnown("whether the packet is tracked is not certain");
    const untracked = journey.untracked === "yes" || state === "untracked";
    if (key === "state") {
      if (journey.untracked === "yes") return name("untracked");
      return early ? name("invalid") : name(state);
    }
    if (early || untracked || state === "invalid") return ABSENT;
    if (key === "direction") return state === "new" ? name("original") : notKnown("the packet's direction is not told");
    if (key === "mark" && state === "new") return journey.marked ? notKnown("a rule on the way sets the mark") : number(0);
    return notKnown(`the connection's ${key} is not told`);
  }

  #fib(key: string, journey: Journey): Reading {
    const { packet } = this;
    if (key === "daddr type") {
      const kind = this.#destinationKind();
      if (journey.destinationChanged) return notKnown("the destination is translated on the way");
      if (kind === "multicast" || kind === "broadcast") return name(kind);
      if (packet.hook === "input" || packet.iif === "lo" || packet.oif === "lo") return name("local");
      return packet.hook === "prerouting" ? notKnown("whether the destination is this host is not told") : name("unicast");
    }
    if (key === "saddr type") {
      const local = packet.hook === "output" || packet.iif === "lo";
      if (local) return name("local");
      if (packet.saddr === undefined) return notKnown("the packet's source is not told");
      if (packet.saddr === "0.0.0.0" || packet.saddr === "::") return notKnown("an unspecified source");
      return name(packet.saddr.startsWith("127.") || packet.saddr === "::1" ? "local" : "unicast");
    }
    return notKnown("the routing table is not told");
  }
}

/** A protocol's number, by number or name. */
export function protocolNumber(protocol: string | number | undefined): number | undefined {
  if (protocol === undefined || typeof protocol === "number") return protocol;
  if (/^\d+$/.test(protocol)) return Number(protocol);
  return Object.hasOwn(PROTOCOLS, protocol) ? PROTOCOLS[protocol] : undefined;
}

/** The hooks that a packet passes, in order. */
export function hooksOf(packet: Packet): readonly Hook[] {
  switch (packet.hook) {
    case "input":
      return ["prerouting", "input"];
    case "forward":
      return ["prerouting", "forward", "postrouting"];
    case "output":
      return ["output", "postrouting"];
    default:
      return [packet.hook];
  }
}
