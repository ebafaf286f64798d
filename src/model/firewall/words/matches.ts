import { capital } from "../../../engine/sentence.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import { setWords } from "./sets.ts";
import { fieldWords, listing, symbolOf, valueWords } from "./values.ts";
import type { Statement, Table, Values } from "../ruleset.ts";

type Match = Extract<Statement, { kind: "match" }>;

/** How people write protocols; others by nft's name. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  "1": "ICMP", "2": "IGMP", "6": "TCP", "17": "UDP", "33": "DCCP", "41": "IPv6 in IPv4", "47": "GRE", "50": "ESP", "51": "AH", "58": "ICMPv6",
  "88": "EIGRP", "89": "OSPF", "103": "PIM", "112": "VRRP", "115": "L2TP", "132": "SCTP", "136": "UDP-Lite",
};
const STATES: Readonly<Record<string, "connections" | "packets">> = { new: "connections", established: "connections", related: "connections", invalid: "packets", untracked: "packets" };

/** Words that go before what they are about; in this order they make a sentence. */
const PLACES: readonly (readonly [pattern: RegExp, said: string, but: string])[] = [
  [/^(tcp|udp|udplite|sctp|dccp|th) sport$/, "from port", "from any port but"],
  [/^(tcp|udp|udplite|sctp|dccp|th) dport$/, "to port", "to any port but"],
  [/^ip6? saddr$/, "from", "from anywhere but"],
  [/^ip6? daddr$/, "to", "to anywhere but"],
  [/^ether saddr$/, "from the hardware address", "from any hardware address but"],
  [/^ether daddr$/, "to the hardware address", "to any hardware address but"],
  [/^meta (iifname|iif|sdifname)$/, "arriving on", "arriving on any interface but"],
  [/^meta (oifname|oif)$/, "leaving by", "leaving by any interface but"],
  [/^meta iifgroup$/, "arriving on interfaces of group", "arriving on interfaces of any group but"],
  [/^meta oifgroup$/, "leaving by interfaces of group", "leaving by interfaces of any group but"],
  [/^meta (iifkind|iiftype)$/, "arriving on interfaces of type", "arriving on interfaces of any type but"],
  [/^meta (oifkind|oiftype)$/, "leaving by interfaces of type", "leaving by interfaces of any type but"],
  [/^meta (ibrname|ibriport)$/, "arriving on bridge", "arriving on any bridge but"],
  [/^meta (obrname|obriport)$/, "leaving by bridge", "leaving by any bridge but"],
  [/^physdev in$/, "arriving on bridge port", "arriving on any bridge port but"],
  [/^physdev out$/, "leaving by bridge port", "leaving by any bridge port but"],
  [/^meta skuid$/, "sent by user", "sent by any user but"],
  [/^meta skgid$/, "sent by group", "sent by any group but"],
  [/^meta mark$/, "with mark", "with any mark but"],
  [/^ct mark$/, "with connection mark", "with any connection mark but"],
  [/^tcp flags$/, "with flags", "without flags"],
  [/^meta length$/, "of length", "of any length but"],
  [/^vlan id$/, "in VLAN", "in any VLAN but"],
  [/^ct direction$/, "in direction", "in any direction but"],
  [/^ct helper$/, "of helper", "of any helper but"],
];

/** What the matches of a rule ask for, in words: “TCP to port 22 from 10.0.0.0/8, new connections”. */
export function matchWords(statements: readonly Statement[], table: Table | undefined): string {
  const matches = statements.filter((statement) => statement.kind === "match");
  const states: string[] = [];
  const clauses: { rank: number; words: string }[] = [];
  const tail: string[] = [];
  for (const statement of statements) {
    if (statement.kind === "match-tuple") clauses.push({ rank: PLACES.length, words: tupleWords(statement, table) });
    if (statement.kind === "limit") tail.push(limitWords(statement));
    if (statement.kind !== "match") continue;
    if (/^(meta l4proto|meta nfproto|meta protocol|icmp type|icmpv6 type)$/.test(statement.field)) continue;
    if (statement.field === "ct state" && !isUnknown(statement.values)) states.push(stateWords(statement));
    else clauses.push(clause(statement, table));
  }
  const [first, ...more] = statements.flatMap((statement) => (statement.kind === "unknown" ? [statement.reason] : []));
  if (first !== undefined) tail.push(`if what is not understood holds${first === "it is not understood" ? "" : ` (${first}${more.length > 0 ? ", and more" : ""})`}`);
  const subject = subjectWords(matches, table);
  const parts = [subject, ...joined(clauses)].filter((part) => part !== "");
  const head = parts.length > 0 ? (subject === "" ? ["everything", ...parts] : parts).join(" ") : states.length > 0 ? "" : "everything";
  return capital([head, ...states, ...tail].filter((part) => part !== "").join(", "));
}

/** The clauses in order, each port together with its address: “to port 22 of 192.0.2.1”. */
function joined(clauses: { rank: number; words: string }[]): string[] {
  clauses.sort((a, b) => a.rank - b.rank);
  const words = clauses.map((one) => one.words);
  const join = (first: RegExp, second: RegExp, by: (a: string, b: string) => string): void => {
    const [a, more] = words.filter((one) => first.test(one));
    const [b, most] = words.filter((one) => second.test(one));
    if (a === undefined || b === undefined || more !== undefined || most !== undefined) return;
    words[words.indexOf(a)] = by(a, b);
    words.splice(words.indexOf(b), 1);
  };
  join(/^from ports? /, /^from (?!ports? |anywhere|any |the hardware)/, (port, address) => `${port} of ${address.slice("from ".length)}`);
  join(/^to ports? /, /^to (?!ports? |anywhere|any |the hardware)/, (port, address) => `${port} of ${address.slice("to ".length)}`);
  join(/^arriving /, /^leaving /, (first, second) => `${first} and ${second}`);
  const having = words.filter((one) => one.startsWith("with "));
  return having.length < 2 ? words : [...words.filter((one) => !one.startsWith("with ")), having.map((one, i) => (i === 0 ? one : one.slice("with ".length))).join(" and ")];
}

function subjectWords(matches: readonly Match[], table: Table | undefined): string {
  const of = (...fields: string[]): Match[] => matches.filter(({ field }) => fields.includes(field));
  const types = of("icmp type", "icmpv6 type").map((match) => {
    const name = match.field === "icmp type" ? "ICMP" : "ICMPv6";
    const words = valuesOf(match, table);
    return match.negated ? `${name} but not ${words}` : `${name} ${/^\d/.test(words) ? "type " : ""}${words}`;
  });
  const families = of("meta nfproto", "meta protocol").map((match) => saying(match, table, (value) => (value === 2n || value === 0x800n ? "IPv4" : value === 10n || value === 0x86ddn ? "IPv6" : value === 0x806n ? "ARP" : undefined)));
  const protocols = of("meta l4proto").map((match) => saying(match, table, (value) => PROTOCOLS[String(value)] ?? symbolOf("inet_proto", value)));
  const spoken = types.length > 0 ? types : protocols;
  // ICMP says already which of the two it is, and so do addresses.
  const told = types.length > 0 || protocols.some((words) => /^ICMP/.test(words)) || matches.some(({ field, negated }) => !negated && /^ip6? [sd]addr$/.test(field) && protocols.length > 0);
  return [...(told ? [] : families), ...spoken].join(" ");
}

function saying(match: Match, table: Table | undefined, name: (value: bigint) => string | undefined): string {
  const { values } = match;
  if (match.set !== undefined || isUnknown(values) || values.kind !== "intervals") return `${match.negated ? "protocols other than" : "protocol"} ${valuesOf(match, table)}`;
  const words = values.intervals.map(([first, last]) => (first === last ? (name(first) ?? `protocol ${first}`) : `protocols ${first}-${last}`));
  return match.negated ? `anything but ${listing(words, "or")}` : listing(words);
}

function stateWords({ values, negated }: Match): string {
  const names = isUnknown(values) || values.kind !== "names" ? [] : values.names;
  const of = (kind: "connections" | "packets"): string[] => names.filter((name) => (STATES[name] ?? "packets") === kind);
  const connections = of("connections");
  const packets = of("packets");
  const words = [...(connections.length > 0 ? [`${listing(connections)} connections`] : []), ...(packets.length > 0 ? [`${listing(packets)} packets`] : [])].join(" and ");
  return negated ? `but no ${words.replaceAll(" and ", " or ")}` : words;
}

function clause(match: Match, table: Table | undefined): { rank: number; words: string } {
  const { field, negated } = match;
  const values = valuesOf(match, table);
  if (field === "tcp flags" && opens(match.values)) return { rank: PLACES.length, words: negated ? "not opening a connection (no SYN)" : "opening a connection (SYN)" };
  // Of fragments all but the first have an offset.
  if (field === "ip frag-off" && !isUnknown(match.values) && match.values.kind === "masked" && match.values.mask === 0x1fffn && match.values.values[0] === 0n) return { rank: PLACES.length, words: negated ? "as a later fragment" : "not as a later fragment" };
  const rank = PLACES.findIndex(([pattern]) => pattern.test(field));
  const place = PLACES[rank];
  if (place) {
    const several = / port$/.test(place[1]) && / and |-/.test(values) && !negated && match.set === undefined;
    return { rank, words: `${negated ? place[2] : several ? `${place[1]}s` : place[1]} ${values}` };
  }
  const type = /^fib (saddr|daddr) type$/.exec(field);
  if (type) return { rank: PLACES.length, words: `${type[1] === "saddr" ? "from" : "to"} ${negated ? "any but " : ""}${values} addresses` };
  if (field === "meta pkttype") return { rank: PLACES.length, words: `${negated ? "not " : ""}as ${values === "host" ? "unicast to this host" : values}` };
  if (field === "meta ipsec") return { rank: PLACES.length, words: (values === "1" || values === "exists") !== negated ? "that came or goes through IPsec" : "outside of IPsec" };
  if (isUnknown(match.values) && match.set === undefined) return { rank: PLACES.length, words: `if ${field} ${negated ? "does not match" : "matches"} (${match.values.unknown})` };
  return { rank: PLACES.length, words: `with ${field} ${negated ? "other than " : ""}${values}` };
}

/** SYN alone of FIN, SYN, RST and ACK: what iptables calls `--syn`. */
function opens(values: Values): boolean {
  return !isUnknown(values) && values.kind === "masked" && values.mask === 0x17n && values.values.length === 1 && values.values[0] === 2n;
}

/** The values of a match in words; of a named set its name, of Unknown ones the reason. */
function valuesOf({ field, values, set, negated }: Match, table: Table | undefined): string {
  if (set !== undefined) return setWords(set, table);
  return isUnknown(values) ? `something not known here (${values.unknown})` : spoken(field, values, negated || /^(meta (?!nfproto|l4proto)|physdev|ct )/.test(field) ? "or" : "and");
}

function spoken(field: string, values: Values, last: "and" | "or"): string {
  const words = valueWords(field, values) ?? [];
  return field === "tcp flags" && words.length > 1 ? words.join(" or ") : listing(words, last);
}

function tupleWords(statement: Extract<Statement, { kind: "match-tuple" }>, table: Table | undefined): string {
  const { elements } = statement;
  const among =
    statement.set !== undefined ? setWords(statement.set, table)
    : isUnknown(elements) ? `something not known here (${elements.unknown})`
    : listing(elements.slice(0, 20).map(({ key }) => key.map((values, i) => spoken(statement.fields[i] ?? "", values, "or")).join(" with ")), "or");
  return `with ${listing(statement.fields.map(fieldWords))} ${statement.negated ? "not " : ""}in ${among}`;
}

function limitWords({ what, over, text }: Extract<Statement, { kind: "limit" }>): string {
  const bare = text.replace(/^(limit rate|limit|quota|ct count)\s+/, "").replace(/^(over|until)\s+/, "").trim();
  const amount = what === "connections" && /^\d+$/.test(bare) ? `${bare} connections` : bare;
  return `${over ? "above" : what === "quota" ? "up to" : "at most"} ${amount}`;
}
