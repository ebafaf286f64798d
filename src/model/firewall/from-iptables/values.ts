import type { Maybe } from "../../../engine/unknown.ts";
import { isUnknown, unknown } from "../../../engine/unknown.ts";
import { fullMask, parseAddress, parseNetwork, plainNetwork } from "../../../formats/iptables/address.ts";
import { ADDRESS_TYPES } from "../../../formats/iptables/kinds.ts";
import type { Word } from "../../../formats/iptables/tree.ts";
import { parseNumber, parsePort, parsePortRange, parseProtocol } from "../../../formats/iptables/values.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Values } from "../ruleset.ts";
import { intervals, mergeIntervals } from "../values.ts";

/** The families that iptables and ip6tables are for. */
export type Family = "ip" | "ip6";

/** Stands for a value that a template or a variable decides. */
export const TEMPLATE = unknown("a template decides the value");

const U32 = 0xffff_ffffn;

type Interval = readonly [bigint, bigint];

/** The same few thousand ports stand in rule after rule: each is made once. */
const PORTS = new Map<number, Interval>();
const ONE_PORT = new Map<number, Values>();
const PROTOCOL = new Map<number, Values>();

/** What `map` holds for `key`, made where it is not there yet. */
function once<T>(map: Map<number, T>, key: number, make: (key: number) => T): T {
  let known = map.get(key);
  if (known === undefined) map.set(key, (known = Object.freeze(make(key))));
  return known;
}

function portInterval(port: number): Interval {
  return once(PORTS, port, (number) => [BigInt(number), BigInt(number)]);
}

function onePort(port: number): Values {
  return once(ONE_PORT, port, () => ({ kind: "intervals", intervals: Object.freeze([portInterval(port)]) }));
}

/** `-p`: a protocol by name or number; undefined where it is not known, `any` where it stands for all. */
export function protocolValues(text: string): Values | "any" | undefined {
  const number = parseProtocol(text);
  if (number === undefined) return undefined;
  return number === 0 ? "any" : once(PROTOCOL, number, (known) => intervals(BigInt(known)));
}

/** An interface's name; a trailing `+` stands for any rest. */
export function interfaceName(word: Word | undefined): Values {
  if (word === undefined || word.text.includes(HOLE)) return TEMPLATE;
  return { kind: "names", names: [word.text.endsWith("+") ? `${word.text.slice(0, -1)}*` : word.text] };
}

/** One or several addresses with their masks. */
export function addresses(text: string | undefined, family: Family): Values {
  if (text === undefined || text.includes(HOLE)) return TEMPLATE;
  if (!text.includes(",")) return oneAddress(text, family);
  const spans: Interval[] = [];
  for (const part of text.split(",")) {
    const values = oneAddress(part, family);
    if (isUnknown(values)) return values;
    if (values.kind !== "intervals") return unknown("several addresses with a mask that is no prefix");
    spans.push(...values.intervals);
  }
  return mergeIntervals(spans);
}

function oneAddress(text: string, family: Family): Values {
  const plain = family === "ip" ? plainNetwork(text) : undefined;
  if (plain !== undefined) {
    const first = BigInt(plain.first);
    return { kind: "intervals", intervals: [[first, plain.last === plain.first ? first : BigInt(plain.last)]] };
  }
  const network = parseNetwork(text, family);
  if (network === undefined) return unknown(`${text} is no address`);
  const wild = fullMask(family) ^ network.mask;
  if ((wild & (wild + 1n)) !== 0n) return { kind: "masked", mask: network.mask, values: [network.address] };
  return { kind: "intervals", intervals: [[network.address, network.address | wild]] };
}

/** `first-last`; a range that is turned round holds nothing. */
export function addressRange(text: string, family: Family): Values | undefined {
  const [first, last] = text.split("-").map((part) => parseAddress(part, family, true));
  if (first === undefined || (text.includes("-") && last === undefined)) return undefined;
  return (last ?? first) < first ? mergeIntervals([]) : mergeIntervals([[first, last ?? first]]);
}

/** One port or a range; one that is turned round holds nothing. */
export function ports(text: string): Values | undefined {
  const range = parsePortRange(text);
  if (range !== undefined && range[0] === range[1]) return onePort(range[0]);
  return range && mergeIntervals(range[0] <= range[1] ? [[BigInt(range[0]), BigInt(range[1])]] : []);
}

/** The list of `-m multiport`. */
export function portList(text: string): Values | undefined {
  const spans: Interval[] = [];
  for (const part of text.split(",")) {
    const port = parsePort(part);
    if (port !== undefined) {
      spans.push(portInterval(port));
      continue;
    }
    const range = parsePortRange(part);
    if (range === undefined) return undefined;
    if (range[0] <= range[1]) spans.push([BigInt(range[0]), BigInt(range[1])]);
  }
  return mergeIntervals(spans);
}

/** `value[/mask]`. */
export function markValues(text: string): Values | undefined {
  const [value, mask] = text.split("/").map((part) => parseNumber(part, 0n, U32));
  if (value === undefined || (text.includes("/") && mask === undefined)) return undefined;
  if (mask === undefined || mask === U32) return intervals(value);
  // The mask is laid over the packet's mark only: a value with other bits is never met.
  return { kind: "masked", mask, values: [value] };
}

/** `first[SEPARATOR[last]]`; no upper end is `most`. */
export function numberRange(text: string, separator: string, most = U32): Values | undefined {
  const parts = text.split(separator);
  if (parts.length > 2) return undefined;
  const [first, last] = parts.map((part, i) => (part === "" ? (i === 0 ? 0n : most) : parseNumber(part, 0n, most)));
  if (first === undefined || (parts.length === 2 && last === undefined)) return undefined;
  return (last ?? first) < first ? mergeIntervals([]) : mergeIntervals([[first, last ?? first]]);
}

/** The names of `-m addrtype`, each of which may be shortened. */
export function addressTypes(text: string): Values {
  const full = text.split(",").map((part) => ADDRESS_TYPES.find((type) => part !== "" && type.startsWith(part.toUpperCase())) ?? part);
  return { kind: "names", names: full.map((name) => (name === "UNSPEC" ? "unspec" : name.toLowerCase())) };
}

/** `hh:mm[:ss]` in seconds since midnight; undefined where it is none. */
export function clock(text: string): number | undefined {
  const parts = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/.exec(text);
  return parts ? Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3] ?? 0) : undefined;
}

/** The days of `-m time` as nft numbers them, Sunday 0; `negated` gives the other days. */
export function weekdays(text: string, negated: boolean): Values | undefined {
  const days = text.split(",").map((part) => (/^[1-7]$/.test(part) ? Number(part) % 7 : ["su", "mo", "tu", "we", "th", "fr", "sa"].indexOf(part.slice(0, 2).toLowerCase())));
  if (days.includes(-1)) return undefined;
  return intervals(...[0, 1, 2, 3, 4, 5, 6].filter((day) => days.includes(day) !== negated).map(BigInt));
}

/** The one address and port of a translation's `address[-address][:port[-port]]`; several are Unknown, an absent part stays. */
export function natDestination(text: string, family: Family): Maybe<{ readonly address?: bigint; readonly port?: number }> {
  if (text.includes(HOLE)) return TEMPLATE;
  const parts = family === "ip" ? /^([^:]*)(?::(.*))?$/.exec(text) : (/^\[([^\]]*)\](?::(.*))?$/.exec(text) ?? [text, text, undefined]);
  const [, address = "", port = ""] = parts ?? [];
  if (address.includes("-")) return unknown("the new address is one of several");
  const number = address === "" ? undefined : parseAddress(address, family);
  if (address !== "" && number === undefined) return unknown(`${address} is no address`);
  const to = natPort(port);
  if (isUnknown(to)) return to;
  return { ...(number !== undefined && { address: number }), ...(to !== undefined && { port: to }) };
}

/** The one port of `--to-ports`; undefined where none is written. */
export function natPort(text: string): Maybe<number | undefined> {
  if (text === "") return undefined;
  if (text.includes(HOLE)) return TEMPLATE;
  const [first, last] = text.split("-").map((part) => parsePortRange(part)?.[0]);
  if (first !== undefined && (last === undefined || last === first)) return first;
  return unknown(first === undefined ? `${text} is no port that Premortem knows` : "the new port is one of several");
}
