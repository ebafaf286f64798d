import { acceptsNotFinal } from "../../model/firewall/finality.ts";
import type { NotFinal } from "../../model/firewall/finality.ts";
import { rangeOf } from "../../model/firewall/evaluate/index.ts";
import { packetText } from "../../model/firewall/packet-text.ts";
import { rulesetsBeside } from "../../model/firewall/tracking/ceph.ts";
import { rule } from "../rule.ts";

const allow = (name: string, priority: string, ...rules: string[]): string => `table inet ${name} {
	chain input {
		type filter hook input priority ${priority}; policy accept;
${rules.map((one) => `\t\t${one}\n`).join("")}	}
}
`;
const CLOSED = `table inet base {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		meta l4proto { icmp, ipv6-icmp } accept
		tcp dport { 22, 443 } accept
	}
}
`;

const repository = (early: string): Record<string, string> => ({
  "inventory.ini": "[db]\ndb[01:02].example.net\n",
  "site.yml": "- hosts: db\n  tasks:\n    - copy:\n        src: nftables.conf\n        dest: /etc/nftables.conf\n    - copy:\n        src: rules.v4\n        dest: /etc/iptables/rules.v4\n",
  "files/nftables.conf": `flush ruleset\n${CLOSED}`,
  "files/rules.v4": early,
});
const DUMP = (port: number): string => `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
${port === 443 ? "" : "⟦"}-A INPUT -p tcp -m tcp --dport ${port} -j ACCEPT${port === 443 ? "" : "⟧"}
COMMIT
`;

export default rule({
  what: "A later base chain of the same hook drops what this one accepts.",
  why: "An accept ends the base chain that says it, not the packet's way: the next base chain of the hook, of another table or of another tool, judges it anew. Only a drop is final. The service stays closed although a rule opens it.",
  instead: "Accept it in every base chain of the hook that drops, or keep all filtering of a hook in one chain and jump from there.",
  lessons: [],
  reads: ["firewall"],
  severity: "info",
  fix: "none",
  lifecycle: "stable",
  sources: ["nft(8), verdict statement: accept", "Linux net/netfilter/core.c, nf_hook_slow"],
  data: { rules: "accepts without effect", of: "rules of the chain that accept something by name" },
  examples: {
    bad: [
      `flush ruleset\n${allow("early", "filter - 10", "⟦tcp dport 8080 accept⟧")}${CLOSED}`,
      // Several: said once, at the first.
      `flush ruleset\n${allow("early", "filter - 10", "⟦ip saddr 192.0.2.0/24 tcp dport { 5432, 6379 } accept⟧", "udp dport 1194 accept", "tcp dport 22 accept")}${CLOSED}`,
      // Another tool's rules on the same hosts.
      repository(DUMP(5432)),
    ],
    good: `flush ruleset\n${allow("early", "filter - 10", "tcp dport 443 accept")}${CLOSED}`,
    lookalike: [
      // It comes before and only keeps out.
      `flush ruleset\n${allow("early", "filter - 10", "ip saddr 198.51.100.0/24 drop")}${CLOSED}`,
      // In mangle, ACCEPT means: enough of this table.
      { "rules.v4": "*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 8080 -j ACCEPT\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p icmp -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n" },
      repository(DUMP(443)),
    ],
  },
  check({ firewall, path, workspace, report }) {
    const others = rulesetsBeside(workspace, path, true).filter((other) => other.path !== path && other.dialect !== firewall.dialect);
    for (const one of acceptsNotFinal(firewall, others)) {
      const { rules, of, place } = one;
      report({
        location: { path, range: rules[0]!.range },
        message: message(one, path),
        related: [{ location: { path: place.path, range: rangeOf(place) }, message: "This drops it." }].filter(({ location }) => location.range.end > location.range.start),
        data: { rules: rules.length, of },
        key: `${one.chain.name} ${place.table.name}`,
      });
    }
  },
});

function message({ chain, rules, place, packet }: NotFinal, path: string): string {
  const more = rules.length === 1 ? "" : rules.length === 2 ? ", as is what another rule of this chain accepts" : `, as is what ${rules.length - 1} other rules of this chain accept`;
  const where = `chain ${place.chain.name} of table ${place.table.family} ${place.table.name}${place.path === path ? "" : ` (${place.path})`}`;
  return `Chain ${chain.name} accepts this, and ${where}, which comes later on the same hook, drops it: ${packetText(packet)}, does not get in${more}. Accept it there too, or filter in one chain.`;
}
