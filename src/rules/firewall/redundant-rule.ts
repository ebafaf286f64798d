import { LineIndex } from "../../engine/location.ts";
import { removeRule } from "../../model/firewall/remove-rule.ts";
import { needless } from "../../model/firewall/shadowed.ts";
import { closedIptables, closedNftables } from "../closed-firewall.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "Removing this rule changes no verdict: a later rule decides the same.",
  why: "Rules that do nothing hide those that do. Whoever removes this one to close something sees that it stays open.",
  instead: "Keep the wider rule, or narrow it so that both are needed.",
  lessons: [],
  reads: ["firewall"],
  severity: "info",
  fix: "safe",
  fixSafety: "Every packet meets with the same verdict without the rule.",
  lifecycle: "stable",
  sources: ["Al-Shaer and Hamed, Discovery of Policy Anomalies in Distributed Firewalls, IEEE INFOCOM 2004"],
  data: { by: "the line of the rule that decides the same" },
  examples: {
    bad: [
      closedNftables("⟦ip saddr 192.0.2.7 tcp dport 443 accept⟧", "tcp dport { 80, 443 } accept"),
      { "rules.v4": closedIptables("⟦-A INPUT -s 192.0.2.7/32 -p tcp -m tcp --dport 443 -j ACCEPT⟧", "-A INPUT -s 192.0.2.0/24 -p tcp -m tcp --dport 443 -j ACCEPT") },
    ],
    good: closedNftables("tcp dport { 80, 443 } accept"),
    lookalike: [
      // A drop between them makes the difference.
      closedNftables("ip saddr 192.0.2.7 tcp dport 443 accept", "ip saddr 192.0.2.0/24 drop", "tcp dport { 80, 443 } accept"),
      // It counts or logs, or says what it is for.
      closedNftables("ip saddr 192.0.2.7 tcp dport 443 counter accept", "tcp dport { 80, 443 } accept"),
      closedNftables('ip saddr 192.0.2.7 tcp dport 443 accept comment "the probe"', "tcp dport { 80, 443 } accept"),
      // The end of a chain in so many words.
      closedNftables("drop"),
      { "rules.v4": closedIptables("-A INPUT -p udp -m udp --dport 137 -j DROP", "-A INPUT -j DROP", "-A OUTPUT -o lo -j ACCEPT") },
    ],
  },
  check({ firewall, path, workspace, report }) {
    const { redundant } = needless(workspace, firewall);
    if (redundant.length === 0) return;
    const text = workspace.text(path) ?? "";
    const lines = new LineIndex(text);
    for (const { rule: needed, by } of redundant) {
      const edit = removeRule(text, firewall, needed);
      const line = lines.positionAt(by.rule.range.start).line;
      report({
        location: { path, range: needed.range },
        message: `Line ${line} decides the same about all that this rule matches, and nothing between them does otherwise: it has no effect. Remove it, or narrow line ${line}.`,
        related: [{ location: { path, range: by.rule.range }, message: "This decides the same." }],
        data: { by: line },
        fixes: edit ? [{ title: "Remove the rule", safety: "safe", edits: [edit] }] : [],
      });
    }
  },
});
