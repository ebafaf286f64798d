import { isUnknown } from "../../engine/unknown.ts";
import { baseChains, interfacesOf } from "./closed-input.ts";
import type { Outcome } from "./evaluate/index.ts";
import { evaluate } from "./evaluate/index.ts";
import { FAR, OTHER } from "./evaluate/samples.ts";
import type { Chain, FirewallRule, Packet, Ruleset, Statement, Table } from "./ruleset.ts";

/** An input chain that looks like a list of what is let in, and lets in everything. */
export interface OpenInput {
  readonly table: Table;
  readonly chain: Chain;
  /**
   * `policy`: what no rule accepts is accepted by the policy; `rule`: a rule accepts everything ahead of drops or of a
   * drop policy.
   */
  readonly by: "policy" | "rule";
  /** The rule that accepts everything. */
  readonly rule?: FirewallRule;
  /** Rules that accept a service, to no effect. */
  readonly accepts: readonly FirewallRule[];
  /** Of `rule`: the drops behind it that nothing comes to; none where it is the policy. */
  readonly drops: readonly FirewallRule[];
  /** A packet to a port that no rule names. */
  readonly packet: Packet;
  /** Replies are accepted by name, as in a chain that was written to be closed. */
  readonly stateful: boolean;
}

/** Interfaces of containers and guests, for which tools add accepts to an open chain. */
const GUESTS = /^(virbr|docker|lxcbr|lxdbr|br-|veth|vnet|cni|podman|cali|flannel|tap|vif)/;

/**
 * The input chains of a ruleset that accept every new packet although they are written as if they did not. `beside` are
 * other rulesets of the same hosts: where one of them drops, the chain is not the last word.
 */
export function openInputs(ruleset: Ruleset, beside: readonly Ruleset[]): OpenInput[] {
  const found: OpenInput[] = [];
  if (ruleset.tables.some(({ family, chains }) => family === "netdev" && chains.some(({ rules }) => rules.some(refuses)))) return found;
  for (const family of ["ip", "ip6"] as const) {
    for (const { table, chain } of baseChains(ruleset, "input", family)) {
      if (found.some((other) => other.chain === chain) || chain.rules.length === 0 || (ruleset.dialect === "iptables" && table.name !== "filter")) continue;
      const doors = [...new Set(["uplink0", ...interfacesOf(ruleset)])].slice(0, 10);
      const packets = doors.flatMap((iif) => ["tcp", "udp"].map((proto): Packet => ({ hook: "input", iif, saddr: FAR[family], daddr: OTHER[family], proto, sport: 40113, dport: 41731, ct: "new" })));
      const outcomes: Outcome[] = [];
      for (const packet of packets) {
        const outcome = evaluate([ruleset], packet);
        if (outcome.verdict !== "accept") break;
        outcomes.push(outcome);
      }
      if (outcomes.length < packets.length || packets.some((packet) => evaluate(beside, packet).verdict !== "accept")) continue;
      const open = judge(table, chain, outcomes, packets[0]!);
      if (open) found.push(open);
    }
  }
  return found;
}

function judge(table: Table, chain: Chain, outcomes: readonly Outcome[], packet: Packet): OpenInput | undefined {
  const accepts = chain.rules.filter(acceptsService);
  const stateful = chain.rules.some(({ statements }) => statements.some((statement) => statement.kind === "match" && statement.field === "ct state" && !isUnknown(statement.values) && statement.values.kind === "names" && statement.values.names.includes("established")));
  const about = { table, chain, accepts, packet, stateful };
  const rule = outcomes[0]!.rule;
  if (rule === undefined || !chain.rules.includes(rule)) {
    // Drops make it a list of what is kept out; then that the rest is let in is the point.
    const decided = outcomes.every((outcome) => outcome.rule === undefined);
    const last = chain.rules.findLastIndex(acceptsService);
    const closes = keepsOut(table, chain, new Set());
    return decided && accepts.length > 0 && !closes && last >= 0 ? { ...about, by: "policy", drops: [] } : undefined;
  }
  if (!outcomes.every((outcome) => outcome.rule === rule)) return undefined;
  const at = chain.rules.indexOf(rule);
  const drops = chain.rules.slice(at + 1).filter(refuses);
  return drops.length > 0 || chain.policy === "drop" ? { ...about, by: "rule", rule, drops } : undefined;
}

/** Accepts new connections to a port that it names, other than for guests of this host. */
function acceptsService({ statements }: FirewallRule): boolean {
  if (!statements.some((statement) => statement.kind === "verdict" && statement.verdict.kind === "accept")) return false;
  const fields = statements.flatMap((statement) => (statement.kind === "match" ? [statement] : []));
  if (fields.some(({ field, values, negated }) => /[io]ifname$/.test(field) && !negated && !isUnknown(values) && values.kind === "names" && values.names.every((name) => name === "lo" || GUESTS.test(name)))) return false;
  return statements.some((statement) => (statement.kind === "match" && /dport$/.test(statement.field)) || (statement.kind === "match-tuple" && statement.fields.some((field) => /dport$/.test(field))));
}

function refuses({ statements }: FirewallRule): boolean {
  return statements.some((statement) => (statement.kind === "verdict" && isRefusal(statement.verdict.kind)) || statement.kind === "unknown" || (statement.kind === "vmap" && (isUnknown(statement.elements) || statement.elements.some(({ verdict }) => verdict !== undefined && isRefusal(verdict.kind)))));
}

function isRefusal(kind: Extract<Statement, { kind: "verdict" }>["verdict"]["kind"]): boolean {
  return kind === "drop" || kind === "reject" || kind === "queue";
}

/**
 * Whether a chain, or one that it leads to, refuses something beyond hygiene: then it is a list of what is kept out, and
 * that the rest gets in is the point.
 */
function keepsOut(table: Table, chain: Chain, seen: Set<Chain>): boolean {
  if (seen.has(chain)) return false;
  seen.add(chain);
  return chain.rules.some((rule) => {
    if (rule.statements.some(isHygiene)) return false;
    if (refuses(rule)) return true;
    return rule.statements.some((statement) => {
      const verdicts = statement.kind === "verdict" ? [statement.verdict] : statement.kind === "vmap" && !isUnknown(statement.elements) ? statement.elements.flatMap(({ verdict }) => verdict ?? []) : [];
      return verdicts.some((verdict) => {
        if (verdict.kind !== "jump" && verdict.kind !== "goto") return false;
        const next = isUnknown(verdict.target) ? undefined : table.chains.find(({ name }) => name === verdict.target);
        return next === undefined || keepsOut(table, next, seen);
      });
    });
  });
}

/** Matches of rules that any chain has: ICMP, invalid packets, odd flags, limits. */
function isHygiene(statement: Statement): boolean {
  if (statement.kind === "limit") return true;
  if (statement.kind !== "match" || statement.negated || isUnknown(statement.values)) return false;
  const { field, values } = statement;
  if (/^icmp(v6)? /.test(field) || field === "tcp flags") return true;
  if (field === "ct state") return values.kind === "names" && values.names.every((name) => name === "invalid" || name === "untracked");
  return /^(meta l4proto|ip protocol|ip6 nexthdr)$/.test(field) && values.kind === "intervals" && values.intervals.every(([low, high]) => low === high && (low === 1n || low === 2n || low === 58n));
}
