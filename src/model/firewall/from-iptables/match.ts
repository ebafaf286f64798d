import type { Range } from "../../../engine/location.ts";
import { unknown } from "../../../engine/unknown.ts";
import { fullMask, parseAddress, parseNetwork } from "../../../formats/iptables/address.ts";
import { PROTOCOLS } from "../../../formats/iptables/names.ts";
import type { Match, Option, Word } from "../../../formats/iptables/tree.ts";
import { parseIcmpType, parseNumber, parsePortRange, parseProtocol, parseTcpFlags } from "../../../formats/iptables/values.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Field, Statement, Values } from "../ruleset.ts";
import { intervals, mergeIntervals } from "../values.ts";

/** The families that iptables and ip6tables are for. */
export type Family = "ip" | "ip6";

/** What one match becomes. Alternatives are several lists, of which any one is enough. */
type Lowered = readonly (readonly Statement[])[];

const TEMPLATE = unknown("a template decides the value");

/** `-s`, `-d`, `-p`, `-i`, `-o`, `-f`. */
export function lowerBasic(option: Option, family: Family): Statement[] {
  const word = option.values[0];
  const match = (field: Field, values: Values, negated = option.negated): Statement[] => [{ kind: "match", field, negated, values, range: option.range }];
  switch (option.name) {
    case "source":
    case "destination":
      return match(`${family} ${option.name === "source" ? "saddr" : "daddr"}`, addresses(word, family));
    case "protocol": {
      if (word?.text.includes(HOLE)) return match("meta l4proto", TEMPLATE);
      const protocol = parseProtocol(word?.text ?? "");
      if (protocol === 0) return [];
      return match("meta l4proto", protocol === undefined ? unknown(`protocol ${word?.text} is not one that Premortem knows`) : intervals(BigInt(protocol)));
    }
    case "in-interface":
    case "out-interface":
      return match(`meta ${option.name === "in-interface" ? "iifname" : "oifname"}`, interfaceName(word));
    case "fragment":
      return match("ip frag-off", { kind: "masked", mask: 0x1fffn, values: [0n] }, !option.negated);
    default:
      return [];
  }
}

function interfaceName(word: Word | undefined): Values {
  if (word === undefined || word.text.includes(HOLE)) return TEMPLATE;
  return { kind: "names", names: [word.text.replace(/\+$/, "*")] };
}

function addresses(word: Word | undefined, family: Family): Values {
  if (word === undefined || word.text.includes(HOLE)) return TEMPLATE;
  const spans: [bigint, bigint][] = [];
  for (const part of word.text.split(",")) {
    const network = parseNetwork(part, family);
    if (network === undefined) return unknown(`${part} is no address`);
    const wild = fullMask(family) ^ network.mask;
    if ((wild & (wild + 1n)) !== 0n) {
      return word.text.includes(",") ? unknown("several addresses with a mask that is no prefix") : { kind: "masked", mask: network.mask, values: [network.address] };
    }
    spans.push([network.address, network.address | wild]);
  }
  return mergeIntervals(spans);
}

/** The statements of one `-m`. `protocol`: the rule's own, where it names one. */
export function lowerMatch(match: Match, family: Family, protocol: number | undefined): Lowered {
  let alternatives: Statement[][] = [[]];
  for (const option of match.options) {
    const lowered = lowerOption(match, option, family, protocol);
    if (lowered.length === 1) for (const list of alternatives) list.push(...lowered[0]!);
    else alternatives = alternatives.flatMap((list) => lowered.map((more) => [...list, ...more]));
  }
  if (match.options.length === 0 && !["tcp", "udp", "icmp", "icmp6", "sctp", "dccp", "udplite", "esp", "ah", "comment"].includes(match.module)) {
    if (match.module === "limit") return [[limit("rate", false, match.range, "3/hour")]];
    return [[runtime(match.module, match.range)]];
  }
  return alternatives;
}

/** A match whose outcome is not in the text. */
function runtime(field: string, range: Range, negated = false): Statement {
  return { kind: "match", field, negated, values: unknown(`whether “-m ${field}” matches is not in the text`), range };
}

function limit(what: "rate" | "quota" | "connections", over: boolean, range: Range, text: string): Statement {
  return { kind: "limit", what, over, text, range };
}

const PROTOCOL_NAME: Readonly<Record<number, string>> = { 6: "tcp", 17: "udp", 33: "dccp", 132: "sctp", 136: "udplite" };

function lowerOption(match: Match, option: Option, family: Family, protocol: number | undefined): Lowered {
  const { module } = match;
  const { name, negated, range } = option;
  const word = option.values[0];
  const text = word?.text ?? "";
  const hidden = option.values.some((value) => value.text.includes(HOLE));
  const is = (field: Field, values: Values | undefined, turned = negated): Lowered => [
    [{ kind: "match", field, negated: turned, values: hidden ? TEMPLATE : (values ?? unknown(`${text} is not a value that Premortem knows`)), range }],
  ];
  switch (`${module} ${name}`) {
    case "comment comment":
      return [[]];
    case "tcp tcp-flags": {
      const mask = parseTcpFlags(text);
      const bits = parseTcpFlags(option.values[1]?.text ?? "");
      return is("tcp flags", mask === undefined || bits === undefined ? undefined : { kind: "masked", mask: BigInt(mask), values: [BigInt(bits)] });
    }
    case "tcp syn":
      return is("tcp flags", { kind: "masked", mask: 0x17n, values: [2n] });
    case "multiport source-ports":
      return is(`${PROTOCOL_NAME[protocol ?? -1] ?? "th"} sport`, portList(text));
    case "multiport destination-ports":
      return is(`${PROTOCOL_NAME[protocol ?? -1] ?? "th"} dport`, portList(text));
    case "multiport ports": {
      const prefix = PROTOCOL_NAME[protocol ?? -1] ?? "th";
      const [source, destination] = [is(`${prefix} sport`, portList(text))[0]!, is(`${prefix} dport`, portList(text))[0]!];
      return negated ? [[...source, ...destination]] : [source, destination];
    }
    case "icmp icmp-type":
    case "icmp6 icmpv6-type": {
      const prefix = module === "icmp" ? "icmp" : "icmpv6";
      if (hidden) return is(`${prefix} type`, undefined);
      const type = parseIcmpType(text, module === "icmp" ? "ip" : "ip6");
      if (type === undefined) return is(`${prefix} type`, undefined);
      if (type === "any") return negated ? [[runtime(`${prefix} type`, range)]] : [[]];
      const [number, first, last] = type;
      if (first === 0 && last === 255) return is(`${prefix} type`, intervals(BigInt(number)));
      const typeIs = is(`${prefix} type`, intervals(BigInt(number)), false)[0]!;
      const codeIs = is(`${prefix} code`, mergeIntervals([[BigInt(first), BigInt(last)]]), negated)[0]!;
      return negated ? [is(`${prefix} type`, intervals(BigInt(number)))[0]!, [...typeIs, ...codeIs]] : [[...typeIs, ...codeIs]];
    }
    case "state state":
    case "conntrack ctstate":
      return is("ct state", ctStates(text));
    case "conntrack ctdir":
      return is("ct direction", { kind: "names", names: [text.toLowerCase()] });
    case "limit limit":
      return [[limit("rate", false, range, text)]];
    case "limit limit-burst":
      return match.options.some((other) => other.name === "limit") ? [[]] : [[limit("rate", false, range, "3/hour")]];
    case "hashlimit hashlimit-upto":
    case "hashlimit hashlimit-above":
      return [[limit("rate", (name === "hashlimit-above") !== negated, range, text)]];
    case "connlimit connlimit-upto":
    case "connlimit connlimit-above":
      return [[limit("connections", (name === "connlimit-above") !== negated, range, text)]];
    case "quota quota":
      return [[limit("quota", negated, range, text)]];
    case "recent set":
      return negated ? is("recent", unknown("the list of recent addresses is not in the text")) : [[{ kind: "other", name: "recent", range }]];
    case "recent rcheck":
    case "recent update":
    case "recent remove":
      return is("recent", unknown("the list of recent addresses is not in the text"));
    case "mark mark":
      return is("meta mark", markValues(text));
    case "connmark mark":
      return is("ct mark", markValues(text));
    case "mac mac-source":
      return is("ether saddr", intervals(BigInt(`0x${/^[0-9a-fA-F:]+$/.test(text) ? text.replaceAll(":", "") : "0"}`)));
    case "pkttype pkt-type":
      return is("meta pkttype", { kind: "names", names: [packetType(text)] });
    case "addrtype src-type":
    case "addrtype dst-type":
      return is(`fib ${name === "src-type" ? "saddr" : "daddr"} type`, { kind: "names", names: text.toLowerCase().split(",") });
    case "iprange src-range":
    case "iprange dst-range": {
      const [first, last] = text.split("-").map((part) => parseAddress(part, family));
      return is(`${family} ${name === "src-range" ? "saddr" : "daddr"}`, first === undefined ? undefined : mergeIntervals([[first, last ?? first]]));
    }
    case "set match-set":
      return [[{ kind: "match", field: setField(option.values[1]?.text ?? "", family), negated, values: unknown(`the set ${text} is not in the text`), set: text, range }]];
    case "owner uid-owner":
    case "owner gid-owner":
      return is(name === "uid-owner" ? "meta skuid" : "meta skgid", numberRange(text, "-"));
    case "length length":
      return is("meta length", numberRange(text, ":"));
    case "esp espspi":
    case "ah ahspi":
      return is(`${module} spi`, numberRange(text, ":"));
    case "policy pol":
      return is("meta ipsec", intervals(text.toLowerCase() === "ipsec" ? 1n : 0n), false);
    case "helper helper":
      return is("ct helper", { kind: "names", names: [text] });
    case "physdev physdev-in":
    case "physdev physdev-out":
      return is(`physdev ${name.slice(8)}`, unknown("which bridge port a packet takes is not in the text"));
  }
  if (/^(source|destination)-port$/.test(name)) {
    const ports = parsePortRange(text);
    return is(`${module} ${name === "source-port" ? "sport" : "dport"}`, ports && mergeIntervals(ports[0] <= ports[1] ? [[BigInt(ports[0]), BigInt(ports[1])]] : []));
  }
  if (MODIFIERS.has(`${module} ${name}`) || ["hashlimit", "connlimit", "recent", "addrtype", "set", "owner", "policy"].includes(module)) return [[]];
  return [[runtime(module, range, negated)]];
}

/** Options that only refine another option of their match. */
const MODIFIERS = new Set(["statistic probability", "statistic every", "statistic packet", "string algo", "string from", "string to", "string icase"]);

function ctStates(text: string): Values {
  const names = text.split(",").map((name) => {
    const wanted = name.toLowerCase();
    return ["invalid", "new", "established", "related", "untracked", "snat", "dnat"].find((state) => wanted !== "" && state.startsWith(wanted)) ?? wanted;
  });
  // SNAT and DNAT are no states but marks of translated connections: nft calls them ct status.
  if (names.some((name) => name === "snat" || name === "dnat")) return unknown("whether a connection is translated is not in the text");
  return { kind: "names", names };
}

function portList(text: string): Values | undefined {
  const ranges = text.split(",").map(parsePortRange);
  if (ranges.some((range) => range === undefined)) return undefined;
  return mergeIntervals(ranges.map((range) => [BigInt(range![0]), BigInt(range![1])]));
}

function markValues(text: string): Values | undefined {
  const [value, mask] = text.split("/").map((part) => parseNumber(part, 0n, 0xffff_ffffn));
  if (value === undefined || (text.includes("/") && mask === undefined)) return undefined;
  return mask === undefined || mask === 0xffff_ffffn ? intervals(value) : { kind: "masked", mask, values: [value] };
}

function numberRange(text: string, separator: string): Values | undefined {
  const [first, last] = text.split(separator).map((part) => parseNumber(part, 0n, 0xffff_ffffn));
  return first === undefined ? undefined : mergeIntervals([[first, last ?? (text.includes(separator) ? 0xffff_ffffn : first)]]);
}

function packetType(text: string): string {
  const name = text.toLowerCase();
  return name === "unicast" ? "host" : name === "bcast" ? "broadcast" : name === "mcast" ? "multicast" : name;
}

function setField(directions: string, family: Family): Field {
  return `${family} ${directions.startsWith("dst") ? "daddr" : "saddr"}`;
}

/** The number of the protocol that a rule names, if it does so plainly. */
export function protocolOf(basics: readonly Option[]): number | undefined {
  const option = basics.find(({ name, negated }) => name === "protocol" && !negated);
  const text = option?.values[0]?.text;
  return text === undefined ? undefined : (parseProtocol(text) ?? (Object.hasOwn(PROTOCOLS, text) ? PROTOCOLS[text] : undefined));
}
