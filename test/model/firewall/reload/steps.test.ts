import assert from "node:assert/strict";
import type { Effect } from "../../../../src/model/firewall/reload/steps.ts";
import { effectsOf, methodOf } from "../../../../src/model/firewall/reload/steps.ts";

const run = (...lines: string[]): Effect[] => lines.flatMap((line) => effectsOf(line.match(/'[^']*'|\S+/g)!.map((word) => word.replace(/'/g, ""))));

describe("what a command does to the rules", () => {
  const CASES: readonly (readonly [string, readonly string[]])[] = [
    ["nft -f /etc/nftables.conf", ["load"]],
    ["nft -c -f /etc/nftables.conf", []],
    ["nft -cf /etc/nftables.conf", []],
    ["/usr/sbin/nft flush ruleset", ["flush"]],
    ["nft delete table inet filter", ["flush"]],
    ["nft 'flush ruleset; include \"/etc/sysconfig/nftables.conf\";'", ["load"]],
    ["nft add rule inet filter input tcp dport 22 accept", ["add"]],
    ["nft add element inet filter blocked { 192.0.2.1 }", []],
    ["nft list ruleset", []],
    ["sudo -n iptables -F", ["flush"]],
    ["iptables -w -t raw -F", ["flush"]],
    ["iptables -t nat -F", []],
    ["iptables -F MYCHAIN", []],
    ["iptables -F INPUT", ["flush"]],
    ["iptables -P INPUT DROP", ["policy"]],
    ["iptables -P FORWARD DROP", []],
    ["iptables -A INPUT -m state --state NEW -j ACCEPT", ["add"]],
    ["iptables -D INPUT -j DROP", []],
    ["iptables-restore -w 10 /etc/iptables/rules.v4", ["load"]],
    ["iptables-restore --test /etc/iptables/rules.v4", []],
    ["conntrack -F", ["conntrack-flush"]],
    ["conntrack -D -s 192.0.2.1", []],
    ["modprobe -r nf_conntrack", ["conntrack-flush"]],
    ["modprobe nf_conntrack", []],
    ["systemctl restart nftables.service chrony", ["unit", "unit"]],
    ["systemctl daemon-reload", []],
    ["systemctl status nftables", []],
    ["service iptables restart", ["unit"]],
    ["/etc/init.d/iptables restart", ["unit"]],
    ["netfilter-persistent flush", ["flush"]],
    ["ip netns exec blue nft -f rules.nft", ["load"]],
    ["firewall-cmd --complete-reload", ["conntrack-flush"]],
    ["/usr/local/sbin/firewall.sh restart", ["run"]],
    ["cat /etc/hosts", []],
  ];
  for (const [command, expected] of CASES) {
    it(command, () => assert.deepEqual(run(command).map(({ does }) => does), expected));
  }
});

describe("how commands load rules together", () => {
  const CASES: readonly (readonly [string, readonly string[], "accept" | "drop", string | undefined])[] = [
    ["one nft -f", ["nft -f a"], "drop", "atomic"],
    ["one iptables-restore", ["iptables-restore a"], "drop", "atomic"],
    ["flush, then nft -f", ["nft flush ruleset", "nft -f a"], "drop", "two-step"],
    ["a flushed chain keeps its policy", ["nft flush chain inet filter input", "nft -f a"], "drop", "drop-gap"],
    ["and does no harm with accept", ["nft flush chain inet filter input", "nft -f a"], "accept", "two-step"],
    ["iptables -F keeps the policy", ["iptables -F", "iptables -A INPUT -j ACCEPT"], "drop", "drop-gap"],
    ["unless it was set first", ["iptables -P INPUT ACCEPT", "iptables -F", "iptables -A INPUT -j ACCEPT", "iptables -P INPUT DROP"], "drop", "two-step"],
    ["a flush after the load is another matter", ["nft -f a", "nft flush ruleset"], "drop", "atomic"],
    ["a flush alone loads nothing", ["nft flush ruleset"], "drop", undefined],
    ["rules are added to others", ["iptables -A INPUT -j ACCEPT"], "drop", undefined],
    ["an emptied table of connections", ["iptables-restore a", "conntrack -F"], "drop", "conntrack-flush"],
    ["two loads, the second after a flush", ["nft -f a", "nft flush ruleset", "nft -f b"], "drop", "two-step"],
  ];
  for (const [name, commands, policy, expected] of CASES) {
    it(name, () => assert.equal(methodOf(run(...commands), policy)?.method, expected));
  }
});
