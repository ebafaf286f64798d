/** The nftables.conf of a closed host that the examples of rules add theirs to: loopback, replies, ICMP and SSH are let in. */
export function closedNftables(...rules: string[]): string {
  return `flush ruleset

table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		meta l4proto { icmp, ipv6-icmp } accept
		tcp dport 22 accept
${rules.map((one) => `\t\t${one}\n`).join("")}	}
}
`;
}

/** The same host's dump of iptables-save, for IPv4. */
export function closedIptables(...rules: string[]): string {
  return `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
${rules.map((one) => `${one}\n`).join("")}COMMIT
`;
}
