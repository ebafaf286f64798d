import assert from "node:assert/strict";
import { iptablesSave } from "../../../../src/formats/iptables/index.ts";
import { nftables } from "../../../../src/formats/nftables/index.ts";
import { impossible } from "../../../../src/model/firewall/flows/comparison.ts";
import { Meaning, WAYS, acceptedFlows, compareFlows, shadows } from "../../../../src/model/firewall/flows/index.ts";
import { NO } from "../../../../src/model/firewall/flows/diagram.ts";
import { cover } from "../../../../src/model/firewall/flows/products.ts";
import { fromIptables } from "../../../../src/model/firewall/from-iptables/index.ts";
import { fromNftables } from "../../../../src/model/firewall/from-nftables/index.ts";
import type { FirewallRule, Ruleset } from "../../../../src/model/firewall/ruleset.ts";
import { coveredBySingle } from "../../../../src/model/firewall/single-cover.ts";
import { generated } from "../../../conformance/kernel/dice.ts";
import { iptablesRuleset } from "../../../conformance/kernel/generate-iptables.ts";
import { nftRuleset } from "../../../conformance/kernel/generate-nft.ts";

const nft = (text: string, path = "a.nft"): Ruleset => fromNftables(path, nftables.parse(text).tree);
const save = (text: string): Ruleset => fromIptables("rules.v4", iptablesSave.parse(text).tree, "ip");
const input = (rules: string, more = ""): Ruleset => nft(`table inet t {\n${more}\nchain input {\ntype filter hook input priority 0; policy drop;\n${rules}\n}\n}\n`);

describe("the flows of a change", () => {
  it("are made up of entries that hold all of what differs, and nothing else that can exist", () => {
    for (let i = 0; i < 8; i++) {
      const family = i % 2 === 0 ? "ip" : "ip6";
      const [before, after] = [3000 + i, 4000 + i].map((seed) => generated((dice) => nft(nftRuleset(dice)), 1, seed)[0]!);
      const meaning = new Meaning(family, [[before!], [after!]]);
      const { diagram } = meaning.space;
      for (const way of WAYS) {
        for (const kind of ["opened", "closed"] as const) {
          const all = meaning.compare(way, 0, 1, kind);
          const idle = impossible(meaning.space, way);
          const { products, rest } = cover(meaning.space, all.without(idle).node, 500, idle.node);
          let told = NO;
          for (const { values, masked } of products) {
            let node = 2;
            for (const [block, spans] of values) node = diagram.and(node, masked.has(block) ? meaning.space.masked(block, masked.get(block)!.mask, masked.get(block)!.value) : meaning.space.intervals(block, spans));
            assert.equal(diagram.without(node, diagram.or(all.node, idle.node)), NO, `${way} ${kind} ${i}`);
            told = diagram.or(told, node);
          }
          assert.equal(diagram.without(all.without(idle).node, diagram.or(told, rest)), NO, `${way} ${kind} ${i}`);
        }
      }
    }
  });

  it("are the same bytes whatever the order of sets and chains in the text", () => {
    const sets = ["set a { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.9 } }", "set b { type inet_service; elements = { 80, 443 } }"];
    const chains = ["chain one { tcp dport @b accept }", "chain two { ip saddr @a accept }"];
    const texts = [[...sets, ...chains], [...chains, ...sets].reverse(), [...sets].reverse().concat([...chains].reverse())].map((parts) => input("jump one\njump two", parts.join("\n")));
    const before = input("ip saddr 192.0.2.1 tcp dport 22 accept");
    const told = texts.map((after) => compareFlows([before], [after]).opened.map(({ text, match, sample }) => [text, match, sample]));
    assert.deepEqual(told[1], told[0]);
    assert.deepEqual(told[2], told[0]);
    assert.ok(told[0]!.length > 0);
  });

  it("end where chains call each other in a circle, which the kernel refuses", () => {
    const circle = input("jump one", "chain one { tcp dport 22 accept; jump two; }\nchain two { udp dport 53 accept; jump one; }");
    const { opened, notComputed } = compareFlows([input("")], [circle]);
    assert.ok(opened.some(({ text }) => text.startsWith("TCP to port 22")));
    assert.ok(notComputed.some(({ reason }) => /deeper/.test(reason)));
    assert.ok(shadows(circle).shadowed.length >= 0);
  });

  it("follow chains as deep as the kernel does, and no deeper", () => {
    const deep = (chains: number): Ruleset => input("jump c1", Array.from({ length: chains }, (_, i) => `chain c${i + 1} { ${i + 1 === chains ? "tcp dport 22 accept" : `jump c${i + 2}`} }`).join("\n"));
    assert.equal(compareFlows([input("")], [deep(15)]).opened.length, 2);
    assert.deepEqual(compareFlows([input("")], [deep(15)]).notComputed, []);
    const beyond = compareFlows([input("")], [deep(16)]);
    assert.equal(beyond.opened.length, 0);
    assert.match(beyond.notComputed[0]!.reason, /nest deeper than the kernel allows/);
  });

  it("are told of sets of 100,000 elements", function () {
    this.timeout(60_000);
    const addresses = Array.from({ length: 100_000 }, (_, i) => `10.${i >> 15}.${(i >> 7) & 255}.${(i * 2) & 255}`);
    const listed = (list: readonly string[]): Ruleset => input("ip saddr @many tcp dport 443 accept", `set many { type ipv4_addr; elements = { ${list.join(", ")} } }`);
    const { closed, opened, notComputed } = compareFlows([listed(addresses)], [listed(addresses.slice(0, -1))]);
    assert.deepEqual([opened.length, notComputed.length], [0, 0]);
    assert.deepEqual(closed.map(({ match }) => match["saddr"]), [[addresses.at(-1)!]]);
  });

  it("say in words where rules are too large to be compared", () => {
    const rules = Array.from({ length: 400 }, (_, i) => `-A INPUT -s 10.${i % 7}.${i}.0/${20 + (i % 12)} -d 10.${i % 11}.0.${i % 250} -p tcp -m tcp --sport ${i * 3 + 1}:${i * 90 + 1} --dport ${i * 7 + 1} -j ${i % 3 === 0 ? "DROP" : "ACCEPT"}`).join("\n");
    const text = (list: string): Ruleset => save(`*filter\n:INPUT DROP [0:0]\n${list}\nCOMMIT\n`);
    const found = compareFlows([text(rules)], [text(rules.split("\n").reverse().join("\n"))], 5000);
    assert.deepEqual([found.opened, found.closed], [[], []]);
    assert.deepEqual(found.notComputed.map(({ reason }) => reason), ["the rules of IPv4 together are too large to be compared", "only one of the two says anything of IPv6, and iptables keeps it in another file"].slice(0, found.notComputed.length));
    assert.match(acceptedFlows([text(rules)], 5000).notComputed[0]!.reason, /too large to be followed/);
    assert.match(shadows(text(rules), 5000).notComputed[0]!, /too large/);
  });
});

describe("rules without effect", () => {
  it("are the same whether all rules are asked about, or those that later ones may make redundant", () => {
    for (let i = 0; i < 16; i++) {
      const ruleset = i % 2 === 0 ? generated((dice) => nft(nftRuleset(dice)), 1, 5000 + i)[0]! : generated((dice) => save(iptablesRuleset(dice, "ip")), 1, 5000 + i)[0]!;
      const rules = ruleset.tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules));
      const suspects = new Set(rules.filter((_, at) => at % 3 === 0));
      const said = (all: ReturnType<typeof shadows>, wanted: (rule: FirewallRule, kind: string) => boolean): unknown[] =>
        all.shadowed.filter(({ rule, kind }) => wanted(rule, kind)).map(({ rule, kind, by, differs }) => [rule.range, kind, by.map((one) => one.rule.range), differs]);
      assert.deepEqual(said(shadows(ruleset, undefined, suspects), () => true), said(shadows(ruleset), (rule, kind) => kind !== "redundant" || suspects.has(rule)));
    }
  });

  it("that one earlier rule covers are found by the full search too", () => {
    for (let i = 0; i < 16; i++) {
      const ruleset = generated((dice) => save(iptablesRuleset(dice, "ip")), 1, 6000 + i)[0]!;
      const full = new Set(shadows(ruleset).shadowed.filter(({ kind }) => kind !== "redundant").map(({ rule }) => rule));
      const called = new Set(ruleset.tables.flatMap(({ chains }) => chains.filter(({ hook }) => hook === "input" || hook === "forward" || hook === "output").flatMap(({ rules }) => rules)));
      for (const { rule } of coveredBySingle(ruleset)) if (called.has(rule)) assert.ok(full.has(rule));
    }
  });
});
