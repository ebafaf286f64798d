import { ICMP_NAMES, ICMPV6_NAMES, PROTOCOLS, SERVICES } from "../../../../formats/iptables/names.ts";

/** Commands that stand at the start of a rule line. Source: iptables(8). */
export const COMMANDS: Readonly<Record<string, string>> = {
  "-A": "append a rule to a chain", "-I": "insert a rule, in front or at a number", "-D": "delete a rule", "-R": "replace a rule", "-C": "ask whether a rule is there", "-N": "a new chain",
  "-P": "the policy of a built-in chain", "-F": "delete all rules", "-X": "delete a chain", "-Z": "set counters to zero", "-E": "rename a chain",
};

/** Options that every rule may have. */
export const BASICS: Readonly<Record<string, string>> = {
  "-s": "source address", "-d": "destination address", "-p": "protocol", "-i": "incoming interface", "-o": "outgoing interface", "-m": "a match", "-j": "a target", "-g": "go to a chain", "!": "turns the next match round",
};

/** Targets with what they do. */
export const TARGET_WORDS: Readonly<Record<string, string>> = {
  ACCEPT: "let the packet pass", DROP: "throw the packet away", REJECT: "throw it away and tell the sender", RETURN: "go back to the calling chain", LOG: "write to the kernel's log", MASQUERADE: "translate the source to the outgoing interface's address",
  SNAT: "translate the source", DNAT: "translate the destination", REDIRECT: "send to this host", MARK: "mark the packet", CONNMARK: "mark the connection", NOTRACK: "do not track the connection", CT: "how the connection is tracked", TCPMSS: "the segment size of TCP", NFLOG: "log to a program", NFQUEUE: "hand over to a program",
};

/** Matches with what they ask. */
export const MATCH_WORDS: Readonly<Record<string, string>> = {
  conntrack: "state of the connection", state: "state of the connection; conntrack is its successor", multiport: "several ports", comment: "words on the rule", limit: "up to a rate", hashlimit: "up to a rate for each address", connlimit: "number of connections", recent: "addresses seen before",
  set: "an ipset", iprange: "a range of addresses", mac: "source hardware address", mark: "packet mark", connmark: "connection mark", owner: "user of the socket", addrtype: "local, broadcast, …", tcp: "ports and flags", udp: "ports", icmp: "type", icmp6: "type", physdev: "port of a bridge", policy: "IPsec", rpfilter: "reverse path", statistic: "a share of the packets", time: "time of the day", string: "text in the packet", length: "length of the packet", ttl: "time to live", pkttype: "unicast, broadcast, multicast", socket: "a local socket",
};

const RATES = ["1/second", "5/second", "10/second", "1/minute", "10/minute", "1/hour"];
const REJECT = {
  ip: ["icmp-port-unreachable", "icmp-host-unreachable", "icmp-net-unreachable", "icmp-proto-unreachable", "icmp-net-prohibited", "icmp-host-prohibited", "icmp-admin-prohibited", "tcp-reset"],
  ip6: ["icmp6-port-unreachable", "icmp6-addr-unreachable", "icmp6-no-route", "icmp6-adm-prohibited", "icmp6-policy-fail", "icmp6-reject-route", "tcp-reset"],
};

/** Values of options that have names, by the kind that their signature gives. Source: iptables-extensions(8). */
export function valuesOfKind(kind: string, family: "ip" | "ip6" | undefined): Readonly<Record<string, string>> | undefined {
  const same = (list: readonly string[], detail = ""): Record<string, string> => Object.fromEntries(list.map((name) => [name, detail]));
  switch (kind) {
    case "ctstates":
      return { NEW: "the first packet of a connection", ESTABLISHED: "packets went both ways", RELATED: "belongs to another connection: ICMP errors, helpers", INVALID: "fits no connection", UNTRACKED: "by NOTRACK", SNAT: "the source is translated", DNAT: "the destination is translated" };
    case "reject-with":
      return same(family === undefined ? [...REJECT.ip, ...REJECT.ip6] : REJECT[family]);
    case "protocol":
      return Object.fromEntries(Object.entries(PROTOCOLS).map(([name, number]) => [name, `protocol ${number}`]));
    case "port":
    case "ports":
    case "port-range":
    case "any-port-range":
      return Object.fromEntries(Object.entries(SERVICES).map(([name, port]) => [name, `port ${port}`]));
    case "icmp-type":
    case "icmpv6-type":
      return Object.fromEntries(Object.entries(kind === "icmp-type" ? ICMP_NAMES : ICMPV6_NAMES).map(([name, [type]]) => [name, `type ${type}`]));
    case "addrtypes":
      return same(["LOCAL", "UNICAST", "BROADCAST", "MULTICAST", "ANYCAST", "BLACKHOLE", "UNREACHABLE", "PROHIBIT", "UNSPEC"]);
    default:
      return Object.hasOwn(VALUES, kind) ? same(VALUES[kind]!) : undefined;
  }
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  ctstatus: ["NONE", "EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED"],
  ctdir: ["ORIGINAL", "REPLY"],
  pkttype: ["unicast", "broadcast", "multicast"],
  "tcp-flags": ["SYN", "ACK", "FIN", "RST", "PSH", "URG", "ALL", "NONE"],
  "set-directions": ["src", "dst"],
  "hash-modes": ["srcip", "srcport", "dstip", "dstport"],
  "log-level": ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"],
  "policy-dir": ["in", "out"],
  "policy-pol": ["ipsec", "none"],
  "policy-mode": ["tunnel", "transport"],
  "flow-direction": ["original", "reply", "both"],
  "connbytes-mode": ["packets", "bytes", "avgpkt"],
  "statistic-mode": ["random", "nth"],
  "string-algorithm": ["bm", "kmp"],
  "audit-type": ["accept", "drop", "reject"],
  "dscp-class": ["CS0", "CS1", "CS2", "CS3", "CS4", "CS5", "CS6", "CS7", "EF", "AF11", "AF21", "AF31", "AF41"],
  rate: RATES,
};

/** Kinds of values of which several stand in one word, with commas between them. */
export const LISTS: ReadonlySet<string> = new Set(["ctstates", "ctstatus", "addrtypes", "tcp-flags", "set-directions", "hash-modes", "ports"]);
