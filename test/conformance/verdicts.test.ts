import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nftables } from "../../src/formats/nftables/index.ts";
import { iptablesSave } from "../../src/formats/iptables/index.ts";
import { evaluate } from "../../src/model/firewall/evaluate/index.ts";
import { fromIptables } from "../../src/model/firewall/from-iptables/index.ts";
import { fromNftables } from "../../src/model/firewall/from-nftables/index.ts";
import type { Packet, Ruleset } from "../../src/model/firewall/ruleset.ts";
import { labMissing } from "../lab/available.ts";
import type { Tool } from "./kernel/oracle.ts";
import { askKernel } from "./kernel/oracle.ts";
import { packetsFor } from "./kernel/packets.ts";
import { recorded } from "../support/recorded.ts";
import { skip } from "../support/skip.ts";

const corpus = recorded("corpus/firewall");
const own = join(import.meta.dirname, "kernel/rulesets");
const PACKETS = Number(process.env["PREMORTEM_PACKETS"] ?? 300);
const MOST_FILES = Number(process.env["PREMORTEM_RULESETS"] ?? 24);

interface Subject {
  readonly name: string;
  readonly text: string;
  readonly tool: Tool;
  readonly ruleset: Ruleset;
}

function subject(name: string, path: string): Subject {
  const text = readFileSync(path, "utf8");
  const ruleset = fromIptables(name, iptablesSave.parse(text).tree);
  return { name, text, tool: ruleset.tables[0]?.family === "ip6" ? "ip6tables" : "iptables", ruleset };
}

/** Rulesets of ours, and the corpus' dumps that the kernel takes. */
function subjects(): Subject[] {
  const ours = readdirSync(own).filter((name) => name.endsWith("tables")).sort().map((name) => subject(name, join(own, name)));
  const table = join(corpus, "ipt-verdicts.tsv");
  if (!existsSync(table)) return ours;
  const rows = readFileSync(table, "utf8").split("\n").slice(1).map((line) => line.split("\t"));
  const loadable = rows.filter((row) => row[8] === "accepted" && Number(row[2]) >= 8 && existsSync(join(corpus, row[0]!)));
  return [...ours, ...loadable.slice(0, MOST_FILES).map((row) => subject(row[0]!, join(corpus, row[0]!)))];
}

function nftSubject(name: string, path: string): Subject {
  const text = readFileSync(path, "utf8");
  return { name, text, tool: "nft", ruleset: fromNftables(name, nftables.parse(text).tree) };
}

/** Rulesets of ours, and what `nft list ruleset` said of the corpus' after loading. */
function nftSubjects(): Subject[] {
  const ours = readdirSync(own).filter((name) => name.endsWith(".nft")).sort().map((name) => nftSubject(name, join(own, name)));
  const folder = join(corpus, "nft-normal");
  if (!existsSync(folder)) return ours;
  const loaded = readdirSync(folder).filter((name) => name.endsWith(".nft") && /github-wild|openwrt|verified/.test(name)).sort();
  const usable = loaded.map((name) => nftSubject(name, join(folder, name))).filter(({ ruleset, text }) => /hook (input|forward|output)/.test(text) && ruleset.tables.some(({ chains }) => chains.some(({ rules }) => rules.length > 5)));
  return [...ours, ...usable.slice(0, MOST_FILES)];
}

/**
 * The oracle sees a reject by its answer, and there is none to an ICMP error, to a broken packet, to the host itself, and
 * where the ruleset's own output chain drops it; IPv6 limits how many answers one peer gets.
 */
function agrees(ours: string, kernels: string, packet: Packet, ruleset: Ruleset): boolean {
  if (ours === kernels) return true;
  const quiet = packet.ct === "invalid" || packet.proto === "icmp" || packet.proto === "icmpv6" || packet.hook === "output" || packet.saddr!.includes(":");
  const filtered = ruleset.tables.some(({ chains }) => chains.some(({ hook, rules, policy }) => hook === "output" && (rules.length > 0 || policy !== "accept")));
  return (quiet || filtered) && ours === "reject" && kernels === "drop";
}

describe("verdicts against the kernel", function () {
  this.timeout(600_000);
  before(function () {
    const why = labMissing(["nft", "iptables"]);
    if (why !== undefined) skip(this, why);
  });

  it("says of packets through iptables rulesets what the kernel does", () => compare(subjects()));
  it("says of packets through nftables rulesets what the kernel does", () => compare(nftSubjects()));
});

function compare(all: readonly Subject[]): void {
  const wrong: string[] = [];
  const counts = { files: 0, judged: 0, unknown: 0 };
  for (const [index, { name, text, tool, ruleset }] of all.entries()) {
    const six = tool === "ip6tables" || (tool === "nft" && index % 2 === 1 && ruleset.tables.some(({ family }) => family === "ip6" || family === "inet"));
    const packets = packetsFor(text, six ? "ip6" : "ip", PACKETS, 7);
    let verdicts;
    try {
      ({ verdicts } = askKernel(text, tool, packets));
    } catch (error) {
      console.log(`      the kernel does not take ${name}: ${String(error).slice(0, 150)}`);
      continue;
    }
    counts.files++;
    for (const [i, packet] of packets.entries()) {
      if (verdicts[i] === "lost") continue;
      counts.judged++;
      const outcome = evaluate([ruleset], packet);
      if (outcome.verdict === "unknown") counts.unknown++;
      else if (!agrees(outcome.verdict, verdicts[i]!, packet, ruleset)) wrong.push(`${name}\t${JSON.stringify(packet)}\tkernel ${verdicts[i]}\tours ${outcome.verdict}: ${outcome.reason}`);
    }
  }
  if (process.env["PREMORTEM_LIST"] !== undefined) console.log(wrong.join("\n"));
  console.log(`      ${counts.files} rulesets, ${counts.judged} packets: ${wrong.length} judged otherwise, ${counts.unknown} unknown`);
  assert.ok(counts.judged > 0);
  assert.ok(wrong.length <= counts.judged * 0.002, wrong.slice(0, 20).join("\n"));
}
