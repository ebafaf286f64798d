import { includeLoops } from "../../model/firewall/from-nftables/includes.ts";
import { danglingReferences } from "../../model/firewall/references/index.ts";
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
  what: "A rule names a chain, set, variable, file or interface that nothing defines.",
  why: "The whole file is refused when it is loaded. On a reload the old rules stay; at the next boot the host has none. In a script only that rule is missing. A mistyped interface is refused by nobody: its rule just never matches.",
  instead: "Define it, mend the name, or remove the rule.",
  lessons: [],
  reads: ["firewall"],
  severity: "error",
  fix: "none",
  lifecycle: "stable",
  sources: ["nft(8)", "iptables-restore(8)"],
  data: { what: "chain, set, variable, include, ipset or interface", name: "the name that is not defined" },
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
      { "nftables.conf": 'flush ruleset\ninclude ⟦"./part.nft"⟧\n', "part.nft": 'include ⟦"./nftables.conf"⟧\n' },
      {
        "hosts/gw01/etc/nftables.conf": 'flush ruleset\ninclude "/etc/nftables.d/base.nft"\ninclude ⟦"/etc/nftables.d/wep.nft"⟧\n',
        "hosts/gw01/etc/nftables.d/base.nft": "table inet filter {\n}\n",
        "hosts/gw01/etc/nftables.d/web.nft": "table inet filter {\n}\n",
      },
      gateway("services", "@monitors").replace("chain services {\n", "chain services {\n\t\tip daddr ⟦$web⟧ drop\n\t\tip saddr $web drop\n"),
      { "firewall.sh": "#!/bin/sh\niptables -F\niptables -X\niptables -N SERVICES\niptables -A INPUT -p tcp -j ⟦SERVICE⟧\niptables -A SERVICES -p tcp --dport 443 -j ACCEPT\n" },
      { "firewall.sh": "#!/bin/sh\nipset create monitors hash:ip\niptables -A INPUT -m set --match-set ⟦monitor⟧ src -j ACCEPT\n" },
      {
        "hosts/gw01/etc/nftables.conf": gateway("services", "@monitors").replace("chain services {\n", 'chain services {\n\t\t⟦iifname "wg-ofice"⟧ accept\n'),
        "hosts/gw01/etc/systemd/network/30-office.netdev": "[NetDev]\nName=wg-office\nKind=wireguard\n",
      },
    ],
    good: [
      gateway("services", "@monitors"),
      {
        "hosts/gw01/etc/nftables.conf": 'flush ruleset\ninclude "/etc/nftables.d/base.nft"\ninclude "/etc/nftables.d/web.nft"\n',
        "hosts/gw01/etc/nftables.d/base.nft": "table inet filter {\n}\n",
        "hosts/gw01/etc/nftables.d/web.nft": "table inet filter {\n}\n",
      },
    ],
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
      // What stands in another script of the folder, what Docker makes, and names that are decided elsewhere.
      {
        "fw/chains.sh": "#!/bin/sh\niptables -N EDGE\niptables -N WEB\n",
        "fw/rules.sh": "#!/bin/sh\niptables -N LOCAL\niptables -A INPUT -j EDGE\niptables -A DOCKER-USER -j LOCAL\niptables -A INPUT -j $EXTRA\n",
      },
      // Interfaces that differ by number are others; patterns may match nothing; the folder's other files are not known.
      {
        "hosts/gw01/etc/nftables.conf": 'flush ruleset\ninclude "/etc/nftables.d/*.nft"\ninclude "/var/lib/blocklist/current.nft"\ntable inet filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy accept;\n\t\tiifname "wan1" drop\n\t}\n}\n',
        "hosts/gw01/etc/network/interfaces": "auto wan0\niface wan0 inet dhcp\n",
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
    for (const include of includeLoops(workspace, path)) {
      const name = include.path.text;
      report({
        location: { path, range: include.path.range },
        message: `“${name}” leads back to this file: nft gives up after 16 levels and loads nothing. Remove one of the includes.`,
        data: { what: "include", name },
      });
    }
    for (const { what, name, range, table, near } of danglingReferences(workspace, firewall)) {
      const mend = near === undefined ? "Define it or mend the name." : `Did you mean “${near}”?`;
      const where = what === "variable" ? " in this file" : table === undefined ? "" : ` in table ${table.family} ${table.name}`;
      report({
        location: { path, range },
        message:
          what === "interface"
            ? `Nothing makes an interface “${name}” on these hosts: the rule never matches. ${mend}`
            : `There is no ${KINDS[what]} “${name}”${where}: ${workspace.language(path) === "shell" ? "this command fails, and its rule is missing" : "loading is refused as a whole, and a host that boots has no rules at all"}. ${mend}`,
        data: { what, name },
        ...(what === "interface" || workspace.language(path) === "shell" ? { severity: "warning" as const, confidence: "likely" as const } : what === "include" ? { confidence: "likely" as const } : {}),
      });
    }
  },
});

const KINDS = { chain: "chain", set: "set", variable: "variable", include: "file", ipset: "ipset" } as const;
