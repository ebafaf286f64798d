import assert from "node:assert/strict";
import fc from "fast-check";
import { parseNftables } from "../../../src/formats/nftables/index.ts";
import type { ChainNode, RuleNode } from "../../../src/formats/nftables/index.ts";

function chain(text: string): ChainNode {
  const { tree, errors } = parseNftables(text);
  assert.deepEqual(errors, []);
  for (const command of tree.commands) {
    if (command.kind !== "table") continue;
    const found = command.items.find((item) => item.kind === "chain");
    if (found) return found;
  }
  throw new Error("no chain");
}

function rules(text: string): RuleNode[] {
  return chain(text).rules.filter((rule) => rule.kind === "rule");
}

const inChain = (body: string): string => `table inet filter {\n chain c {\n${body}\n }\n}\n`;

describe("formats/nftables parse", () => {
  it("accepts what nft accepts", () => {
    const sound = [
      'iifname "lo" accept',
      "ct state vmap { established : accept, related : accept, invalid : drop }",
      "tcp dport { 22, 80, 8000-8100 } ct state new limit rate 10/minute burst 5 packets accept",
      "ip saddr . tcp dport { 192.0.2.1 . 22, 192.0.2.0/24 . 80-90 } accept",
      "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } ip6 hoplimit 255 accept",
      "tcp flags & (fin | syn | rst | ack) == syn tcp option maxseg size set rt mtu",
      "tcp flags syn / fin,syn,rst,ack counter",
      "meta l4proto { tcp, udp } th dport 53 counter packets 0 bytes 0 accept",
      'log prefix "in: " level warn flags all',
      "udp dport 53 dnat ip to 192.0.2.53:53",
      "meta l4proto tcp dnat ip6 to [2001:db8::1]:80",
      "dnat ip to numgen inc mod 2 map { 0 : 192.0.2.1, 1 : 192.0.2.2 }",
      "fib saddr . iif oif missing drop",
      "update @seen { ip saddr timeout 60s limit rate over 5/second burst 10 packets } drop",
      "meter m size 65535 { ip saddr ct count over 20 } reject with tcp reset",
      'meta hour "08:00"-"17:00" meta day { "Monday", Tue } accept',
      "queue num 0-3 bypass,fanout",
      "ether saddr 02:00:00:00:00:01 accept",
      "@th,160,16 0x1234 drop",
      "ip option lsrr exists drop",
      "exthdr frag exists drop",
      "jump {\n  tcp dport 22 accept\n  drop\n }",
      "ct mark set meta mark and 0xff or 0x100",
      "meta mark & 0xff == 0x10 accept",
      "iifname \"eth*\" oifname != { \"eth0\", \"eth1\" } return",
      "tcp dport vmap @services",
      "socket transparent 1 meta mark set 1 accept",
      "ct original ip daddr 192.0.2.1 accept",
      "reject with icmpx admin-prohibited",
      "ct count over 20 drop; tcp dport 23 drop",
      "tcp dport 22 \\\n   accept",
      "tcp sport 1024-65535 tcp dport ssh accept comment \"ssh\"",
    ];
    for (const rule of sound) assert.equal(rules(inChain(rule)).every(({ statements }) => statements.every(({ kind }) => kind !== "unknown")), true, rule);
  });

  it("reads a base chain with everything it can have", () => {
    const found = chain('table netdev t {\n chain in {\n  type filter hook ingress devices = { "eth0", $uplink } priority filter - 10; policy drop;\n }\n}\n');
    assert.equal(found.base?.hook.text, "ingress");
    assert.equal(found.base?.priority?.kind, "binary");
    assert.equal(found.policy?.kind, "word");
  });

  it("gives every statement its own range", () => {
    const text = inChain('  tcp dport 22 ct state new log prefix "x" accept # comment');
    const [rule] = rules(text);
    assert.deepEqual(rule!.statements.map(({ range }) => text.slice(range.start, range.end)), ["tcp dport 22", "ct state new", 'log prefix "x"', "accept"]);
    assert.equal(text.slice(rule!.range.start, rule!.range.end), 'tcp dport 22 ct state new log prefix "x" accept');
  });

  it("reads commands, with the words that may be left out", () => {
    const { tree, errors } = parseNftables(
      "#!/usr/sbin/nft -f\nflush ruleset\nadd table ip filter\nadd chain ip filter input { type filter hook input priority 0 ; policy drop ; }\nadd rule ip filter input tcp dport 22 accept\ninsert rule filter input index 1 counter\nip filter input drop\nadd element inet t s { 192.0.2.1, 192.0.2.2 }\ndelete rule ip filter input handle 4\ninclude \"/etc/nftables.d/*.nft\"\nlist ruleset\n",
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(tree.commands.map((command) => (command.kind === "object" || command.kind === "table" ? `${command.verb} ${command.kind === "table" ? "table" : command.what}` : command.kind)), [
      "flush ruleset", "add table", "add chain", "add rule", "insert rule", "add rule", "add element", "delete rule", "include", "list ruleset",
    ]);
  });

  it("reads CRLF, a byte order mark, and a last line that is a comment without its line break", () => {
    const text = `\uFEFF${inChain("  tcp dport 22 accept\r\n  drop").replaceAll("\n", "\r\n")}# end`;
    assert.equal(rules(text).length, 2);
  });

  it("reads fragments that another file includes", () => {
    assert.deepEqual(parseNftables("chain user_input {\n tcp dport 22 accept\n}\n").errors, []);
    assert.deepEqual(parseNftables("tcp dport 22 accept\nip saddr 192.0.2.1 drop\n").errors, []);
    assert.deepEqual(parseNftables("define lan = 192.0.2.0/24\n").errors, []);
  });

  it("takes any text without throwing, and keeps ranges inside it", () => {
    const words = fc.constantFrom("table", "inet", "chain", "{", "}", "tcp", "dport", "22", ",", ";", "\n", "accept", "$x", "@s", "set", "map", "vmap", ":", ".", "-", "/", '"a', "define", "=", "add", "rule", "elements", "type", "hook", "priority", "jump", "(", ")", "[", "&", "{{ x }}", "{% if a %}", "limit", "rate", "::1", "ct", "state");
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.array(words, { maxLength: 60 }).map((list) => list.join(" "))), (text) => {
        for (const { range } of parseNftables(text).errors) assert(range.start >= 0 && range.end <= text.length && range.start <= range.end);
      }),
      { numRuns: 2000 },
    );
  });

  it("stands ten thousand nested braces, and a long set", () => {
    for (const opener of ["{", "tcp dport {", "jump {\n", "(", "table t {", "define x = {"]) parseNftables(`table inet t {\n chain c {\n  ${opener.repeat(10_000)}`);
    const elements = Array.from({ length: 100_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`).join(",\n");
    assert.deepEqual(parseNftables(`table ip t {\n set s {\n  type ipv4_addr\n  elements = { ${elements} }\n }\n}\n`).errors, []);
  });
});
