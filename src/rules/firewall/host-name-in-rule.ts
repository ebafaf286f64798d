import { lookedUpNames } from "../../model/firewall/loading/names.ts";
import { rule } from "../rule.ts";

const host = (match: string, before = ""): string => `flush ruleset
${before}
table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
		${match} tcp dport 22 accept
	}
}
`;

const save = (source: string): string => `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT ${source} -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT
`;

export default rule({
  what: "A rule names a host, which has to be looked up while the rules load.",
  why: "The firewall loads before the network, so nobody answers the question at boot: nft refuses the whole file, iptables-restore the whole table, and the host has none of these rules. Later the addresses stay as they were when the rules were loaded, wherever the name moves.",
  instead: "Write addresses, or a set that a job fills once DNS answers.",
  lessons: [],
  reads: ["firewall"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["iptables(8), --source: “specifying any name to be resolved with a remote query such as DNS is a really bad idea”", "nft(8), IPv4 address type: resolved with the standard system resolver"],
  data: { name: "the name" },
  examples: {
    bad: [
      host("ip saddr ⟦jump.example.net⟧"),
      host("ip saddr { 192.0.2.10, ⟦office.example.net⟧ }"),
      host("⟦ip6 saddr $monitor⟧", "define monitor = watch.example.net\n"),
      { "rules.v4": save("-s ⟦jump.example.net/32⟧") },
      { "firewall.sh": "#!/bin/sh\niptables -P INPUT DROP\niptables -A INPUT -i lo -j ACCEPT\niptables -A INPUT -p tcp -s ⟦jump.example.net⟧ --dport 22 -j ACCEPT\n" },
    ],
    good: [host("ip saddr 192.0.2.10"), { "rules.v4": save("-s 192.0.2.10/32") }],
    lookalike: [
      host("ip saddr @office", ""),
      host("ip saddr {{ jump_host }}"),
      { "rules.v4": save("-s localhost") },
      // The repository's own hosts file answers.
      { "rules.v4": save("-s jump.example.net"), "etc/hosts": "127.0.0.1 localhost\n192.0.2.10 jump.example.net jump\n" },
      { "firewall.sh": '#!/bin/sh\niptables -A INPUT -p tcp -s "$JUMP" --dport 22 -j ACCEPT\n' },
    ],
  },
  check({ firewall, path, workspace, report }) {
    const language = workspace.language(path);
    for (const { name, range } of lookedUpNames(workspace, firewall)) {
      const effect = language === "shell" ? "this command fails and its rule is missing" : firewall.dialect === "nftables" ? "nft refuses the whole file" : "iptables-restore refuses the whole table";
      report({
        location: { path, range },
        message: `“${name}” is looked up while the rules load. Without an answer, as at boot before the network is up, ${effect}; and the addresses stay as they were then. Write addresses here, or a set that is filled once DNS answers.`,
        data: { name },
        // A script may well run late, and a short name stand in the host's own /etc/hosts.
        ...(language === "shell" || !name.includes(".") ? { severity: "info" as const, confidence: "likely" as const } : {}),
      });
    }
  },
});
