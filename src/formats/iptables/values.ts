import { HOLE } from "../template/jinja.ts";
import { parseAddress, parseIpv4, parseIpv6, parseNetwork } from "./address.ts";
import type { IcmpName } from "./names.ts";
import { ICMP_NAMES, ICMPV6_NAMES, PROTOCOLS, SERVICES } from "./names.ts";

/** An own entry of a table of names. */
export function named<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** A whole number in C's notation (`0x1f`, `017`, `15`), within the bounds; else undefined. */
export function parseNumber(text: string, least: bigint, most: bigint): bigint | undefined {
  if (!/^(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.test(text) || text.length > 24) return undefined;
  const value = /^0[0-7]+$/.test(text) ? BigInt(`0o${text.slice(1)}`) : BigInt(text);
  return value >= least && value <= most ? value : undefined;
}

/** A port by number or service name; undefined where it is neither, as far as we know the names. */
function parsePort(text: string): number | undefined {
  const value = parseNumber(text, 0n, 65535n);
  return value === undefined ? named(SERVICES, text) : Number(value);
}

/** `80`, `80:90`, `:90`, `80:`; undefined where a part is neither number nor known name. */
export function parsePortRange(text: string): readonly [number, number] | undefined {
  const colon = text.indexOf(":");
  if (colon === -1) {
    const port = parsePort(text);
    return port === undefined ? undefined : [port, port];
  }
  const first = colon === 0 ? 0 : parsePort(text.slice(0, colon));
  const last = colon === text.length - 1 ? 65535 : parsePort(text.slice(colon + 1));
  return first === undefined || last === undefined ? undefined : [first, last];
}

/** A protocol's number; 0 stands for any. iptables compares names without regard to case. */
export function parseProtocol(text: string): number | undefined {
  const value = parseNumber(text, 0n, 255n);
  return value === undefined ? named(PROTOCOLS, text.toLowerCase()) : Number(value);
}

/** `any`, a name, an unambiguous beginning of a name, `type` or `type/code`. */
export function parseIcmpType(text: string, family: "ip" | "ip6"): IcmpName | "any" | undefined {
  if (family === "ip" && (text === "any" || text === "255")) return "any";
  const numeric = /^(\d+)(?:\/(\d+))?$/.exec(text);
  if (numeric) {
    const type = Number(numeric[1]);
    const code = numeric[2] === undefined ? undefined : Number(numeric[2]);
    if (type > 255 || (code ?? 0) > 255) return undefined;
    return [type, code ?? 0, code ?? 255];
  }
  const names = family === "ip" ? ICMP_NAMES : ICMPV6_NAMES;
  const wanted = text.toLowerCase();
  const matching = Object.keys(names).filter((name) => name.toLowerCase().startsWith(wanted));
  const exact = matching.find((name) => name.toLowerCase() === wanted);
  const chosen = exact ?? (matching.length === 1 ? matching[0] : undefined);
  return chosen === undefined ? undefined : names[chosen];
}

const FLAG_BITS: Readonly<Record<string, number>> = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ALL: 63, NONE: 0 };

/** A list of TCP flags as its bits. */
export function parseTcpFlags(text: string): number | undefined {
  let bits = 0;
  for (const part of text.split(",")) {
    const bit = named(FLAG_BITS, part.toUpperCase());
    if (bit === undefined) return undefined;
    bits |= bit;
  }
  return bits;
}

/** The states of `-m conntrack --ctstate`. */
const CT_STATES = ["INVALID", "NEW", "ESTABLISHED", "RELATED", "UNTRACKED", "SNAT", "DNAT"];
const ADDRESS_TYPES = ["UNSPEC", "UNICAST", "LOCAL", "BROADCAST", "ANYCAST", "MULTICAST", "BLACKHOLE", "UNREACHABLE", "PROHIBIT", "THROW", "NAT", "XRESOLVE"];
const LOG_LEVELS = ["alert", "crit", "debug", "emerg", "err", "error", "info", "notice", "panic", "warn", "warning"];
const REJECT_WITH = {
  ip: ["icmp-net-unreachable", "net-unreach", "icmp-host-unreachable", "host-unreach", "icmp-proto-unreachable", "proto-unreach", "icmp-port-unreachable", "port-unreach", "icmp-net-prohibited", "net-prohib", "icmp-host-prohibited", "host-prohib", "tcp-reset", "tcp-rst", "icmp-admin-prohibited", "admin-prohib", "echo-reply", "echoreply"],
  ip6: ["icmp6-no-route", "no-route", "icmp6-adm-prohibited", "adm-prohibited", "icmp6-addr-unreachable", "addr-unreach", "icmp6-port-unreachable", "port-unreach", "tcp-reset", "tcp-rst", "icmp6-policy-fail", "policy-fail", "icmp6-reject-route", "reject-route"],
};

/** True where `word` begins one of the names, as iptables compares most of its words. */
const begins = (names: readonly string[]) => (word: string): boolean =>
  names.some((name) => name.toLowerCase() === word.toLowerCase() || (word !== "" && name.toLowerCase().startsWith(word.toLowerCase())));
const oneOf = (...names: string[]) => (word: string): boolean => names.includes(word);
const listOf = (test: (part: string) => boolean) => (word: string): boolean => word.split(",").every(test);
const number = (least: bigint, most: bigint) => (word: string): boolean => parseNumber(word, least, most) !== undefined;
const text = (most: number) => (word: string): boolean => word.length <= most;
const range = (separator: string, most: bigint) => (word: string): boolean => {
  const parts = word.split(separator);
  if (parts.length > 2 || parts.every((part) => part === "")) return parts.length === 2;
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
const portish = (part: string): boolean => parsePort(part) !== undefined || /^[a-z][a-z0-9_.-]*$/i.test(part);
/** libxt_udp and libxt_dccp take a range that is turned round, which matches nothing. */
const anyPortRange = (word: string): boolean => {
  const parts = word.split(":");
  return parts.length <= 2 && parts.every((part) => part === "" || portish(part));
};
const portRange = (word: string): boolean => {
  const parsed = parsePortRange(word);
  return anyPortRange(word) && (parsed === undefined || parsed[0] <= parsed[1]);
};
const host = (word: string): boolean => /^[A-Za-z0-9]([A-Za-z0-9_-]*)(\.[A-Za-z0-9_-]+)*\.?$/.test(word) && /[A-Za-z]/.test(word);

type Check = (word: string, family: "ip" | "ip6" | undefined) => boolean;

const inFamily = (test: (word: string, family: "ip" | "ip6") => boolean): Check => (word, family) =>
  family === undefined ? test(word, "ip") || test(word, "ip6") : test(word, family);

/** Whether a value of each kind is one that iptables 1.8.9 takes. */
const CHECKS: Readonly<Record<string, Check>> = {
  text: text(Infinity),
  "text?": text(Infinity),
  text30: text(30),
  text31: text(31),
  text63: text(63),
  text128: text(128),
  text199: text(199),
  text255: text(255),
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
  "spi-range": range(":", U32),
  "queue-range": (word) => {
    const [first, last] = word.split(":").map((part, i) => (part === "" ? (i === 0 ? 0n : 65535n) : parseNumber(part, 0n, 65535n)));
    if (word === ":") return true;
    return first !== undefined && last !== undefined && first < last && last - first < 65535n;
  },
  zone: (word) => number(0n, 65535n)(word) || word === "mark",
  tos: (word) => /^(0x[0-9a-f]+|\d+)(\/(0x[0-9a-f]+|\d+))?$/i.test(word) || begins(["Minimize-Delay", "Maximize-Throughput", "Maximize-Reliability", "Minimize-Cost", "Normal-Service"])(word),
  mark,
  prefix: (word, family) => number(0n, family === "ip" ? 32n : 128n)(word),
  protocol: (word) => parseProtocol(word) !== undefined || /^[a-z][a-z0-9.-]*$/i.test(word),
  port: portish,
  "port-range": portRange,
  "any-port-range": anyPortRange,
  ports: (word) => word.split(",").length <= 15 && listOf((part) => portRange(part) && part !== "" && !part.startsWith(":") && !part.endsWith(":"))(word),
  "nat-ports": (word) => (/^\d+(-\d+)?$/.test(word) ? word.split("-").every(number(0n, 65535n)) : parsePort(word) !== undefined || (portish(word) && !word.includes("-"))),
  interface: (word) => word.length < 16 && word !== "",
  address: (word, family) => word.split(",").every((part) => inFamily((one, f) => parseNetwork(one, f) !== undefined)(part, family) || host(part.split("/")[0]!)),
  "host-address": inFamily((word, family) => parseAddress(word, family) !== undefined || (host(word))),
  "address-range": inFamily((word, family) => {
    const parts = word.split("-");
    const values = parts.map((part) => parseAddress(part, family));
    return parts.length <= 2 && values.every((value) => value !== undefined) && (values[1] ?? values[0]!) >= values[0]!;
  }),
  "nat-range": inFamily((word, family) => natRange(word, family)),
  mac: (word) => /^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/.test(word),
  rate: (word) => /^\d+(b|kb|mb)?(\/(s|sec|second|m|min|minute|h|hour|d|day|secon|seco|se|minut|minu|mi|hou|ho|da))?$/.test(word) && !/^0+(\D|$)/.test(word),
  burst: (word) => /^\d+(b|kb|mb)?$/.test(word),
  ctstates: listOf((part) => begins(CT_STATES)(part) && part !== ""),
  ctstatus: listOf(begins(["NONE", "EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED"])),
  ctdir: (word) => ["original", "reply"].includes(word.toLowerCase()),
  addrtypes: listOf((part) => ADDRESS_TYPES.includes(part.toUpperCase())),
  pkttype: (word) => ["unicast", "host", "broadcast", "bcast", "multicast", "mcast"].includes(word.toLowerCase()),
  "tcp-flags": (word) => parseTcpFlags(word) !== undefined,
  "icmp-type": (word) => parseIcmpType(word, "ip") !== undefined,
  "icmpv6-type": (word) => parseIcmpType(word, "ip6") !== undefined,
  "set-directions": listOf(oneOf("src", "dst")),
  "hash-modes": listOf(oneOf("srcip", "srcport", "dstip", "dstport")),
  "log-level": (word) => number(0n, 7n)(word) || begins(LOG_LEVELS)(word),
  "reject-with": inFamily((word, family) => REJECT_WITH[family].some((name) => name.toLowerCase().startsWith(word.toLowerCase()))),
  "policy-dir": (word) => ["in", "out"].includes(word.toLowerCase()),
  "policy-pol": (word) => ["ipsec", "none"].includes(word.toLowerCase()),
  "policy-mode": (word) => ["transport", "tunnel"].includes(word.toLowerCase()),
  "flow-direction": (word) => ["original", "reply", "both"].includes(word.toLowerCase()),
  "connbytes-mode": (word) => ["packets", "bytes", "avgpkt"].includes(word.toLowerCase()),
  "statistic-mode": oneOf("random", "nth"),
  probability: (word) => /^\d*\.?\d*(e-?\d+)?$/i.test(word) && Number(word) >= 0 && Number(word) <= 1,
  "string-algorithm": (word) => /^(bm|kmp)$/.test(word),
  "audit-type": (word) => ["accept", "drop", "reject"].includes(word.toLowerCase()),
  dscp: number(0n, 63n),
  "dscp-class": (word) => /^(cs[0-7]|be|ef|af[1-4][1-3])$/i.test(word),
  ect: number(0n, 3n),
  "osf-level": number(0n, 2n),
  "ipvs-method": (word) => /^(GATE|IPIP|MASQ)$/i.test(word),
  "sctp-match": (word) => ["all", "any", "only"].some((name) => name === word.toLowerCase()),
  "sctp-chunks": listOf((part) => /^(DATA|INIT|INIT_ACK|SACK|HEARTBEAT|HEARTBEAT_ACK|ABORT|SHUTDOWN|SHUTDOWN_ACK|ERROR|COOKIE_ECHO|COOKIE_ACK|ECN_ECNE|ECN_CWR|SHUTDOWN_COMPLETE|I_DATA|RE_CONFIG|PAD|ASCONF|ASCONF_ACK|FORWARD_TSN|I_FORWARD_TSN|ALL|NONE)(:[A-Za-z]+)?$/i.test(part)),
  "dccp-types": listOf((part) => /^(REQUEST|RESPONSE|DATA|ACK|DATAACK|CLOSEREQ|CLOSE|RESET|SYNC|SYNCACK|INVALID)$/i.test(part)),
  class: (word) => /^[0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4}$/.test(word),
  owner: (word) => /^(\d+(-\d+)?|[A-Za-z_][\w.-]*\$?)$/.test(word),
};

function natRange(word: string, family: "ip" | "ip6"): boolean {
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
  if (ports !== "" && !/^\d+(-\d+(\/(\d+|[a-z][\w.-]*))?)?$/.test(ports) && !(portish(ports) && !/^[a-z]+-[a-z]+$/.test(ports) )) return false;
  if (/^\d/.test(ports)) {
    const bounds = ports.split(/[-/]/).filter((part) => /^\d/.test(part)).map(Number);
    if (bounds.some((bound) => bound > 65535 || bound === 0) || (/-/.test(ports) && bounds[0]! > bounds[1]!)) return false;
  }
  if (addresses === "") return ports !== "";
  const parse = family === "ip" ? (one: string): bigint | undefined => parseIpv4(one) : parseIpv6;
  return addresses.split("-").length <= 2 && addresses.split("-").every((one) => parse(one) !== undefined);
}

/** True where iptables 1.8.9 takes the value; a templated value is taken. */
export function isValid(kind: string, word: string, family: "ip" | "ip6" | undefined): boolean {
  if (word.includes(HOLE)) return true;
  const check = named(CHECKS, kind);
  return check === undefined || check(word, family);
}
