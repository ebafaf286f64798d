import type { FlowGroup } from "../../model/firewall/change/flow-groups.ts";
import { flowGroups, flowsText } from "../../model/firewall/change/flow-groups.ts";
import { closedNftables } from "../closed-firewall.ts";
import { rule } from "../rule.ts";

const CLOSED = ["policy drop", "⟦policy drop⟧"] as const;

const router = (...rules: string[]): string => `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
${rules.map((one) => `${one}\n`).join("")}COMMIT
`;

export default rule({
  what: "The change refuses packets that were let through.",
  why: "What a change of rules means does not stand in its lines: the order, sets, jumps and policies decide. These are the packets that were accepted before it and are refused after, worked out for all packets; whoever sends them loses a service.",
  instead: "Check that nobody needs them any more. Move the accept ahead of the drop where they were not meant.",
  lessons: ["2019-ceph-firewall-reload"],
  reads: ["firewall"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["Yuan et al., FIREMAN, IEEE Symposium on Security and Privacy 2006"],
  data: { flows: "how many sets of packets", whole: "true where a service is closed to everybody", places: "rules or policies that refuse them" },
  examples: {
    bad: [
      { before: closedNftables("tcp dport 443 accept"), after: closedNftables().replace(...CLOSED) },
      { before: closedNftables("tcp dport 443 accept"), after: closedNftables("ip saddr 192.0.2.0/24 tcp dport 443 accept").replace(...CLOSED) },
      {
        before: { "rules.v4": router("-A FORWARD -i lan0 -o wan0 -j ACCEPT") },
        after: { "rules.v4": router("⟦-A FORWARD -p udp -m udp --dport 443 -j REJECT --reject-with icmp-port-unreachable⟧", "-A FORWARD -i lan0 -o wan0 -j ACCEPT") },
      },
    ],
    good: { before: closedNftables("tcp dport 443 accept", "tcp dport 80 accept"), after: closedNftables("tcp dport { 80, 443 } counter accept") },
    lookalike: [
      // What the rule accepted, another one accepts.
      { before: closedNftables("ip saddr 192.0.2.7 tcp dport 22 accept"), after: closedNftables() },
      // It never took effect.
      { before: closedNftables("drop", "tcp dport 8443 accept"), after: closedNftables("drop") },
      // Only packets that conntrack calls invalid are left out.
      { before: closedNftables("tcp dport 8443 accept"), after: closedNftables("tcp dport 8443 ct state new accept") },
      // A set takes the place of a list.
      { before: closedNftables("ip saddr { 192.0.2.7, 192.0.2.8 } tcp dport 873 accept"), after: closedNftables("ip saddr @mirrors tcp dport 873 accept").replace("chain input", "set mirrors {\n\t\ttype ipv4_addr\n\t\telements = { 192.0.2.7, 192.0.2.8 }\n\t}\n\n\tchain input") },
    ],
  },
  compare({ before, after, changed, report, notComputed }) {
    for (const group of flowGroups(before, after, changed, "closed", notComputed)) {
      const { location, flows, places, assumed } = group;
      const whole = flows.some((flow) => flow.whole && !flow.minor && flow.way !== "output");
      const wide = flows.some((flow) => flow.wide && flow.anywhere && !flow.minor && flow.way !== "output");
      report({
        location,
        message: message(group, whole),
        severity: (whole || wide || places > 1) && !assumed ? "warning" : "info",
        ...(assumed ? { confidence: "likely" as const } : {}),
        data: { flows: flows.length, whole, places },
        key: `closed ${flows.map(({ words, way }) => `${way} ${words}`).join("; ")}`,
      });
    }
  },
});

function message(group: FlowGroup, whole: boolean): string {
  const { flows, places } = group;
  const count = `${flows.length}${group.more ? " or more" : ""} flow${flows.length === 1 ? "" : "s"}`;
  const where = places > 1 ? `The change closes ${count}, by ${places} rules or policies` : `The change closes ${count}, which ${flows.length === 1 ? "ends" : "end"} here now`;
  const all = whole ? (flows.length === 1 ? " Nobody reaches it any more." : " Some of them nobody reaches any more.") : "";
  return `${where}: ${flowsText(group, "was accepted and is refused now")}${all} Check that nobody needs ${flows.length === 1 ? "it" : "them"}.`;
}
