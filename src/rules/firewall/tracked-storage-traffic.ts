import { isUnknown } from "../../engine/unknown.ts";
import { hostsText } from "../../model/firewall/reload/words.ts";
import { acceptsPorts } from "../../model/firewall/tracking/accepted.ts";
import { statefulPlace } from "../../model/firewall/tracking/index.ts";
import { cephHosts, cephPorts, spokenForElsewhere, trackedCeph } from "../../model/firewall/tracking/ceph.ts";
import { isCephPort } from "../../model/firewall/tracking/evidence.ts";
import { exemptPorts } from "../../model/firewall/tracking/notrack.ts";
import { portsText } from "../../model/firewall/tracking/ports.ts";
import { rule } from "../rule.ts";

const RULES = `flush ruleset

table inet filter {
	chain input {
		type filter hook input priority 0; policy drop;
		iif lo accept
		ct state established,related accept
		icmp type { destination-unreachable, time-exceeded } accept
		icmpv6 type { packet-too-big, time-exceeded, nd-neighbor-solicit, nd-neighbor-advert } accept
		tcp dport 22 accept
		⟦ip saddr 10.20.0.0/22 tcp dport { 3300, 6789, 6800-7300 } ct state new accept⟧
	}
}
`;

const EXEMPT = `flush ruleset

table inet filter {
	chain early_in {
		type filter hook prerouting priority raw; policy accept;
		tcp dport { 3300, 6789, 6800-7300 } notrack
		tcp sport { 3300, 6789, 6800-7300 } notrack
	}

	chain early_out {
		type filter hook output priority raw; policy accept;
		tcp dport { 3300, 6789, 6800-7300 } notrack
		tcp sport { 3300, 6789, 6800-7300 } notrack
	}

	chain input {
		type filter hook input priority 0; policy drop;
		iif lo accept
		ct state established,related accept
		icmp type { destination-unreachable, time-exceeded } accept
		icmpv6 type { packet-too-big, time-exceeded, nd-neighbor-solicit, nd-neighbor-advert } accept
		tcp dport 22 accept
		ip saddr 10.20.0.0/22 tcp dport { 3300, 6789, 6800-7300 } accept
		ip saddr 10.20.0.0/22 tcp sport { 3300, 6789, 6800-7300 } ct state untracked accept
	}
}
`;

const STATELESS = `flush ruleset

table inet filter {
	chain input {
		type filter hook input priority 0; policy accept;
		ip saddr != 10.20.0.0/22 tcp dport { 3300, 6789, 6800-7300 } drop
	}
}
`;

const repository = (rules: string): Record<string, string> => ({
  "inventory.ini": "[ceph_osd]\nstore[01:06].example.net\n",
  "site.yml": "- hosts: ceph_osd\n  serial: 1\n  tasks:\n    - copy:\n        src: nftables.conf\n        dest: /etc/nftables.conf\n",
  "files/nftables.conf": rules,
});

export default rule({
  what: "Storage traffic is tracked by conntrack.",
  why: "The table of connections has a fixed size for the whole host. When OSDs restart and recover, each opens connections to most of the others at once; when the table is full, packets that would open another are dropped at random, and the cluster fails just when it has to heal.",
  instead: "Exempt Ceph's ports with notrack in chains ahead of conntrack (priority raw), for both directions, and accept the untracked packets; or keep stateful rules off storage hosts.",
  lessons: ["2014-osd-restart-corruption"],
  reads: ["firewall"],
  severity: "warning",
  fix: "unsafe",
  fixSafety: "Packets of exempt connections no longer match established; other rules that rely on that have to accept them.",
  lifecycle: "stable",
  sources: ["nft(8), notrack", "iptables-extensions(8), CT --notrack", "Linux net/netfilter/nf_conntrack_core.c, __nf_conntrack_alloc", "Ceph ms_bind_port_max: 7300 until Pacific, 7568 since Quincy"],
  data: { hosts: "storage hosts whose Ceph traffic is tracked", ports: "TCP ports that are tracked" },
  examples: {
    bad: repository(RULES),
    good: repository(EXEMPT),
    lookalike: repository(STATELESS),
  },
  check({ firewall, path, workspace, report, notComputed }) {
    const place = statefulPlace(firewall);
    if (place === undefined) return;
    const hosts = cephHosts(workspace, path);
    const accepts = acceptsPorts(firewall, isCephPort);
    if (hosts.length === 0 && accepts.length === 0) return;
    const scope = workspace.fleet.scopeOf(path);
    if (!isUnknown(scope) && scope.hosts.length === 0) return;
    if (spokenForElsewhere(workspace, firewall)) return;
    const tracked = trackedCeph(workspace, path);
    if (tracked.unknown) {
      notComputed(path, "a set or a template decides which ports are exempt from connection tracking");
      return;
    }
    const partly = tracked.ports.length === 0;
    const ports = partly ? tracked.beyond : tracked.ports;
    if (ports.length === 0) return;
    const edits = partly ? undefined : exemptPorts(workspace, firewall, cephPorts(workspace).all);
    const where = hosts.length > 0 ? `on ${hostsText(hosts, "storage")}` : "wherever this ruleset guards Ceph";
    report({
      location: { path, range: accepts[0]?.range ?? place },
      severity: hosts.length > 0 && !partly ? "warning" : "info",
      confidence: hosts.length > 0 ? "certain" : "possible",
      message: `Connections to Ceph's TCP ports ${portsText(ports)} are tracked ${where}. When OSDs restart, their connections fill the table, and those beyond it are refused at random. Exempt the ports with notrack ahead of conntrack, both ways, and accept the untracked packets, or take the stateful rules off storage hosts.`,
      related: accepts.length > 0 ? [{ location: { path, range: place }, message: "This makes the kernel track connections." }] : [],
      data: { hosts: hosts.length, ports: portsText(ports) },
      fixes: edits === undefined ? [] : [{ title: "Exempt Ceph's ports from connection tracking", safety: "unsafe", edits }],
      key: "ceph",
    });
  },
});
