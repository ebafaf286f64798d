import { isUnknown } from "../../../engine/unknown.ts";
import { evaluate } from "../evaluate/index.ts";
import { FAR, OTHER } from "../evaluate/samples.ts";
import { formatAddress } from "../flows/address.ts";
import type { FirewallRule, Packet, Ruleset, Statement, Table } from "../ruleset.ts";
import { longLivedAccepts } from "./evidence.ts";
import { rulesOf } from "./index.ts";

/** Rules that may be looked at for one ruleset. */
const WORK = 200_000;

/** Connections of one service of which a packet in mid-stream is refused where a SYN is accepted. */
export interface NeedsSyn {
  readonly service: string;
  readonly port: number;
  /** What accepts the SYN. */
  readonly accept: FirewallRule;
  /** The rule that refuses everything else; undefined: the accept itself asks for the SYN, and the policy refuses the rest. */
  readonly refusal?: FirewallRule;
  /** Of the accept: the match that asks for it. */
  readonly match?: Statement;
}

/**
 * The long-lived services that a stateful ruleset takes up with a SYN only: a packet that conntrack calls NEW for want of
 * an entry (nf_conntrack_tcp_loose is 1) gets nowhere. By the verdict on two packets that differ in their flags alone.
 */
export function newNeedsSyn(ruleset: Ruleset): NeedsSyn[] {
  const found: NeedsSyn[] = [];
  if (!ruleset.tables.some(({ chains }) => chains.some(({ rules }) => rules.some(({ statements }) => statements.some(asksForFlags))))) return found;
  let left = Math.max(4, Math.floor(WORK / (1 + rulesOf(ruleset).length)));
  for (const { service, rules } of longLivedAccepts(ruleset)) {
    for (const accept of rules.slice(0, 8)) {
      if (--left < 0) return found;
      const packet = packetFor(ruleset, accept);
      if (packet === undefined) continue;
      const opened = evaluate([ruleset], { ...packet, flags: ["syn"] });
      if (opened.verdict !== "accept") continue;
      const later = evaluate([ruleset], { ...packet, flags: ["ack"] });
      if (later.verdict !== "drop" && later.verdict !== "reject") continue;
      // A packet of a connection that is known has to pass, else nothing of it ever worked.
      if (evaluate([ruleset], { ...packet, flags: ["ack"], ct: "established" }).verdict !== "accept") continue;
      const refusal = later.rule?.statements.some(asksForFlags) === true ? later.rule : undefined;
      const match = refusal === undefined ? accept.statements.find(asksForFlags) : undefined;
      if (refusal === undefined && match === undefined) continue;
      if (found.some((other) => other.service === service || (refusal !== undefined && other.refusal === refusal))) break;
      found.push({ service, port: packet.dport!, accept, ...(refusal === undefined ? {} : { refusal }), ...(match === undefined ? {} : { match }) });
      break;
    }
  }
  return found;
}

function asksForFlags(statement: Statement): boolean {
  return statement.kind === "match" && statement.field === "tcp flags";
}

/** A packet of a new TCP connection that a rule is for: its port, its source and its interface; undefined without a port. */
export function packetFor(ruleset: Ruleset, rule: FirewallRule): Packet | undefined {
  const table = ruleset.tables.find(({ chains }) => chains.some(({ rules }) => rules.includes(rule)));
  const hook = table && hookOf(table, rule);
  if (table === undefined || hook === undefined) return undefined;
  const first = (field: string): bigint | undefined => {
    const match = rule.statements.find((statement) => statement.kind === "match" && statement.field === field && !statement.negated);
    return match?.kind === "match" && !isUnknown(match.values) && match.values.kind === "intervals" ? match.values.intervals[0]?.[0] : undefined;
  };
  const port = first("tcp dport") ?? first("th dport");
  if (port === undefined) return undefined;
  const six = table.family === "ip6" || first("ip6 saddr") !== undefined;
  const family = six ? "ip6" : "ip";
  const source = first(`${family} saddr`);
  const name = rule.statements.find((statement) => statement.kind === "match" && statement.field === "meta iifname" && !statement.negated);
  const iif = name?.kind === "match" && !isUnknown(name.values) && name.values.kind === "names" ? name.values.names[0]?.replace(/\*$/, "0") : undefined;
  return { hook, iif: iif ?? "uplink0", proto: "tcp", sport: 40_000, dport: Number(port), ct: "new", saddr: source === undefined ? OTHER[family] : formatAddress(source + 1n, family), daddr: FAR[family] };
}

/** The hook of the rule's own base chain, or of the only one that can lead to it. */
function hookOf(table: Table, rule: FirewallRule): "input" | "forward" | undefined {
  const own = table.chains.find(({ rules }) => rules.includes(rule))!;
  const hooks = own.hook === undefined ? table.chains.flatMap(({ hook }) => hook ?? []) : [own.hook];
  return hooks.includes("input") ? "input" : hooks.includes("forward") ? "forward" : undefined;
}
