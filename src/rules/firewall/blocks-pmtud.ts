import type { NewRule } from "../../model/firewall/insert-rule.ts";
import { insertRules } from "../../model/firewall/insert-rule.ts";
import type { BlockedErrors } from "../../model/firewall/pmtud.ts";
import { blockedErrors } from "../../model/firewall/pmtud.ts";
import { rangeOf } from "../../model/firewall/evaluate/index.ts";
import { isPart } from "../../model/firewall/loading/repeat.ts";
import type { FirewallRule } from "../../model/firewall/ruleset.ts";
import { rule } from "../rule.ts";

const ERRORS: Readonly<Record<BlockedErrors["family"], NewRule>> = {
  ip: { nft: "icmp type destination-unreachable accept", iptables: "-p icmp -m icmp --icmp-type fragmentation-needed -j ACCEPT" },
  ip6: { nft: "icmpv6 type packet-too-big accept", iptables: "-p ipv6-icmp -m icmp6 --icmpv6-type packet-too-big -j ACCEPT" },
};
/** Ahead of a rule about ICMP: it leaves that rule the other codes of the type. */
const FRAGMENTATION: NewRule = { nft: "icmp type destination-unreachable icmp code frag-needed accept", iptables: "-p icmp -m icmp --icmp-type fragmentation-needed -j ACCEPT" };
const NAMES: Readonly<Record<BlockedErrors["family"], string>> = {
  ip: "ICMP “fragmentation needed” (type 3 code 4)",
  ip6: "ICMPv6 “packet too big” (type 2)",
};

const gateway = (forward: string): string => `table inet gateway {
	chain forward {
		type filter hook forward priority filter; policy drop;
${forward}
		iifname "lan0" oifname "wan0" accept
		iifname "wan0" oifname "lan0" tcp dport { 80, 443 } accept
	}
}
`;

export default rule({
  what: "A firewall lets TCP through and drops the ICMP errors by which TCP learns of a smaller MTU.",
  why: "Where the path's MTU is smaller than the sender's, a router answers “fragmentation needed” (IPv4) or “packet too big” (IPv6). If that answer is dropped, every full-size packet is lost without a sign: connections open, small packets and ping pass, and transfers stall for good.",
  instead: "Accept established and related ahead of every drop, or accept ICMP destination-unreachable and ICMPv6 packet-too-big, in each chain that TCP passes: input, forward, and a router's own output.",
  lessons: ["2015-tunnel-pmtu-collapse"],
  reads: ["firewall"],
  severity: "error",
  fix: "safe",
  fixSafety: "It accepts one type of ICMP error and opens no service.",
  lifecycle: "stable",
  sources: ["RFC 1191", "RFC 8201", "RFC 4890, section 4.3.1", "RFC 2923, section 2.1"],
  data: { hook: "where the error is dropped: input, forward or output", families: "ip, ip6 or both" },
  examples: {
    bad: [
      gateway("\t\tct state established accept").replace("policy drop", "⟦policy drop⟧"),
      gateway("\t\t⟦icmp type destination-unreachable drop⟧\n\t\tct state established,related accept"),
      {
        "rules.v4": `*filter
:INPUT ⟦DROP⟧ [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A INPUT -p icmp -m icmp --icmp-type 8 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT
`,
      },
    ],
    good: [gateway("\t\tct state established,related accept"), gateway("\t\tct state established accept\n\t\ticmp type destination-unreachable accept\n\t\ticmpv6 type packet-too-big accept")],
    lookalike: [
      // Nothing else of ICMP passes, but the errors are related.
      gateway("\t\tct state invalid drop\n\t\tct state established,related accept\n\t\tmeta l4proto { icmp, ipv6-icmp } drop"),
      // A router's own errors leave by the interfaces of its zones; only to others nothing may be sent.
      `table inet zones {
	map away {
		type ifname : verdict
		elements = { "lo" : accept, "lan0" : jump outward, "wan0" : jump outward }
	}
	map through {
		type ifname . ifname : verdict
		elements = { "lan0" . "wan0" : jump outward }
	}
	chain outward {
		ct state established,related accept
		tcp dport 443 accept
	}
	chain output {
		type filter hook output priority filter;
		oifname vmap @away
		reject with icmpx admin-prohibited
	}
	chain forward {
		type filter hook forward priority filter;
		ct state established,related accept
		iifname . oifname vmap @through
		drop
	}
}
`,
      // No TCP passes, so none can stall.
      `table inet resolver {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		meta l4proto ipv6-icmp accept
		udp dport 53 accept
	}
	chain output {
		type filter hook output priority filter; policy drop;
		oif "lo" accept
		meta l4proto ipv6-icmp accept
		udp sport 53 accept
	}
}
`,
    ],
  },
  check({ firewall, path, workspace, report }) {
    const text = workspace.text(path) ?? "";
    for (const group of grouped(blockedErrors(firewall))) {
      const [first] = group as [BlockedErrors];
      const { hook, place, clamped } = first;
      const families = group.map(({ family }) => family);
      const edit = insertRules(text, firewall, place.table, place.chain, place.rule, families.map((family) => (place.rule !== undefined && family === "ip" && namesIcmp(place.rule) ? FRAGMENTATION : ERRORS[family])));
      report({
        location: { path, range: rangeOf(place) },
        message: message(first, families),
        data: { hook, families: families.join(", ") },
        ...(clamped ? { severity: "info" as const } : group.every(({ oneWay }) => oneWay) || isPart(workspace, firewall) ? { severity: "warning" as const, confidence: "likely" as const } : {}),
        fixes: edit ? [{ title: `Accept ${families.map((family) => (family === "ip" ? "ICMP destination-unreachable" : "ICMPv6 packet-too-big")).join(" and ")} here`, safety: "safe", edits: [edit] }] : [],
      });
    }
  },
});

/** Those that one rule or policy drops at one hook. */
function grouped(all: readonly BlockedErrors[]): BlockedErrors[][] {
  const groups: BlockedErrors[][] = [];
  for (const one of all) {
    const group = groups.find(([other]) => other!.place.chain === one.place.chain && other!.place.rule === one.place.rule);
    if (!group) groups.push([one]);
    else if (!group.some(({ family }) => family === one.family)) group.push(one);
  }
  return groups;
}

function namesIcmp({ statements }: FirewallRule): boolean {
  return statements.some((statement) => statement.kind === "match" && statement.field.startsWith("icmp "));
}

function message({ hook, place, clamped }: BlockedErrors, families: readonly BlockedErrors["family"][]): string {
  const what = families.map((family) => NAMES[family]).join(" and ");
  const by = place.rule === undefined ? `the policy of chain ${place.chain.name}` : `this rule of chain ${place.chain.name}`;
  const dropped = `${what} ${families.length > 1 ? "are" : "is"} dropped by ${by}`;
  if (hook === "output") return `${dropped}: as a router, this host never tells senders of a smaller MTU, and their TCP connections stall. Accept it in output, or accept related.`;
  const effect = hook === "input"
    ? "TCP of this host stalls wherever the path has a smaller MTU, such as a tunnel: ping and small packets pass, full-size packets vanish"
    : "TCP through this router stalls wherever the path has a smaller MTU, such as a tunnel: ping and small packets pass, full-size packets vanish";
  const clamp = clamped ? " The MSS clamp helps TCP past this router's own links only." : "";
  return `${dropped}. ${effect}.${clamp} Accept related packets, or this type, ahead of the drop.`;
}
