import assert from "node:assert/strict";
import { iptablesSave } from "../../../../src/formats/iptables/index.ts";
import { nftables } from "../../../../src/formats/nftables/index.ts";
import type { Outcome } from "../../../../src/model/firewall/evaluate/index.ts";
import { evaluate } from "../../../../src/model/firewall/evaluate/index.ts";
import { fromIptables } from "../../../../src/model/firewall/from-iptables/index.ts";
import { fromNftables } from "../../../../src/model/firewall/from-nftables/index.ts";
import type { Packet, Ruleset } from "../../../../src/model/firewall/ruleset.ts";

const nft = (text: string): Ruleset => fromNftables("nftables.conf", nftables.parse(text).tree);
const input = (rules: string, policy = "drop", more = ""): Ruleset => nft(`table inet filter {\n${more}\nchain input {\ntype filter hook input priority 0; policy ${policy};\n${rules}\n}\n}\n`);
const ssh: Packet = { hook: "input", iif: "eth0", saddr: "192.0.2.1", daddr: "198.51.100.1", proto: "tcp", sport: 40000, dport: 22 };
const ask = (ruleset: Ruleset, packet: Partial<Packet> = {}): Outcome => evaluate([ruleset], { ...ssh, ...packet });

describe("evaluate", () => {
  it("tells the verdict, its rule, and the policy's", () => {
    const ruleset = input("iif lo accept\ntcp dport 22 accept");
    const accepted = ask(ruleset);
    assert.equal(accepted.verdict, "accept");
    assert.equal(accepted.rule, ruleset.tables[0]!.chains[0]!.rules[1]);
    const dropped = ask(ruleset, { dport: 23 });
    assert.deepEqual([dropped.verdict, dropped.rule, dropped.chain!.name], ["drop", undefined, "input"]);
    assert.match(dropped.reason, /policy of chain input/);
    assert.equal(ask(input("reject")).verdict, "reject");
  });

  it("goes on after an accept to the next base chain, and stops at a drop", () => {
    const ruleset = nft(`table ip a { chain early { type filter hook input priority -5; policy accept; tcp dport 22 accept; } }
table inet b { chain late { type filter hook input priority 5; policy accept; ip saddr 192.0.2.0/24 drop; } }`);
    const outcome = ask(ruleset);
    assert.deepEqual([outcome.verdict, outcome.chain!.name], ["drop", "late"]);
    assert.equal(ask(ruleset, { saddr: "198.51.100.9" }).verdict, "accept");
  });

  it("jumps, goes and returns", () => {
    const chains = "chain one { tcp dport 22 return\n drop\n }\nchain two { udp dport 53 accept\n }\n";
    assert.equal(ask(input("jump one\naccept", "drop", chains)).verdict, "accept");
    assert.equal(ask(input("jump one\naccept", "drop", chains), { dport: 23 }).verdict, "drop");
    assert.equal(ask(input("goto two\naccept", "drop", chains)).verdict, "drop", "a goto does not come back");
    assert.equal(ask(input("jump two\naccept", "drop", chains)).verdict, "accept");
  });

  it("does not follow jumps in a circle for ever", () => {
    const circle = "chain a { jump b\n jump b\n }\nchain b { jump a\n jump a\n }\n";
    assert.equal(ask(input("jump a", "drop", circle)).verdict, "unknown");
  });

  it("makes a packet untracked for the chains behind a notrack", () => {
    const ruleset = nft(`table ip raw { chain pre { type filter hook prerouting priority raw; udp dport 53 notrack; } }
table ip filter { chain input { type filter hook input priority 0; policy drop; ct state established,related accept; ct state untracked udp dport 53 accept; } }`);
    const dns: Partial<Packet> = { proto: "udp", dport: 53, ct: "established" };
    assert.equal(ask(ruleset, dns).verdict, "accept");
    assert.equal(ask(ruleset, { ...dns, dport: 54 }).verdict, "accept");
    assert.equal(ask(nft("table ip raw { chain pre { type filter hook prerouting priority raw; udp dport 53 notrack; } }\ntable ip filter { chain input { type filter hook input priority 0; policy drop; ct state established accept; } }"), dns).verdict, "drop");
  });

  it("looks sets, maps and concatenations up", () => {
    const sets = "set admins { type ipv4_addr; flags interval; elements = { 192.0.2.0/28 } }\nmap ports { type inet_service : verdict; elements = { 22 : accept, 23 : drop } }\n";
    assert.equal(ask(input("ip saddr @admins tcp dport vmap @ports", "drop", sets)).verdict, "accept");
    assert.equal(ask(input("ip saddr != @admins accept", "drop", sets), { saddr: "192.0.2.77" }).verdict, "accept");
    assert.equal(ask(input("ip saddr . tcp dport { 192.0.2.1 . 22 } accept")).verdict, "accept");
    assert.equal(ask(input("ip saddr . tcp dport { 192.0.2.1 . 23 } accept")).verdict, "drop");
  });

  it("never matches a field that the packet lacks, negated or not", () => {
    assert.equal(ask(input("tcp dport != 22 accept"), { proto: "udp", dport: 53 }).verdict, "drop");
    assert.equal(ask(input("ip saddr != 10.0.0.0/8 accept"), { saddr: "2001:db8::1", daddr: "2001:db8::2" }).verdict, "drop");
    assert.equal(ask(input("icmpv6 type nd-neighbor-solicit accept"), { proto: "icmp", type: 8 }).verdict, "drop");
  });

  it("answers unknown where either may happen, and the verdict where both ways end alike", () => {
    const limited = ask(input("tcp dport 22 limit rate 3/minute accept"));
    assert.deepEqual([limited.verdict, [...limited.possible].sort()], ["unknown", ["accept", "drop"]]);
    assert.match(limited.reason, /limit/);
    assert.equal(ask(input("tcp dport 22 limit rate 3/minute accept\ntcp dport 22 accept")).verdict, "accept");
    assert.equal(ask(input("ip saddr {{ office }} drop")).verdict, "drop");
    assert.equal(ask(input("ip saddr {{ office }} accept")).verdict, "unknown");
    assert.equal(ask(input("{% if open %}\naccept\n{% endif %}\ntcp dport 22 accept")).verdict, "accept");
    assert.equal(ask(input("{% if shut %}\ndrop\n{% endif %}\ntcp dport 22 accept")).verdict, "unknown");
  });

  it("does not let connections that run already through chains that translate", () => {
    const ruleset = fromIptables("rules.v4", iptablesSave.parse("*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 22 -j REDIRECT --to-ports 2222\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n").tree);
    assert.equal(ask(ruleset, { ct: "established" }).verdict, "accept");
    assert.equal(ask(ruleset, { ct: "new" }).verdict, "drop");
  });

  it("gives up on chains that jump 10^12 ways", () => {
    const chains = Array.from({ length: 12 }, (_, i) => `chain c${i} {\n${`jump c${i + 1}\n`.repeat(10)}}\n`).join("") + "chain c12 { tcp dport 1 accept\n }\n";
    assert.equal(ask(input("jump c0", "drop", chains)).verdict, "unknown");
  });
});
