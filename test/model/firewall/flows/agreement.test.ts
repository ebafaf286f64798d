import assert from "node:assert/strict";
import { iptablesSave } from "../../../../src/formats/iptables/index.ts";
import { nftables } from "../../../../src/formats/nftables/index.ts";
import { evaluate } from "../../../../src/model/firewall/evaluate/index.ts";
import { OUTCOME } from "../../../../src/model/firewall/flows/diagram.ts";
import { Meaning, WAYS, compareFlows } from "../../../../src/model/firewall/flows/index.ts";
import type { Way } from "../../../../src/model/firewall/flows/index.ts";
import { at, pointOf } from "../../../../src/model/firewall/flows/packet.ts";
import { fromIptables } from "../../../../src/model/firewall/from-iptables/index.ts";
import { fromNftables } from "../../../../src/model/firewall/from-nftables/index.ts";
import type { Packet, Ruleset } from "../../../../src/model/firewall/ruleset.ts";
import { aimedPackets } from "../../../conformance/kernel/aim.ts";
import type { Dice } from "../../../conformance/kernel/dice.ts";
import { generated } from "../../../conformance/kernel/dice.ts";
import { iptablesRuleset } from "../../../conformance/kernel/generate-iptables.ts";
import { nftRuleset } from "../../../conformance/kernel/generate-nft.ts";

const PAIRS = Number(process.env["PREMORTEM_FLOW_PAIRS"] ?? 24);
/** Another seed makes other rulesets and packets. */
const SEED = Number(process.env["PREMORTEM_SEED"] ?? 0);
const PACKETS = 150;

type Family = "ip" | "ip6";
type Tool = "nft" | "iptables";

function ruleset(dice: Dice, tool: Tool, family: Family, path: string): { text: string; ruleset: Ruleset } {
  const text = tool === "nft" ? nftRuleset(dice) : iptablesRuleset(dice, family);
  return { text, ruleset: tool === "nft" ? fromNftables(path, nftables.parse(text).tree) : fromIptables(path, iptablesSave.parse(text).tree, family) };
}

/** Sets analyse packets that tell all of their fields. */
function whole(packet: Packet, way: Way, family: Family): Packet {
  const { iif, oif, ...rest } = packet;
  return {
    saddr: family === "ip" ? "198.51.100.9" : "2001:db8:9::9",
    daddr: family === "ip" ? "192.0.2.9" : "2001:db8:8::8",
    sport: 40000,
    dport: 22,
    type: 8,
    code: 0,
    proto: "tcp",
    ct: "new",
    ...rest,
    family,
    hook: way,
    ...(way !== "output" && { iif: iif ?? "eth0" }),
    ...(way !== "input" && { oif: oif ?? "eth1" }),
  };
}

function check(before: Ruleset, after: Ruleset, family: Family, packets: readonly Packet[], texts: string): number {
  const meaning = new Meaning(family, [[before], [after]]);
  let compared = 0;
  for (const packet of packets) {
    for (const way of WAYS) {
      const one = whole(packet, way, family);
      const fields = Object.fromEntries(meaning.space.further.map(({ field, classes }) => [field, classes ? "none" : 0]));
      const told: Packet = { ...one, fields };
      const point = pointOf(meaning.space, told);
      const says = [before, after].map((ruleset, version) => {
        const { possible, verdict } = evaluate([ruleset], told);
        const outcomes = at(meaning.space, meaning.decisions(way, version), point);
        const may = possible.reduce((mask, decision) => mask | OUTCOME[decision], 0);
        // Diagrams follow each of the ways that a packet may take by itself, and so may know more; never less.
        assert.equal(outcomes & ~may, 0, `${JSON.stringify(told)} meets with ${outcomes}, but evaluate says ${possible.join()}\n${texts}`);
        assert.notEqual(outcomes, 0);
        return verdict;
      });
      for (const [kind, wanted] of [["opened", /^(drop|reject) accept$/], ["closed", /^accept (drop|reject)$/]] as const) {
        const told2 = meaning.compare(way, 0, 1, kind).has(told);
        if (!says.includes("unknown")) assert.equal(told2, wanted.test(says.join(" ")), `${kind}: ${JSON.stringify(told)} ${says.join(" ")}\n${texts}`);
      }
      compared++;
    }
  }
  return compared;
}

describe("flows agree with the evaluator", () => {
  for (const [first, second] of [["nft", "nft"], ["iptables", "iptables"], ["iptables", "nft"]] as const) {
    it(`for pairs of generated rulesets: ${first} before, ${second} after`, function () {
      this.timeout(120_000);
      let compared = 0;
      const families: readonly Family[] = ["ip", "ip6"];
      for (let i = 0; i < PAIRS; i++) {
        const family = families[i % 2]!;
        const [before] = generated((dice) => ruleset(dice, first, family, "before"), 1, SEED + 1000 + i);
        const [after] = generated((dice) => ruleset(dice, second, family, "after"), 1, SEED + 2000 + i);
        const packets = [...aimedPackets(before!.ruleset, family, PACKETS / 2, i), ...aimedPackets(after!.ruleset, family, PACKETS / 2, i + 1)];
        compared += check(before!.ruleset, after!.ruleset, family, packets, `--- before ${i}\n${before!.text}\n--- after\n${after!.text}`);
      }
      console.log(`      seed ${SEED}: ${compared} comparisons in ${PAIRS} pairs`);
      assert.ok(compared > PAIRS * PACKETS);
    });

    it(`and so does every sample of what changes: ${first} before, ${second} after`, function () {
      this.timeout(120_000);
      for (let i = 0; i < PAIRS / 3; i++) {
        const [before] = generated((dice) => ruleset(dice, first, "ip", "before"), 1, SEED + 1000 + i);
        const [after] = generated((dice) => ruleset(dice, second, "ip", "after"), 1, SEED + 2000 + i);
        const found = compareFlows([before!.ruleset], [after!.ruleset]);
        for (const { outcomes } of found.opened) assert.equal(outcomes[1]!.verdict, "accept");
        for (const { outcomes } of found.closed) assert.equal(outcomes[0]!.verdict, "accept");
        assert.ok(!found.notComputed.some(({ reason }) => reason.includes("fault")), JSON.stringify(found.notComputed.filter(({ reason }) => reason.includes("fault")).map(({ text, sample }) => [text, sample]), undefined, 1));
        assert.deepEqual(JSON.stringify(compareFlows([before!.ruleset], [before!.ruleset])).length, JSON.stringify({ opened: [], closed: [], changed: [], notComputed: [] }).length);
      }
    });
  }
});
