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

  it("says nothing of scripts without rules", () => {
    assert.equal(lower("#!/bin/sh\nnft list ruleset\niptables -F\necho nft add rule\n"), undefined);
  });
});
