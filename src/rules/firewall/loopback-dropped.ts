import { refusedLoopback } from "../../model/firewall/closed-input.ts";
import { rangeOf } from "../../model/firewall/evaluate/index.ts";
import { isPart } from "../../model/firewall/loading/repeat.ts";
import { insertRules } from "../../model/firewall/insert-rule.ts";
import { rule } from "../rule.ts";

const host = (first: string, policy = "policy drop"): string => `flush ruleset

table inet filter {
	chain input {
		type filter hook input priority filter; ${policy};
${first}
		ct state established,related accept
		meta l4proto { icmp, ipv6-icmp } accept
		tcp dport { 22, 443 } accept
	}
}
`;

export default rule({
  what: "A closed chain does not accept the loopback interface.",
  why: "A host talks to itself over lo: resolvers on 127.0.0.53, databases, monitoring agents, proxies. Those connections are dropped like any stranger's, and services fail in ways that do not look like a firewall.",
  instead: "Accept lo first: iif \"lo\" accept, or -A INPUT -i lo -j ACCEPT; the same for lo in a closed output chain.",
  lessons: [],
  reads: ["firewall"],
  severity: "error",
  fix: "safe",
  fixSafety: "Only packets that the host itself sent arrive on lo.",
  lifecycle: "stable",
  sources: ["RFC 1122, section 3.2.1.3 (g)", "net/ipv4/ip_input.c: packets on lo pass the input hook like others"],
  data: { hook: "input or output" },
  examples: {
    bad: [
      host("").replace("policy drop", "⟦policy drop⟧").replace("\n\n\t\tct", "\n\t\tct"),
      {
        "rules.v4": `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
⟦-A INPUT -j REJECT --reject-with icmp-host-prohibited⟧
COMMIT
`,
      },
      // Dropped before it comes to the input hook: the accept belongs there.
      host('\t\tiif "lo" accept').replace(
        "table inet filter {\n",
        "table inet filter {\n\tchain early {\n\t\ttype filter hook prerouting priority raw; policy accept;\n\t\tip saddr 192.0.2.0/24 accept\n\t\t⟦drop⟧\n\t}\n",
      ),
    ],
    good: host('\t\tiif "lo" accept'),
    lookalike: [
      // Accepted by its addresses, or by naming every other interface as the one that is closed.
      host("\t\tip saddr 127.0.0.0/8 ip daddr 127.0.0.0/8 accept"),
      host('\t\tiifname != "wan0" accept'),
      // It is there to cut the host off.
      "table inet sealed {\n\tchain in {\n\t\ttype filter hook input priority filter\n\t\tcounter drop\n\t}\n\tchain out {\n\t\ttype filter hook output priority filter\n\t\tdrop\n\t}\n}\n",
      // The loopback by its index, which is 1 everywhere.
      host("\t\tiif 1 accept"),
    ],
  },
  check({ firewall, path, workspace, report }) {
    const text = workspace.text(path) ?? "";
    for (const { hook, place, table, chain } of refusedLoopback(firewall)) {
      const name = hook === "input" ? { nft: 'iif "lo" accept', iptables: "-i lo -j ACCEPT" } : { nft: 'oif "lo" accept', iptables: "-o lo -j ACCEPT" };
      const edit = insertRules(text, firewall, table, chain, chain.rules[0], [name]);
      const by = place.rule ? `this rule of chain ${place.chain.name}` : `the policy of chain ${place.chain.name}`;
      report({
        location: { path, range: rangeOf(place) },
        message: `Packets ${hook === "input" ? "from" : "to"} the loopback interface are dropped by ${by}: the host cannot talk to its own services, such as a local resolver or database. Accept lo first in chain ${chain.name}.`,
        data: { hook },
        ...(isPart(workspace, firewall) ? { severity: "warning" as const, confidence: "likely" as const } : {}),
        fixes: edit ? [{ title: `Accept lo in chain ${chain.name}`, safety: "safe", edits: [edit] }] : [],
      });
    }
  },
});
