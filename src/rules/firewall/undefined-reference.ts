import { danglingReferences } from "../../model/firewall/references.ts";
import { rule } from "../rule.ts";

const gateway = (jump: string, source: string): string => `flush ruleset

define admin = { 192.0.2.10, 192.0.2.11 }

table inet filter {
	set monitors {
		type ipv4_addr
		elements = { 198.51.100.4, 198.51.100.5 }
	}

	chain services {
		tcp dport { 80, 443 } accept
	}

	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
		ip saddr $admin tcp dport 22 accept
		ip saddr ${source} tcp dport 9100 accept
		jump ${jump}
	}
}
`;

export default rule({
  what: "A rule names a chain, set or variable that nothing defines.",
  why: "The whole file is refused when it is loaded. On a reload the old rules stay; at the next boot the host has none.",
  instead: "Define it, mend the name, or remove the rule.",
  lessons: [],
  reads: ["firewall"],
  severity: "error",
  fix: "none",
  lifecycle: "stable",
  sources: ["nft(8)", "iptables-restore(8)"],
  data: { what: "chain, set or variable", name: "the name that is not defined" },
  examples: {
    bad: [
      gateway("⟦service⟧", "@monitors"),
      gateway("services", "⟦@monitor⟧"),
      gateway("services", "⟦$monitors⟧"),
      {
        "rules.v4": `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:SERVICES - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -j ⟦SERVICE⟧
-A SERVICES -p tcp -m tcp --dport 443 -j ACCEPT
COMMIT
`,
      },
    ],
    good: gateway("services", "@monitors"),
    lookalike: [
      // A part that another file includes or that is loaded on top of running rules.
      {
        "nftables.d/web.nft": `table inet filter {
	chain web {
		ip saddr @trusted accept
		jump services
	}
}
`,
      },
      {
        "docker-user.rules": `*filter
-A DOCKER-USER -i wan0 -j EDGE
COMMIT
`,
      },
    ],
  },
  check({ firewall, path, workspace, report }) {
    for (const { what, name, range, table, near } of danglingReferences(workspace, firewall)) {
      const where = what === "variable" ? "this file" : `table ${table.family} ${table.name}`;
      report({
        location: { path, range },
        message: `There is no ${what} “${name}” in ${where}: loading is refused as a whole, and a host that boots has no rules at all. ${near === undefined ? "Define it or mend the name." : `Did you mean “${near}”?`}`,
        data: { what, name },
      });
    }
  },
});
