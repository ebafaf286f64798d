import type { FlowGroup } from "../../model/firewall/change/flow-groups.ts";
import { flowGroups, flowsText } from "../../model/firewall/change/flow-groups.ts";
import { rule } from "../rule.ts";

const host = (...rules: string[]): string => `flush ruleset

table inet filter {
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
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
${rules.map((one) => `${one}\n`).join("")}COMMIT
`;

export default rule({
  what: "The change lets through packets that were refused.",
  why: "What a change of rules means does not stand in its lines: the order, sets, jumps and policies decide. These are the packets that are accepted after it and were not before, worked out for all packets.",
  instead: "Check that all of them are meant to pass. Narrow the rule where they are not.",
  lessons: ["2019-ceph-firewall-reload"],
  reads: ["firewall"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["Yuan et al., FIREMAN, IEEE Symposium on Security and Privacy 2006"],
  data: { flows: "how many sets of packets", anywhere: "true where some of them may come from anywhere", places: "rules or policies that let them through" },
  examples: {
    bad: [
      { before: host(), after: host("⟦tcp dport 8443 accept⟧") },
      { before: host("ip saddr 192.0.2.0/28 udp dport 161 accept"), after: host("⟦ip saddr 192.0.2.0/24 udp dport 161 accept⟧") },
      // A drop goes, and what comes after it takes effect.
      { before: { "rules.v4": dump("-A INPUT -s 198.51.100.0/24 -j DROP", "-A INPUT -p tcp -m tcp --dport 443 -j ACCEPT") }, after: { "rules.v4": dump("⟦-A INPUT -p tcp -m tcp --dport 443 -j ACCEPT⟧") } },
      // From iptables to nftables.
      { before: { "roles/fw/templates/rules.v4": dump() }, after: { "roles/fw/templates/nftables.conf": host("⟦udp dport { 53, 5353 } accept⟧").replace("table inet", "table ip").replace("{ icmp, ipv6-icmp }", "icmp") } },
    ],
    good: { before: host("tcp dport 443 accept", "tcp dport 80 accept"), after: host("tcp dport { 80, 443 } counter accept") },
    lookalike: [
      // A new rule for what was accepted already.
      { before: host(), after: host("ip saddr 192.0.2.7 tcp dport 22 accept") },
      { before: host("tcp dport 8443 accept"), after: host("jump web").replace(/}\n$/, "\tchain web {\n\t\ttcp dport 8443 accept\n\t}\n}\n") },
      // Behind a drop that takes it all.
      { before: host("drop"), after: host("drop", "tcp dport 8443 accept") },
    ],
  },
  compare({ before, after, changed, report, notComputed }) {
    for (const group of flowGroups(before, after, changed, "opened", notComputed)) {
      const { location, flows, places, assumed } = group;
      const anywhere = flows.some((flow) => flow.anywhere && !flow.minor && flow.way !== "output");
      const wide = flows.some((flow) => flow.wide && !flow.minor && flow.way !== "output");
      report({
        location,
        message: message(group, anywhere, wide),
        severity: anywhere || wide || places > 1 ? "warning" : "info",
        ...(assumed ? { confidence: "likely" as const } : {}),
        data: { flows: flows.length, anywhere, places },
      });
    }
  },
});

function message(group: FlowGroup, anywhere: boolean, wide: boolean): string {
  const { flows, places } = group;
  const count = `${flows.length}${group.more ? " or more" : ""} flow${flows.length === 1 ? "" : "s"}`;
  const where = places > 1 ? `The change opens ${count}, by ${places} rules or policies` : `The change opens ${count} here`;
  const width = anywhere ? " They come from anywhere." : wide ? " They are more than one service." : "";
  return `${where}: ${flowsText(group, "was refused and is accepted now")}${flows.length === 1 ? width.replace("They come", "It comes").replace("They are", "It is") : width.replace("They come", "Some come").replace("They are", "Some are")} Check that this is meant.`;
}
