import { rangeOf } from "../../model/firewall/evaluate/index.ts";
import { insertRules } from "../../model/firewall/insert-rule.ts";
import { lostReplies } from "../../model/firewall/replies.ts";
import { rule } from "../rule.ts";

const balancer = (established: string, policy = "policy drop"): string => `flush ruleset

table inet filter {
	chain input {
		type filter hook input priority filter; ${policy};
		iif "lo" accept
		${established}icmp type { echo-request, destination-unreachable } accept
		icmpv6 type { echo-request, packet-too-big, nd-neighbor-solicit, nd-neighbor-advert } accept
		tcp dport { 80, 443 } accept
	}
}
`;
const ACCEPT = "ct state established,related accept\n\t\t";

const dump = (...rules: string[]): string => `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
${rules.join("\n")}
-A INPUT -p icmp -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT
`;
const ESTABLISHED = "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";

export default rule({
  what: "The change takes away, narrows or puts behind a drop the accept for replies of running connections.",
  why: "A closed chain then drops the second packet of every connection that the host itself opens, and with it DNS, time, updates, monitoring and back ends, although every rule for an inbound service still looks right. Connections that run at the time break too.",
  instead: "Keep “ct state established,related accept” (iptables: --ctstate RELATED,ESTABLISHED) ahead of every drop in a closed chain.",
  lessons: [],
  reads: ["firewall"],
  severity: "error",
  fix: "unsafe",
  fixSafety: "It accepts every packet of connections that conntrack knows, on all interfaces; the change may have meant to narrow that.",
  lifecycle: "stable",
  sources: ["nft(8), ct state", "iptables-extensions(8), conntrack"],
  data: { hook: "input or forward", partly: "true where some replies still pass" },
  examples: {
    bad: [
      { before: balancer(ACCEPT), after: balancer("", "⟦policy drop⟧") },
      { before: { "rules.v4": dump(ESTABLISHED) }, after: { "rules.v4": dump("⟦-A INPUT -p tcp -m tcp --dport 1024:65535 -j DROP⟧", ESTABLISHED) } },
    ],
    good: { before: balancer(ACCEPT), after: balancer("ct state vmap { established : accept, related : accept, invalid : drop }\n\t\t") },
    lookalike: [
      // The chain is open now.
      { before: balancer(ACCEPT), after: balancer("", "policy accept") },
      { before: { "rules.v4": dump(ESTABLISHED) }, after: { "rules.v4": dump("-A INPUT -m conntrack --ctstate INVALID -j DROP", "-A INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT") } },
    ],
  },
  compare({ before, after, changed, report }) {
    for (const path of changed) {
      const [was, is] = [before.subject("firewall", path), after.subject("firewall", path)];
      if (!was || !is) continue;
      for (const lost of lostReplies(was, is)) {
        const { hook, place, table, chain, partly, example } = lost;
        const by = place.rule ? "this rule" : `the policy of chain ${place.chain.name}`;
        const edit = insertRules(after.text(path) ?? "", is, table, chain, chain.rules[0], [
          { nft: "ct state established,related accept", iptables: "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT" },
        ]);
        const whose = hook === "input" ? "the connections that this host opens" : "forwarded connections";
        report({
          location: { path, range: rangeOf(place) },
          message: partly
            ? `Some replies of ${whose} (such as ${example.proto} on ${example.iif}) were accepted as established and are now dropped by ${by}: the accept for established was narrowed or put behind a drop. Keep it whole and first.`
            : `Replies of ${whose} were accepted as established and are now dropped by ${by}: DNS, updates, back ends and whatever runs at the time break at once. Put “established, related” back ahead of the drop.`,
          ...(partly ? { severity: "warning" as const } : {}),
          data: { hook, partly },
          key: `${hook} ${chain.name}`,
          fixes: edit ? [{ title: `Accept established and related first in chain ${chain.name}`, safety: "unsafe", edits: [edit] }] : [],
        });
      }
    }
  },
});
