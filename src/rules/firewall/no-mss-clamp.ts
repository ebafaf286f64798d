import { insertRules } from "../../model/firewall/insert-rule.ts";
import { unclamped } from "../../model/firewall/paths/clamp.ts";
import { rule } from "../rule.ts";

const gateway = (forward: string): string => `flush ruleset

table inet gateway {
	chain forward {
		type filter hook forward priority filter; policy drop;
${forward}
	}
}
`;

const save = (forward: string): string => `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
${forward}
COMMIT
`;

const CLAMP = "\t\ttcp flags syn tcp option maxseg size set rt mtu\n";

export default rule({
  what: "TCP is forwarded into a tunnel, and nothing clamps its segment size.",
  why: "A tunnel's MTU is smaller than that of the links behind it. Hosts learn of it only through ICMP errors, which other networks often drop; then connections open, small packets pass, and transfers stall. A clamp makes both ends use segments that fit, whatever becomes of the errors.",
  instead: "Clamp in the forward chain: `tcp flags syn tcp option maxseg size set rt mtu`, or `-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu`. It helps TCP only; let the ICMP errors pass as well.",
  lessons: ["2015-tunnel-pmtu-collapse"],
  reads: ["firewall"],
  severity: "info",
  fix: "unsafe",
  fixSafety: "It rewrites an option of every SYN that is forwarded; segments get no larger than the route's MTU allows.",
  lifecycle: "stable",
  sources: ["nft(8), extension header expressions: tcp option maxseg", "iptables-extensions(8), TCPMSS", "RFC 4459, section 3.2", "RFC 2923, section 2.1"],
  data: { tunnel: "the interface that the connections leave by" },
  examples: {
    bad: [
      gateway('\t\tct state established,related accept\n\t\t⟦iifname "lan0" oifname "wg0" accept⟧'),
      gateway('\t\tct state vmap { established : accept, related : accept }\n\t\t⟦iifname "lan0" oifname { "ppp0", "dmz0" } tcp dport { 80, 443 } accept⟧'),
      { "hosts/gw01/etc/iptables/rules.v4": save("⟦-A FORWARD -i lan0 -o branch -j ACCEPT⟧"), "hosts/gw01/etc/systemd/network/branch.netdev": "[NetDev]\nName=branch\nKind=gre\n" },
    ],
    good: [
      gateway(`${CLAMP}\t\tct state established,related accept\n\t\tiifname "lan0" oifname "wg0" accept`),
      { "rules.v4": `*mangle\n:FORWARD ACCEPT [0:0]\n-A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu\nCOMMIT\n${save("-A FORWARD -i lan0 -o wg0 -j ACCEPT")}` },
    ],
    lookalike: [
      // Clients of a VPN know their own tunnel's MTU, and say so when they connect.
      gateway('\t\tct state established,related accept\n\t\tiifname "wg0" oifname "lan0" accept'),
      gateway('\t\tct state established,related accept\n\t\tiifname "wg0" oifname "wg1" accept'),
      // Only replies go into the tunnel.
      gateway('\t\tiifname "lan0" oifname "wg0" ct state established,related accept\n\t\tiifname "wg0" oifname "lan0" accept'),
      gateway('\t\tct state established,related accept\n\t\tiifname "lan0" oifname "branch" accept'),
      { "hosts/gw01/etc/iptables/rules.v4": save("-A FORWARD -i lan0 -o wg0 -j ACCEPT"), "hosts/gw01/etc/network/if-up.d/clamp": "#!/bin/sh\niptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu\n" },
    ],
  },
  check({ firewall, path, workspace, report }) {
    const text = workspace.text(path) ?? "";
    for (const { tunnel, defined, rule: by, table, chain } of unclamped(workspace, firewall)) {
      const edit = insertRules(text, firewall, table, chain, chain.rules[0], [
        { nft: "tcp flags syn tcp option maxseg size set rt mtu", iptables: "-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu" },
      ]);
      report({
        location: { path, range: by?.range ?? chain.policyRange ?? chain.nameRange },
        message: `TCP connections are forwarded into ${tunnel}, ${defined ? "a tunnel" : "by its name a tunnel or PPPoE link"} whose MTU is smaller, and nothing here clamps their segment size: where the ICMP errors get lost, transfers stall. Clamp it in the forward chain.`,
        related: defined ? [{ location: defined, message: "This makes the tunnel." }] : [],
        data: { tunnel },
        confidence: defined ? "likely" : "possible",
        fixes: edit ? [{ title: "Clamp TCP's segment size to the path's MTU", safety: "unsafe", edits: [edit] }] : [],
        key: tunnel,
      });
    }
  },
});
