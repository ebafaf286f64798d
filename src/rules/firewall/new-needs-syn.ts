import { newNeedsSyn } from "../../model/firewall/tracking/new-needs-syn.ts";
import { longLived } from "../../model/firewall/tracking/evidence.ts";
import { rule } from "../rule.ts";

const host = (rules: string): string => `flush ruleset

table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
${rules}
	}
}
`;

const save = (rules: string): string => `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
${rules}
COMMIT
`;

export default rule({
  what: "Long-lived connections can only begin with a SYN here.",
  why: "When tracking starts anew (the rules are loaded for the first time, the table of connections is emptied, an entry times out during silence), running connections have no entry. Conntrack picks them up as NEW in mid-stream, but a rule that takes NEW only with a SYN drops them, and the service hangs until it times out.",
  instead: "For internal storage and database ports accept NEW without asking for the SYN, or accept the port ahead of every conntrack rule.",
  lessons: ["2019-ceph-firewall-reload"],
  reads: ["firewall"],
  severity: "info",
  fix: "unsafe",
  fixSafety: "Packets that begin no connection reach the service, which answers them with a reset.",
  lifecycle: "stable",
  sources: ["Linux Documentation/networking/nf_conntrack-sysctl.rst, nf_conntrack_tcp_loose", "iptables-extensions(8), tcp --syn"],
  data: { service: "the service with long-lived connections", port: "one of its ports" },
  examples: {
    bad: [
      host("\t\t⟦tcp flags & (fin | syn | rst | ack) == syn⟧ ct state new tcp dport 6800-7300 accept"),
      host("\t\t⟦ct state new tcp flags & (fin | syn | rst | ack) != syn drop⟧\n\t\tip saddr 192.0.2.0/24 tcp dport 5432 accept"),
      { "rules.v4": save("-A INPUT -p tcp -m tcp --dport 3260 ⟦--tcp-flags FIN,SYN,RST,ACK SYN⟧ -m conntrack --ctstate NEW -j ACCEPT") },
      { "rules.v4": save("⟦-A INPUT -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate NEW -j DROP⟧\n-A INPUT -p tcp -m tcp --dport 2049 -j ACCEPT") },
    ],
    good: [
      host("\t\ttcp dport 6800-7300 accept"),
      host("\t\tip saddr 192.0.2.0/24 tcp dport 5432 accept\n\t\tct state new tcp flags & (fin | syn | rst | ack) != syn drop"),
    ],
    lookalike: [
      // Short connections: the next one begins with a SYN soon.
      host("\t\ttcp flags & (fin | syn | rst | ack) == syn ct state new tcp dport { 80, 443 } accept"),
      // Accepted without tracking.
      host("\t\ttcp dport 6800-7300 accept\n\t\ttcp flags & (fin | syn | rst | ack) == syn ct state new tcp dport 22 accept"),
      { "rules.v4": save("-A INPUT -p tcp -m tcp --dport 3260 -m conntrack --ctstate NEW -j ACCEPT") },
    ],
  },
  check({ firewall, path, workspace, report }) {
    const evidence = longLived(workspace, firewall);
    if (evidence === undefined) return;
    const text = workspace.text(path) ?? "";
    for (const { service, port, accept, refusal, match } of newNeedsSyn(firewall)) {
      const { range } = refusal ?? match ?? accept;
      const rest = match && /^\s+/.exec(text.slice(match.range.end))?.[0].length;
      report({
        location: { path, range },
        message: `${refusal ? `Connections of ${service} (TCP ${port}) that begin without a SYN are refused here` : `${service} (TCP ${port}) is accepted with a SYN only`}: when tracking starts anew, as at the first load or after conntrack -F, its running connections are NEW in mid-stream and are dropped. nf_conntrack_tcp_be_liberal does not help. ${refusal ? "Accept the port ahead of this rule." : "Leave the SYN out of this rule."}`,
        related: refusal ? [{ location: { path, range: accept.range }, message: `This accepts ${service}.` }] : [],
        data: { service, port },
        confidence: evidence.hosts.length > 0 ? "likely" : "possible",
        fixes: match && rest !== undefined ? [{ title: "Accept it without a SYN", safety: "unsafe", edits: [{ path, range: { start: range.start, end: range.end + rest }, newText: "" }] }] : [],
        key: service,
      });
    }
  },
});
