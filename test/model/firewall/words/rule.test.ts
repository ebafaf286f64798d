import assert from "node:assert/strict";
import { iptablesSave } from "../../../../src/formats/iptables/index.ts";
import { nftables } from "../../../../src/formats/nftables/index.ts";
import { fromIptables } from "../../../../src/model/firewall/from-iptables/index.ts";
import { fromNftables } from "../../../../src/model/firewall/from-nftables/index.ts";
import { describeRule } from "../../../../src/model/firewall/words/rule.ts";

function nft(rule: string, more = "", family = "inet"): string {
  const [table] = fromNftables("nftables.conf", nftables.parse(`table ${family} filter {\n${more}\nchain input {\ntype filter hook input priority 0;\n${rule}\n}\n}\n`).tree).tables;
  return describeRule(table!.chains.find(({ name }) => name === "input")!.rules[0]!, table);
}

function iptables(rule: string, table = "filter", name = "rules.v4"): string {
  const [read] = fromIptables(name, iptablesSave.parse(`*${table}\n:INPUT ACCEPT [0:0]\n:PREROUTING ACCEPT [0:0]\n${rule}\nCOMMIT\n`).tree).tables;
  return describeRule(read!.chains.flatMap(({ rules }) => rules)[0]!, read);
}

describe("a rule in words", () => {
  const cases: readonly (readonly [text: string, words: string])[] = [
    ["ip saddr 10.0.0.0/8 tcp dport 22 ct state new accept", "TCP to port 22 from 10.0.0.0/8, new connections: accepts"],
    ["ct state established,related accept", "Established and related connections: accepts"],
    ["ct state invalid counter drop", "Invalid packets: counts and drops"],
    ["ct state vmap { established : accept, invalid : drop }", "Everything: decides by connection state: established accepts, invalid drops"],
    ["iifname \"lo\" accept", "Everything arriving on lo: accepts"],
    ["iifname != { \"eth0\", \"eth1\" } drop", "Everything arriving on any interface but eth0 or eth1: drops"],
    ["tcp dport { 80, 443, 8000-8010 } accept", "TCP to ports 80, 443 and 8000-8010: accepts"],
    ["meta l4proto { tcp, udp } th dport 53 accept", "TCP and UDP to port 53: accepts"],
    ["icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept", "ICMPv6 nd-neighbor-solicit and nd-neighbor-advert: accepts"],
    ["icmp type echo-request limit rate 5/second accept", "ICMP echo-request, at most 5/second: accepts"],
    ["ip6 saddr fe80::/10 udp sport 547 accept", "UDP from port 547 of fe80::/10: accepts"],
    ["drop", "Everything: drops"],
    ["meta nfproto ipv6 reject with icmpv6 admin-prohibited", "IPv6: rejects with icmpv6 admin-prohibited"],
    ["tcp flags & (fin | syn | rst | ack) == syn log jump other", "TCP opening a connection (SYN): logs and jumps to other"],
    ["ip daddr 192.0.2.7-192.0.2.9 return", "IPv4 to 192.0.2.7-192.0.2.9: returns to the calling chain"],
    ["meta mark 0x1 accept", "Everything with mark 0x1: accepts"],
    ["fib daddr type local accept", "Everything to local addresses: accepts"],
    ["tcp dport 22 ct count over 10 reject", "TCP to port 22, above 10 connections: rejects"],
    ["iifname \"eth0\" oifname \"eth1\" ip daddr 192.0.2.1 tcp dport { 80, 443 } accept", "TCP to ports 80 and 443 of 192.0.2.1 arriving on eth0 and leaving by eth1: accepts"],
    ["tcp flags & (syn | ack) == syn | ack drop", "TCP with flags syn,ack: drops"],
    ["ct original protocol udp ct original ip daddr 192.0.2.1 drop", "IPv4 with ct original protocol udp and ct original ip daddr 192.0.2.1: drops"],
    ["tcp dport 22 frobnicate", "TCP to port 22, if what is not understood holds: what happens is not known"],
    ["counter", "Everything: counts"],
    ["tcp dport 25", "TCP to port 25: nothing happens"],
    ["tcp dport $ports accept", "TCP to port something not known here ($ports is not defined in this file): accepts"],
  ];
  for (const [text, words] of cases) it(text, () => assert.equal(nft(text), words));

  it("counts what a named set holds", () => {
    assert.equal(nft("ip saddr @bad drop", "set bad { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.9 } }"), "IPv4 from @bad (2 elements): drops");
    assert.equal(nft("ip saddr . tcp dport @pairs accept", "set pairs { type ipv4_addr . inet_service; elements = { 192.0.2.1 . 22 } }"), "IPv4 TCP with source address and destination port in @pairs (1 element): accepts");
  });

  it("cuts long lists, and says how many there are", () => {
    const ports = Array.from({ length: 40 }, (_, i) => 1000 + 2 * i).join(", ");
    assert.equal(nft(`tcp dport { ${ports} } accept`), "TCP to ports 1000, 1002, 1004, 1006, 1008, 1010 and 34 more: accepts");
  });

  it("says what iptables' rules say", () => {
    assert.equal(iptables("-A INPUT -s 10.0.0.0/8 -p tcp -m conntrack --ctstate NEW -m tcp --dport 22 -j ACCEPT"), "TCP to port 22 from 10.0.0.0/8, new connections: accepts");
    assert.equal(iptables("-A INPUT -p tcp ! --syn -m conntrack --ctstate NEW -j DROP"), "TCP not opening a connection (no SYN), new connections: drops");
    assert.equal(iptables("-A INPUT -p icmp --icmp-type echo-request -m limit --limit 1/s -j ACCEPT"), "ICMP echo-request, at most 1/s: accepts");
    assert.equal(iptables("-A INPUT -i wlan0 -f -j DROP"), "Everything arriving on wlan0 as a later fragment: drops");
    assert.equal(iptables("-A INPUT -p icmp --icmp-type 2 -j DROP"), "ICMP type 2: drops");
    assert.equal(iptables("-A INPUT -m set --match-set blocked src -j DROP"), "Everything from the set blocked: drops");
    assert.equal(iptables("-A INPUT -i eth+ -j LOG --log-prefix x"), "Everything arriving on eth*: logs");
    assert.equal(iptables("-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080", "nat").replace(", port 8080", ""), "TCP to port 80: redirects to this host");
    assert.equal(iptables("-A INPUT -s fe80::/64 -p ipv6-icmp -j ACCEPT", "filter", "rules.v6"), "ICMPv6 from fe80::/64: accepts");
  });
});
