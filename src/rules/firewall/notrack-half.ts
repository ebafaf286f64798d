import { rulesetsBeside } from "../../model/firewall/tracking/ceph.ts";
import type { Half } from "../../model/firewall/tracking/halves.ts";
import { halves, otherHalf } from "../../model/firewall/tracking/halves.ts";
import { portsText } from "../../model/firewall/tracking/ports.ts";
import { rule } from "../rule.ts";

const ruleset = (output: string, accept: string): string => `flush ruleset

table inet filter {
	chain early_in {
		type filter hook prerouting priority raw; policy accept;
		⟦tcp dport 6800-7300 notrack⟧
	}

	chain early_out {
		type filter hook output priority raw; policy accept;
		${output}
	}

	chain input {
		type filter hook input priority 0; policy drop;
		iif lo accept
		ct state established,related accept
		icmp type { destination-unreachable, time-exceeded } accept
		icmpv6 type { packet-too-big, time-exceeded, nd-neighbor-solicit, nd-neighbor-advert } accept
		tcp dport 22 accept
		${accept}
	}
}
`;

const plain = (text: string): string => text.replace(/[⟦⟧]/g, "");

export default rule({
  what: "Traffic is exempt from connection tracking in one direction only, or its untracked packets are not accepted.",
  why: "Replies that are tracked make entries of their own, so the table fills all the same. Packets that are not tracked never match established or related, and neither do ICMP errors about them: without rules of their own they are dropped.",
  instead: "Put notrack on both directions (dport in prerouting with sport in output, and the reverse for connections that the host opens), and accept the untracked packets and ICMP type 3 by themselves.",
  lessons: ["2014-osd-restart-corruption"],
  reads: ["firewall"],
  severity: "warning",
  fix: "safe",
  fixSafety: "It exempts only the replies of what is exempt already; it accepts nothing.",
  lifecycle: "stable",
  sources: ["nft(8), notrack", "iptables-extensions(8), CT --notrack and conntrack --ctstate UNTRACKED"],
  data: { ports: "the ports that are concerned", lacks: "other-way, accept or errors" },
  examples: {
    bad: [ruleset("udp sport 123 notrack", "tcp dport { 6800-7300 } accept\n\t\tudp dport 123 accept").replace("\t\t⟦tcp", "\t\tudp dport 123 notrack\n\t\t⟦tcp"), ruleset("tcp sport 6800-7300 notrack", "ct state new tcp dport 6800-7300 accept")],
    good: plain(ruleset("tcp sport 6800-7300 notrack", "tcp dport 6800-7300 accept")),
    lookalike: [
      plain(ruleset("meta l4proto tcp th sport 6800-7300 notrack", "ct state untracked tcp dport 6800-7300 accept")),
      // Stateless NAT: what comes back has other ports, and passes prerouting.
      plain(ruleset("ip saddr 192.0.2.80 tcp sport 8080 ip saddr set 198.51.100.1 tcp sport set 80 notrack", "tcp dport 8080 accept")).replace("tcp dport 6800-7300 notrack", "ip daddr 198.51.100.1 tcp dport 80 ip daddr set 192.0.2.80 tcp dport set 8080 notrack"),
    ],
  },
  check({ firewall, path, workspace, report }) {
    for (const half of halves(firewall, rulesetsBeside(workspace, path, true))) {
      const edits = otherHalf(workspace, firewall, half);
      report({
        location: { path, range: half.rule.range },
        message: message(half),
        data: { ports: portsText(half.ports), lacks: half.lacks },
        ...(half.lacks === "errors" ? { confidence: "likely" as const } : {}),
        fixes: edits === undefined ? [] : [{ title: `Exempt the other direction in ${half.hook} as well`, safety: "safe", edits }],
      });
    }
  },
});

function message({ lacks, protocol, ports, hook, side }: Half): string {
  const what = `${protocol} ${side} ${portsText(ports)}`;
  switch (lacks) {
    case "other-way":
      return `This exempts one direction only: ${what} is still tracked in ${hook}, so every connection gets an entry all the same. Add notrack for ${what} in ${hook}.`;
    case "accept":
      return `Nothing accepts these packets once they are untracked: ${what} is dropped in ${hook === "prerouting" ? "input" : "output"}, for it matches no ct state but untracked. Accept it without asking for a state.`;
    case "errors":
      return `ICMP errors about these untracked connections are invalid to conntrack and are dropped, so path MTU discovery fails for them. Accept ICMP type destination-unreachable by itself, ahead of a drop of ct state invalid.`;
  }
}
