import { rule } from "../rule.ts";

const LANGUAGES: Readonly<Record<string, string>> = { nftables: "nft", "iptables-save": "iptables-restore" };

const table = (accept: string): string => `table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
		${accept}
	}
}
`;

const save = (rule: string, end = "COMMIT\n"): string => `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
${rule}
${end}`;

export default rule({
  what: "The firewall's own tool refuses this text.",
  why: "nft and iptables-restore apply a file (or a table) whole or not at all. After a mistake the old rules stay in force, and at the next boot there are none.",
  instead: "Mend the place. To be sure before a rollout: nft -c -f FILE, or iptables-restore --test < FILE.",
  lessons: [],
  reads: ["syntax"],
  severity: "error",
  fix: "safe",
  fixSafety: "Offered only where a single reading of the text is possible; it makes the text load, and changes no rule that loaded before.",
  lifecycle: "stable",
  sources: ["nft(8)", "iptables(8)", "iptables-extensions(8)", "iptables 1.8.9, iptables-restore.c"],
  examples: {
    bad: [
      { "rules.v4": save("-A INPUT -p tcp -m tcp --dport ⟦70000⟧ -j ACCEPT") },
      { "rules.v4": save("-A INPUT ⟦--dport⟧ 22 -j ACCEPT") },
      { "rules.v4": `${save("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT", "").trimEnd()}\n⟦⟧` },
    ],
    good: [table("tcp dport 22 accept"), { "rules.v4": save("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT") }],
    lookalike: [
      { "templates/rules.v4.j2": save("{% for port in open_ports %}\n-A INPUT -p tcp -m tcp --dport {{ port }} -j ACCEPT\n{% endfor %}") },
      { "etc/firewalld/zones/edge.xml": '<?xml version="1.0" encoding="utf-8"?>\n<zone target="DROP">\n  <interface name="eth1"/>\n  <service name="ssh"/>\n  <port port="9100-9110" protocol="tcp"/>\n  <rule family="ipv4"><source address="192.0.2.0/28"/><port port="8080" protocol="tcp"/><accept/></rule>\n</zone>\n' },
      { "rules.v4": save('-A INPUT -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -m comment --comment "not the first; “quoted” -j DROP" -j RETURN') },
    ],
  },
  check({ syntax, path, report }) {
    const tool = Object.hasOwn(LANGUAGES, syntax.language) ? LANGUAGES[syntax.language] : undefined;
    if (tool === undefined) return;
    for (const problem of syntax.errors) {
      // Where a template has a part in it, the text on the host may well be right.
      if (!problem.certain) continue;
      report({
        location: { path, range: problem.range },
        message: problem.message,
        ...(problem.edits && { fixes: [{ title: `Mend it for ${tool}`, safety: "safe", edits: problem.edits.map((edit) => ({ path, ...edit })) }] }),
      });
    }
  },
});
