import { HOLE } from "../template/jinja.ts";
import { address4, parseAddress4, parseAddress6, parseHardware } from "./addresses.ts";
import { CLOSED, OPEN } from "./symbols.ts";

/** nft's types, and `address` for what is IPv4 or IPv6 by the table's family. */
export type TypeName =
  | "integer" | "string" | "ifname" | "iface_index" | "ipv4_addr" | "ipv6_addr" | "address" | "ether_addr" | "inet_service"
  | "inet_proto" | "nf_proto" | "ether_type" | "mark" | "realm" | "classid" | "uid" | "gid" | "devgroup" | "cgroup" | "boolean"
  | "pkt_type" | "iface_type" | "ct_state" | "ct_dir" | "ct_status" | "ct_event" | "ct_label" | "tcp_flag" | "icmp_type"
  | "icmp_code" | "icmpv6_type" | "icmpv6_code" | "icmpx_code" | "igmp_type" | "mh_type" | "dccp_pkttype" | "arp_op" | "arp_htype"
  | "dscp" | "ecn" | "fib_addrtype" | "day" | "hour" | "time" | "time_span" | "verdict" | "unknown";

/** Types whose values are bits, so that a bare value asks whether one of them is set. */
export const BITMASKS: ReadonlySet<TypeName> = new Set<TypeName>(["ct_state", "ct_status", "ct_event", "tcp_flag"]);
/** Types that the model keeps as names. */
export const NAMED: ReadonlySet<TypeName> = new Set<TypeName>(["ct_state", "ct_status", "ct_dir", "pkt_type", "fib_addrtype", "ifname", "iface_index", "string"]);

/** What a word means as a value of some type. */
export type Resolved =
  | { readonly number: bigint }
  | { readonly name: string }
  /** What only the host or a template knows. */
  | { readonly unknown: string }
  /** What nft refuses everywhere. */
  | { readonly wrong: string };

/** What `text` stands for as a value of `type` with `bits` bits. */
export function resolve(type: TypeName, bits: number, text: string, quoted: boolean): Resolved {
  if (text.includes(HOLE)) return { unknown: "a template decides it" };
  switch (type) {
    case "ipv4_addr":
    case "ipv6_addr":
    case "address":
      return resolveAddress(type, text);
    case "iface_index":
      // LOOPBACK_IFINDEX of include/net/flow.h, in every network namespace; other indexes depend on the order of boot.
      if (/^\d+$/.test(text) && !quoted) return text === "1" ? { name: "lo" } : { unknown: "which interface has that index is not in the text" };
      return { name: text };
    case "ifname":
    case "string":
      return { name: text };
    case "ether_addr": {
      const address = parseHardware(text);
      return address === undefined ? { wrong: `"${text}" is no MAC address` } : { number: address };
    }
  }
  const number = quoted ? undefined : parseNumber(text);
  if (type === "day" || (type === "ct_label" && number !== undefined)) {
    const most = type === "day" ? 6n : 127n;
    if (number !== undefined) return number <= most ? { number } : { wrong: `${text} is more than ${most}` };
  }
  if (number !== undefined && bits > 0) return inWidth(number, bits, text);
  const names = CLOSED.get(type);
  const symbol = names?.get(text) ?? OPEN.get(type)?.get(text);
  if (symbol !== undefined) return { number: symbol };
  if (type === "hour" || type === "time" || type === "time_span" || type === "day") return resolveTime(type, text, number);
  if (number !== undefined) return { number };
  if (type === "unknown" || type === "verdict") return { unknown: `"${text}" is not read` };
  return resolveName(type, text, names);
}

/** Whether `text` is certainly right as a value of that type: the most frequent ones, told without calculating them. */
export function isPlain({ type, bits }: { readonly type: TypeName; readonly bits: number }, text: string, quoted: boolean): boolean {
  switch (type) {
    case "ifname":
    case "iface_index":
    case "string":
      return true;
    case "ipv4_addr":
      return address4(text) !== -1;
    case "ipv6_addr":
    case "address":
    case "ether_addr":
    case "day":
    case "ct_label":
      return false;
    default:
      return !quoted && bits > 0 && decimal(text) < 2 ** Math.min(bits, 32);
  }
}

/** A short number in decimal digits; Infinity where `text` is none. */
function decimal(text: string): number {
  if (text.length > 9 || text.length === 0) return Infinity;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return Infinity;
    value = value * 10 + digit;
  }
  return value;
}

function inWidth(number: bigint, bits: number, text: string): Resolved {
  if (number >> BigInt(bits) === 0n) return { number };
  return { wrong: `${text} is more than the ${bits} bits of this field hold (at most ${(1n << BigInt(bits)) - 1n})` };
}

function resolveTime(type: "hour" | "time" | "time_span" | "day", text: string, number: bigint | undefined): Resolved {
  if (type === "time") return { unknown: "what day it is is not in the text" };
  if (type === "hour") {
    const [hours = 0, minutes = 0, seconds = 0] = text.split(":").map(Number);
    if (number !== undefined || (/^\d{1,2}(:\d{1,2}){0,2}$/.test(text) && hours < 24 && minutes < 60 && seconds <= 60)) return { unknown: "what time it is is not in the text" };
    return { wrong: `"${text}" is no time of the day such as "17:30"` };
  }
  if (type === "time_span") {
    if (number !== undefined || /^(\d+(d|h|ms|m|s)?)+$/.test(text)) return { unknown: `"${text}" is not read` };
    return { wrong: `"${text}" is no span of time such as 1h30m` };
  }
  const day = [...CLOSED.get("day")!].find(([name]) => text.length > 2 && name.toLowerCase().startsWith(text.toLowerCase()));
  if (day) return { number: day[1] };
  return number !== undefined && number <= 6n ? { number } : { wrong: `"${text}" is no day of the week` };
}

/** A span of time such as `1d2h` in milliseconds, a plain number as seconds; undefined where `text` is none. */
export function spanMilliseconds(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const [all, d, h, m, s, ms] = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text) ?? [];
  if (all === undefined || all === "") return undefined;
  return ((((Number(d ?? 0) * 24 + Number(h ?? 0)) * 60 + Number(m ?? 0)) * 60 + Number(s ?? 0)) * 1000) + Number(ms ?? 0);
}

function resolveName(type: TypeName, text: string, names: ReadonlyMap<string, bigint> | undefined): Resolved {
  if (type === "classid") {
    const [major, minor] = text.split(":");
    if (/^[0-9a-f]{1,4}:[0-9a-f]{0,4}$/i.test(text)) return { number: BigInt(`0x${major}`) * 65536n + BigInt(`0x${minor === "" ? "0" : minor}`) };
  }
  if (OPEN.has(type)) return { unknown: `"${text}" is a name that only the host knows` };
  if (names) return { wrong: `"${text}" is none of ${[...names.keys()].join(", ")}` };
  // nft takes the names of protocols for numbers everywhere.
  if (type === "integer" && (/^\d/.test(text) || OPEN.get("inet_proto")!.has(text))) return { unknown: `"${text}" is not read` };
  return { wrong: `"${text}" is no number` };
}

function resolveAddress(type: TypeName, text: string): Resolved {
  const four = parseAddress4(text);
  if (four !== undefined) return type === "ipv6_addr" ? { wrong: `"${text}" is an IPv4 address where an IPv6 address is needed` } : { number: four };
  const six = text.includes(":") ? parseAddress6(text) : undefined;
  if (six !== undefined) return type === "ipv4_addr" ? { wrong: `"${text}" is an IPv6 address where an IPv4 address is needed` } : { number: six };
  if (/^[0-9]+(\.[0-9]+)+$/.test(text) || text.includes(":")) return { wrong: `"${text}" is no address` };
  return { unknown: `"${text}" is a name that DNS decides when the rules load` };
}

/** A number as nft writes it: decimal, or hexadecimal after `0x`. */
export function parseNumber(text: string): bigint | undefined {
  const code = text.charCodeAt(0);
  if (!(code >= 48 && code <= 57) || !/^(?:[0-9]+|0x[0-9a-f]+)$/i.test(text)) return undefined;
  // Short numbers are read faster by way of a double, and hexadecimal ones too.
  return text.length < 14 ? BigInt(Number(text)) : BigInt(text);
}

/** The bits of a type that stands in a set's declaration. */
const WIDTHS: ReadonlyMap<string, number> = new Map([
  ["ipv4_addr", 32], ["ipv6_addr", 128], ["ether_addr", 48], ["inet_service", 16], ["inet_proto", 8], ["ether_type", 16], ["mark", 32],
  ["ifname", 128], ["icmp_type", 8], ["icmpv6_type", 8], ["icmp_code", 8], ["icmpv6_code", 8], ["nf_proto", 8], ["uid", 32], ["gid", 32],
  ["tcp_flag", 8], ["ct_state", 32], ["pkt_type", 8], ["dscp", 6], ["ecn", 2], ["boolean", 1], ["arp_op", 16],
]);

const ALIASES: ReadonlyMap<string, TypeName> = new Map([
  ["iface_index", "iface_index"], ["devgroup", "devgroup"], ["realm", "realm"], ["classid", "classid"], ["ct_dir", "ct_dir"],
  ["ct_status", "ct_status"], ["ct_label", "ct_label"], ["ct_event", "ct_event"], ["fib_addrtype", "fib_addrtype"],
  ["iface_type", "iface_type"], ["icmpx_code", "icmpx_code"], ["igmp_type", "igmp_type"], ["mh_type", "mh_type"],
  ["dccp_pkttype", "dccp_pkttype"], ["day", "day"], ["hour", "hour"], ["time", "time"], ["cgroupsv2", "string"], ["verdict", "verdict"],
  ["arp_htype", "arp_htype"], ["string", "string"], ["integer", "integer"], ["inet_addr", "address"], ["ll_addr", "ether_addr"],
]);

/** The type of that name in a `type` declaration; undefined where nft has none. */
export function typeByName(name: string): { readonly type: TypeName; readonly bits: number } | undefined {
  const width = WIDTHS.get(name);
  if (width !== undefined) return { type: name as TypeName, bits: width };
  const alias = ALIASES.get(name);
  return alias === undefined ? undefined : { type: alias, bits: 0 };
}
