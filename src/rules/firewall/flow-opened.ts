import type { FlowGroup } from "../../model/firewall/change/flow-groups.ts";
import { flowGroups, flowsText } from "../../model/firewall/change/flow-groups.ts";
import { closedIptables, closedNftables } from "../closed-firewall.ts";
import { rule } from "../rule.ts";

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
      { before: closedNftables(), after: closedNftables("⟦tcp dport 8443 accept⟧") },
      { before: closedNftables("ip saddr 192.0.2.0/28 udp dport 161 accept"), after: closedNftables("⟦ip saddr 192.0.2.0/24 udp dport 161 accept⟧") },
      // A drop goes, and what comes after it takes effect.
      { before: { "rules.v4": closedIptables("-A INPUT -s 198.51.100.0/24 -j DROP", "-A INPUT -p tcp -m tcp --dport 443 -j ACCEPT") }, after: { "rules.v4": closedIptables("⟦-A INPUT -p tcp -m tcp --dport 443 -j ACCEPT⟧") } },
      // From iptables to nftables.
      { before: { "roles/fw/templates/rules.v4": closedIptables() }, after: { "roles/fw/templates/nftables.conf": closedNftables("⟦udp dport { 53, 5353 } accept⟧").replace("table inet", "table ip").replace("{ icmp, ipv6-icmp }", "icmp") } },
    ],
    good: { before: closedNftables("tcp dport 443 accept", "tcp dport 80 accept"), after: closedNftables("tcp dport { 80, 443 } counter accept") },
    lookalike: [
      // A new rule for what was accepted already.
      { before: closedNftables(), after: closedNftables("ip saddr 192.0.2.7 tcp dport 22 accept") },
      { before: closedNftables("tcp dport 8443 accept"), after: closedNftables("jump web").replace(/}\n$/, "\tchain web {\n\t\ttcp dport 8443 accept\n\t}\n}\n") },
      // A ban ends, of a stranger who may come in by nothing but the loopback.
      { before: { "rules.v4": closedIptables().replace("-p tcp -m tcp --dport 22", "-s 192.0.2.0/24 -p tcp -m tcp --dport 22").replace("-p icmp", "-s 192.0.2.0/24 -p icmp").replace("-A INPUT -i lo", "-A INPUT -s 203.0.113.9/32 -m conntrack --ctstate NEW -j DROP\n-A INPUT -i lo") }, after: { "rules.v4": closedIptables().replace("-p tcp -m tcp --dport 22", "-s 192.0.2.0/24 -p tcp -m tcp --dport 22").replace("-p icmp", "-s 192.0.2.0/24 -p icmp") } },
      // Behind a drop that takes it all.
      { before: closedNftables("drop"), after: closedNftables("drop", "tcp dport 8443 accept") },
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
