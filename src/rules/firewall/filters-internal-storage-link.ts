import { isUnknown } from "../../engine/unknown.ts";
import { storageLinks } from "../../model/firewall/paths/storage-link.ts";
import { statefulPlace } from "../../model/firewall/tracking/index.ts";
import { hostsText } from "../../model/firewall/reload/words.ts";
import { rule } from "../rule.ts";

const host = (rules: string, before = ""): string => `flush ruleset

table inet filter {
${before}	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
		iifname "front0" tcp dport { 22, 9100 } accept
${rules}
	}
}
`;

const EXEMPT = `	chain early {
		type filter hook prerouting priority raw; policy accept;
		tcp dport { 3300, 6789, 6800-7568 } notrack
		tcp sport { 3300, 6789, 6800-7568 } notrack
	}

`;

export default rule({
  what: "A link that carries nothing but storage traffic is filtered with connection tracking.",
  why: "On a link of its own, storage needs no firewall against its own members; but with one, each reload of the rules, each full table and each wrong limit stands between them. That is how a small change of a limit stopped a cluster's I/O.",
  instead: "Keep strangers off the link (its own network or VLAN), and accept its interface ahead of the first conntrack rule, with notrack for its ports; or filter by address without ct.",
  lessons: ["2019-ceph-firewall-reload", "2014-osd-restart-corruption"],
  reads: ["firewall"],
  severity: "info",
  fix: "none",
  lifecycle: "stable",
  sources: ["nft(8), notrack and ct", "Ceph's manual, network configuration reference: the cluster network"],
  data: { link: "the interface or network", services: "what passes there" },
  examples: {
    bad: [
      host('\t\t⟦iifname "back0" tcp dport { 3300, 6789, 6800-7568 } accept⟧'),
      {
        "rules.v4": "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -i front0 -p tcp -m tcp --dport 22 -j ACCEPT\n⟦-A INPUT -i san0 -p tcp -m tcp --dport 3260 -j ACCEPT⟧\nCOMMIT\n",
      },
      { "nftables.conf": host("\t\t⟦ip saddr 10.20.4.0/24 tcp dport 6800-7300 accept⟧\n\t\tip saddr 10.20.0.0/24 tcp dport { 3300, 6789, 6800-7300 } accept"), "ceph.conf": "[global]\npublic network = 10.20.0.0/24\ncluster network = 10.20.4.0/24\n" },
    ],
    good: [
      host('\t\tiifname "back0" accept'),
      host('\t\tiifname "back0" tcp dport { 3300, 6789, 6800-7568 } accept\n\t\tiifname "back0" tcp sport { 3300, 6789, 6800-7568 } accept', EXEMPT),
    ],
    lookalike: [
      // Clients come in by the same interface.
      host('\t\tiifname "back0" tcp dport { 3300, 6789, 6800-7568 } accept\n\t\tiifname "back0" tcp dport { 80, 443 } accept'),
      host("\t\tip saddr 10.20.0.0/24 tcp dport { 3300, 6789, 6800-7568 } accept"),
      // Filtered by address alone: nothing is tracked.
      'table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t\tiifname "back0" tcp dport 6800-7300 accept\n\t\tiifname "back0" tcp sport 6800-7300 accept\n\t}\n}\n',
    ],
  },
  check({ firewall, path, workspace, report }) {
    const scope = workspace.fleet.scopeOf(path);
    if (!isUnknown(scope) && scope.hosts.length === 0) return;
    const storage = isUnknown(scope) ? [] : scope.hosts.filter((one) => workspace.fleet.trait(one, "storage") !== undefined);
    for (const { link, services, rule: by } of storageLinks(workspace, firewall)) {
      const where = storage.length > 0 ? ` on ${hostsText(storage, "storage")}` : "";
      report({
        location: { path, range: by.range },
        message: `The ${link} carries only ${services.join(" and ")} here${where}, and a stateful ruleset stands between its members: each reload of the rules and each full table of connections can cut them off. Accept the link ahead of the conntrack rules, with notrack, or keep strangers off it without a filter.`,
        related: [{ location: { path, range: statefulPlace(firewall)! }, message: "This makes the kernel track connections." }],
        data: { link, services: services.join(", ") },
        confidence: storage.length > 0 ? "likely" : "possible",
        key: link,
      });
    }
  },
});
