import type { OpenInput } from "../../model/firewall/open-input.ts";
import { openInputs } from "../../model/firewall/open-input.ts";
import { addsToOthers } from "../../model/firewall/from-shell/index.ts";
import { packetText } from "../../model/firewall/packet-text.ts";
import { rulesetsBeside } from "../../model/firewall/tracking/ceph.ts";
import { rule } from "../rule.ts";

const host = (last: string, policy = "policy accept"): string => `flush ruleset

table inet filter {
	chain input {
		type filter hook input priority filter; ${policy};
		iif "lo" accept
		ct state established,related accept
		tcp dport 22 accept
		ip saddr 192.0.2.0/24 tcp dport { 5432, 9187 } accept
${last}	}
}
`;

const dump = (policy: string, ...rules: string[]): string => `*filter
:INPUT ${policy} [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
${rules.join("\n")}
COMMIT
`;

export default rule({
  what: "An input chain is written as a list of what is let in, and lets in everything.",
  why: "The accepts have no effect, since what none of them takes is accepted all the same: by the policy, or by a rule that asks for nothing. Every port that a daemon opens is reachable, and nobody notices as long as everything works.",
  instead: "Give the chain the policy drop, or a drop as its last rule, once lo, established and related packets, ICMP and SSH are accepted. Remove accepts that ask for nothing.",
  lessons: [],
  reads: ["firewall"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["nft(8), policy", "iptables(8), -P"],
  data: { by: "policy or rule", accepts: "rules that accept a service, to no effect", drops: "drops that nothing comes to" },
  examples: {
    bad: [
      host("").replace("policy accept", "⟦policy accept⟧"),
      host("\t\t⟦counter accept⟧\n\t\tlog prefix \"in: \" drop\n"),
      host("\t\t⟦ct state new accept⟧\n", "policy drop"),
      { "rules.v4": dump("⟦ACCEPT⟧", "-A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT") },
      { "rules.v4": dump("DROP", "⟦-A INPUT -j ACCEPT⟧", "-A INPUT -j REJECT --reject-with icmp-host-prohibited") },
    ],
    good: [host("\t\treject with icmpx type admin-prohibited\n"), { "rules.v4": dump("ACCEPT", "-A INPUT -j REJECT --reject-with icmp-host-prohibited") }],
    lookalike: [
      // A list of what is kept out.
      host("\t\ttcp dport { 111, 2049 } drop\n"),
      // Another table drops.
      `${host("")}table inet guard {\n\tchain input {\n\t\ttype filter hook input priority filter + 10; policy drop;\n\t\tiif "lo" accept\n\t\tct state established,related accept\n\t\tmeta l4proto { icmp, ipv6-icmp } accept\n\t\ttcp dport { 22, 5432 } accept\n\t}\n}\n`,
      // Only for guests of this host, as their tools write it.
      { "rules.v4": "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i virbr0 -p udp -m udp --dport 53 -j ACCEPT\n-A INPUT -i virbr0 -p tcp -m tcp --dport 53 -j ACCEPT\nCOMMIT\n" },
      // It translates, and filters nothing.
      { "rules.v4": "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -o wan0 -j MASQUERADE\nCOMMIT\n" },
      // One side is trusted, the other is not.
      host('\t\tiifname != "wan0" accept\n\t\tlog prefix "wan: " drop\n'),
      // A template may close it.
      host("{% if closed %}\n\t\tdrop\n{% endif %}\n"),
    ],
  },
  check({ firewall, path, workspace, report }) {
    const beside = rulesetsBeside(workspace, path).filter((other) => other.path !== path);
    for (const open of openInputs(firewall, beside)) {
      const { chain, by, accepts, drops, stateful } = open;
      report({
        location: { path, range: open.rule?.range ?? chain.policyRange ?? chain.nameRange },
        message: message(open),
        ...(stateful && !addsToOthers(workspace, firewall) ? {} : { severity: "info" as const, confidence: "likely" as const }),
        related: by === "policy" ? [{ location: { path, range: accepts[0]!.range }, message: "This accept, for one, has no effect." }] : drops.slice(0, 1).map(({ range }) => ({ location: { path, range }, message: "Nothing comes to this." })),
        data: { by, accepts: accepts.length, drops: drops.length },
        key: `${chain.name} ${by}`,
      });
    }
  },
});

function message({ chain, by, accepts, drops, packet }: OpenInput): string {
  const sample = `${packetText(packet)}, is accepted`;
  if (by === "policy") {
    const count = accepts.length === 1 ? "One rule accepts a service" : `${accepts.length} rules accept services`;
    return `${count} in chain ${chain.name}, and its policy accepts everything else: ${sample}, as to any port. Give the chain the policy drop or a drop as its last rule.`;
  }
  const behind = drops.length === 0 ? "so the policy drop never takes effect" : drops.length === 1 ? "so nothing comes to the drop behind it" : `so nothing comes to the ${drops.length} drops behind it`;
  return `This rule of chain ${chain.name} accepts everything, ${behind}: ${sample}, as to any port. Remove the rule, or narrow it.`;
}
