import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Chain, FirewallRule, Ruleset, Statement, Table } from "../firewall/ruleset.ts";
import type { Workspace } from "../workspace.ts";
import { rangeText } from "./address-text.ts";
import type { Element, Found, ObjectType } from "./element.ts";
import { scopeFields, thing } from "./element.ts";
import { machinesField } from "./host.ts";
import { matchOf } from "./matches.ts";

interface Item {
  readonly workspace: Workspace;
  readonly path: string;
  readonly ruleset: Ruleset;
  readonly table: Table;
  readonly chain: Chain;
  readonly rule: FirewallRule;
  readonly index: number;
}

const PROTOCOLS: Readonly<Record<string, string>> = { 1: "icmp", 2: "igmp", 4: "ipip", 6: "tcp", 17: "udp", 33: "dccp", 41: "ipv6", 47: "gre", 50: "esp", 51: "ah", 58: "icmpv6", 89: "ospf", 112: "vrrp", 132: "sctp" };
const PORT_FIELDS = ["tcp", "udp", "sctp", "dccp", "udplite", "th"];

/** A span of ports. */
export const portRange: ObjectType<readonly [bigint, bigint]> = {
  name: "PortRange",
  summary: "Ports from the first to the last.",
  fields: {
    first: { type: "int", summary: "The lowest port.", read: ([first]) => first },
    last: { type: "int", summary: "The highest port.", read: ([, last]) => last },
  },
};

/** A rule of a packet filter as conditions see it. */
export const firewallRuleType: ObjectType<Item> = {
  name: "FirewallRule",
  summary: "A rule of nftables or iptables. Matches that it does not have are open: all addresses, all ports, empty lists of names.",
  fields: {
    path: { type: "string", summary: "The file.", read: ({ path }) => path },
    dialect: { type: "string", summary: "`nftables` or `iptables`.", read: ({ ruleset }) => ruleset.dialect },
    family: { type: "string", summary: "The table's: `ip`, `ip6`, `inet`, `arp`, `bridge` or `netdev`.", read: ({ table }) => table.family },
    table: { type: "string", summary: "The table's name.", read: ({ table }) => table.name },
    chain: { type: "string", summary: "The chain's name.", read: ({ chain }) => chain.name },
    hook: { type: "string", summary: "Of a base chain: `input`, `forward`, `output`, `prerouting`, `postrouting`, `ingress`, `egress`; empty for other chains.", read: ({ chain }) => chain.hook ?? "" },
    chainType: { type: "string", summary: "Of a base chain: `filter`, `nat` or `route`; empty for others.", read: ({ chain }) => chain.type ?? "" },
    priority: { type: "int", summary: "Of a base chain, as nft numbers them (raw -300, filter 0); absent for others.", read: ({ chain }) => chain.priority },
    policy: { type: "string", summary: "Of a base chain: `accept` or `drop`; empty for others.", read: ({ chain }) => chain.policy ?? (chain.hook === undefined ? "" : "accept") },
    verdict: { type: "string", summary: "What it decides: `accept`, `drop`, `reject`, `return`, `continue`, `queue`, `jump`, `goto`; empty where it decides nothing.", read: verdictOf },
    target: { type: "string", summary: "The chain that it jumps or goes to; empty for other verdicts.", read: targetOf },
    position: { type: "int", summary: "Its place in the chain, from 1.", read: ({ index }) => index + 1 },
    isLast: { type: "bool", summary: "It is the chain's last rule.", read: ({ index, chain }) => index === chain.rules.length - 1 },
    fields: { type: "list<string>", summary: "The packet fields that it matches, by nft's names: `ip saddr`, `tcp dport`, `ct state`, …", read: ({ rule }) => fieldsOf(rule) },
    protocols: { type: "list<string>", summary: "Protocols that it matches: `tcp`, `udp`, `icmp`, `icmpv6`, …; empty: any.", read: protocolsOf },
    sources: { type: "list<string>", summary: "Source addresses: an address, a network or `FIRST-LAST` each; `0.0.0.0/0` or `::/0` where it does not say.", read: (item) => addressesOf(item, "saddr") },
    destinations: { type: "list<string>", summary: "Destination addresses, written as the sources are.", read: (item) => addressesOf(item, "daddr") },
    sourcePorts: { type: "list<PortRange>", summary: "Source ports; 0 to 65535 where it does not say.", read: (item) => portsOf(item, "sport") },
    destinationPorts: { type: "list<PortRange>", summary: "Destination ports; 0 to 65535 where it does not say.", read: (item) => portsOf(item, "dport") },
    inputInterfaces: { type: "list<string>", summary: "Names of incoming interfaces (`*` at the end for any rest); empty: any.", read: (item) => namesOf(item, ["meta iifname", "meta iif"]) },
    outputInterfaces: { type: "list<string>", summary: "Names of outgoing interfaces; empty: any.", read: (item) => namesOf(item, ["meta oifname", "meta oif"]) },
    states: { type: "list<string>", summary: "Connection states that it matches: `new`, `established`, `related`, `invalid`, `untracked`; empty: any.", read: (item) => namesOf(item, ["ct state"]) },
    isLimited: { type: "bool", summary: "It matches only up to a rate, a quota or a number of connections.", read: ({ rule }) => rule.statements.some(({ kind }) => kind === "limit") },
    limit: { type: "string", summary: "That limit as written; empty where there is none.", read: ({ rule }) => rule.statements.find((one) => one.kind === "limit")?.text ?? "" },
    isUntracked: { type: "bool", summary: "It takes packets out of connection tracking (`notrack`).", read: ({ rule }) => rule.statements.some(({ kind }) => kind === "notrack") },
    nat: { type: "string", summary: "`snat`, `dnat`, `masquerade`, `redirect` or `tproxy`; empty where it translates nothing.", read: ({ rule }) => rule.statements.find((one) => one.kind === "nat")?.nat ?? "" },
    natText: { type: "string", summary: "That translation as written; empty where there is none.", read: ({ workspace, path, rule }) => partText(workspace, path, rule, "nat") },
    statements: { type: "list<string>", summary: "The kinds of its other statements: `counter`, `log`, `mark`, …", read: ({ rule }) => rule.statements.flatMap((one) => (one.kind === "other" ? [one.name] : [])) },
    comment: { type: "string", summary: "Its comment; empty where it has none.", read: ({ rule }) => rule.comment ?? "" },
    isConditional: { type: "bool", summary: "A template decides whether it is there.", read: ({ rule }) => rule.conditional },
    text: { type: "string", summary: "The rule as written.", read: ({ workspace, path, rule }) => workspace.textAt({ path, range: rule.range }).trim() },
    ...scopeFields<Item>(({ workspace, path }) => workspace.fleet.scopeOf(path), ({ workspace }) => workspace),
    ...machinesField<Item>(({ workspace, path }) => workspace.fleet.scopeOf(path), ({ workspace }) => workspace),
  },
};

/** Rules of packet filters. */
export const firewallRule: Element = {
  name: "firewall-rule",
  variable: "rule",
  type: firewallRuleType as ObjectType<never>,
  source: "nftables, iptables-save, firewalld, and commands of scripts",
  subject: "firewall",
  parts: { verdict: "The verdict.", nat: "The translation of addresses." },
  examplePath: "nftables.conf",
  find: firewallRulesIn,
};

/** The rules of one file, in the order of its text. */
export function firewallRulesIn(workspace: Workspace, path: string): readonly Found[] {
  const ruleset = workspace.subject("firewall", path);
  return (ruleset?.tables ?? []).flatMap((table) =>
    table.chains.flatMap((chain) =>
      chain.rules.map((rule, index): Found => ({
        value: thing(firewallRuleType, { workspace, path, ruleset: ruleset!, table, chain, rule, index }),
        path,
        range: rule.range,
        parts: { verdict: partOf(rule, "verdict")?.range, nat: partOf(rule, "nat")?.range },
      })),
    ),
  );
}

function partOf({ statements }: FirewallRule, kind: Statement["kind"]): Statement | undefined {
  return statements.find((one) => one.kind === kind);
}

function partText(workspace: Workspace, path: string, rule: FirewallRule, kind: Statement["kind"]): string {
  const part = partOf(rule, kind);
  return part === undefined ? "" : workspace.textAt({ path, range: part.range }).trim();
}

function verdictOf({ rule }: Item): unknown {
  const hidden = rule.statements.find((one) => one.kind === "unknown");
  const own = rule.statements.find((one) => one.kind === "verdict");
  if (own !== undefined) return own.verdict.kind;
  if (rule.statements.some(({ kind }) => kind === "vmap")) return unknown("a verdict map decides what the rule does");
  return hidden === undefined ? "" : unknown(hidden.reason);
}

function targetOf({ rule }: Item): unknown {
  const own = rule.statements.find((one) => one.kind === "verdict")?.verdict;
  return own?.kind === "jump" || own?.kind === "goto" ? own.target : "";
}

function fieldsOf(rule: FirewallRule): string[] {
  return [...new Set(rule.statements.flatMap((one) => (one.kind === "match" ? [one.field] : one.kind === "match-tuple" || one.kind === "vmap" ? one.fields : [])))];
}

function protocolsOf({ rule }: Item): unknown {
  const match = matchOf(rule, ["meta l4proto", "ip protocol", "ip6 nexthdr"]);
  if (match !== undefined && isUnknown(match)) return match;
  if (match !== undefined) {
    const { values } = match;
    if (values.kind === "names") return values.names;
    const [first] = values.intervals;
    if (values.intervals.length > 16 || first === undefined || values.intervals.some(([from, to]) => to - from > 16n)) return unknown("the rule matches a range of protocols");
    return values.intervals.flatMap(([from, to]) => Array.from({ length: Number(to - from) + 1 }, (_, index) => from + BigInt(index))).map((number) => PROTOCOLS[String(number)] ?? String(number));
  }
  const implied = fieldsOf(rule).map((field) => field.split(" ")[0]!).filter((word) => ["tcp", "udp", "sctp", "dccp", "udplite", "icmp", "icmpv6"].includes(word));
  return [...new Set(implied)];
}

function addressesOf({ table, rule }: Item, end: "saddr" | "daddr"): unknown {
  const match = matchOf(rule, [`ip ${end}`, `ip6 ${end}`]);
  if (match === undefined) return table.family === "ip" ? ["0.0.0.0/0"] : table.family === "ip6" ? ["::/0"] : ["0.0.0.0/0", "::/0"];
  if (isUnknown(match)) return match;
  const { field, values } = match;
  return values.kind === "names" ? values.names : values.intervals.map((interval) => rangeText(interval, field.startsWith("ip6") ? 6 : 4));
}

function portsOf({ rule }: Item, end: "sport" | "dport"): unknown {
  const match = matchOf(rule, PORT_FIELDS.map((protocol) => `${protocol} ${end}`));
  if (match === undefined) return [thing(portRange, [0n, 65535n])];
  if (isUnknown(match)) return match;
  const { values } = match;
  return values.kind === "intervals" ? values.intervals.map((interval) => thing(portRange, interval)) : unknown("the port is matched by a name");
}

function namesOf({ rule }: Item, fields: readonly string[]): unknown {
  const match = matchOf(rule, fields);
  if (match === undefined) return [];
  if (isUnknown(match)) return match;
  const { values } = match;
  return values.kind === "names" ? values.names : unknown(`${match.field} is matched by numbers`);
}
