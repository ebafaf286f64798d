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

  it("agrees with what was measured on real rulesets", function () {
    needsRecord(this, join(corpus, "pmtud-truth.tsv"));
    // Rulesets through which the measurement got no connection at all say nothing.
    const judged = truth("pmtud-truth.tsv").filter(([, measured]) => measured !== "noconn");
    const wrong = judged.filter(([path, measured]) => (found(nft(readFileSync(join(corpus, path), "utf8"))).length > 0) !== (measured === "blackhole"));
    console.log(`      path MTU: ${judged.length - wrong.length} of ${judged.length} rulesets judged as measured`);
    assert.deepEqual(wrong, []);
  });

  it("never reports neighbour discovery that was measured to work", function () {
    needsRecord(this, join(corpus, "nd-truth.tsv"));
    const judged = truth("nd-truth.tsv").map(([path, alive]) => ({ path, dead: alive === "no", reported: refusedNeighbours(nft(readFileSync(join(corpus, path), "utf8"))).length > 0 }));
    const dead = judged.filter(({ dead }) => dead);
    console.log(`      neighbours: ${judged.filter(({ dead, reported }) => reported && dead).length} of ${dead.length} dead ones reported; the others mean IPv6 to be closed`);
    assert.deepEqual(judged.filter(({ dead, reported }) => reported && !dead), []);
    assert.ok(judged.filter(({ dead, reported }) => dead && reported).length >= dead.length - 4);
  });
});
