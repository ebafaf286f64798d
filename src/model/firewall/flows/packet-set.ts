import type { Packet } from "../ruleset.ts";
import { protocolNumber } from "../evaluate/packet.ts";
import type { Node } from "./diagram.ts";
import { NO, YES } from "./diagram.ts";
import { at, packetOf, pointOf } from "./packet.ts";
import type { Product } from "./products.ts";
import { cover, pick } from "./products.ts";
import type { Space } from "./space.ts";
import { WITH_PORTS } from "./space.ts";

/** Numbers, or inclusive ranges of them. */
export type Numbers = readonly (number | bigint | readonly [number | bigint, number | bigint])[];

/** What packets are to be like; what is absent may be anything. A name ending in `*` stands for all with that prefix. */
export interface Condition {
  readonly iif?: readonly string[];
  readonly oif?: readonly string[];
  readonly saddr?: Numbers;
  readonly daddr?: Numbers;
  /** Names or numbers. */
  readonly proto?: readonly (string | number)[];
  readonly sport?: Numbers;
  readonly dport?: Numbers;
  readonly type?: Numbers;
  readonly code?: Numbers;
  readonly ct?: readonly NonNullable<Packet["ct"]>[];
  /** TCP flags that are set, of those of the mask: as numbers. */
  readonly flags?: { readonly mask: number; readonly value: number };
  readonly mark?: Numbers;
}

/** A set of packets on one way, of one family: exact, and equal sets are equal nodes. Sets of one `space` go together. */
export class PacketSet {
  readonly space: Space;
  readonly way: Packet["hook"];
  readonly node: Node;

  /** `node`: a truth without `maybe`. */
  constructor(space: Space, way: Packet["hook"], node: Node) {
    this.space = space;
    this.way = way;
    this.node = node;
  }

  get isEmpty(): boolean {
    return this.node === NO;
  }

  get isEverything(): boolean {
    return this.node === YES;
  }

  and(other: PacketSet): PacketSet {
    return new PacketSet(this.space, this.way, this.space.diagram.and(this.node, other.node));
  }

  or(other: PacketSet): PacketSet {
    return new PacketSet(this.space, this.way, this.space.diagram.or(this.node, other.node));
  }

  without(other: PacketSet): PacketSet {
    return new PacketSet(this.space, this.way, this.space.diagram.without(this.node, other.node));
  }

  /** The packets that are not in it. */
  get complement(): PacketSet {
    return new PacketSet(this.space, this.way, this.space.diagram.not(this.node));
  }

  intersects(other: PacketSet): boolean {
    return this.space.diagram.and(this.node, other.node) !== NO;
  }

  /** True of a packet that is in it; it has to tell all of its fields. */
  has(packet: Packet): boolean {
    return at(this.space, this.node, pointOf(this.space, packet)) === YES;
  }

  contains(other: PacketSet): boolean {
    return this.space.diagram.without(other.node, this.node) === NO;
  }

  /** The packets of it that are as the condition says. */
  where(condition: Condition): PacketSet {
    return this.and(packetsLike(this.space, this.way, condition));
  }

  /** One of the packets, with usual values; undefined where there is none. */
  sample(): Packet | undefined {
    const point = pick(this.space, this.node);
    return point && packetOf(this.space, this.way, point);
  }

  /** Few products that make it up, up to that number. */
  products(most = 100): readonly Product[] {
    return cover(this.space, this.node, most).products;
  }
}

/** All packets of a way that are as the condition says. */
export function packetsLike(space: Space, way: Packet["hook"], condition: Condition): PacketSet {
  const { diagram, family } = space;
  let node: Node = YES;
  const narrow = (field: string, numbers: Numbers | undefined, having: Node = YES): void => {
    if (numbers === undefined) return;
    const block = space.block(field)!;
    const found = numbers.reduce<Node>((all, one) => {
      const [first, last] = typeof one === "object" ? [BigInt(one[0]), BigInt(one[1])] : [BigInt(one), BigInt(one)];
      return diagram.or(all, space.intervals(block, [[first, last]]));
    }, NO);
    node = diagram.and(node, diagram.and(having, found));
  };
  const interfaces = (field: string, names: readonly string[] | undefined): void => {
    // A name that no ruleset knows is one of the rest; where rules know its prefix, one of those.
    if (names) node = diagram.and(node, names.reduce<Node>((all, name) => diagram.or(all, space.named(space.block(field)!, name)), NO));
  };
  interfaces("meta iifname", condition.iif);
  interfaces("meta oifname", condition.oif);
  const protocols = (list: readonly number[]): Node => list.reduce<Node>((all, one) => diagram.or(all, space.intervals(space.block("meta l4proto")!, [[BigInt(one), BigInt(one)]])), NO);
  if (condition.proto) node = diagram.and(node, protocols(condition.proto.map((one) => protocolNumber(one) ?? 255)));
  narrow("th sport", condition.sport, condition.sport && protocols(WITH_PORTS));
  narrow("th dport", condition.dport, condition.dport && protocols(WITH_PORTS));
  const icmp = protocols([family === "ip" ? 1 : 58]);
  narrow("icmp type", condition.type, icmp);
  narrow("icmp code", condition.code, icmp);
  narrow(`${family} saddr`, condition.saddr);
  narrow(`${family} daddr`, condition.daddr);
  narrow("meta mark", condition.mark);
  if (condition.ct) node = diagram.and(node, space.classes(space.block("ct state")!, ({ name }) => (condition.ct as readonly string[]).includes(name)));
  if (condition.flags) node = diagram.and(node, diagram.and(protocols([6]), space.masked(space.block("tcp flags")!, BigInt(condition.flags.mask), BigInt(condition.flags.value))));
  return new PacketSet(space, way, node);
}
