import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { iptablesSave } from "../../src/formats/iptables/index.ts";
import { nftables } from "../../src/formats/nftables/index.ts";
import { fromIptables } from "../../src/model/firewall/from-iptables/index.ts";
import { fromNftables } from "../../src/model/firewall/from-nftables/index.ts";
import { labMissing } from "../lab/available.ts";
import { recorded } from "../support/recorded.ts";
import { skip } from "../support/skip.ts";
import { aimedPackets } from "./kernel/aim.ts";
import type { Difference, Subject } from "./kernel/compare.ts";
import { Tally, whole } from "./kernel/compare.ts";
import { generated } from "./kernel/dice.ts";
import { iptablesRuleset } from "./kernel/generate-iptables.ts";
import { LOCAL, nftRuleset } from "./kernel/generate-nft.ts";
import { Kernel } from "./kernel/oracle.ts";
import { explanationFor, unusedExplanations } from "./kernel/explained.ts";

const corpus = recorded("corpus/firewall");
const own = join(import.meta.dirname, "kernel/rulesets");
/** How many packets to compare in all; a million takes some twenty minutes. */
const WANTED = Number(process.env["PREMORTEM_PACKETS"] ?? 100_000);
/** Another seed makes other rulesets and packets. */
const SEED = Number(process.env["PREMORTEM_SEED"] ?? 20);
const WORKERS = 2;
/** Rulesets of each generator; more packets need more of them, for their own sake. */
const GENERATED = Math.max(60, Math.ceil(WANTED / 2500));
const CORPUS = Math.max(30, Math.ceil(WANTED / 3000));

function save(name: string, path: string): Subject {
  const text = readFileSync(path, "utf8");
  const ruleset = fromIptables(name, iptablesSave.parse(text).tree);
  return { name, loaded: [{ text, tool: ruleset.tables[0]?.family === "ip6" ? "ip6tables" : "iptables" }], rulesets: [ruleset] };
}

function nft(name: string, text: string): Subject {
  return { name, loaded: [{ text, tool: "nft" }], rulesets: [fromNftables(name, nftables.parse(text).tree)] };
}

function ours(): Subject[] {
  return readdirSync(own).sort().map((name) => (name.endsWith(".nft") ? nft(name, readFileSync(join(own, name), "utf8")) : save(name, join(own, name))));
}

/** Every nth of a list, so that a few stand for all. */
function spread<T>(list: readonly T[], most: number): T[] {
  const step = Math.max(1, list.length / most);
  return Array.from({ length: Math.min(most, list.length) }, (_, i) => list[Math.floor(i * step)]!);
}

/** Dumps of real firewalls that iptables-restore takes. */
function recordedSaves(): Subject[] {
  const table = join(corpus, "ipt-verdicts.tsv");
  if (!existsSync(table)) return [];
  const rows = readFileSync(table, "utf8").split("\n").slice(1).map((line) => line.split("\t"));
  const loadable = rows.filter((row) => row[8] === "accepted" && Number(row[2]) >= 4 && existsSync(join(corpus, row[0]!)));
  return spread(loadable, CORPUS).map((row) => save(row[0]!, join(corpus, row[0]!)));
}

/** What `nft list ruleset` said after loading real and shipped rulesets; the kernel takes back what it has said. */
function recordedNft(): Subject[] {
  const folder = join(corpus, "nft-normal");
  if (!existsSync(folder)) return [];
  const texts = readdirSync(folder).filter((name) => name.endsWith(".nft")).sort().map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
  return spread(texts.filter(({ text }) => /hook (input|forward|output)/.test(text)), CORPUS).map(({ name, text }) => nft(name, text));
}

function saved(name: string, text: string, version: "ip" | "ip6"): Subject {
  return { name, loaded: [{ text, tool: version === "ip" ? "iptables" : "ip6tables" }], rulesets: [fromIptables(name, iptablesSave.parse(text).tree, version)] };
}

function generatedSubjects(): Subject[] {
  const made = (version: "ip" | "ip6", seed: number): Subject[] => generated((dice) => iptablesRuleset(dice, version), Math.ceil(GENERATED / 2), seed).map((text, i) => saved(`generated-${version}tables-${seed}-${i}`, text, version));
  const alone = [...generated(nftRuleset, GENERATED, SEED).map((text, i) => nft(`generated-nft-${SEED}-${i}`, text)), ...made("ip", SEED), ...made("ip6", SEED)];
  // Hosts on which both tools load something; the tables of the first have other names than those of the second.
  const both = generated((dice) => [nftRuleset(dice), iptablesRuleset(dice, "ip")] as const, Math.ceil(GENERATED / 5), SEED + 1).map(([one, other], i): Subject => {
    const [first, second] = [nft(`generated-both-${SEED}-${i}`, one), saved(`generated-both-${SEED}-${i}-iptables`, other, "ip")];
    return { name: first.name, loaded: [...first.loaded, ...second.loaded], rulesets: [...first.rulesets, ...second.rulesets] };
  });
  return [...alone, ...both];
}

/** Both families in turn where a ruleset is for both. */
function familyOf(subject: Subject, index: number): "ip" | "ip6" {
  const families = whole(subject).tables.map(({ family }) => family);
  const six = families.includes("ip6") || families.includes("inet");
  const four = families.includes("ip") || families.includes("inet");
  return six && (!four || index % 2 === 1) ? "ip6" : "ip";
}

describe("verdicts against the kernel", function () {
  this.timeout(Math.max(600_000, WANTED * 5));
  const tally = new Tally();
  before(function () {
    const why = labMissing(["nft", "iptables"]);
    if (why !== undefined) skip(this, why);
  });

  it("follows packets through rulesets as the kernel does: verdict, and every rule and policy that decides", async () => {
    const subjects = [...ours(), ...generatedSubjects(), ...recordedSaves(), ...recordedNft()];
    // Some are refused, some packets get lost, and some rulesets have few of which the oracle can tell: what is missing is made up for.
    for (let round = 0; round < 5 && tally.compared < WANTED; round++) {
      const each = Math.ceil(((WANTED - tally.compared) * 1.2) / subjects.length);
      let next = 0;
      const work = async (): Promise<void> => {
        const kernel = new Kernel();
        while (next < subjects.length) {
          const index = next++;
          const subject = subjects[index]!;
          const packets = aimedPackets(whole(subject), familyOf(subject, index + round), each, (SEED + round) * 1000 + index);
          const answer = await kernel.ask(subject.loaded, packets, [LOCAL.ip, LOCAL.ip6]);
          if ("refused" in answer) console.log(`      the kernel does not take ${subject.name}: ${answer.refused.replace(/\s+/g, " ").slice(-160)}`);
          tally.add(subject, packets, answer);
        }
        await kernel.close();
      };
      await Promise.all(Array.from({ length: WORKERS }, work));
    }
    console.log(`      seed ${SEED}: ${tally.rulesets.size} rulesets, ${tally.compared} packets compared: ${tally.rules} with every deciding rule, ${tally.verdicts} by the verdict, ${tally.unknown} unknown (${((100 * tally.unknown) / tally.compared).toFixed(1)}%); ${tally.differences.length} judged otherwise`);
    console.log(`      ${tally.untold} times with something untold besides; not compared: ${tally.lost} lost, ${tally.elsewhere} translated to elsewhere; ${tally.refused.size} rulesets refused`);
    for (const [reason, count] of [...tally.reasons].sort((a, b) => b[1] - a[1]).slice(0, 12)) console.log(`      unknown ${String(count).padStart(6)}: ${reason}`);
    const said = (one: Difference): string => `${one.ruleset}\t${JSON.stringify(one.packet)}\n    kernel ${one.kernel}\n    ours   ${one.ours}`;
    const unexplained = tally.differences.filter((one) => explanationFor(one) === undefined);
    if (process.env["PREMORTEM_LIST"] !== undefined) console.log(unexplained.map(said).join("\n"));
    assert.deepEqual(unexplained.slice(0, 10).map(said), []);
    assert.ok(tally.rulesets.size >= 100, `${tally.rulesets.size} rulesets`);
    assert.ok(tally.compared >= WANTED, `${tally.compared} packets`);
  });

  it("has no explanation of a disagreement that does not occur any more", () => {
    assert.deepEqual(unusedExplanations(tally.differences, tally.rulesets), []);
  });
});
