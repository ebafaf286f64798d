import type { LostMatch } from "../../model/firewall/change/lost-match.ts";
import { lostMatches } from "../../model/firewall/change/lost-match.ts";
import { rulesetPairs } from "../../model/firewall/change/pairs.ts";
import { packetText } from "../../model/firewall/packet-text.ts";
import { removeRule } from "../../model/firewall/remove-rule.ts";
import { closedIptables, closedNftables } from "../closed-firewall.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "An accept loses its last narrowing match, and takes nearly everything.",
  why: "Removing an address, a port or a list from a rule does not remove the rule: what is left accepts what the rest of the chain was written to refuse. It happens when a source is retired and only its match is deleted.",
  instead: "Remove the whole rule where its last condition goes, or keep the condition.",
  lessons: [],
  reads: ["firewall"],
  severity: "warning",
  fix: "unsafe",
  fixSafety: "It removes the rule with all that it accepted; the change may have meant to keep some of that.",
  lifecycle: "stable",
  sources: ["nft(8)", "iptables(8)"],
  data: { lost: "the fields that the rule asked for and asks no more", left: "the fields that it still asks for" },
  examples: {
    bad: [
      { before: closedNftables("ip saddr 192.0.2.7 tcp dport 9102 accept"), after: closedNftables("⟦accept⟧") },
      { before: closedNftables("ip saddr 192.0.2.7 meta l4proto tcp ct state new accept"), after: closedNftables("⟦meta l4proto tcp ct state new accept⟧") },
      { before: { "rules.v4": closedIptables("-A INPUT -s 192.0.2.0/24 -p tcp -m multiport --dports 873,9102 -j ACCEPT") }, after: { "rules.v4": closedIptables("⟦-A INPUT -p tcp -j ACCEPT⟧") } },
      { before: { "rules.v4": closedIptables("-A INPUT -s 192.0.2.0/24 -j ACCEPT") }, after: { "rules.v4": closedIptables("⟦-A INPUT -s 0.0.0.0/0 -j ACCEPT⟧") } },
    ],
    good: { before: closedNftables("ip saddr 192.0.2.7 tcp dport 9102 accept"), after: closedNftables("ip saddr 192.0.2.7 accept") },
    lookalike: [
      { before: closedNftables("ip saddr 192.0.2.7 tcp dport 9102 accept"), after: closedNftables("tcp dport 9102 accept") },
      // It was open already.
      { before: closedNftables("ip saddr 192.0.2.7 tcp dport 9102 accept").replace("policy drop", "policy accept"), after: closedNftables("accept").replace("policy drop", "policy accept") },
      // Only replies, or only the loopback.
      { before: closedNftables("ip saddr 192.0.2.7 ct state established accept"), after: closedNftables("ct state established accept") },
      { before: closedNftables('iifname "lo" ip saddr 127.0.0.1 accept'), after: closedNftables('iifname "lo" accept') },
      // A drop ahead of it still refuses.
      { before: closedNftables("tcp dport != 443 drop\n\t\tip saddr 192.0.2.7 tcp dport 443 accept"), after: closedNftables("meta l4proto != tcp drop\n\t\ttcp dport != 443 drop\n\t\taccept") },
    ],
  },
  compare({ before, after, changed, report }) {
    for (const pair of rulesetPairs(before, after, changed)) {
      if (pair.kind === "translated") continue;
      for (const lost of lostMatches(pair)) {
        const edit = removeRule(after.text(pair.path) ?? "", pair.after, lost.is);
        const byInterface = lost.left.some((field) => /[io]ifname$/.test(field));
        report({
          location: { path: pair.path, range: lost.is.range },
          message: message(lost),
          // What comes by one interface may be meant to pass.
          ...(byInterface ? { severity: "info" as const, confidence: "likely" as const } : {}),
          data: { lost: lost.lost.join(", "), left: lost.left.join(", ") },
          fixes: edit ? [{ title: "Remove the whole rule", safety: "unsafe", edits: [edit] }] : [],
        });
      }
    }
  },
});

function message({ lost, left, packet, chain }: LostMatch): string {
  const rest = left.length === 0 ? "asks for nothing any more" : `is left with ${left.join(", ")} alone`;
  return `This accept of chain ${chain.name} loses ${lost.join(", ")} and ${rest}: ${packetText(packet)}, was refused and is accepted now. Remove the whole rule, or keep the condition.`;
}
