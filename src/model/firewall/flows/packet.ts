import { parseAddress } from "../../../formats/iptables/address.ts";
import { PacketView, protocolNumber } from "../evaluate/packet.ts";
import type { Packet } from "../ruleset.ts";
import type { Node } from "./diagram.ts";
import type { Block, Space } from "./space.ts";
import { STATES, WITH_PORTS } from "./space.ts";
import { formatAddress } from "./address.ts";

/** TCP flags, from the lowest bit. */
export const FLAG_NAMES = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"] as const;
/** Protocols by the names that packets are described with. */
export const PROTOCOL_NAMES: Readonly<Record<number, string>> = { 1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 33: "dccp", 47: "gre", 50: "esp", 51: "ah", 58: "icmpv6", 89: "ospf", 112: "vrrp", 132: "sctp", 136: "udplite" };

/** The packet that a point stands for. */
export function packetOf(space: Space, way: Packet["hook"], point: ReadonlyMap<Block, bigint>): Packet {
  const { family } = space;
  const of = (field: string): bigint => point.get(space.block(field)!) ?? 0n;
  const proto = Number(of("meta l4proto"));
  const state = STATES[Math.min(Number(of("ct state")), STATES.length - 1)]!;
  const mark = Number(of("meta mark"));
  const fields = furtherFields(space, point);
  return {
    hook: way,
    family,
    ...(way !== "output" && { iif: interfaceName(space.block("meta iifname")!, of("meta iifname")) }),
    ...(way !== "input" && { oif: interfaceName(space.block("meta oifname")!, of("meta oifname")) }),
    saddr: formatAddress(of(`${family} saddr`), family),
    daddr: formatAddress(of(`${family} daddr`), family),
    // By its number, which nobody takes for the ICMP of the other family.
    proto: proto === (family === "ip" ? 58 : 1) ? proto : (PROTOCOL_NAMES[proto] ?? proto),
    ...((WITH_PORTS as readonly number[]).includes(proto) && { sport: Number(of("th sport")), dport: Number(of("th dport")) }),
    ...((proto === 1 || proto === 58) && { type: Number(of("icmp type")), code: Number(of("icmp code")) }),
    ...(proto === 6 && { flags: flagNames(Number(of("tcp flags"))) }),
    ct: state,
    ...(mark !== 0 && { mark }),
    ...(Object.keys(fields).length > 0 && { fields }),
  };
}

/** The number of each block that a packet stands for, which has to tell all of its fields: what is not told is 0, or as `evaluate` reads it. */
export function pointOf(space: Space, packet: Packet): ReadonlyMap<Block, bigint> {
  const { family } = space;
  const point = new Map<Block, bigint>();
  const address = (text: string | undefined): bigint => (text === undefined ? 0n : (parseAddress(text, family) ?? 0n));
  const state = new PacketView(packet).state;
  for (const block of space.blocks) point.set(block, numberOf(block));
  return point;

  function numberOf(block: Block): bigint {
    switch (block.field) {
      case "meta iifname":
        return classOf(block, packet.iif ?? "");
      case "meta oifname":
        return classOf(block, packet.oif ?? "");
      case "ct state":
        return BigInt(STATES.indexOf(state));
      case `${family} saddr`:
        return address(packet.saddr);
      case `${family} daddr`:
        return address(packet.daddr);
      case "meta l4proto":
        return BigInt(protocolNumber(packet.proto) ?? 0);
      case "icmp type":
        return BigInt(packet.type ?? 0);
      case "icmp code":
        return BigInt(packet.code ?? 0);
      case "th sport":
        return BigInt(packet.sport ?? 0);
      case "th dport":
        return BigInt(packet.dport ?? 0);
      case "tcp flags":
        return BigInt((packet.flags ?? [state === "new" ? "syn" : "ack"]).reduce((bits, flag) => bits | (1 << (FLAG_NAMES as readonly string[]).indexOf(flag.toLowerCase())), 0));
      case "meta mark":
        return BigInt(packet.mark ?? 0);
      default: {
        const told = packet.fields?.[block.field];
        if (told === undefined) return 0n;
        return block.classes ? classOf(block, String(told)) : BigInt(told);
      }
    }
  }
}

/** The number of the class that a name is in. */
function classOf({ classes }: Block, name: string): bigint {
  const exact = classes!.findIndex((one) => one.kind === "name" && one.name === name);
  if (exact !== -1) return BigInt(exact);
  let best = -1;
  classes!.forEach((one, i) => {
    if (one.kind === "prefix" && name.startsWith(one.name) && (best === -1 || one.name.length > classes![best]!.name.length)) best = i;
  });
  return BigInt(best === -1 ? classes!.length - 1 : best);
}

/** What a diagram says of a point. */
export function at({ diagram, blocks }: Space, node: Node, point: ReadonlyMap<Block, bigint>): Node {
  let current = node;
  for (const block of blocks) {
    for (let level = diagram.level(current); !diagram.isTerminal(current) && level < block.first + block.bits; level = diagram.level(current)) {
      current = (point.get(block)! >> BigInt(block.first + block.bits - 1 - level)) & 1n ? diagram.high(current) : diagram.low(current);
    }
  }
  return current;
}

/** The names of TCP flags. */
export function flagNames(bits: number): string[] {
  return FLAG_NAMES.filter((_, i) => (bits >> i) & 1);
}

/** A name of the class that a number stands for, which is in no other. */
export function interfaceName({ classes }: Block, value: bigint): string {
  const one = classes![Math.min(Number(value), classes!.length - 1)]!;
  if (one.kind === "name") return one.name;
  const [stem, others] = one.kind === "prefix" ? [one.name, classes!.filter(({ name }) => name !== one.name && name.startsWith(one.name))] : ["eth", classes!];
  for (let i = 0; ; i++) {
    const name = `${stem}${i}`;
    if (!others.some((other) => other.name !== "" && (other.kind === "name" ? other.name === name : other.kind === "prefix" && name.startsWith(other.name)))) return name;
    // Where rules speak of every eth*, another stem is needed.
    if (one.kind === "rest" && i === 9) return otherStem(classes!.map(({ name: prefix }) => prefix));
  }
}

function otherStem(taken: readonly string[]): string {
  const stem = ["uplink", "link", "nic", "if", "x", "y", "z", "q"].find((word) => !taken.some((prefix) => prefix !== "" && (word.startsWith(prefix) || prefix.startsWith(word))));
  return `${stem ?? "other"}0`;
}

/** What the packet holds in fields that only some rulesets ask for. */
function furtherFields(space: Space, point: ReadonlyMap<Block, bigint>): Record<string, number | string> {
  const fields: Record<string, number | string> = {};
  for (const block of space.further) {
    // Packets have no fields of the other family.
    if (block.field.startsWith(space.family === "ip" ? "ip6 " : "ip ")) continue;
    const value = point.get(block) ?? 0n;
    fields[block.field] = block.classes ? interfaceName(block, value) : value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : `0x${value.toString(16)}`;
  }
  return fields;
}
