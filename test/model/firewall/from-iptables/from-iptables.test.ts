import assert from "node:assert/strict";
import { isUnknown } from "../../../../src/engine/unknown.ts";
import { iptablesSave } from "../../../../src/formats/iptables/index.ts";
import { fromIptables } from "../../../../src/model/firewall/from-iptables/index.ts";
import type { Ruleset, Statement } from "../../../../src/model/firewall/ruleset.ts";

function lower(text: string, path = "rules"): Ruleset {
  return fromIptables(path, iptablesSave.parse(text).tree);
}

/** One rule's statements in short. */
function short(rule: string, table = "filter", path = "rules.v4"): string[][] {
  const ruleset = lower(`*${table}\n:INPUT ACCEPT [0:0]\n-A INPUT ${rule}\nCOMMIT\n`, path);
  return ruleset.tables[0]!.chains.find(({ name }) => name === "INPUT")!.rules.map(({ statements }) => statements.map(inShort));
}

function inShort(statement: Statement): string {
  switch (statement.kind) {
    case "match": {
      const { values } = statement;
      const text = isUnknown(values) ? "?"
        : values.kind === "intervals" ? values.intervals.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(",")
        : values.kind === "names" ? values.names.join(",")
        : `&${values.mask}=${values.values.join(",")}`;
      return `${statement.field} ${statement.negated ? "!" : ""}${text}`;
    }
    case "verdict":
      return "target" in statement.verdict ? `${statement.verdict.kind} ${String(statement.verdict.target)}` : statement.verdict.kind;
    case "limit":
      return `limit ${statement.what}${statement.over ? " over" : ""}`;
    default:
      return statement.kind;
  }
}

describe("fromIptables", () => {
  it("gives matches nft's fields", () => {
    assert.deepEqual(short("-i eth+ ! -s 10.0.0.0/8 -p tcp -m multiport --dports 80,443,6800:7300 -m state --state NEW -j ACCEPT"), [
      ["meta iifname eth*", "ip saddr !167772160-184549375", "meta l4proto 6", "tcp dport 80,443,6800-7300", "ct state new", "accept"],
    ]);
    assert.deepEqual(short("-p tcp --tcp-flags FIN,SYN,RST,ACK SYN -j LOG"), [["meta l4proto 6", "tcp flags &23=2", "other"]]);
    assert.deepEqual(short("-p icmp --icmp-type fragmentation-needed -j DROP"), [["meta l4proto 1", "icmp type 3", "icmp code 4", "drop"]]);
    assert.deepEqual(short("-p ipv6-icmp -m icmp6 --icmpv6-type packet-too-big -j ACCEPT", "filter", "rules.v6"), [["meta l4proto 58", "icmpv6 type 2", "accept"]]);
    assert.deepEqual(short("-m limit --limit 3/min -m connlimit --connlimit-above 10 -j REJECT"), [["limit rate", "limit connections over", "reject"]]);
    assert.deepEqual(short("-m mark --mark 0x1/0xff -m set --match-set blocked src -j DROP"), [["meta mark &255=1", "ip saddr ?", "drop"]]);
  });

  it("makes alternatives of what one rule cannot say", () => {
    assert.deepEqual(short("-p udp -m multiport --ports 53 -j ACCEPT"), [["meta l4proto 17", "udp sport 53", "accept"], ["meta l4proto 17", "udp dport 53", "accept"]]);
    assert.deepEqual(short("-p udp -m multiport ! --ports 53 -j ACCEPT"), [["meta l4proto 17", "udp sport !53", "udp dport !53", "accept"]]);
  });

  it("knows the built-in chains of each table, and the family by name or content", () => {
    const { tables } = lower("*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp --dport 53 -j CT --notrack\nCOMMIT\n*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -o eth0 -j MASQUERADE\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n:OWN - [0:0]\n-A INPUT -s 2001:db8::1 -g OWN\nCOMMIT\n");
    assert.deepEqual(tables.map(({ family, name, chains }) => [family, name, ...chains.map((chain) => [chain.name, chain.hook, chain.priority, chain.type, chain.policy])]), [
      ["ip6", "raw", ["PREROUTING", "prerouting", -300, "filter", "accept"]],
      ["ip6", "nat", ["POSTROUTING", "postrouting", 100, "nat", "accept"]],
      ["ip6", "filter", ["INPUT", "input", 0, "filter", "drop"], ["OWN", undefined, undefined, undefined, undefined]],
    ]);
    assert.equal(lower("*filter\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n", "etc/iptables/rules.v6").tables[0]!.family, "ip6");
    assert.equal(lower("*filter\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n").tables[0]!.family, "ip");
  });

  it("keeps apart what a template decides", () => {
    const { tables, unknownStatements } = lower("*filter\n:INPUT {{ policy }} [0:0]\n{% if web %}\n-A INPUT -p tcp --dport {{ port }} -j ACCEPT\n{% endif %}\n{{ extra_rules }}\nCOMMIT\n");
    const [input] = tables[0]!.chains;
    assert.ok(isUnknown(input!.policy));
    assert.deepEqual(input!.rules.map(({ conditional, statements }) => [conditional, ...statements.map(inShort)]), [
      [true, "meta l4proto 6", "tcp dport ?", "accept"],
      [true, "unknown"],
    ]);
    assert.equal(unknownStatements, 1);
  });

  it("applies insertions, deletions and flushes in their order", () => {
    const { tables } = lower("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -j DROP\n-I INPUT -p udp -j ACCEPT\n-A INPUT -p icmp -j ACCEPT\n-D INPUT -p tcp -j DROP\n-D INPUT 1\nCOMMIT\n");
    assert.deepEqual(tables[0]!.chains[0]!.rules.map(({ statements }) => inShort(statements[0]!)), ["meta l4proto 1"]);
  });
});
