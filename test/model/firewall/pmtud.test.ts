import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { iptablesSave } from "../../../src/formats/iptables/index.ts";
import { nftables } from "../../../src/formats/nftables/index.ts";
import { refusedNeighbours } from "../../../src/model/firewall/closed-input.ts";
import { fromIptables } from "../../../src/model/firewall/from-iptables/index.ts";
import { fromNftables } from "../../../src/model/firewall/from-nftables/index.ts";
import { blockedErrors } from "../../../src/model/firewall/pmtud.ts";
import type { Ruleset } from "../../../src/model/firewall/ruleset.ts";
import { needsRecord, recorded } from "../../support/recorded.ts";

const corpus = recorded("corpus/firewall");
const nft = (text: string): Ruleset => fromNftables("nftables.conf", nftables.parse(text).tree);
const save = (rules: string, path = "rules.v4"): Ruleset => fromIptables(path, iptablesSave.parse(`*filter\n${rules}\nCOMMIT\n`).tree);
const found = (ruleset: Ruleset): string[] => blockedErrors(ruleset).map(({ hook, family }) => `${hook} ${family}`);

const host = (rules: string): Ruleset => nft(`table inet filter { chain input { type filter hook input priority 0; policy drop; iif lo accept\nicmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept\n${rules}\n} }`);
const router = (rules: string, output = ""): Ruleset => nft(`table inet filter { chain forward { type filter hook forward priority 0; policy drop;\n${rules}\niifname "lan0" accept\n}\n${output} }`);

describe("path MTU discovery through a firewall", () => {
  // What the kernel did with each of these, in both families, with TCP over a path of a smaller MTU.
  const hosts: [string, string, string[]][] = [
    ["established and echo only", "ct state established accept\nicmp type echo-request accept\nicmpv6 type echo-request accept", ["input ip", "input ip6"]],
    ["a drop ahead of related", "icmp type destination-unreachable drop\nicmpv6 type packet-too-big drop\nct state established,related accept", ["input ip", "input ip6"]],
    ["established, related", "ct state established,related accept", []],
    ["both types accepted", "ct state established accept\nicmp type destination-unreachable accept\nicmpv6 type packet-too-big accept", []],
    ["type 3 code 4 accepted", "ct state established accept\nicmp type destination-unreachable icmp code frag-needed accept\nicmpv6 type packet-too-big accept", []],
    ["the IPv4 type only", "ct state established accept\nicmp type destination-unreachable accept", ["input ip6"]],
    ["everything of ICMP but errors", "ct state vmap { established : accept }\nmeta l4proto icmp icmp type != destination-unreachable accept\nicmpv6 type != packet-too-big accept", ["input ip", "input ip6"]],
    ["a limit on what is accepted", "ct state established accept\nicmp type destination-unreachable limit rate 5/second accept\nicmpv6 type packet-too-big limit rate 5/second accept", []],
    ["a template that may accept", "ct state established accept\n{% for rule in more %}\n{{ rule }}\n{% endfor %}", []],
    ["no TCP at all", "udp dport 53 accept", []],
    ["a service without state", "tcp dport 443 accept", ["input ip", "input ip6"]],
    ["everything", "accept", []],
  ];
  for (const [name, rules, expected] of hosts) it(`input: ${name}`, () => assert.deepEqual(found(host(rules)), expected));

  it("forward: sees both directions, templates for interfaces, and user chains", () => {
    assert.deepEqual(found(router("ct state established accept")), ["forward ip", "forward ip6"]);
    assert.deepEqual(found(router("ct state established,related accept")), []);
    assert.deepEqual(found(nft('table ip f { chain forward { type filter hook forward priority 0; policy drop; ct state established accept\niifname "{{ inside }}" oifname "{{ tunnel }}" tcp dport 443 accept\n} }')), ["forward ip"]);
    assert.deepEqual(found(nft('table ip f { chain icmps { icmp type { echo-request, time-exceeded } accept\n drop\n }\nchain forward { type filter hook forward priority 0; policy accept; meta l4proto icmp jump icmps\n} }')), ["forward ip"]);
    assert.deepEqual(found(nft("table ip f { chain forward { type filter hook forward priority 0; policy drop; } }")), []);
  });

  it("output: a router has to send its own errors", () => {
    const output = (rules: string): string => `chain output { type filter hook output priority 0; policy drop;\n${rules}\n}`;
    assert.deepEqual(found(router("ct state established,related accept", output("ct state established accept"))), ["output ip", "output ip6"]);
    assert.deepEqual(found(router("ct state established,related accept", output("ct state established,related accept"))), []);
  });

  it("iptables: both families, states by either match", () => {
    const rules = (icmp: string): string => `:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i lo -j ACCEPT\n${icmp}\n-A INPUT -p tcp --dport 22 -j ACCEPT`;
    assert.deepEqual(found(save(rules("-A INPUT -m state --state ESTABLISHED -j ACCEPT"))), ["input ip"]);
    assert.deepEqual(found(save(rules("-A INPUT -p icmp --icmp-type destination-unreachable -j DROP\n-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT"))), ["input ip"]);
    assert.deepEqual(found(save(rules("-A INPUT -p icmp ! --icmp-type 8 -j ACCEPT"))), []);
    assert.deepEqual(found(save(rules("-A INPUT -p icmp --icmp-type fragmentation-needed -j ACCEPT"))), []);
    const six = (icmp: string): string => rules(`-A INPUT -p ipv6-icmp --icmpv6-type 135 -j ACCEPT\n-A INPUT -p ipv6-icmp --icmpv6-type 136 -j ACCEPT\n${icmp}`);
    assert.deepEqual(found(save(six("-A INPUT -m state --state ESTABLISHED -j ACCEPT"), "rules.v6")), ["input ip6"]);
    assert.deepEqual(found(save(six("-A INPUT -p ipv6-icmp --icmpv6-type 2 -j ACCEPT"), "rules.v6")), []);
  });

  it("says nothing of rulesets that only translate, or that are a part of something", () => {
    assert.deepEqual(found(nft("table ip nat { chain post { type nat hook postrouting priority srcnat; masquerade; } }")), []);
    assert.deepEqual(found(nft("table inet filter { chain services { tcp dport 22 accept } }")), []);
    assert.deepEqual(found(nft("table inet filter { chain input { type filter hook input priority 0; policy drop; jump common\ntcp dport 22 accept\n } }")), []);
  });

  const truth = (file: string): [string, string][] =>
    readFileSync(join(corpus, file), "utf8").trim().split("\n").slice(1).map((line) => line.split("\t") as [string, string]).filter(([path]) => existsSync(join(corpus, path)));

  const explained = new Set(readFileSync(join(import.meta.dirname, "measured-otherwise.tsv"), "utf8").trim().split("\n").slice(1).map((line) => line.split("\t").slice(0, 2).join("\t")));

  /** Compares what is reported with what was measured: precision and recall, and what neither covers nor is explained. */
  function judge(table: string, rows: readonly { readonly path: string; readonly bad: boolean; readonly reported: boolean }[]): void {
    const right = rows.filter(({ bad, reported }) => bad && reported).length;
    const reported = rows.filter((row) => row.reported).length;
    const bad = rows.filter((row) => row.bad).length;
    console.log(`      ${table}: ${rows.length} rulesets, ${right} of ${reported} reports are right, ${right} of ${bad} faults are reported`);
    assert.deepEqual(rows.filter((row) => row.bad !== row.reported && !explained.has(`${table}\t${row.path}`)), []);
    assert.ok(right >= 0.97 * reported && right >= 0.97 * bad, "precision and recall");
  }

  it("agrees with what was measured of path MTU discovery on real rulesets", function () {
    needsRecord(this, join(corpus, "pmtud-truth.tsv"));
    // Rulesets through which the measurement got no connection at all say nothing.
    const judged = truth("pmtud-truth.tsv").filter(([, measured]) => measured !== "noconn");
    judge("pmtud-truth.tsv", judged.map(([path, measured]) => ({ path, bad: measured === "blackhole", reported: found(nft(readFileSync(join(corpus, path), "utf8"))).length > 0 })));
  });

  it("agrees with what was measured of neighbour discovery on real rulesets", function () {
    needsRecord(this, join(corpus, "nd-truth.tsv"));
    judge("nd-truth.tsv", truth("nd-truth.tsv").map(([path, alive]) => ({ path, bad: alive === "no", reported: refusedNeighbours(nft(readFileSync(join(corpus, path), "utf8"))).length > 0 })));
  });

  it("points at the policy, not at a rule that only may drop the error", () => {
    const rules = "set banned { type ipv4_addr; flags dynamic; }\nchain input { type filter hook input priority 0; policy drop;\nip saddr @banned drop\nct state established accept\ntcp dport 22 accept\n } }";
    const [first] = blockedErrors(nft(`table inet filter { ${rules}`));
    assert.equal(first?.place.rule, undefined);
    assert.equal(first?.place.chain.name, "input");
  });
});
