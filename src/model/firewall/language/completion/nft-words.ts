/** What may begin a command of an nft file. Source: nft(8). */
export const COMMANDS: Readonly<Record<string, string>> = {
  table: "a table of chains and sets", flush: "empty it before it is filled", add: "add an object or a rule", create: "add, and fail where it is there", insert: "put a rule in front",
  delete: "remove", destroy: "remove where it is there (nft 1.0.6)", replace: "replace a rule", define: "a variable", redefine: "give a variable a new value", undefine: "forget a variable",
  include: "read another file", list: "show", reset: "show and zero", rename: "give a chain another name",
};

/** What commands are about. */
export const SUBJECTS: Readonly<Record<string, string>> = {
  ruleset: "everything", table: "a table", chain: "a chain", rule: "a rule", set: "a set", map: "a map", element: "elements of a set or map", flowtable: "a flowtable",
  counter: "a named counter", quota: "a named quota", limit: "a named limit", "ct helper": "a conntrack helper", "ct timeout": "timeouts of connections", "ct expectation": "an expected connection", synproxy: "a SYN proxy",
};

/** What may stand in a table. */
export const TABLE_ITEMS: Readonly<Record<string, string>> = {
  chain: "rules", set: "a named set of values", map: "a named map of values", flowtable: "flows that pass by the rules", counter: "a named counter", quota: "a named quota", limit: "a named limit",
  "ct helper": "a conntrack helper", "ct timeout": "timeouts of connections", "ct expectation": "an expected connection", synproxy: "a SYN proxy", secmark: "a security mark", flags: "dormant, owner or persist", comment: "words on the table", include: "read another file", define: "a variable",
};

/** The families of tables. */
export const FAMILIES: Readonly<Record<string, string>> = {
  inet: "IPv4 and IPv6", ip: "IPv4", ip6: "IPv6", arp: "ARP", bridge: "frames that a bridge forwards", netdev: "packets of one device",
};

/** What a set or map may say of itself. */
export const SET_PROPERTIES: Readonly<Record<string, string>> = {
  type: "the type of its keys", typeof: "the field whose values are its keys", flags: "constant, interval, timeout or dynamic", elements: "what it holds", timeout: "how long elements stay", "gc-interval": "how often old elements are removed",
  size: "the most elements", "auto-merge": "join intervals that overlap", policy: "performance or memory", counter: "count for each element", comment: "words on the set",
};

/** Flags of sets. */
export const SET_FLAGS: Readonly<Record<string, string>> = {
  interval: "ranges and networks", timeout: "elements may expire", dynamic: "rules add elements", constant: "elements never change",
};

/** Types of keys. Source: nft(8), DATA TYPES. */
export const TYPES: Readonly<Record<string, string>> = {
  ipv4_addr: "IPv4 address", ipv6_addr: "IPv6 address", inet_service: "port", inet_proto: "protocol", ether_addr: "hardware address", ifname: "interface by name", iface_index: "interface by number", mark: "packet mark",
  ct_state: "state of the connection", icmp_type: "type of ICMP", icmpv6_type: "type of ICMPv6", ether_type: "protocol of a frame", tcp_flag: "flag of TCP", nf_proto: "family of netfilter", verdict: "of a map: a verdict",
};

/** What a rule may do. Source: nft(8), STATEMENTS. */
export const STATEMENTS: Readonly<Record<string, string>> = {
  accept: "let the packet pass this chain", drop: "throw the packet away", reject: "throw it away and tell the sender", jump: "try another chain's rules, then go on here", goto: "try another chain's rules instead", return: "go back to the calling chain", continue: "go on with the next rule",
  counter: "count packets and bytes", log: "write to the kernel's log", limit: "match up to a rate", quota: "match up to an amount", queue: "hand over to a program", notrack: "do not track the connection",
  masquerade: "translate the source to the outgoing interface's address", snat: "translate the source", dnat: "translate the destination", redirect: "send to this host", tproxy: "hand to a transparent proxy",
  add: "put into a set", update: "put into a set, or renew", delete: "take out of a set", flow: "hand the flow to a flowtable", dup: "send a copy elsewhere", fwd: "send out of another interface", synproxy: "answer SYN in the host's place", comment: "words on the rule",
};

/** What a rule may ask. Source: nft(8), PRIMARY EXPRESSIONS and PAYLOAD EXPRESSIONS. */
export const SELECTORS: Readonly<Record<string, string>> = {
  ct: "connection tracking", meta: "what the kernel knows of the packet", ip: "IPv4 header", ip6: "IPv6 header", tcp: "TCP header", udp: "UDP header", th: "ports of any transport", icmp: "ICMP header", icmpv6: "ICMPv6 header",
  iifname: "incoming interface by name", oifname: "outgoing interface by name", iif: "incoming interface that exists at load", oif: "outgoing interface that exists at load", mark: "packet mark", pkttype: "unicast, broadcast, multicast", skuid: "user of the socket", skgid: "group of the socket",
  sctp: "SCTP header", dccp: "DCCP header", udplite: "UDP-Lite header", igmp: "IGMP header", esp: "ESP header", ah: "AH header", comp: "IPComp header", ether: "Ethernet header", vlan: "VLAN tag", arp: "ARP header", gre: "GRE header", vxlan: "VXLAN header", geneve: "GENEVE header",
  fib: "what the routing table says", rt: "the route", socket: "the local socket", osf: "the sender's operating system", ipsec: "the IPsec policy", exthdr: "an extension header is there", hbh: "hop-by-hop options", frag: "fragment header", dst: "destination options", mh: "mobility header",
  numgen: "a number", jhash: "a hash of fields", symhash: "a hash of the connection", iifgroup: "group of the incoming interface", oifgroup: "group of the outgoing interface", cgroup: "control group", time: "date and time", day: "day of the week", hour: "time of the day",
};

/** Meanings of values, by type. */
export const MEANINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ct_state: { new: "the first packet of a connection", established: "packets went both ways", related: "belongs to another connection: ICMP errors, helpers", invalid: "fits no connection", untracked: "by notrack" },
  nf_proto: { ipv4: "IPv4", ipv6: "IPv6" },
  pkt_type: { host: "for this host", unicast: "for this host", broadcast: "for all", multicast: "for a group", other: "for another host", loopback: "of this host to itself" },
  fib_addrtype: { local: "an address of this host", unicast: "an address with a route", broadcast: "a broadcast address", multicast: "a multicast address", blackhole: "a blackhole route", prohibit: "a prohibit route", unreachable: "an unreachable route" },
};

/** Levels of log. */
export const LOG_LEVELS = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug", "audit"];
/** Units of time of a rate. */
export const RATE_UNITS = ["second", "minute", "hour", "day", "week"];
/** Answers of reject, by what comes after `with`. */
export const REJECT_CODES: Readonly<Record<string, readonly string[]>> = {
  icmp: ["port-unreachable", "host-unreachable", "net-unreachable", "prot-unreachable", "net-prohibited", "host-prohibited", "admin-prohibited"],
  icmpv6: ["port-unreachable", "no-route", "admin-prohibited", "addr-unreachable", "policy-fail", "reject-route"],
  icmpx: ["port-unreachable", "admin-prohibited", "no-route", "host-unreachable"],
};
