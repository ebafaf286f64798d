import type { Range } from "../../../engine/location.ts";
import { isUnknown, unknown } from "../../../engine/unknown.ts";
import { fullMask } from "../../../formats/iptables/address.ts";
import type { Match, Option } from "../../../formats/iptables/tree.ts";
import { parseIcmpType, parseProtocol, parseTcpFlags } from "../../../formats/iptables/values.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Field, Statement, Values } from "../ruleset.ts";
import { intervals, mergeIntervals } from "../values.ts";
import { SIMPLE, runtimeReason } from "./fields.ts";
import { lowerChunks, lowerGroup } from "./groups.ts";
import type { Family } from "./values.ts";
import { TEMPLATE, addresses, interfaceName, portList, ports, protocolValues } from "./values.ts";

export type { Family } from "./values.ts";

/** What one match becomes. Alternatives are several lists, of which any one is enough. */
export type Lowered = readonly (readonly Statement[])[];

/** The fields of both families' addresses: one string each, for all rules. */
const ADDRESS_FIELDS: Readonly<Record<Family, Readonly<Record<string, Field>>>> = {
  ip: { source: "ip saddr", destination: "ip daddr" },
  ip6: { source: "ip6 saddr", destination: "ip6 daddr" },
};

/** `-s`, `-d`, `-p`, `-i`, `-o`, `-f`; undefined where it asks nothing. */
export function lowerBasic(option: Option, family: Family): Statement | undefined {
  const { name, negated, range } = option;
  const word = option.values[0];
  switch (name) {
    case "source":
    case "destination": {
      const values = addresses(word?.text, family);
      return !negated && isEverything(values, family) ? undefined : { kind: "match", field: ADDRESS_FIELDS[family][name]!, negated, values, range };
    }
    case "protocol": {
      const text = word?.text ?? "";
      const values = text.includes(HOLE) ? TEMPLATE : (protocolValues(text) ?? unknown(`protocol ${word?.text} is not one that Premortem knows`));
      return values === "any" ? undefined : { kind: "match", field: "meta l4proto", negated, values, range };
    }
    case "in-interface":
    case "out-interface": {
      const values = interfaceName(word);
      // `-i +` is any interface, and none where the packet has none.
      if (!isUnknown(values) && values.kind === "names" && values.names[0] === "*" && !negated) return undefined;
      return { kind: "match", field: name === "in-interface" ? "meta iifname" : "meta oifname", negated, values, range };
    }
    case "fragment":
      return { kind: "match", field: "ip frag-off", negated: !negated, values: { kind: "masked", mask: 0x1fffn, values: [0n] }, range };
    default:
      return undefined;
  }
}

const ALL_ADDRESSES: Readonly<Record<Family, bigint>> = { ip: fullMask("ip"), ip6: fullMask("ip6") };

/** `0.0.0.0/0`, which asks nothing. */
function isEverything(values: Values, family: Family): boolean {
  if (isUnknown(values) || values.kind !== "intervals") return false;
  const [first] = values.intervals;
  return first !== undefined && first[0] === 0n && first[1] === ALL_ADDRESSES[family];
}

/** The statements of one `-m`. `protocol`: the rule's own, where it names one. */
export function lowerMatch(match: Match, family: Family, protocol: number | undefined): Lowered {
  const { module, options, range } = match;
  switch (module) {
    case "comment":
      return [[]];
    case "ipv6header":
    case "hbh":
    case "dst":
    case "frag":
    case "rt":
    case "ah":
    case "ipcomp":
      if (options.length === 0) return module === "ah" || module === "ipcomp" ? [[]] : [[{ kind: "match", field: `exthdr ${module}`, negated: false, values: intervals(1n), range }]];
      break;
    case "limit":
      return [[limit("rate", false, range, optionText(match, "limit") ?? "3/hour")]];
  }
  const whole = lowerGroup(match);
  if (whole !== undefined) return whole;
  let alternatives: Statement[][] = [[]];
  for (const option of options) {
    const lowered = lowerOption(match, option, family, protocol);
    if (lowered.length === 1) for (const list of alternatives) for (const statement of lowered[0]!) list.push(statement);
    else alternatives = alternatives.flatMap((list) => lowered.map((more) => [...list, ...more]));
  }
  if (options.length === 0 && !BARE.has(module)) return [[runtime(module, range)]];
  return alternatives;
}

/** Matches that ask nothing where they have no options. */
const BARE = new Set(["tcp", "udp", "icmp", "icmp6", "sctp", "dccp", "udplite", "esp", "mh"]);

/** A match whose outcome is not in the text. */
function runtime(field: string, range: Range, negated = false): Statement {
  return { kind: "match", field, negated, values: runtimeReason(field) as Values, range };
}

function limit(what: "rate" | "quota" | "connections", over: boolean, range: Range, text: string): Statement {
  return { kind: "limit", what, over, text, range };
}

function optionText(match: Match, wanted: string): string | undefined {
  return match.options.find(({ name }) => name === wanted)?.values[0]?.text;
}

interface PortFields {
  readonly source: Field;
  readonly destination: Field;
}

/** Of the matches that have ports. */
const PORT_FIELDS: ReadonlyMap<string, PortFields> = new Map(["tcp", "udp", "dccp", "sctp", "udplite", "th"].map((name) => [name, { source: `${name} sport`, destination: `${name} dport` }]));
const PROTOCOL_NAME: ReadonlyMap<number, string> = new Map([[6, "tcp"], [17, "udp"], [33, "dccp"], [132, "sctp"], [136, "udplite"]]);

/** The ports of a rule that names its protocol, or of one that has some protocol with ports. */
function portFields(protocol: number | undefined): PortFields {
  return PORT_FIELDS.get(PROTOCOL_NAME.get(protocol ?? -1) ?? "th")!;
}

function lowerOption(match: Match, option: Option, family: Family, protocol: number | undefined): Lowered {
  const { module } = match;
  const { name, negated, range } = option;
  const text = option.values[0]?.text ?? "";
  const hidden = option.values.some((value) => value.text.includes(HOLE));
  const is = (field: Field, values: Values | undefined, turned = negated): Lowered => [
    [{ kind: "match", field, negated: turned, values: hidden ? TEMPLATE : (values ?? unknown(`${text} is not a value that Premortem knows`)), range }],
  ];
  const fields = PORT_FIELDS.get(module);
  if (fields !== undefined && name === "destination-port") return is(fields.destination, ports(text));
  if (fields !== undefined && name === "source-port") return is(fields.source, ports(text));
  if (module === "multiport" && name === "destination-ports") return is(portFields(protocol).destination, portList(text));
  if (module === "multiport" && name === "source-ports") return is(portFields(protocol).source, portList(text));
  const key = `${module} ${name}`;
  const simple = SIMPLE.get(key);
  if (simple !== undefined) {
    const asked = hidden ? { ...simple(text.replaceAll(HOLE, "0"), family), values: TEMPLATE } : simple(text, family);
    return is(asked.field, asked.values, asked.turned === true ? !negated : negated);
  }
  switch (key) {
    case "tcp tcp-flags": {
      const mask = parseTcpFlags(text);
      const bits = parseTcpFlags(option.values[1]?.text ?? "");
      return is("tcp flags", mask === undefined || bits === undefined ? undefined : { kind: "masked", mask: BigInt(mask), values: [BigInt(bits)] });
    }
    case "tcp syn":
      return is("tcp flags", { kind: "masked", mask: 0x17n, values: [2n] });
    case "multiport ports": {
      const both = portFields(protocol);
      const [source, destination] = [is(both.source, portList(text))[0]!, is(both.destination, portList(text))[0]!];
      return negated ? [[...source, ...destination]] : [source, destination];
    }
    case "icmp icmp-type":
    case "icmp6 icmpv6-type":
      return lowerIcmpType(option, module === "icmp" ? "icmp" : "icmpv6", hidden, is);
    case "state state":
    case "conntrack ctstate":
      return hidden ? is("ct state", TEMPLATE) : lowerStates(option);
    case "conntrack ctstatus":
      return lowerStatus(option, hidden);
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
    case "set match-set":
      return [[lowerSet(option, family)]];
  }
  if (REFINING.has(module) || REFINING.has(key)) return [[]];
  return name === "chunk-types" ? lowerChunks(option) : [[runtime(module, range, negated)]];
}

/** Matches whose other options, and options that, only refine an option of their match. */
const REFINING = new Set([
  "hashlimit", "connlimit", "recent", "owner", "policy", "connlabel", "osf", "string algo", "string from", "string to", "string icase",
  "limit", "set return-nomatch", "set update-counters", "set update-subcounters", "hbh hbh-opts", "dst dst-opts", "ipcomp compres", "ah ahres", "ipv6header soft",
]);

function lowerIcmpType(option: Option, prefix: "icmp" | "icmpv6", hidden: boolean, is: (field: Field, values: Values | undefined, turned?: boolean) => Lowered): Lowered {
  const { negated, range } = option;
  const type = hidden ? undefined : parseIcmpType(option.values[0]?.text ?? "", prefix === "icmp" ? "ip" : "ip6");
  if (type === undefined) return is(`${prefix} type`, undefined);
  if (type === "any") return negated ? is(`${prefix} type`, mergeIntervals([[0n, 255n]])) : [[]];
  const [number, first, last] = type;
  if (first === 0 && last === 255) return is(`${prefix} type`, intervals(BigInt(number)));
  const typeIs = is(`${prefix} type`, intervals(BigInt(number)), false)[0]!;
  const code: Statement = { kind: "match", field: `${prefix} code`, negated, values: mergeIntervals([[BigInt(first), BigInt(last)]]), range };
  return negated ? [is(`${prefix} type`, intervals(BigInt(number)))[0]!, [...typeIs, code]] : [[...typeIs, code]];
}

/** SNAT and DNAT are no states but marks of translated connections: nft calls them ct status. */
function lowerStates({ values, negated, range }: Option): Lowered {
  const names = (values[0]?.text ?? "").split(",").map((name) => {
    const wanted = name.toLowerCase();
    return ["invalid", "new", "established", "related", "untracked", "snat", "dnat"].find((state) => wanted !== "" && state.startsWith(wanted)) ?? wanted;
  });
  const states = names.filter((name) => name !== "snat" && name !== "dnat");
  const translated = names.filter((name) => name === "snat" || name === "dnat");
  const found: Statement[] = [];
  if (states.length > 0) found.push({ kind: "match", field: "ct state", negated, values: { kind: "names", names: states }, range });
  if (translated.length > 0) found.push({ kind: "match", field: "ct status", negated, values: { kind: "names", names: translated }, range });
  return negated ? [found] : found.map((one) => [one]);
}

function lowerStatus({ values, negated, range }: Option, hidden: boolean): Lowered {
  const names = (values[0]?.text ?? "").split(",").map((name) => ["none", "expected", "seen-reply", "assured", "confirmed"].find((status) => name !== "" && status.replace("-", "_").startsWith(name.toLowerCase())) ?? name);
  const asked: Values = hidden ? TEMPLATE : names.includes("none") ? unknown("which connections have no status is not in the text") : { kind: "names", names };
  return [[{ kind: "match", field: "ct status", negated, values: asked, range }]];
}

/** A set of ipset: what it holds is known where the same script fills it. One direction for each part of its key. */
function lowerSet({ values, negated, range }: Option, family: Family): Statement {
  const [name, directions] = [values[0]?.text ?? "", values[1]?.text ?? ""];
  const why = unknown(name.includes(HOLE) ? "a template decides which set is meant" : `the set ${name} is not in the text`);
  const sides = directions.split(",");
  if (sides.length === 1) return { kind: "match", field: `${family} ${sides[0] === "dst" ? "daddr" : "saddr"}`, negated, values: why, ...(!name.includes(HOLE) && { set: name }), range };
  // A second part is a port for most types of sets.
  const fields = sides.map((side, i) => (i === 0 ? `${family} ${side === "dst" ? "daddr" : "saddr"}` : i === 1 ? `th ${side === "dst" ? "dport" : "sport"}` : `${family} ${side === "dst" ? "daddr" : "saddr"}`));
  return { kind: "match-tuple", fields, negated, elements: why, ...(!name.includes(HOLE) && { set: name }), range };
}

/** The number of the protocol that a rule names, if it does so plainly. */
export function protocolOf(basics: readonly Option[]): number | undefined {
  const option = basics.find(({ name, negated }) => name === "protocol" && !negated);
  const text = option?.values[0]?.text;
  return text === undefined ? undefined : parseProtocol(text);
}
