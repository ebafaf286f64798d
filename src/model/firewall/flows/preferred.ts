import type { Block, Space } from "./space.ts";
import { STATES } from "./space.ts";

/** Addresses for documentation (RFC 5737, RFC 3849), then private and public ones. */
const SOURCES: Readonly<Record<"ip" | "ip6", readonly bigint[]>> = {
  ip: [0xc633_6407n, 0xcb00_7107n, 0xc000_0207n, 0x0a00_0007n, 0xc0a8_0007n, 0xac10_0007n, 0x5db8_d80en],
  ip6: [0x2001_0db8_0000_0000_0000_0000_0000_0007n, 0x2001_0db8_0001_0000_0000_0000_0000_0007n, 0xfe80_0000_0000_0000_0000_0000_0000_0007n],
};
const DESTINATIONS: Readonly<Record<"ip" | "ip6", readonly bigint[]>> = {
  ip: [0xc000_0201n, 0xcb00_7101n, 0xc633_6401n, 0x0a00_0001n, 0xc0a8_0001n, 0xac10_0001n, 0x5db8_d80en],
  ip6: [0x2001_0db8_0000_0000_0000_0000_0000_0001n, 0x2001_0db8_0001_0000_0000_0000_0000_0001n, 0xfe80_0000_0000_0000_0000_0000_0000_0001n],
};
const numbers = (...list: readonly number[]): readonly bigint[] => list.map(BigInt);
const SYN = 2;
const ACK = 16;

/** Values that make a sample packet look like one that is sent, the best first. `point`: what the blocks above hold. */
export function preferred(space: Space, block: Block, point: ReadonlyMap<Block, bigint>): readonly bigint[] {
  const { family } = space;
  switch (block.field) {
    case "ct state":
      return ["new", "established", "related", "untracked", "invalid"].map((name) => BigInt((STATES as readonly string[]).indexOf(name)));
    case "meta iifname":
    case "meta oifname": {
      const order = block.classes!.map((one, index) => ({ index, rank: one.name === "lo" ? 3 : one.kind === "prefix" ? 2 : one.kind === "rest" ? 1 : 0 }));
      return order.sort((a, b) => a.rank - b.rank || a.index - b.index).map(({ index }) => BigInt(index));
    }
    case "meta l4proto":
      return numbers(6, 17, family === "ip" ? 1 : 58, 132, 50, 47);
    case "icmp type":
      return family === "ip" ? numbers(8, 0, 3, 11) : numbers(128, 129, 2, 135);
    case "icmp code":
    case "meta mark":
    case "ct mark":
      return numbers(0);
    case "th dport":
      return numbers(443, 22, 80, 53, 25, 8080, 3306, 5432, 123, 161);
    case "th sport":
      return numbers(40000, 50000, 33000, 60000, 1024, 123, 53);
    case "tcp flags": {
      const state = space.block("ct state");
      const fresh = state !== undefined && point.get(state) === BigInt(STATES.indexOf("new"));
      return fresh ? numbers(SYN, ACK, SYN | ACK) : numbers(ACK, SYN | ACK, SYN);
    }
    case `${family} saddr`:
      return SOURCES[family];
    case `${family} daddr`:
      return DESTINATIONS[family];
    case "ip ttl":
    case "ip6 hoplimit":
      return numbers(64, 63, 255, 1);
    case "ip length":
    case "meta length":
      return numbers(60, 100);
    default:
      return [];
  }
}
