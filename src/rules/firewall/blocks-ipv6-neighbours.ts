import { refusedNeighbours } from "../../model/firewall/closed-input.ts";
import { rangeOf } from "../../model/firewall/evaluate/index.ts";
import { isPart } from "../../model/firewall/loading/repeat.ts";
import { insertRules } from "../../model/firewall/insert-rule.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { effectiveSysctl } from "../../model/kernel/effective.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const host = (icmpv6: string, family = "inet"): string => `flush ruleset

table ${family} filter {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
${icmpv6}
		ip6 saddr 2001:db8:5::/48 tcp dport 22 accept
		tcp dport { 80, 443 } accept
	}
}
`;

export default rule({
  what: "A closed chain drops IPv6 neighbour discovery.",
  why: "IPv6 finds its neighbours, the router among them, by ICMPv6 types 135 and 136. They are never part of a tracked connection, so accepting established does not let them in. Without them no IPv6 packet finds its way, as if the cable were cut, once the cached entries have aged.",
  instead: "Accept icmpv6 nd-neighbor-solicit and nd-neighbor-advert in input (and in a closed output), and nd-router-advert on hosts that configure themselves by it.",
  lessons: [],
  reads: ["firewall"],
  severity: "error",
  fix: "safe",
  fixSafety: "Neighbour discovery reaches no farther than the link (hop limit 255, RFC 4861); it opens no service.",
  lifecycle: "stable",
  sources: ["RFC 4861", "RFC 4890, section 4.4.1", "net/netfilter/nf_conntrack_proto_icmpv6.c: neighbour discovery is not tracked"],
  data: { hook: "input or output", message: "the first message that is dropped: solicitation or advertisement" },
  examples: {
    bad: [
      host("\t\ticmpv6 type { echo-request, packet-too-big } accept").replace("policy drop", "⟦policy drop⟧"),
      // IPv6 is closed altogether: that may be meant, and is said as information.
      `table ip6 filter {
	chain input {
		type filter hook input priority filter; ⟦policy drop⟧;
		iif "lo" accept
	}
}
`,
      {
        "ip6tables.rules": `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
⟦-A INPUT -j DROP⟧
COMMIT
`,
      },
    ],
    good: host("\t\ticmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert, packet-too-big } accept"),
    lookalike: [
      // It is the IPv4 side of a host: another table decides about IPv6.
      host("").replace("ip6 saddr 2001:db8:5::/48", "ip saddr 192.0.2.0/24").replace("table inet", "table ip"),
      // These hosts have no IPv6.
      {
        "hosts.ini": "[web]\nweb01.example.net\n",
        "site.yml": "- hosts: web\n  tasks:\n    - copy:\n        src: rules.v6\n        dest: /etc/iptables/rules.v6\n    - copy:\n        src: 60-net.conf\n        dest: /etc/sysctl.d/60-net.conf\n",
        "files/60-net.conf": "net.ipv6.conf.all.disable_ipv6 = 1\n",
        "files/rules.v6": "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\nCOMMIT\n",
      },
      // Accepted from the link's own addresses.
      host("\t\tip6 saddr fe80::/10 meta l4proto ipv6-icmp accept"),
    ],
  },
  check({ firewall, path, workspace, report }) {
    const text = workspace.text(path) ?? "";
    const off = ipv6IsOff(workspace, path);
    for (const { hook, place, message, meant } of refusedNeighbours(firewall)) {
      if (off && meant !== "named") continue;
      const edit = insertRules(text, firewall, place.table, place.chain, place.rule, [
        { nft: "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept", iptables: "-p ipv6-icmp -m icmp6 --icmpv6-type neighbour-solicitation -j ACCEPT" },
        ...(firewall.dialect === "iptables" ? [{ nft: "", iptables: "-p ipv6-icmp -m icmp6 --icmpv6-type neighbour-advertisement -j ACCEPT" }] : []),
      ]);
      const by = place.rule ? `this rule of chain ${place.chain.name}` : `the policy of chain ${place.chain.name}`;
      report({
        location: { path, range: rangeOf(place) },
        message: `Neighbour ${message}s (ICMPv6 type ${message === "solicitation" ? 135 : 136}) are dropped by ${by}: ${EFFECTS[meant]}`,
        data: { hook, message },
        ...(meant === "named" && isPart(workspace, firewall) ? { severity: "warning" as const, confidence: "likely" as const } : {}),
        ...(meant === "named" ? {} : { severity: "info" as const, confidence: meant === "either" ? ("likely" as const) : ("possible" as const) }),
        // Where all of IPv6 is closed, that may be meant.
        fixes: edit && meant !== "closed" ? [{ title: `Accept neighbour discovery in chain ${place.chain.name}`, safety: "safe", edits: [edit] }] : [],
      });
    }
  },
});

/** Whether every host of the file is known to have no IPv6 at all. */
function ipv6IsOff(workspace: Workspace, path: string): boolean {
  const scope = workspace.fleet.scopeOf(path);
  if (isUnknown(scope) || scope.hosts.length === 0) return false;
  return scope.hosts.every((one) => {
    const set = effectiveSysctl(workspace, one, "net.ipv6.conf.all.disable_ipv6");
    return set !== undefined && !isUnknown(set) && set.value === "1";
  });
}

const EFFECTS = {
  named: "the host loses IPv6 altogether, although rules here accept it. Accept icmpv6 nd-neighbor-solicit and nd-neighbor-advert ahead of the drop.",
  either: "a host that has IPv6 cannot use it, although these rules are for both families. Accept icmpv6 nd-neighbor-solicit and nd-neighbor-advert ahead of the drop.",
  closed: "no rule here lets IPv6 in, and a host with an IPv6 address has none that works. If that is meant, turn IPv6 off (net.ipv6.conf.all.disable_ipv6), so that nothing waits for it; else accept neighbour discovery as well.",
} as const;
