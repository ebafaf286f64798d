import assert from "node:assert/strict";
import { iptablesSave } from "../../src/formats/iptables/index.ts";
import { nftables } from "../../src/formats/nftables/index.ts";
import { compareFlows } from "../../src/model/firewall/flows/index.ts";
import { fromIptables } from "../../src/model/firewall/from-iptables/index.ts";
import { fromNftables } from "../../src/model/firewall/from-nftables/index.ts";
import type { Packet } from "../../src/model/firewall/ruleset.ts";
import { labMissing } from "../lab/available.ts";
import { skip } from "../support/skip.ts";
import type { Subject } from "./kernel/compare.ts";
import { generated } from "./kernel/dice.ts";
import { iptablesRuleset } from "./kernel/generate-iptables.ts";
import { LOCAL, nftRuleset } from "./kernel/generate-nft.ts";
import type { Answer } from "./kernel/oracle.ts";
import { Kernel } from "./kernel/oracle.ts";

const PAIRS = Number(process.env["PREMORTEM_FLOW_PAIRS"] ?? 24);
/** Another seed makes other rulesets. */
const SEED = Number(process.env["PREMORTEM_SEED"] ?? 20);
/** What the oracle's packets hold in further fields; a router has taken one off the hops before rules of forward see them. */
const AS_SENT: Readonly<Record<string, number | string>> = { "ct mark": 0, "ct direction": "original", "meta pkttype": "host", "ip ttl": 64, "ip6 hoplimit": 64 };
/** Of each pair so many samples of each kind are sent. */
const SAMPLES = 40;

function subject(tool: "nft" | "iptables", seed: number): Subject {
  if (tool === "nft") return generated(nftRuleset, 1, seed).map((text): Subject => ({ name: `nft ${seed}`, loaded: [{ text, tool }], rulesets: [fromNftables("a", nftables.parse(text).tree)] }))[0]!;
  return generated((dice) => iptablesRuleset(dice, "ip"), 1, seed).map((text): Subject => ({ name: `iptables ${seed}`, loaded: [{ text, tool }], rulesets: [fromIptables("a", iptablesSave.parse(text).tree, "ip")] }))[0]!;
}

describe("flows against the kernel", function () {
  this.timeout(600_000);
  before(function () {
    const why = labMissing(["nft", "iptables"]);
    if (why !== undefined) skip(this, why);
  });

  it("opens and closes the samples that are said to be opened and closed", async () => {
    const kernel = new Kernel();
    const wrong: string[] = [];
    let [judged, untold] = [0, 0];
    for (let i = 0; i < PAIRS; i++) {
      const [first, second] = ([["nft", "nft"], ["iptables", "iptables"], ["iptables", "nft"]] as const)[i % 3]!;
      const [before, after] = [subject(first, SEED * 1000 + i), subject(second, SEED * 1000 + 500 + i)];
      const found = compareFlows(before.rulesets, after.rulesets);
      // What the host sends to itself passes its output first. Marks are put on by rules, errors of ICMP open no connection,
      // and neither does a TCP packet without SYN alone: others than these the oracle cannot make as they are described.
      const sent = ({ hook, mark, type, iif, oif, ct, proto, saddr, daddr, sport, dport, flags, fields }: Packet): boolean =>
        mark === undefined && (type === undefined || type === 8 || type === 128) && iif !== "lo" && oif !== "lo" && saddr !== daddr && sport !== 0 && dport !== 0 && !(ct === "new" && proto === "tcp" && flags?.join() !== "syn") && (ct === "new" || (ct === "established" && !Object.keys(fields ?? {}).some((field) => field.startsWith("ct ")))) && Object.entries(fields ?? {}).every(([field, value]) => AS_SENT[field] === value && !(hook === "forward" && /ttl|hoplimit/.test(field)));
      const opened = found.opened.map(({ sample }) => sample).filter(sent).slice(0, SAMPLES);
      const closed = found.closed.map(({ sample }) => sample).filter(sent).slice(0, SAMPLES);
      const packets = [...opened, ...closed];
      if (packets.length === 0) continue;
      const answers: Answer[] = [];
      for (const one of [before, after]) answers.push(await kernel.ask(one.loaded, packets, [LOCAL.ip, LOCAL.ip6]));
      for (const [at, packet] of packets.entries()) {
        const sides = answers.map((answer) => ("refused" in answer ? undefined : answer.packets[at]));
        if (sides.some((side) => side === undefined || (side.route !== undefined && side.route !== packet.hook))) untold++;
        else {
          judged++;
          const through = sides.map((side) => side!.through);
          if (through.join() !== (at < opened.length ? "false,true" : "true,false")) wrong.push(`${at < opened.length ? "opened" : "closed"} from ${before.name} to ${after.name}, the kernel says ${through.join()}: ${JSON.stringify(packet)}`);
        }
      }
    }
    await kernel.close();
    console.log(`      seed ${SEED}: ${judged} samples of ${PAIRS} pairs judged before and after, ${untold} of which the kernel says nothing`);
    assert.deepEqual(wrong.slice(0, 10), []);
    assert.ok(judged > PAIRS * 2, `${judged}`);
  });
});
