import assert from "node:assert/strict";
import type { Completions } from "../../../../src/model/firewall/language/completion/index.ts";
import { completionsAt } from "../../../../src/model/firewall/language/completion/index.ts";
import { marked } from "./place.ts";

function complete(files: string | Readonly<Record<string, string>>): Completions | undefined {
  const { workspace, path, offset } = marked(typeof files === "string" ? { "nftables.conf": files } : files);
  return completionsAt(workspace, path, offset);
}

const labels = (files: string | Readonly<Record<string, string>>): string[] => complete(files)?.items.map(({ label }) => label) ?? [];

const TABLE = `define wan = eth0
define ports = { 22, 80 }
table inet filter {
  set bad { type ipv4_addr; flags interval; }
  set bad6 { type ipv6_addr; }
  set open { type inet_service; }
  map go { type inet_service : verdict; }
  flowtable fast { hook ingress priority 0; devices = { eth0 }; }
  counter seen { }
  limit slow { rate 10/second }
  chain input { type filter hook input priority 0; policy drop; }
  chain web { }
  chain ssh {
    RULE
  }
}
table ip other { chain elsewhere { } }
`;
const rule = (text: string): string[] => labels(TABLE.replace("RULE", text));

/** All of `wanted` are offered, none of `unwanted`. */
function offers(found: readonly string[], wanted: readonly string[], unwanted: readonly string[] = []): void {
  for (const label of wanted) assert.ok(found.includes(label), `${label} is offered among ${found.slice(0, 60).join(" ")}`);
  for (const label of unwanted) assert.ok(!found.includes(label), `${label} is not offered`);
}

describe("completion in nft files", () => {
  it("offers commands at the top, families and tables after them", () => {
    offers(labels("‸"), ["table", "flush", "define", "include", "add"], ["accept", "chain"]);
    offers(labels("ta‸"), ["table"]);
    offers(labels("flush ‸"), ["ruleset", "table", "chain"]);
    offers(labels("table ‸"), ["inet", "ip", "ip6", "netdev"]);
    offers(labels(`${TABLE}\nflush table inet ‸`), ["filter"], ["other", "inet"]);
    offers(labels(`${TABLE}\nadd rule inet filter ‸`), ["input", "web"], ["elsewhere"]);
    offers(labels(`${TABLE}\nadd rule inet filter input ct state ‸`), ["established"]);
    offers(labels(`${TABLE}\nadd element inet filter ‸`), ["bad", "go"], ["web"]);
  });

  it("offers what a table, a set and a flowtable may hold", () => {
    offers(labels("table inet x {\n  ‸\n}"), ["chain", "set", "map", "flowtable"], ["accept"]);
    offers(labels("table inet x {\n  set y {\n ‸\n}\n}"), ["type", "flags", "elements", "timeout"], ["chain"]);
    offers(labels("table inet x {\n  set y {\n type ‸\n}\n}"), ["ipv4_addr", "inet_service"]);
    offers(labels("table inet x { set y { type ipv4_addr . ‸"), ["ipv4_addr", "inet_service"]);
    offers(labels("table inet x { set y { type ipv4_addr; flags interval, ‸"), ["timeout"]);
    offers(labels("table inet x { set y { typeof ip ‸"), ["saddr"]);
    offers(labels("table inet x { set y { type inet_service; elements = { ‸"), ["ssh", "https"]);
    offers(labels("table inet x { map y { type inet_service : verdict; elements = { 22 : ‸"), ["accept", "jump"]);
  });

  it("offers types, hooks and priorities that go together", () => {
    offers(labels("table inet x { chain y { type ‸"), ["filter", "nat", "route"]);
    offers(labels("table arp x { chain y { type ‸"), ["filter"], ["nat", "route"]);
    offers(labels("table inet x { chain y { type filter ‸"), ["hook"]);
    offers(labels("table inet x { chain y { type filter hook ‸"), ["input", "forward", "output", "prerouting", "postrouting", "ingress"]);
    offers(labels("table ip x { chain y { type nat hook ‸"), ["prerouting", "postrouting"], ["forward", "ingress"]);
    offers(labels("table netdev x { chain y { type filter hook ‸"), ["ingress"], ["input"]);
    offers(labels("table inet x { chain y { type filter hook input ‸"), ["priority"]);
    offers(labels("table ip x { chain y { type nat hook prerouting priority ‸"), ["dstnat", "filter", "raw"], ["srcnat"]);
    offers(labels("table ip x { chain y { type nat hook postrouting priority ‸"), ["srcnat"], ["dstnat"]);
    offers(labels("table inet x { chain y { type filter hook input priority 0; policy ‸"), ["accept", "drop"], ["reject"]);
    offers(labels("table inet x { chain forward { ‸"), ["type filter hook forward …", "policy", "type"]);
  });

  it("offers matches and statements at the start of a rule and after a whole match", () => {
    for (const text of ["‸", "tcp dport 22 ‸", "tcp dport { 22, 80 } ‸", "ip saddr 10.0.0.0/8 a‸", "iifname $wan ‸", "ip saddr @bad ‸", "tcp dport 1-2 ‸", "ct state new,related ‸", "tcp dport vmap { 1 : drop } ‸", "log prefix \"x\" level warn ‸", "limit rate 1/second burst 5 packets ‸", "tcp flags & (syn | ack) == syn ‸", "ip saddr . tcp dport { 1.2.3.4 . 5 } ‸", "meta mark set 1 ‸", "reject with icmpx admin-prohibited ‸", "dnat to 192.0.2.1:80 ‸", "jump web ‸"]) {
      offers(rule(text), ["accept", "counter", "ct", "tcp"], ["established"]);
    }
  });

  it("offers a protocol's fields, and values by the field's type", () => {
    offers(rule("tcp ‸"), ["dport", "sport", "flags", "option"], ["saddr"]);
    offers(rule("ip ‸"), ["saddr", "daddr", "protocol"]);
    offers(rule("ct ‸"), ["state", "mark", "count", "original"]);
    offers(rule("meta ‸"), ["iifname", "l4proto", "mark"]);
    offers(rule("ct state ‸"), ["new", "established", "related", "invalid", "vmap"], ["accept"]);
    offers(rule("ct state != ‸"), ["new"]);
    offers(rule("ct state established,‸"), ["related"]);
    offers(rule("ct state { established, ‸"), ["related"]);
    offers(rule("ct state vmap { established : ‸"), ["accept", "drop", "jump"], ["related"]);
    offers(rule("ct state vmap { established : accept, ‸"), ["invalid"], ["drop"]);
    offers(rule("ct state vmap { established : jump ‸"), ["web"], ["input"]);
    offers(rule("icmpv6 type ‸"), ["nd-neighbor-solicit", "packet-too-big"]);
    offers(rule("meta l4proto { tcp, ‸"), ["udp"]);
    offers(rule("tcp option maxseg ‸"), ["size"]);
    offers(rule("tcp flags & (fin | ‸"), ["syn"]);
    offers(rule("fib daddr ‸"), ["type", "oif"]);
    offers(rule("fib daddr type ‸"), ["local"]);
    offers(rule("meta mark ‸"), ["set"]);
    offers(rule("ip saddr . ‸"), ["tcp"]);
  });

  it("offers what statements take", () => {
    offers(rule("reject ‸"), ["with"]);
    offers(rule("reject with ‸"), ["icmpx", "tcp"]);
    offers(rule("reject with icmpx ‸"), ["admin-prohibited"]);
    offers(rule("reject with tcp ‸"), ["reset"]);
    offers(rule("limit ‸"), ["rate", "name"]);
    offers(rule("limit rate 10/‸"), ["second", "minute"]);
    offers(rule("limit name ‸"), ["\"slow\""], ["\"seen\""]);
    offers(rule("counter name ‸"), ["\"seen\""]);
    offers(rule("log ‸"), ["prefix", "level", "accept"]);
    offers(rule("log prefix \"a\" level ‸"), ["warn", "info"]);
    offers(rule("dnat ‸"), ["to"]);
    offers(rule("masquerade ‸"), ["accept", "to"]);
    offers(rule("update @bad { ‸"), ["ip", "tcp"]);
    offers(rule("update @bad { ip saddr ‸"), ["limit", "timeout"]);
    offers(rule("update @bad { ip saddr limit ‸"), ["rate"]);
    offers(rule("arp saddr ‸"), ["ip", "ether"]);
    offers(rule("ip protocol icmp ‸"), ["accept"]);
    offers(rule("iifname \"eth7\" accept\n    oifname ‸"), ["\"eth7\""]);
    offers(rule("flow add @‸"), ["fast"], ["bad"]);
    offers(rule("queue ‸"), ["num"]);
  });

  it("offers names: chains to jump to, sets that fit the field, variables", () => {
    offers(rule("jump ‸"), ["web"], ["input", "ssh", "elsewhere"]);
    offers(rule("goto w‸"), ["web"]);
    offers(rule("ip saddr @‸"), ["bad"], ["bad6", "open", "go"]);
    offers(rule("ip saddr ‸"), ["@bad"], ["@bad6", "$wan", "$ports"]);
    offers(rule("tcp dport @‸"), ["open"], ["bad"]);
    offers(rule("tcp dport vmap @‸"), ["go"], ["open"]);
    offers(rule("iifname $‸"), ["wan", "ports"]);
    offers(rule("tcp dport ‸"), ["$ports", "@open"], ["@bad"]);
    offers(rule("ct state ‸"), ["new"], ["$wan", "$ports"]);
    offers(rule("add @‸"), ["bad"]);
    const included = labels({ "etc/nftables.conf": 'include "./nftables.d/*.nft"\ntable inet filter { chain input { iifname $‸', "etc/nftables.d/names.nft": "define lan = eth1\n" });
    offers(included, ["lan"]);
  });

  it("replaces the word that has been begun, and no more", () => {
    for (const text of ["ct state est‸", "ct state e‸st", "jump we‸"]) {
      const { workspace, path, offset, text: whole } = marked({ "nftables.conf": TABLE.replace("RULE", text) });
      const { range } = completionsAt(workspace, path, offset)!;
      assert.match(whole.slice(range.start, range.end), /^(est|we)$/);
    }
  });

  it("is silent in comments, strings and templates", () => {
    for (const text of ["# jump ‸", "log prefix \"a ‸\"", "tcp dport 22 accept # ‸", "tcp dport {{ po‸ }} accept", "{% if ‸ %}", "comment \"‸"]) assert.equal(complete(TABLE.replace("RULE", text)), undefined, text);
  });

  it("knows its place after a brace that was never closed", () => {
    offers(labels("table inet a {\n chain b {\n  tcp dport { 22\n }\n chain c {\n  ct state ‸\n"), ["established"]);
    offers(labels("table inet a {\n chain b {\n  accept\n\ntable inet c {\n ‸\n"), ["chain"], ["accept"]);
  });
});

const DUMP = "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:SSH - [0:0]\nLINE\nCOMMIT\n";
const dump = (line: string, path = "rules.v4"): string[] => labels({ [path]: DUMP.replace("LINE", line) });

describe("completion in iptables-save files", () => {
  it("offers tables, chains and commands at the start of a line", () => {
    offers(labels({ "rules.v4": `${DUMP.replace("LINE\n", "")}*‸\n` }), ["filter", "nat"]);
    offers(dump("‸"), ["-A INPUT", "-A SSH", "COMMIT", "-I"]);
    offers(dump(":‸"), ["INPUT", "FORWARD"]);
    offers(dump(":INPUT ‸"), ["DROP [0:0]"]);
    offers(dump("-A ‸"), ["INPUT", "SSH"]);
    offers(dump("-P ‸"), ["INPUT"], ["SSH"]);
  });

  it("offers targets and chains after -j, matches after -m, with those of the table and family alone", () => {
    offers(dump("-A INPUT -j ‸"), ["ACCEPT", "SSH", "REJECT"], ["INPUT", "DNAT", "NOTRACK", "HL"]);
    offers(dump("-A INPUT -g ‸"), ["SSH"], ["ACCEPT"]);
    offers(labels({ "rules.v4": "*nat\n-A PREROUTING -j ‸\nCOMMIT\n" }), ["DNAT", "REDIRECT"]);
    offers(dump("-A INPUT -m ‸"), ["conntrack", "multiport", "icmp"], ["icmp6", "hl"]);
    offers(dump("-A INPUT -m ‸", "rules.v6"), ["icmp6", "hl"], ["ttl"]);
    offers(dump("-A INPUT -p ‸"), ["tcp", "udp", "icmp"]);
  });

  it("offers the options of what the rule has loaded, and their values", () => {
    offers(dump("-A INPUT -p tcp ‸"), ["--dport", "--tcp-flags", "-j", "-m"], ["--ctstate"]);
    offers(dump("-A INPUT -m conntrack ‸"), ["--ctstate"]);
    offers(dump("-A INPUT -m conntrack --ct‸"), ["--ctstate"]);
    offers(dump("-A INPUT -m conntrack --ctstate ‸"), ["NEW", "ESTABLISHED"], ["ACCEPT"]);
    offers(dump("-A INPUT -m conntrack --ctstate NEW,‸"), ["ESTABLISHED"], ["NEW"]);
    offers(dump("-A INPUT -p tcp --dport ‸"), ["ssh", "https"]);
    offers(dump("-A INPUT -p icmp --icmp-type ‸"), ["echo-request"]);
    offers(dump("-A INPUT -j REJECT ‸"), ["--reject-with"]);
    offers(dump("-A INPUT -j REJECT --reject-with ‸"), ["icmp-port-unreachable", "tcp-reset"]);
    offers(dump("[0:0] -A INPUT -m limit --limit ‸"), ["10/second"]);
    offers(dump("-A INPUT -m set --match-set old src -j DROP\n-A INPUT -m set --match-set ‸"), ["old"]);
    offers(dump("-A INPUT -m set --match-set old ‸"), ["src", "dst"]);
  });

  it("is silent in comments and quotes", () => {
    assert.equal(complete({ "rules.v4": DUMP.replace("LINE", "# -j ‸") }), undefined);
    assert.equal(complete({ "rules.v4": DUMP.replace("LINE", '-A INPUT -m comment --comment "to ‸') }), undefined);
  });

  it("offers the same in scripts, after the program's name alone", () => {
    const script = (line: string): string[] => labels({ "firewall.sh": `#!/bin/sh\niptables -N SSH\n${line}\n` });
    offers(script("iptables -A INPUT -j ‸"), ["ACCEPT", "SSH"]);
    offers(script("iptables -t nat -A PREROUTING -j ‸"), ["DNAT"], ["SSH"]);
    offers(script("iptables ‸"), ["-A", "-t"]);
    assert.deepEqual(script("echo ‸"), []);
    assert.deepEqual(script("iptables -F; echo ‸"), []);
  });
});
