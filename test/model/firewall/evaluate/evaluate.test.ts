import assert from "node:assert/strict";
import { iptablesSave } from "../../../../src/formats/iptables/index.ts";
import { nftables } from "../../../../src/formats/nftables/index.ts";
import type { Outcome, TraceStep } from "../../../../src/model/firewall/evaluate/index.ts";
import { evaluate } from "../../../../src/model/firewall/evaluate/index.ts";
import { fromIptables } from "../../../../src/model/firewall/from-iptables/index.ts";
import { fromNftables } from "../../../../src/model/firewall/from-nftables/index.ts";
import type { Packet, Ruleset } from "../../../../src/model/firewall/ruleset.ts";

const nft = (text: string): Ruleset => fromNftables("nftables.conf", nftables.parse(text).tree);
const input = (rules: string, policy = "drop", more = ""): Ruleset => nft(`table inet filter {\n${more}\nchain input {\ntype filter hook input priority 0; policy ${policy};\n${rules}\n}\n}\n`);
const ssh: Packet = { hook: "input", iif: "eth0", saddr: "192.0.2.1", daddr: "198.51.100.1", proto: "tcp", sport: 40000, dport: 22 };
/** Arrives nobody says where. */
const untold: Packet = { hook: "input", saddr: "192.0.2.1", daddr: "198.51.100.1", proto: "tcp", sport: 40000, dport: 22 };
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

  it("carries marks of packets and connections over the hooks, with their masks", () => {
    const marked = (mark: string, more = ""): Ruleset =>
      nft(`table inet m { chain pre { type filter hook prerouting priority mangle; policy accept; ${more} ${mark} } }
table inet f { chain input { type filter hook input priority 0; policy drop; meta mark 0x11 accept; } }`);
    assert.equal(ask(marked("meta mark set 0x11")).verdict, "accept");
    assert.equal(ask(marked("meta mark set meta mark or 0x10"), { mark: 1 }).verdict, "accept");
    assert.equal(ask(marked("meta mark set meta mark and 0x10"), { mark: 1 }).verdict, "drop");
    assert.equal(ask(marked("meta mark set ct mark", "ct mark set 0x11;")).verdict, "accept");
    assert.equal(ask(marked("limit rate 1/second meta mark set 0x11")).verdict, "unknown");
    assert.equal(ask(marked("limit rate 1/second meta mark set 0x20")).verdict, "drop", "either way it is another one");
    const restored = fromIptables("rules.v4", iptablesSave.parse("*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j MARK --set-xmark 0x4/0xffffffff\n-A PREROUTING -j CONNMARK --save-mark\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n-A INPUT -m connmark --mark 0x4 -j ACCEPT\nCOMMIT\n").tree);
    assert.equal(ask(restored).verdict, "accept");
  });

  it("shows later chains the translated address, and lets only the first translation count", () => {
    const translated = (rule: string, filter: string): Ruleset =>
      nft(`table ip n { chain pre { type nat hook prerouting priority dstnat; ${rule}; }
 chain also { type nat hook prerouting priority -90; dnat to 192.0.2.99; } }
table ip f { chain input { type filter hook input priority 0; policy drop; ${filter} } }`);
    assert.equal(ask(translated("tcp dport 22 dnat to 192.0.2.50:2222", "ip daddr 192.0.2.50 tcp dport 2222 accept")).verdict, "accept");
    assert.equal(ask(translated("tcp dport 22 dnat to 192.0.2.50:2222", "tcp dport 22 accept")).verdict, "drop");
    assert.equal(ask(translated("tcp dport 23 dnat to 192.0.2.50", "ip daddr 192.0.2.99 accept")).verdict, "accept");
    assert.equal(ask(translated("tcp dport 22 redirect to :2222", "tcp dport 2222 accept")).verdict, "accept");
    assert.equal(ask(translated("tcp dport 22 dnat to 192.0.2.50", "ct status dnat accept")).verdict, "accept");
  });

  it("calls chains that translate where all of them are called, whatever their priority", () => {
    const ruleset = nft(`table ip n { chain pre { type nat hook prerouting priority -300; tcp dport 22 dnat to 192.0.2.50; } }
table ip f { chain early { type filter hook prerouting priority -150; policy accept; ip daddr 192.0.2.50 drop; } }`);
    assert.equal(ask(ruleset).verdict, "accept");
  });

  it("calls of chains with one priority the one first that was loaded last", () => {
    const ruleset = nft("table ip a { chain x { type filter hook input priority 0; drop; } }\ntable ip b { chain y { type filter hook input priority 0; drop; } }");
    assert.equal(ask(ruleset).chain!.name, "y");
    const other = nft("table ip c { chain z { type filter hook input priority 0; drop; } }");
    assert.equal(evaluate([ruleset, other], ssh).chain!.name, "z");
  });

  it("does not let what the host sends to itself through chains that translate, nor makes it untracked at its input", () => {
    const ruleset = nft(`table ip r { chain raw { type filter hook prerouting priority raw; policy accept; notrack; }
 chain pre { type nat hook prerouting priority dstnat; tcp dport 22 dnat to 192.0.2.50; } }
table ip f { chain input { type filter hook input priority 0; policy drop; ct state new tcp dport 22 ip daddr 198.51.100.1 accept; } }`);
    assert.equal(ask(ruleset, { iif: "lo" }).verdict, "accept");
    assert.equal(ask(ruleset).verdict, "drop");
  });

  it("follows as many jumps as the kernel takes", () => {
    const nested = (depth: number): Ruleset => input("jump c1", "drop", Array.from({ length: depth }, (_, i) => `chain c${i + 1} {\n${i + 1 === depth ? "accept" : `jump c${i + 2}`}\n}\n`).join(""));
    assert.equal(ask(nested(15)).verdict, "accept");
    assert.equal(ask(nested(16)).verdict, "unknown");
  });

  it("judges only by chains at devices that the packet passes", () => {
    const ruleset = nft('table netdev d { chain in { type filter hook ingress device "eth0" priority 0; policy drop; } }');
    assert.equal(ask(ruleset).verdict, "drop");
    assert.equal(ask(ruleset, { iif: "eth1" }).verdict, "accept");
    assert.equal(ask(ruleset, { hook: "output", oif: "eth0" }).verdict, "accept");
  });

  it("takes a packet that tells no interface for one of some interface other than the loopback", () => {
    const of = (rules: string, packet: Partial<Packet> = {}): Outcome => evaluate([input(rules)], { ...untold, ...packet });
    assert.equal(of("iif lo accept\ntcp dport 22 reject").verdict, "reject");
    assert.equal(of("iifname != lo accept").verdict, "accept");
    assert.equal(of("iifname { lo } tcp dport 22 accept").verdict, "drop");
    assert.equal(of("iifname . tcp dport { lo . 22 } accept").verdict, "drop");
    assert.equal(of("iifname vmap { lo : accept }").verdict, "drop");
    for (const open of ["iifname eth0 accept", "iifname { lo, eth0 } accept", 'iifname "l*" accept', "iifname != eth0 accept"]) assert.deepEqual([of(open).verdict, of(open).reason], ["unknown", "the incoming interface is not told"], open);
    const output = nft("table inet filter { chain output { type filter hook output priority 0; policy drop; oif lo accept; oifname eth1 accept; } }");
    assert.deepEqual([...evaluate([output], { hook: "output", proto: "tcp" }).possible].sort(), ["accept", "drop"]);
    assert.equal(evaluate([output], { hook: "output", proto: "tcp", oif: "eth0" }).verdict, "drop");
  });

  it("knows the loopback by its addresses", () => {
    const ruleset = input("iif lo accept");
    assert.equal(evaluate([ruleset], { ...untold, saddr: "127.0.0.1", daddr: "127.0.0.1" }).verdict, "accept");
    assert.equal(evaluate([ruleset], { ...untold, saddr: "::1", daddr: "::1" }).verdict, "accept");
    assert.equal(ask(ruleset, { saddr: "127.0.0.1" }).verdict, "drop", "what tells its interface has that one");
  });

  it("doubts what chains at devices do where the packet's device or theirs is not told", () => {
    const at = (devices: string): Outcome => evaluate([nft(`table netdev d { chain in { type filter hook ingress device ${devices} priority 0; policy drop; } }`)], untold);
    assert.deepEqual([at("eth0").verdict, at("eth0").reason], ["unknown", "the incoming interface is not told"]);
    assert.equal(at("lo").verdict, "accept");
    assert.equal(at("{{ uplink }}").verdict, "unknown");
  });

  it("takes what is forwarded for sent to others, unless the packet says that it came to this host first", () => {
    const ruleset = nft(`table ip n { chain pre { type nat hook prerouting priority dstnat; fib daddr type local tcp dport 22 dnat to 192.0.2.50; } }
table ip f { chain fwd { type filter hook forward priority 0; policy drop; ip daddr 192.0.2.50 accept; } }`);
    const forward: Packet = { ...ssh, hook: "forward", oif: "eth1" };
    assert.equal(evaluate([ruleset], forward).verdict, "drop");
    assert.equal(evaluate([ruleset], { ...forward, fields: { "fib daddr type": "local" } }).verdict, "accept");
  });

  it("ends a rule whose map of counters has no such key", () => {
    const ruleset = input("counter name tcp dport map @ports accept\ncounter name tcp dport map { 443 : \"a\" } reject", "drop", 'counter a { }\nmap ports { type inet_service : counter; elements = { 22 : "a" } }');
    assert.deepEqual([22, 443, 25].map((dport) => ask(ruleset, { dport }).verdict), ["accept", "reject", "drop"]);
  });

  it("finds elements of large sets, whatever else lies over them", () => {
    const elements = Array.from({ length: 2000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24 . ${1000 + i}`).join(", ");
    const ruleset = input("ip saddr . tcp dport @big accept", "drop", `set big { type ipv4_addr . inet_service; flags interval; elements = { 0.0.0.0/0 . 9, ${elements} } }`);
    assert.equal(ask(ruleset, { saddr: "10.3.7.1", dport: 1000 + 3 * 256 + 7 }).verdict, "accept");
    assert.equal(ask(ruleset, { saddr: "10.3.7.1", dport: 1000 }).verdict, "drop");
    assert.equal(ask(ruleset, { saddr: "203.0.113.1", dport: 9 }).verdict, "accept");
  });

  it("traces every rule and policy that the packet comes to, with the reason where one does not match", () => {
    const trace: TraceStep[] = [];
    const chains = "chain one { tcp dport 23 drop\n meta mark set 0x1\n }\n";
    const outcome = evaluate([input("iif lo accept\njump one\nlimit rate 1/second tcp dport 22 accept\naccept", "drop", chains)], ssh, trace);
    assert.equal(outcome.verdict, "accept");
    assert.deepEqual(
      trace.map(({ chain, depth, matched, effects, reason }) => [chain.name, depth, matched, effects.join(), reason]),
      [
        ["input", 0, "no", "", "meta iifname is eth0"],
        ["input", 0, "yes", "jump one", undefined],
        ["one", 1, "no", "", "tcp dport is 22"],
        ["one", 1, "yes", "set meta mark", undefined],
        ["input", 0, "maybe", "accept", "a limit (limit rate 1/second) decides"],
        ["input", 0, "yes", "accept", undefined],
      ],
    );
    assert.deepEqual(evaluate([input("accept")], ssh), evaluate([input("accept")], ssh, []));
  });
});
