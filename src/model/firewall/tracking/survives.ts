import { evaluate } from "../evaluate/index.ts";
import { FAR, OTHER } from "../evaluate/samples.ts";
import type { Packet, Ruleset } from "../ruleset.ts";
import { longLivedAccepts } from "./evidence.ts";
import { packetFor } from "./new-needs-syn.ts";

/** A monitor's and an OSD's port, for rulesets that name none. */
const CEPH = [6789, 6800];

/**
 * Whether long-lived connections pass a ruleset whatever conntrack takes their packets for: those of the ports that it
 * accepts by number, in both directions, also as INVALID or as NEW in mid-stream. Then no reload loses them.
 */
export function passesUntracked(ruleset: Ruleset): boolean {
  const named = longLivedAccepts(ruleset).flatMap(({ rules }) => rules.slice(0, 4).flatMap((rule) => packetFor(ruleset, rule) ?? []));
  const family = ruleset.tables.some((table) => table.family === "ip" || table.family === "inet") ? "ip" : "ip6";
  const packets = named.length > 0 ? named.slice(0, 24) : CEPH.map((dport): Packet => ({ hook: "input", iif: "uplink0", proto: "tcp", saddr: FAR[family], daddr: OTHER[family], sport: 40_000, dport }));
  return packets.every((packet) => {
    const { sport, dport } = packet;
    const both = [packet, { ...packet, ...(dport === undefined ? {} : { sport: dport }), ...(sport === undefined ? {} : { dport: sport }) }];
    return both.every((one) => (["invalid", "new"] as const).every((ct) => evaluate([ruleset], { ...one, flags: ["ack"], ct }).verdict === "accept"));
  });
}
