import type { Packet, Ruleset } from "../../../src/model/firewall/ruleset.ts";

/** Neighbour discovery comes from neighbours alone: its hop limit is the greatest (RFC 4861). */
const NEIGHBOURS: readonly number[] = [133, 134, 135, 136, 137];
const ECHOES: Readonly<Record<number, "original" | "reply">> = { 8: "original", 13: "original", 128: "original", 0: "reply", 14: "reply", 129: "reply" };

/** Whether rules write what a connection keeps: packets that are sent together may be of one connection, and find what another has left. */
export function marksConnections(rulesets: readonly Ruleset[]): boolean {
  return rulesets.some(({ tables }) => tables.some(({ chains }) => chains.some(({ rules }) => rules.some(({ statements }) => statements.some((one) => (one.kind === "assign" && one.field.startsWith("ct ")) || (one.kind === "other" && /^(connmark|ct )/i.test(one.name)))))));
}

/** The packet with what else the oracle gives it, which rules may ask for. `marked`: connections may bear marks of other packets. */
export function told(packet: Packet, marked: boolean): Packet {
  const { hook, ct, type } = packet;
  const six = packet.saddr!.includes(":");
  const icmp = packet.proto === "icmp" || packet.proto === "icmpv6";
  // An established connection has begun at the other end, but for what an echo is.
  const direction = ct !== "established" ? undefined : icmp ? ECHOES[type!] : "reply";
  return {
    ...packet,
    fields: {
      // On its way through a router it becomes less.
      ...(hook !== "forward" && { [six ? "ip6 hoplimit" : "ip ttl"]: packet.proto === "icmpv6" && NEIGHBOURS.includes(type!) ? 255 : 64 }),
      ...(hook === "output" && { "meta skuid": 0, "meta skgid": 0 }),
      ...(!marked && (ct === "established" || ct === "related") && { "ct mark": 0 }),
      ...(direction !== undefined && { "ct direction": direction }),
      "meta iifgroup": 0,
      "meta oifgroup": 0,
    },
  };
}

const KEYS = ["iif", "oif", "saddr", "daddr", "sport", "dport", "proto", "code", "ct mark", "meta skuid", "type"] as const;

/** The packet with one thing less told, another one in turn; undefined where it has none of that, or leaving it out says something else. */
export function withoutOne(packet: Packet, turn: number): Packet | undefined {
  const key = KEYS[turn % KEYS.length]!;
  const family = packet.saddr!.includes(":") ? "ip6" : "ip";
  const { fields, ...rest } = packet;
  if (key === "ct mark" || key === "meta skuid") return fields?.[key] === undefined ? undefined : { ...rest, fields: without(fields, key) };
  // Who tells no interface means another than the loopback, and no type of ICMP is no neighbour discovery.
  if (packet[key] === undefined || ((key === "iif" || key === "oif") && packet[key] === "lo") || ((key === "proto" || key === "type") && packet.ct === undefined)) return undefined;
  return { ...without(packet, key), family };
}

function without<T extends object>(whole: T, left: string): T {
  return Object.fromEntries(Object.entries(whole).filter(([key]) => key !== left)) as T;
}
