import { HOLE } from "../template/jinja.ts";
import { parseAddress, parseIpv4, parseIpv6, parseMask, parseNetwork, plainNetwork } from "./address.ts";
import { isClock, isDate, isFilterProgram, isHeaderList, isMonthDays, isOptionList, isU32, isWeekdays } from "./rare-values.ts";
import { named, parseIcmpType, parseNumber, parsePort, parsePortRange, parseProtocol, parseTcpFlags, plainNumber } from "./values.ts";

type Family = "ip" | "ip6";
/** Whether a word is a value of some kind; `family` undefined: of either family. */
export type Check = (word: string, family: Family | undefined) => boolean;

/** The states of `-m conntrack --ctstate`. */
const CT_STATES = ["INVALID", "NEW", "ESTABLISHED", "RELATED", "UNTRACKED", "SNAT", "DNAT"];
/** In the order in which libxt_addrtype compares: an abbreviation is the first that it begins. */
export const ADDRESS_TYPES = ["UNSPEC", "UNICAST", "LOCAL", "BROADCAST", "ANYCAST", "MULTICAST", "BLACKHOLE", "UNREACHABLE", "PROHIBIT", "THROW", "NAT", "XRESOLVE"];
const LOG_LEVELS = ["alert", "crit", "debug", "emerg", "err", "error", "info", "notice", "panic", "warn", "warning"];
/** Names of `--reject-with`, in the order in which they are compared; the first of each pair is the canonical one. */
export const REJECT_WITH: Readonly<Record<Family, readonly string[]>> = {
  ip: ["icmp-net-unreachable", "net-unreach", "icmp-host-unreachable", "host-unreach", "icmp-proto-unreachable", "proto-unreach", "icmp-port-unreachable", "port-unreach", "icmp-net-prohibited", "net-prohib", "icmp-host-prohibited", "host-prohib", "tcp-reset", "tcp-rst", "icmp-admin-prohibited", "admin-prohib", "echo-reply", "echoreply"],
  ip6: ["icmp6-no-route", "no-route", "icmp6-adm-prohibited", "adm-prohibited", "icmp6-addr-unreachable", "addr-unreach", "icmp6-port-unreachable", "port-unreach", "tcp-reset", "tcp-rst", "icmp6-policy-fail", "policy-fail", "icmp6-reject-route", "reject-route"],
};
const TOS_NAMES = ["minimize-delay", "maximize-throughput", "maximize-reliability", "minimize-cost", "normal-service"];
const DSCP_CLASSES = ["cs0", "cs1", "cs2", "cs3", "cs4", "cs5", "cs6", "cs7", "be", "ef", "af11", "af12", "af13", "af21", "af22", "af23", "af31", "af32", "af33", "af41", "af42", "af43"];
const CHUNKS = /^(DATA(:[IUBE]+)?|INIT|INIT_ACK|SACK|HEARTBEAT|HEARTBEAT_ACK|(ABORT|SHUTDOWN_COMPLETE)(:T)?|SHUTDOWN|SHUTDOWN_ACK|ERROR|COOKIE_ECHO|COOKIE_ACK|ECN_ECNE|ECN_CWR|I_DATA(:[A-Z]+)?|RE_CONFIG|PAD|ASCONF|ASCONF_ACK|FORWARD_TSN|I_FORWARD_TSN|ALL|NONE)$/i;

/** True where `word` begins one of the names, as iptables compares most of its words. */
const begins = (names: readonly string[]) => (word: string): boolean => names.includes(word) || (word !== "" && names.some((name) => name.toLowerCase().startsWith(word.toLowerCase())));
const oneOf = (...names: string[]) => (word: string): boolean => names.includes(word);
const anyCase = (...names: string[]) => (word: string): boolean => names.includes(word.toLowerCase());
const listOf = (test: (part: string) => boolean) => (word: string): boolean => (word.includes(",") ? word.split(",").every(test) : test(word));
const number = (least: bigint, most: bigint) => (word: string): boolean => parseNumber(word, least, most) !== undefined;
const text = (most: number, least = 0) => (word: string): boolean => word.length <= most && word.length >= least && (most === Infinity || most > 128 || !word.includes("\n"));
/** A range that is turned round matches nothing: iptables 1.8.10 and later refuse it. */
const range = (separator: string, most: bigint) => (word: string): boolean => {
  const parts = word.split(separator);
  if (parts.length > 2) return false;
  const bounds = parts.map((part, i) => (part === "" ? (i === 0 ? 0n : most) : parseNumber(part, 0n, most)));
  return bounds.every((bound) => bound !== undefined) && (parts.length === 1 || bounds[0]! <= bounds[1]!);
};
const U32 = 0xffff_ffffn;

/** Mark with an optional mask. */
const mark = (word: string): boolean => {
  const parts = word.split("/");
  return parts.length <= 2 && parts.every(number(0n, U32));
};
/** Names that no table of ours lists may still be in the host's /etc/services. */
const portish = (part: string): boolean => parsePort(part) !== undefined || /^[a-z][a-z0-9_.+-]*$/i.test(part);
const portRange = (word: string): boolean => {
  const plain = plainNumber(word);
  if (plain !== undefined && plain <= 65535) return true;
  const parts = word.split(":");
  if (parts.length > 2 || !parts.every((part) => part === "" || portish(part))) return false;
  const parsed = parsePortRange(word);
  return parsed === undefined || parsed[0] <= parsed[1];
};
const host = (word: string): boolean => /^[A-Za-z0-9]([A-Za-z0-9_-]*)(\.[A-Za-z0-9_-]+)*\.?$/.test(word) && /[A-Za-z]/.test(word) && !/^(0x[\da-f]+|[\d.]+)$/i.test(word);
const inFamily = (test: (word: string, family: Family) => boolean): Check => (word, family) => (family === undefined ? test(word, "ip") || test(word, "ip6") : test(word, family));

function network(word: string, family: Family): boolean {
  if (family === "ip" && plainNetwork(word) !== undefined) return true;
  if (parseNetwork(word, family) !== undefined) return true;
  const [name = "", mask, more] = word.split("/");
  return host(name) && more === undefined && (mask === undefined || parseMask(mask, family) !== undefined);
}

const networkInFamily = inFamily(network);

/** The list of `-m multiport`: at most 15 ports, a range counting as one entry; its ranges are closed. */
function isPortList(word: string): boolean {
  let entries = 0;
  for (let from = 0, comma = 0; comma !== -1; from = comma + 1) {
    comma = word.indexOf(",", from);
    const end = comma === -1 ? word.length : comma;
    if (++entries > 15 || end === from) return false;
    if ((plainNumber(word, from, end) ?? 65536) <= 65535) continue;
    if (word[from] === ":" || word[end - 1] === ":" || !portRange(word.slice(from, end))) return false;
  }
  return true;
}

const UNITS = ["second", "minute", "hour", "day"];
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

/** `N[/unit]` as atoi() and libxt_limit's parse_rate() read it; faster than `most` a second is refused. */
const rate = (most: number) => (word: string): boolean => {
  const slash = word.indexOf("/");
  const unit = slash === -1 ? "s" : word.slice(slash + 1).toLowerCase();
  const count = Number(/^\s*\+?(\d+)/.exec(word)?.[1] ?? 0);
  return count > 0 && count < 2 ** 31 && begins(UNITS)(unit) && count <= most * SECONDS[unit[0]!]!;
};

/** Whether a value of each kind is one that iptables 1.8 takes. */
const CHECKS: Readonly<Record<string, Check>> = {
  text: text(Infinity),
  ...Object.fromEntries([30, 31, 63, 128, 199, 255].map((most) => [`text${most}`, text(most)])),
  name28: text(28, 1),
  uint8: number(0n, 255n),
  "uint8-positive": number(1n, 255n),
  uint16: number(0n, 65535n),
  "uint16-positive": number(1n, 65535n),
  uint32: number(0n, U32),
  "uint32-positive": number(1n, U32),
  uint64: number(0n, (1n << 64n) - 1n),
  "uint16-range": range(":", 65535n),
  "uint32-range": range(":", U32),
  "uint64-range": range(":", (1n << 64n) - 1n),
  counter: (word) => /^\d/.test(word),
  "mh-type": (word) => word.split(":").every((part) => part === "" || number(0n, 255n)(part) || /^[a-z][a-z-]*$/i.test(part)) && word.split(":").length <= 2,
  "queue-range": (word) => {
    const parts = word.split(":");
    if (parts.length > 2) return false;
    const [first, last] = parts.map((part, i) => (part === "" ? (i === 0 ? 0n : 65535n) : parseNumber(part, 0n, 65535n)));
    return word === ":" || (first !== undefined && last !== undefined && first < last && last - first < 65535n);
  },
  zone: (word) => number(0n, 65535n)(word) || word === "mark",
  tos: (word) => (word.split("/").length <= 2 && word.split("/").every(number(0n, 255n))) || TOS_NAMES.includes(word.toLowerCase()),
  mark,
  realm: (word) => mark(word) || /^[a-z_][\w.-]*$/i.test(word),
  prefix: (word, family) => number(0n, family === "ip" ? 32n : 128n)(word) || inFamily((one, f) => parseMask(one, f) !== undefined)(word, family) || (family !== "ip6" && number(0n, U32)(word)),
  protocol: (word) => parseProtocol(word) !== undefined,
  port: portish,
  "port-range": portRange,
  ports: isPortList,
  "nat-ports": (word) => (/^\d+(-\d+)?$/.test(word) ? word.split("-").every(number(0n, 65535n)) : parsePort(word) !== undefined || (portish(word) && !word.includes("-"))),
  interface: (word) => word.length < 16 && word !== "",
  address: (word, family) => (word.includes(",") ? word.split(",").every((part) => networkInFamily(part, family)) : networkInFamily(word, family)),
  "one-address": (word, family) => !word.includes(",") && networkInFamily(word, family),
  prefix6: (word) => word.includes("/") && parseNetwork(word, "ip6") !== undefined && /\/(\d+)$/.test(word),
  "host-address": inFamily((word, family) => parseAddress(word, family, true) !== undefined || (host(word))),
  "address-range": inFamily((word, family) => {
    const parts = word.split("-");
    return parts.length <= 2 && parts.every((part) => parseAddress(part, family, true) !== undefined);
  }),
  "nat-range": inFamily((word, family) => natRange(word, family)),
  mac: (word) => /^([0-9a-fA-F]{1,2}:){5}[0-9a-fA-F]{1,2}$/.test(word),
  rate: rate(10_000),
  "hash-rate": (word) => rate(1_000_000)(word) || /^\d+[kmg]?b(\/|$)/i.test(word),
  burst: number(0n, 10_000n),
  "hash-burst": (word) => /^\d/.test(word),
  ctstates: listOf(begins(CT_STATES)),
  ctstatus: listOf(begins(["NONE", "EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED"])),
  ctdir: anyCase("original", "reply"),
  addrtypes: listOf(begins(ADDRESS_TYPES)),
  pkttype: anyCase("unicast", "host", "broadcast", "bcast", "multicast", "mcast"),
  "tcp-flags": (word) => parseTcpFlags(word) !== undefined,
  "icmp-type": (word) => parseIcmpType(word, "ip") !== undefined,
  "icmpv6-type": (word) => parseIcmpType(word, "ip6") !== undefined,
  "set-directions": (word) => word.split(",").length <= 6 && listOf(oneOf("src", "dst"))(word),
  "hash-modes": listOf(oneOf("srcip", "srcport", "dstip", "dstport")),
  "log-level": (word) => number(0n, 7n)(word) || begins(LOG_LEVELS)(word),
  "reject-with": inFamily((word, family) => begins(REJECT_WITH[family])(word)),
  "policy-dir": anyCase("in", "out"),
  "policy-pol": anyCase("ipsec", "none"),
  "policy-mode": anyCase("transport", "tunnel"),
  "flow-direction": oneOf("original", "reply", "both"),
  "connbytes-mode": oneOf("packets", "bytes", "avgpkt"),
  "statistic-mode": oneOf("random", "nth"),
  probability: (word) => /^\d*\.?\d*(e-?\d+)?$/i.test(word) && Number(word) >= 0 && Number(word) <= 1,
  "string-algorithm": (word) => /^(bm|kmp)$/.test(word),
  "audit-type": anyCase("accept", "drop", "reject"),
  dscp: number(0n, 63n),
  "dscp-class": (word) => DSCP_CLASSES.some((name) => word.toLowerCase().startsWith(name)),
  ect: number(0n, 3n),
  "osf-level": number(0n, 2n),
  "ipvs-method": (word) => /^(GATE|IPIP|MASQ)$/i.test(word),
  "sctp-match": anyCase("all", "any", "only"),
  "sctp-chunks": listOf((part) => CHUNKS.test(part)),
  "dccp-types": listOf((part) => /^(REQUEST|RESPONSE|DATA|ACK|DATAACK|CLOSEREQ|CLOSE|RESET|SYNC|SYNCACK|INVALID)$/i.test(part)),
  class: (word) => /^[0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4}$/.test(word),
  owner: (word) => /^[A-Za-z_][\w.-]*\$?$/.test(word) || (/^[\dxa-f]+([-:][\dxa-f]+)?$/i.test(word) && word.split(/[-:]/).every(number(0n, U32 - 1n))),
  "tcp-options": listOf((part) => number(2n, 255n)(part) || /^(wscale|mss|sack-permitted|sack|timestamp|md5)$/.test(part)),
  "estimator-rate": (word) => /^\d+(\.\d+)?([kmgt]i?(bit|bps)?|bit|bps)?$/i.test(word),
  "estimator-packets": number(0n, U32),
  clock: isClock,
  date: isDate,
  weekdays: isWeekdays,
  monthdays: isMonthDays,
  u32: isU32,
  bytecode: isFilterProgram,
  "ipv6-headers": isHeaderList,
  "ipv6-options": isOptionList,
};

function natRange(word: string, family: Family): boolean {
  let addresses = word;
  let ports = "";
  if (family === "ip") [addresses = "", ports = ""] = word.split(":", 2) as [string, string?];
  else {
    const bracketed = /^\[([^\]]*)\](?:-\[([^\]]*)\])?(?::(.*))?$/.exec(word);
    if (bracketed) {
      addresses = bracketed[2] === undefined ? bracketed[1]! : `${bracketed[1]}-${bracketed[2]}`;
      ports = bracketed[3] ?? "";
    }
  }
  if (ports !== "" && !/^\d+(-\d+(\/(\d+|[a-z][\w.-]*))?)?$/.test(ports) && !(portish(ports) && (parsePort(ports) !== undefined || !/^[a-z]+-[a-z]+$/.test(ports)))) return false;
  if (/^\d/.test(ports)) {
    const bounds = ports.split(/[-/]/).filter((part) => /^\d/.test(part)).map((part) => parseNumber(part, 1n, 65535n));
    if (bounds.includes(undefined) || (ports.includes("-") && bounds[0]! > bounds[1]!)) return false;
  }
  if (addresses === "") return ports !== "";
  const parse = family === "ip" ? (one: string): bigint | undefined => parseIpv4(one) : parseIpv6;
  return addresses.split("-").length <= 2 && addresses.split("-").every((one) => parse(one) !== undefined);
}

/** Whether iptables 1.8 takes a value of that kind; a templated value is taken, and any value of a kind that is not known. */
export function checkOf(kind: string): Check {
  const check = named(CHECKS, kind);
  return check === undefined ? () => true : (word, family) => check(word, family) || word.includes(HOLE);
}
