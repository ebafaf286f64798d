import type { Maybe } from "../../../engine/unknown.ts";
import { unknown } from "../../../engine/unknown.ts";
import { parseNumber, parseProtocol } from "../../../formats/iptables/values.ts";
import type { Field, Values } from "../ruleset.ts";
import { intervals, mergeIntervals } from "../values.ts";
import type { Family } from "./values.ts";
import { addressRange, addresses, markValues, numberRange, ports } from "./values.ts";

/** What an option of a match asks: a field, and its values; undefined values are not understood. */
interface Asked {
  readonly field: Field;
  readonly values: Values | undefined;
  /** Turns the match round once more. */
  readonly turned?: boolean;
}
type Reader = (text: string, family: Family) => Asked;

const U32 = 0xffff_ffffn;
const U64 = (1n << 64n) - 1n;
const BYTE = 0xffn;
const DSCP: Readonly<Record<string, bigint>> = {
  cs0: 0n, be: 0n, cs1: 8n, cs2: 16n, cs3: 24n, cs4: 32n, cs5: 40n, cs6: 48n, cs7: 56n, ef: 46n, af11: 10n, af12: 12n, af13: 14n, af21: 18n, af22: 20n,
  af23: 22n, af31: 26n, af32: 28n, af33: 30n, af41: 34n, af42: 36n, af43: 38n,
};
/** Of `-m tos --tos NAME`: value and mask (libxt's tos_values.c). */
const TOS: Readonly<Record<string, bigint>> = { "minimize-delay": 16n, "maximize-throughput": 8n, "maximize-reliability": 4n, "minimize-cost": 2n, "normal-service": 0n };

const some = (field: Field, values: Values | undefined, turned = false): Asked => (turned ? { field, values, turned } : { field, values });
const ranged = (field: Field, most = U32): Reader => (text) => some(field, numberRange(text, ":", most));
const marked = (field: Field): Reader => (text) => some(field, markValues(text));
const exists = (field: Field): Reader => () => some(field, intervals(1n));
const below = (field: string, most: bigint): Reader => (text) => some(field, compared(text, (n) => [0n, n - 1n], most));
const above = (field: string, most: bigint): Reader => (text) => some(field, compared(text, (n) => [n + 1n, most], most));

function compared(text: string, span: (value: bigint) => [bigint, bigint], most: bigint): Values | undefined {
  const value = parseNumber(text, 0n, most);
  if (value === undefined) return undefined;
  const [first, last] = span(value);
  return mergeIntervals(first > last ? [] : [[first, last]]);
}

function protocolValues(text: string): Values | undefined {
  const number = parseProtocol(text);
  return number === undefined ? undefined : intervals(BigInt(number));
}

/** `value[/mask]` or a name, of the whole byte that holds the DSCP and the ECN bits. */
export function tosBits(text: string): { readonly value: bigint; readonly mask: bigint } | undefined {
  const name = Object.hasOwn(TOS, text.toLowerCase()) ? TOS[text.toLowerCase()] : undefined;
  if (name !== undefined) return { value: name, mask: 0x3fn };
  const [value, mask] = text.split("/").map((part) => parseNumber(part, 0n, BYTE));
  return value === undefined || (text.includes("/") && mask === undefined) ? undefined : { value, mask: mask ?? BYTE };
}

/** The DSCP value of a class, which iptables compares by its beginning only. */
export function dscpClass(text: string): bigint | undefined {
  const name = Object.keys(DSCP).find((known) => text.toLowerCase().startsWith(known));
  return name === undefined ? undefined : DSCP[name];
}

function tos(text: string, family: Family): Asked {
  const bits = tosBits(text);
  if (bits === undefined) return some(`${family} tos`, undefined);
  const { value, mask } = bits;
  // nft has no field for the whole byte; where only the upper six bits count, it is the DSCP.
  if ((mask & 3n) === 0n && (value & 3n) === 0n) return some(`${family} dscp`, mask === 0xfcn ? intervals(value >> 2n) : { kind: "masked", mask: mask >> 2n, values: [value >> 2n] });
  return some(`${family} tos`, mask === BYTE ? intervals(value) : { kind: "masked", mask, values: [value] });
}

function directed(field: string): Reader {
  return (text, family) => some(field, addresses(text, family));
}

/** Names of users, groups and routing realms are the host's own. */
function hosts(field: string, what: string): Reader {
  return (text) => some(field, text === "root" ? intervals(0n) : (numberRange(text.replace(":", "-"), "-") ?? unknown(`which number the ${what} ${text} has is not in the text`)));
}

const limited = (field: Field, why: string): Reader => () => some(field, unknown(why));

/** Options that ask one field for one set of values: `match option`. nft's names for the fields. */
export const SIMPLE: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["ah ahspi", ranged("ah spi")],
  ["ah ahlen", ranged("ah hdrlength")],
  ["esp espspi", ranged("esp spi")],
  ["ipcomp ipcompspi", ranged("comp cpi", 0xffffn)],
  ["cgroup cgroup", (text) => some("meta cgroup", numberRange(text, ":"))],
  ["cgroup path", limited("socket cgroupv2", "which process sent it is not in the text")],
  ["connlabel label", (text) => some("ct label", numberRange(text, ":", 127n) ?? unknown("the names of labels are in the host's connlabel.conf"))],
  ["connmark mark", marked("ct mark")],
  ["mark mark", marked("meta mark")],
  ["cpu cpu", ranged("meta cpu")],
  ["conntrack ctproto", (text) => some("ct original protocol", protocolValues(text))],
  ["conntrack ctorigsrc", directed("ct original saddr")],
  ["conntrack ctorigdst", directed("ct original daddr")],
  ["conntrack ctreplsrc", directed("ct reply saddr")],
  ["conntrack ctrepldst", directed("ct reply daddr")],
  ["conntrack ctorigsrcport", (text) => some("ct original proto-src", ports(text))],
  ["conntrack ctorigdstport", (text) => some("ct original proto-dst", ports(text))],
  ["conntrack ctreplsrcport", (text) => some("ct reply proto-src", ports(text))],
  ["conntrack ctrepldstport", (text) => some("ct reply proto-dst", ports(text))],
  ["conntrack ctexpire", ranged("ct expiration")],
  ["conntrack ctdir", (text) => some("ct direction", { kind: "names", names: [text.toLowerCase()] })],
  ["dccp dccp-types", (text) => some("dccp type", dccpTypes(text))],
  ["dccp dccp-option", (text) => some(`dccp option ${text}`, intervals(1n))],
  ["devgroup src-group", marked("meta iifgroup")],
  ["devgroup dst-group", marked("meta oifgroup")],
  ["dscp dscp", (text, family) => some(`${family} dscp`, numberRange(text, ":", 63n))],
  ["dscp dscp-class", (text, family) => some(`${family} dscp`, ((value) => value === undefined ? undefined : intervals(value))(dscpClass(text)))],
  ["dst dst-len", ranged("dst hdrlength")],
  ["hbh hbh-len", ranged("hbh hdrlength")],
  ["ecn ecn-ip-ect", (text, family) => some(`${family} ecn`, numberRange(text, ":", 3n))],
  ["ecn ecn-tcp-cwr", () => some("tcp flags", { kind: "masked", mask: 0x80n, values: [0x80n] })],
  ["ecn ecn-tcp-ece", () => some("tcp flags", { kind: "masked", mask: 0x40n, values: [0x40n] })],
  ["eui64 ", limited("eui64", "what the interface's hardware address is is not in the text")],
  ["frag fragid", ranged("frag id")],
  ["frag fragres", exists("frag reserved")],
  ["frag fragfirst", () => some("frag frag-off", intervals(0n))],
  ["frag fragmore", exists("frag more-fragments")],
  ["frag fraglast", () => some("frag more-fragments", intervals(0n))],
  ["helper helper", (text) => (text === "" ? some("ct helper", unknown("any helper")) : some("ct helper", { kind: "names", names: [text] }))],
  ["hl hl-eq", ranged("ip6 hoplimit", BYTE)],
  ["hl hl-lt", below("ip6 hoplimit", BYTE)],
  ["hl hl-gt", above("ip6 hoplimit", BYTE)],
  ["ttl ttl-eq", ranged("ip ttl", BYTE)],
  ["ttl ttl-lt", below("ip ttl", BYTE)],
  ["ttl ttl-gt", above("ip ttl", BYTE)],
  ["iprange src-range", (text, family) => some(`${family} saddr`, addressRange(text, family))],
  ["iprange dst-range", (text, family) => some(`${family} daddr`, addressRange(text, family))],
  ["length length", ranged("meta length", 0xffffn)],
  ["mac mac-source", (text) => some("ether saddr", hardware(text))],
  ["mh mh-type", (text) => some("mh type", numberRange(text, ":", BYTE) ?? unknown(`the message type ${text}`))],
  ["owner uid-owner", hosts("meta skuid", "user")],
  ["owner gid-owner", hosts("meta skgid", "group")],
  ["owner socket-exists", limited("socket", "whether a socket sent it is not in the text")],
  ["osf genre", (text) => some("osf name", { kind: "names", names: [text] })],
  ["physdev physdev-in", (text) => some("physdev in", { kind: "names", names: [text.replace(/\+$/, "*")] })],
  ["physdev physdev-out", (text) => some("physdev out", { kind: "names", names: [text.replace(/\+$/, "*")] })],
  ["pkttype pkt-type", (text) => some("meta pkttype", { kind: "names", names: [packetType(text)] })],
  ["policy pol", (text) => some("meta ipsec", intervals(text.toLowerCase() === "ipsec" ? 1n : 0n))],
  ["realm realm", (text) => some("meta rtclassid", markValues(text) ?? unknown("the names of realms are in the host's rt_realms"))],
  ["rt rt-type", ranged("rt type")],
  ["rt rt-segsleft", ranged("rt seg-left")],
  ["rt rt-len", ranged("rt hdrlength")],
  ["srh srh-tag", ranged("srh tag", 0xffffn)],
  ["tcp tcp-option", (text) => some(`tcp option ${text}`, intervals(1n))],
  ["tcpmss mss", ranged("tcp option maxseg size", 0xffffn)],
  ["tos tos", tos],
]);

/** DCCP's packet types in the order of their numbers; INVALID stands for the reserved ones. */
const DCCP_TYPES = ["request", "response", "data", "ack", "dataack", "closereq", "close", "reset", "sync", "syncack"];

function dccpTypes(text: string): Values | undefined {
  const spans = text.toLowerCase().split(",").map((name): [bigint, bigint] => (name === "invalid" ? [10n, 15n] : [BigInt(DCCP_TYPES.indexOf(name)), BigInt(DCCP_TYPES.indexOf(name))]));
  return spans.some(([first]) => first < 0n) ? undefined : mergeIntervals(spans);
}

function hardware(text: string): Values | undefined {
  const parts = text.split(":");
  if (parts.length !== 6 || !parts.every((part) => /^[0-9a-fA-F]{1,2}$/.test(part))) return undefined;
  return intervals(BigInt(`0x${parts.map((part) => part.padStart(2, "0")).join("")}`));
}

function packetType(text: string): string {
  const name = text.toLowerCase();
  return name === "unicast" ? "host" : name === "bcast" ? "broadcast" : name === "mcast" ? "multicast" : name;
}

/** Counts of a connection's packets or bytes: `--connbytes from:to`. */
export function connectionBytes(text: string, direction: string, mode: string): Asked {
  const key = mode.toLowerCase() === "bytes" ? "bytes" : mode.toLowerCase() === "avgpkt" ? "avgpkt" : "packets";
  const way = direction.toLowerCase();
  return some(way === "both" ? `ct ${key}` : `ct ${way} ${key}`, numberRange(text.includes(":") ? text : `${text}:`, ":", U64));
}

/** A value that stands for one of several reasons why nobody knows whether a match matches. */
export function runtimeReason(module: string): Maybe<never> {
  return unknown(`whether “-m ${module}” matches is not in the text`);
}
