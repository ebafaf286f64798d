import assert from "node:assert/strict";
import { parseNftables } from "../../../src/formats/nftables/index.ts";

/** What of a text nft certainly refuses, as it is written. */
function refusedIn(text: string): string[] {
  return parseNftables(text).errors.filter(({ certain }) => certain).map(({ range }) => text.slice(range.start, range.end));
}

const inChain = (rule: string, family: string, base = "type filter hook input priority 0;"): string => `table ${family} t {\n\tchain c {\n\t\t${base}\n\t\t${rule}\n\t}\n}\n`;
const inTable = (items: string): string => `table ip t {\n${items}\n}\n`;

describe("formats/nftables checks what the grammar does not", () => {
  const rules: [family: string, rule: string, wrong: string][] = [
    ["ip", "ip saddr ! 192.0.2.1", "ip saddr"],
    ["bridge", "ip saddr 192.0.2.1 ip6 daddr ::1", "ip6 daddr"],
    ["netdev", "tcp dport 22 udp dport 22", "udp dport"],
    ["inet", "meta l4proto { tcp, udp } tcp dport 53", "tcp dport"],
    ["bridge", "ether type ip vlan id 1", "vlan id"],
    ["inet", "meta nfproto ipv6 reject with icmp host-unreachable", "host-unreachable"],
    ["inet", "udp dport 53 reject with tcp reset", "reject with tcp reset"],
    ["ip6", "reject with icmpv6 host-unreachable", "host-unreachable"],
    ["bridge", "ether type arp reject", "reject"],
    ["inet", "queue num 65536", "65536"],
    ["inet", "queue flags fanout to 1", "1"],
    ["inet", "log level audit prefix \"x\"", "log level audit prefix \"x\""],
    ["ip", "fib saddr . daddr oif lo", "saddr . daddr"],
    ["inet", "ct original saddr 192.0.2.1", "ct original saddr"],
    ["ip", "ct expiration 1d-1h", "1d-1h"],
    ["ip", "meta hour \"24:00\"", "\"24:00\""],
    ["ip", "meta day 7", "7"],
    ["ip", "ct helper \"\"", "\"\""],
    ["ip", "ip saddr 10.0.0.0/255.0.0.0", "10.0.0.0/255.0.0.0"],
    ["ip", "ip saddr . tcp dport 192.0.2.1 . 22", "192.0.2.1 . 22"],
    ["ip", "limit rate 5/second burst 10", "0"],
    ["ip", "meta mark set tcp dport map { 22 : 1, 22 : 2 }", "22"],
  ];
  for (const [family, rule, wrong] of rules) it(`refuses ${rule} (${family})`, () => assert.deepEqual(refusedIn(inChain(rule, family, family === "netdev" ? "type filter hook ingress device lo priority 0;" : undefined)), [wrong]));

  it("refuses types, hooks and priorities that do not go together", () => {
    const base = (written: string, family = "ip"): string[] => refusedIn(inChain("", family, written));
    assert.deepEqual(base("type nat hook forward priority 0;"), ["nat"]);
    assert.deepEqual(base("type route hook input priority 0;"), ["route"]);
    assert.deepEqual(base("type filter hook ingress priority 0;"), ["ingress"]);
    assert.deepEqual(base("type filter hook input device lo priority 0;"), ["lo"]);
    assert.deepEqual(base("type filter hook forward priority dstnat;"), ["dstnat"]);
    assert.deepEqual(base("type filter hook input priority raw;", "arp"), ["raw"]);
    assert.deepEqual(base("type filter hook input priority filter-5;"), ["filter-5"]);
    assert.deepEqual(base("type nat hook prerouting priority raw;"), ["raw"]);
    assert.deepEqual(base("type filter hook input priority 0; policy drop; policy accept;"), ["policy"]);
    for (const sound of ["type nat hook output priority dstnat;", "type nat hook input priority srcnat;", "type filter hook prerouting priority dstnat - 10;", "type nat hook prerouting priority -199;"]) assert.deepEqual(base(sound), []);
    assert.deepEqual(base("type filter hook ingress device lo priority filter;", "inet"), []);
  });

  it("refuses translations and answers where they cannot work", () => {
    const at = (base: string, rule: string, family = "ip"): string[] => refusedIn(inChain(rule, family, base));
    assert.deepEqual(at("type nat hook prerouting priority 0;", "masquerade"), ["masquerade"]);
    assert.deepEqual(at("type filter hook postrouting priority 0;", "snat to 192.0.2.1"), ["snat to 192.0.2.1"]);
    assert.deepEqual(at("type filter hook postrouting priority 0;", "reject"), ["reject"]);
    assert.deepEqual(at("type nat hook prerouting priority 0;", "dnat to 192.0.2.1", "inet"), ["dnat to 192.0.2.1"]);
    assert.deepEqual(at("type nat hook prerouting priority 0;", "dnat ip to 192.0.2.1", "inet"), []);
    assert.deepEqual(at("type nat hook prerouting priority 0;", "ip daddr 192.0.2.2 dnat to 192.0.2.1", "inet"), []);
    assert.deepEqual(at("type nat hook input priority 0;", "snat to 192.0.2.1"), []);
  });

  it("refuses jumps in a circle, into base chains and too deep ones", () => {
    const base = "chain b {\n type filter hook input priority 0;\n jump one\n}\n";
    assert.deepEqual(refusedIn(inTable(`${base}chain one {\n jump two\n}\nchain two {\n goto one\n}`)), ["one"]);
    assert.deepEqual(refusedIn(inTable("chain one {\n jump two\n}\nchain two {\n goto one\n}")), []);
    assert.deepEqual(refusedIn(inTable(`${base}chain one {\n jump b\n}`)), ["b"]);
    assert.deepEqual(refusedIn(inTable(`${base}map m {\n type inet_service : verdict\n elements = { 22 : jump one }\n}\nchain one {\n tcp dport vmap @m\n}`)), ["one"]);
    const deep = (count: number): string => inTable(`${base}chain one {\n jump c1\n}\n${Array.from({ length: count }, (_, i) => `chain c${i + 1} {\n ${i + 1 < count ? `jump c${i + 2}` : "accept"}\n}`).join("\n")}`);
    assert.deepEqual(refusedIn(deep(14)), []);
    assert.deepEqual(refusedIn(deep(15)), ["c15"]);
  });

  it("refuses sets that their elements or rules do not fit", () => {
    assert.deepEqual(refusedIn(inTable("set s {\n type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 10.1.0.0/16 }\n}")), ["10.1.0.0/16"]);
    assert.deepEqual(refusedIn(inTable("set s {\n type ipv4_addr; flags interval; auto-merge; elements = { 10.0.0.0/8, 10.1.0.0/16 }\n}")), []);
    assert.deepEqual(refusedIn(inTable("set s {\n type ipv4_addr; elements = { 10.0.0.0/8 }\n}")), ["10.0.0.0/8"]);
    assert.deepEqual(refusedIn(inTable("set s {\n type ipv4_addr; elements = { 192.0.2.1 timeout 1h }\n}")), ["192.0.2.1 timeout 1h"]);
    assert.deepEqual(refusedIn(inTable("set s {\n elements = { 192.0.2.1 }\n}")), ["s"]);
    assert.deepEqual(refusedIn(inTable("set s {\n type ipv4_addr\n}\nchain c {\n tcp dport @s accept\n}")), ["@s"]);
    assert.deepEqual(refusedIn(inTable("set s {\n type ipv4_addr . inet_service\n}\nchain c {\n ip saddr . tcp dport @s accept\n tcp dport . ip saddr @s accept\n}")), ["@s"]);
    assert.deepEqual(refusedIn(inTable("set s {\n type ipv4_addr\n}\nchain c {\n ip saddr vmap @s\n}")), ["@s"]);
    assert.deepEqual(refusedIn(inTable("map m {\n type ipv4_addr : verdict\n}\nchain c {\n meta mark set ip saddr map @m\n}")), ["@m"]);
    assert.deepEqual(refusedIn(inTable("map m {\n type ipv4_addr : inet_service\n elements = { 192.0.2.1 : 70000 }\n}")), ["70000"]);
    assert.deepEqual(refusedIn(`${inTable("set s {\n type ipv4_addr; flags interval; elements = { 10.0.0.0/8 }\n}")}add element ip t s { 10.1.0.0/16 }\n`), ["10.1.0.0/16"]);
  });

  it("refuses a second definition, but not one in other braces", () => {
    assert.deepEqual(refusedIn("define a = 1\ndefine a = 2\n"), ["a"]);
    assert.deepEqual(refusedIn("define a = 1\nredefine a = 2\nundefine a\ndefine a = 3\n"), []);
    assert.deepEqual(refusedIn("table ip t {\n define a = 1\n}\ntable ip u {\n define a = 2\n}\n"), []);
  });

  it("wants a separator before a closing brace, and says so once a line", () => {
    assert.deepEqual(refusedIn("table ip t { chain c { accept } }\n"), ["}"]);
    assert.deepEqual(refusedIn("table ip t { chain c { accept; }; }\n"), []);
    assert.deepEqual(refusedIn("table ip t { set s { type ipv4_addr; elements = { 192.0.2.1 } }; }\n"), []);
    assert.deepEqual(refusedIn("table ip t {\n counter c { packets 0 bytes 0 }\n limit l { rate 5/second }\n}\n"), []);
  });

  it("takes parts of a table in a file of their own, and not beside a table", () => {
    assert.deepEqual(refusedIn("chain c {\n accept\n}\n"), []);
    assert.deepEqual(refusedIn("tcp dport 22 accept\n"), []);
    assert.deepEqual(refusedIn("table ip t {\n}\nchain c {\n accept\n}\n"), ["chain"]);
  });

  const sound = [
    "destroy table inet t", "destroy element inet t s { 192.0.2.1 }", "reset rules chain inet t c", "reset element inet t s { 192.0.2.1 }", "list counters table ip t",
    "list hooks ip device lo", "get element inet t s { 192.0.2.1 }", "insert rule ip t c index 0 accept", "add table ip t { flags owner, persist; }",
    "add map inet t m { typeof meta l4proto . ip saddr : limit; }", "add map inet t m { typeof ip saddr : ct helper; }", "add set inet t s { typeof ip saddr . @ih,32,32; }",
    "add element inet t s { 192.0.2.1 timeout never }", "add flowtable inet t f { hook ingress priority filter + 10; devices = { lo, eth0 }; flags offload; counter; }",
    "add ct timeout ip t h { protocol tcp; l3proto ip; policy = { established : 2m, close : 20s }; }", "add ct expectation ip t e { protocol tcp; dport 5432; timeout 1h; size 12; l3proto ip; }",
    "add secmark ip t s \"system_u:object_r:ssh_server_packet_t:s0\"", "add synproxy ip t s mss 1460 wscale 7 timestamp sack-perm", "delete chain netdev t c { devices = { eth0 }; }",
    "monitor new chains vm json", "describe tcp dport",
  ];
  for (const command of sound) it(`takes ${command}`, () => assert.deepEqual(refusedIn(`${command}\n`), []));

  const soundRules: [rule: string, family?: string][] = [
    ["last used 5m"], ["tcp option mptcp subtype 1"], ["reset tcp option fastopen"], ["dccp option 40 exists"], ["sctp chunk data tsn 5"], ["ip option lsrr ptr 4"],
    ["synproxy name ip saddr map { 192.0.2.1 : \"s\" }"], ["limit name tcp dport map { 22 : \"l\" }"], ["update @s { ip saddr timeout 1m : meta mark }"],
    ["meter m size 1000 { ip saddr timeout 1m limit rate over 5/second } drop"], ["meta broute set 1", "bridge"], ["vlan id 1 vlan id 2", "bridge"],
    ["fwd ip to 192.0.2.1 device lo", "netdev"], ["fib saddr . mark . iif check exists"], ["socket cgroupv2 level 1 \"user.slice\""], ["vxlan ip saddr 192.0.2.1"],
    ["meta l4proto { tcp, udp } th dport 53"], ["tcp flags & (fin | syn) == { fin, syn }"], ["@nh,96,32 set 0x01020304"], ["jump { tcp dport 22 accept; udp dport 53 accept; }"],
    ["icmp type destination-unreachable icmp code frag-needed"], ["tcp flags ! fin,rst"], ["ct label ! 1"],
  ];
  for (const [rule, family = "inet"] of soundRules) it(`takes ${rule} (${family})`, () => assert.deepEqual(refusedIn(`table ${family} t {\n\tchain c {\n\t\t${rule}\n\t}\n}\n`), []));

  it("reads hostile texts in bounded time", () => {
    const texts = [
      `table ip t {\n chain c {\n  ip saddr ${"{ ".repeat(10_000)}${"}".repeat(10_000)}\n }\n}\n`,
      `table ip t {\n chain c {\n  ${"jump { ".repeat(10_000)}accept${"; }".repeat(10_000)}\n }\n}\n`,
      `table ip t {\n chain c {\n  meta mark ${Array.from({ length: 50_000 }, (_, i) => i).join(" | ")}\n }\n}\n`,
      "define p = $p - 1\ntable ip t {\n chain c {\n  type filter hook input priority $p; policy drop;\n }\n}\n",
    ];
    for (const text of texts) assert.doesNotThrow(() => parseNftables(text));
    assert.equal(parseNftables(texts[0]!).errors.length, 1);
  });
});
