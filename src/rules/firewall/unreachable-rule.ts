import { LineIndex } from "../../engine/location.ts";
import { ruleKey } from "../../model/firewall/change/same.ts";
import { removeRule } from "../../model/firewall/remove-rule.ts";
import type { Shadowed } from "../../model/firewall/flows/shadowing.ts";
import { needless } from "../../model/firewall/shadowed.ts";
import { rule } from "../rule.ts";

const host = (...rules: string[]): string => `flush ruleset

table inet filter {
	set office {
		type ipv4_addr
		flags interval
		elements = { 192.0.2.0/25, 198.51.100.0/24 }
	}

	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		meta l4proto { icmp, ipv6-icmp } accept
		tcp dport 22 accept
${rules.map((one) => `\t\t${one}\n`).join("")}	}
}
`;

const dump = (...rules: string[]): string => `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:WEB - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 443 -j WEB
${rules.map((one) => `${one}\n`).join("")}COMMIT
`;

export default rule({
  what: "No packet ever comes to this rule and matches it.",
  why: "Earlier rules decide about all that it matches, or its own matches contradict each other. What it was written for does not happen: an accept behind a drop opens nothing, and a drop behind an accept closes nothing.",
  instead: "Move the rule ahead of those that take its packets, or remove it.",
  lessons: [],
  reads: ["firewall"],
  severity: "warning",
  fix: "safe",
  fixSafety: "Nothing comes to the rule, so nothing changes without it.",
  lifecycle: "stable",
  sources: ["Al-Shaer and Hamed, Discovery of Policy Anomalies in Distributed Firewalls, IEEE INFOCOM 2004", "Yuan et al., FIREMAN, IEEE Symposium on Security and Privacy 2006"],
  data: { kind: "covered, empty or elsewhere", by: "rules that take its packets", differs: "true where some of its packets meet with another verdict than its own" },
  examples: {
    bad: [
      host("ip saddr 192.0.2.0/24 drop", "⟦ip saddr 192.0.2.7 tcp dport 5432 accept⟧"),
      // Two together take what neither takes alone.
      host("tcp dport 1-1023 drop", "tcp dport 1024-65535 drop", "⟦tcp dport 1000-1100 accept⟧"),
      host("ip saddr @office accept", "⟦ip saddr 198.51.100.128/25 udp dport 161 drop⟧"),
      host("⟦ip saddr 192.0.2.0/26 ip saddr 198.51.100.7 tcp dport 25 accept⟧"),
      { "rules.v4": dump("-A INPUT -j REJECT --reject-with icmp-host-prohibited", "⟦-A INPUT -p udp -m udp --dport 53 -j ACCEPT⟧") },
      { "rules.v4": dump("-A WEB -s 203.0.113.0/24 -j DROP", "⟦-A WEB -p tcp -m tcp --dport 80 -j ACCEPT⟧") },
    ],
    good: host("ip saddr 192.0.2.7 tcp dport 5432 accept", "ip saddr 192.0.2.0/24 drop"),
    lookalike: [
      // What exceeds the limit goes on to the twin.
      host("tcp dport 443 limit rate 50/second accept", "tcp dport 443 drop"),
      host("tcp dport 443 ct count over 20 drop", "tcp dport 443 accept"),
      // A template, a set that fills, or a random choice decides about the first.
      host("{% if closed %}\n\t\tip saddr 192.0.2.0/24 drop\n{% endif %}", "ip saddr 192.0.2.7 tcp dport 5432 accept"),
      host("ip saddr @banned drop", "ip saddr 192.0.2.7 tcp dport 5432 accept").replace("set office", "set banned {\n\t\ttype ipv4_addr\n\t\tflags dynamic, timeout\n\t}\n\n\tset office"),
      host("numgen random mod 2 < 1 tcp dport 8080 drop", "tcp dport 8080 accept"),
      // The first is for one family.
      host("ip protocol udp drop", "udp dport 53 accept"),
      { "rules.v4": dump("-A INPUT -p tcp -m tcp --dport 80 -m time --timestart 08:00 --timestop 18:00 -j ACCEPT", "-A INPUT -p tcp -m tcp --dport 80 -j DROP", "-A INPUT -p tcp -m statistic --mode random --probability 0.5 -m tcp --dport 81 -j DROP", "-A INPUT -p tcp -m tcp --dport 81 -j ACCEPT") },
    ],
  },
  check({ firewall, path, workspace, report, notComputed }) {
    const { unreachable, notComputed: open } = needless(workspace, firewall);
    for (const reason of open) notComputed(path, reason);
    if (unreachable.length === 0) return;
    const text = workspace.text(path) ?? "";
    const lines = new LineIndex(text);
    for (const one of unreachable) {
      const { rule: shadowed, kind, by, differs } = one;
      const edit = removeRule(text, firewall, shadowed);
      report({
        location: { path, range: shadowed.range },
        message: message(one, (offset) => lines.positionAt(offset).line),
        // Twice the same harms nobody, and neither does a chain that is written for more than what comes to it.
        ...(kind === "elsewhere" || (kind === "covered" && (!differs || isTwin(one))) ? { severity: "info" as const } : {}),
        related: by.slice(0, 4).map(({ rule: other }) => ({ location: { path, range: other.range }, message: kind === "elsewhere" ? "Only this leads here." : "This takes its packets." })),
        data: { kind, by: by.length, differs },
        fixes: edit ? [{ title: "Remove the rule", safety: "safe", edits: [edit] }] : [],
      });
    }
  },
});

/** The same rule once more. */
function isTwin({ rule: shadowed, by }: Shadowed): boolean {
  return by.length === 1 && ruleKey(by[0]!.rule) === ruleKey(shadowed);
}

function message(shadowed: Shadowed, lineOf: (offset: number) => number): string {
  const { kind, by, differs, chain, rule: own } = shadowed;
  if (kind === "empty") return "No packet can match this rule: its matches contradict each other. It has no effect. Mend the matches, or remove the rule.";
  const lines = [...new Set(by.map(({ rule: other }) => lineOf(other.range.start)))];
  const shown = lines.length > 4 ? `lines ${lines.slice(0, 3).join(", ")} and ${lines.length - 3} more` : lines.length > 1 ? `lines ${lines.slice(0, -1).join(", ")} and ${lines.at(-1)}` : `line ${lines[0]}`;
  if (kind === "elsewhere") return `No packet that this rule matches comes to chain ${chain.name}${by.length > 0 ? `, where only ${shown} lead${lines.length === 1 ? "s" : ""}` : ""}. It has no effect. Mend its matches or those that lead here, or remove it.`;
  const takes = `No packet comes to this rule: ${shown} take${lines.length === 1 ? "s" : ""} all that it matches`;
  if (isTwin(shadowed)) return `${takes} and says the same. Remove one of them.`;
  const one = lines.length === 1;
  if (!own.statements.some((statement) => statement.kind === "verdict" && /^(accept|drop|reject|return)$/.test(statement.verdict.kind))) return `${takes}. What this rule was written for does not happen. Move it ahead, or remove it.`;
  if (!differs) return `${takes}, and decide${one ? "s" : ""} the same. It has no effect. Remove it.`;
  return `${takes}, and decide${one ? "s" : ""} otherwise. What this rule was written for does not happen. Move it ahead, or remove it.`;
}
