import assert from "node:assert/strict";
import { isUnknown } from "../../../../src/engine/unknown.ts";
import { shell } from "../../../../src/formats/shell/index.ts";
import { evaluate } from "../../../../src/model/firewall/evaluate/index.ts";
import { fromShell } from "../../../../src/model/firewall/from-shell/index.ts";
import type { Ruleset } from "../../../../src/model/firewall/ruleset.ts";

function lower(text: string): Ruleset | undefined {
  return fromShell("firewall.sh", text, shell.parse(text).tree);
}

describe("fromShell", () => {
  it("runs a script's iptables commands, with its variables, loops and functions", () => {
    const ruleset = lower(`#!/bin/sh
IPT="/sbin/iptables -w"
stop() {
  $IPT -P INPUT ACCEPT
  $IPT -F
}
start() {
  $IPT -F
  $IPT -P INPUT DROP
  $IPT -A INPUT -i lo -j ACCEPT
  for port in 22 443; do
    $IPT -A INPUT -p tcp --dport $port -j ACCEPT
  done
  ip6tables -P INPUT DROP
}
case "$1" in
  start) start ;;
  stop) stop ;;
esac
`)!;
    assert.deepEqual(ruleset.tables.map(({ family, name }) => `${family} ${name}`), ["ip filter", "ip6 filter"]);
    const verdict = (dport: number): string => evaluate([ruleset], { hook: "input", iif: "eth0", proto: "tcp", dport, saddr: "192.0.2.1" }).verdict;
    assert.deepEqual([22, 443, 80].map(verdict), ["accept", "accept", "drop"]);
    assert.equal(ruleset.replaces, "tables");
  });

  it("does not know a policy that the script does not set", () => {
    const ruleset = lower("iptables -A INPUT -p tcp --dport 22 -j ACCEPT\n")!;
    assert.ok(isUnknown(ruleset.tables[0]!.chains[0]!.policy));
    assert.equal(ruleset.replaces, "nothing");
  });

  it("keeps conditions, but not the one that looks whether the rule is there", () => {
    const ruleset = lower("iptables -C INPUT -i lo -j ACCEPT || iptables -A INPUT -i lo -j ACCEPT\nif [ -e /x ]; then iptables -A INPUT -j DROP; fi\n")!;
    assert.deepEqual(ruleset.tables[0]!.chains[0]!.rules.map(({ conditional }) => conditional), [false, true]);
  });

  it("reads nft commands and here-documents, at their own places", () => {
    const text = "nft add table inet filter\nnft 'add chain inet filter input { type filter hook input priority 0; policy drop; }'\nnft add rule inet filter input tcp dport 22 accept\nnft -f - <<EOF\nadd rule inet filter input udp dport $PORT accept\nEOF\n";
    const ruleset = lower(text)!;
    const [chain] = ruleset.tables[0]!.chains;
    assert.equal(chain!.policy, "drop");
    assert.equal(chain!.rules.length, 2);
    const [rule] = chain!.rules;
    assert.match(text.slice(rule!.range.start, rule!.range.end), /tcp dport 22 accept/);
    const saved = lower("iptables-restore <<'EOF'\n*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\nEOF\n")!;
    assert.equal(saved.tables[0]!.chains[0]!.policy, "drop");
  });

  it("knows what ipset commands put into a set, and what it cannot know", () => {
    const text = (more: string): string => `ipset create blocked hash:net\nfor net in 192.0.2.0/24 198.51.100.0/25; do ipset add blocked $net; done\n${more}iptables -P INPUT ACCEPT\niptables -A INPUT -m set --match-set blocked src -j DROP\n`;
    const drops = (script: string, saddr: string): string => evaluate([lower(script)!], { hook: "input", iif: "eth0", saddr, daddr: "203.0.113.1", proto: "tcp", dport: 22, ct: "new" }).verdict;
    assert.deepEqual(["192.0.2.9", "198.51.100.200"].map((saddr) => drops(text(""), saddr)), ["drop", "accept"]);
    assert.equal(drops(text("ipset add blocked $MORE\n"), "203.0.113.9"), "unknown");
    assert.equal(drops(text("if test -e x; then ipset add blocked 203.0.113.0/24; fi\n"), "203.0.113.9"), "unknown");
    assert.equal(drops(text("ipset del blocked 192.0.2.0/24\n"), "192.0.2.9"), "accept");
    assert.equal(drops(text("iptables -A FORWARD -j SET --add-set blocked src\n"), "203.0.113.9"), "unknown");
    const restored = "ipset restore <<EOF\ncreate blocked hash:ip\nadd blocked 192.0.2.9\nEOF\niptables -P INPUT ACCEPT\niptables -A INPUT -m set --match-set blocked src -j DROP\n";
    assert.deepEqual(["192.0.2.9", "192.0.2.8"].map((saddr) => drops(restored, saddr)), ["drop", "accept"]);
  });

  it("renames chains, takes rules back, and doubts what a condition may have flushed", () => {
    const chains = (script: string): unknown[] => lower(script)!.tables[0]!.chains.map(({ name, rules }) => [name, ...rules.map(({ conditional, statements }) => [conditional, statements.at(-1)!.kind === "verdict" && "target" in (statements.at(-1) as { verdict: object }).verdict ? (statements.at(-1) as { verdict: { target: string } }).verdict.target : ""])]);
    assert.deepEqual(chains("iptables -N A\niptables -A INPUT -j A\niptables -A INPUT -p tcp -m multiport --ports 1,2 -j DROP\niptables -E A B\niptables -D INPUT -p tcp -m multiport --ports 1,2 -j DROP\n"), [["INPUT", [false, "B"]], ["B"]]);
    assert.deepEqual(chains("iptables -A INPUT -j DROP\nif test -e x; then iptables -F INPUT; fi\n"), [["INPUT", [true, ""]]]);
  });

  it("reads a here-document that cat hands on", () => {
    const saved = lower("cat <<EOF | ip6tables-restore\n*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\nEOF\n")!;
    assert.deepEqual([saved.tables[0]!.family, saved.tables[0]!.chains[0]!.policy], ["ip6", "drop"]);
    assert.equal(lower("cat <<EOF | nft -f -\ntable inet t { chain c { type filter hook input priority 0; tcp dport 22 accept; }; }\nEOF\n")!.tables[0]!.chains[0]!.rules.length, 1);
  });

  it("says nothing of scripts without rules", () => {
    assert.equal(lower("#!/bin/sh\nnft list ruleset\niptables -F\necho nft add rule\n"), undefined);
  });
});
