import { isUnknown } from "../../../engine/unknown.ts";
import { interfacesOf } from "../closed-input.ts";
import { evaluate } from "../evaluate/index.ts";
import { FAR, OTHER } from "../evaluate/samples.ts";
import type { Family } from "../pmtud.ts";
import { isRefused } from "../pmtud.ts";
import type { Chain, FirewallRule, Packet, Ruleset, Statement, Table, Values } from "../ruleset.ts";
import type { RulesetPair } from "./pairs.ts";
import { ruleKey, statementKey } from "./same.ts";

/** An accept that asked for something in particular and now takes nearly everything. */
export interface LostMatch {
  readonly was: FirewallRule;
  readonly is: FirewallRule;
  readonly table: Table;
  readonly chain: Chain;
  /** The fields that it asked for and asks no more. */
  readonly lost: readonly string[];
  /** What is left of its matches; empty: none. */
  readonly left: readonly string[];
  /** A packet that was refused and is accepted by it. */
  readonly packet: Packet;
}

type Match = Extract<Statement, { kind: "match" | "match-tuple" }>;

/** The accepts of a ruleset that lose their last narrowing match, and so let in what was refused. */
export function lostMatches({ before, after }: RulesetPair): LostMatch[] {
  const found: LostMatch[] = [];
  for (const table of after.tables) {
    const old = before.tables.find(({ family, name }) => family === table.family && name === table.name);
    for (const chain of table.chains) {
      const was = old?.chains.find(({ name }) => name === chain.name);
      if (!was) continue;
      const known = new Set(was.rules.map(ruleKey));
      const here = new Set(chain.rules.map(ruleKey));
      const removed = was.rules.filter((rule) => accepts(rule) && !here.has(ruleKey(rule)));
      if (removed.length === 0) continue;
      for (const is of chain.rules) {
        if (is.conditional || !accepts(is) || known.has(ruleKey(is))) continue;
        const left = matchesOf(is);
        if (left === undefined || !left.every(isBroad)) continue;
        const kept = new Set(left.map(statementKey));
        const from = removed.find((rule) => {
          const matches = matchesOf(rule);
          return matches !== undefined && !matches.every(isBroad) && matches.filter((match) => kept.has(statementKey(match))).length === kept.size;
        });
        if (!from) continue;
        const packet = letIn(before, after, is, left);
        if (!packet) continue;
        const lost = matchesOf(from)!.filter((match) => !kept.has(statementKey(match)));
        found.push({ was: from, is, table, chain, lost: fieldsOf(lost), left: fieldsOf(left), packet });
      }
    }
  }
  return found;
}

function accepts({ statements }: FirewallRule): boolean {
  return statements.some((statement) => statement.kind === "verdict" && statement.verdict.kind === "accept");
}

/** The matches of a rule, those that hold for every packet left out; undefined where something else narrows it. */
function matchesOf({ statements }: FirewallRule): Match[] | undefined {
  const matches: Match[] = [];
  for (const statement of statements) {
    if (statement.kind === "limit" || statement.kind === "unknown" || statement.kind === "vmap") return undefined;
    if (statement.kind === "match-tuple" || (statement.kind === "match" && !isEverything(statement))) matches.push(statement);
  }
  return matches;
}

function isEverything({ field, values, negated }: Extract<Statement, { kind: "match" }>): boolean {
  if (negated || isUnknown(values) || values.kind !== "intervals") return false;
  const top = /^ip [sd]addr$/.test(field) ? 0xffff_ffffn : /^ip6 [sd]addr$/.test(field) ? (1n << 128n) - 1n : /[sd]port$/.test(field) ? 65535n : undefined;
  return top !== undefined && values.intervals.length === 1 && values.intervals[0]![0] <= 1n && values.intervals[0]![1] === top;
}

/** Matches that nearly every packet meets: a family, TCP or UDP, a state that new connections have, an interface. */
function isBroad(match: Match): boolean {
  if (match.kind !== "match" || isUnknown(match.values)) return false;
  const { field, values, negated } = match;
  switch (field) {
    case "meta l4proto":
    case "ip protocol":
    case "ip6 nexthdr":
      return negated || [6n, 17n].some((protocol) => holdsNumber(values, protocol));
    case "ct state":
      return !negated && values.kind === "names" && values.names.includes("new");
    case "meta iifname":
    case "meta oifname":
      return !(values.kind === "names" && values.names.includes("lo")) || negated;
    case "tcp flags":
    case "meta nfproto":
    case "meta protocol":
    case "meta pkttype":
    case "ct direction":
      return true;
    default:
      return false;
  }
}

function holdsNumber(values: Values, wanted: bigint): boolean {
  if (isUnknown(values)) return false;
  if (values.kind === "names") return values.names.includes(wanted === 6n ? "tcp" : "udp");
  return values.kind === "intervals" && values.intervals.some(([low, high]) => low <= wanted && wanted <= high);
}

/** A packet to a port that nothing names, which only the widened rule lets in. */
function letIn(before: Ruleset, after: Ruleset, rule: FirewallRule, left: readonly Match[]): Packet | undefined {
  const named = left.flatMap((match) => (match.kind === "match" && match.field === "meta iifname" && !match.negated && !isUnknown(match.values) && match.values.kind === "names" ? match.values.names.map((name) => name.replace(/\*$/, "0")) : []));
  const doors = named.length > 0 ? named : ["uplink0", ...interfacesOf(after)].slice(0, 6);
  for (const hook of ["input", "forward", "output"] as const) {
    for (const family of ["ip", "ip6"] as const satisfies readonly Family[]) {
      for (const proto of ["tcp", "udp"]) {
        for (const door of doors) {
          const packet: Packet = { hook, ...(hook !== "output" && { iif: door }), ...(hook !== "input" && { oif: hook === "output" ? door : "inside0" }), saddr: FAR[family], daddr: OTHER[family], proto, sport: 40113, dport: 41731, ct: "new" };
          const now = evaluate([after], packet);
          if (now.verdict === "accept" && now.rule === rule && isRefused(evaluate([before], packet))) return packet;
        }
      }
    }
  }
  return undefined;
}

function fieldsOf(matches: readonly Match[]): string[] {
  return matches.flatMap((match) => (match.kind === "match" ? [match.field] : match.fields));
}
