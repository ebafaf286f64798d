import { isUnknown } from "../../engine/unknown.ts";
import type { Place } from "./evaluate/index.ts";
import { evaluate } from "./evaluate/index.ts";
import type { Accepting } from "./evaluate/samples.ts";
import { acceptingRules, FAR, OTHER } from "./evaluate/samples.ts";
import { isRefused } from "./pmtud.ts";
import type { Chain, FirewallRule, Packet, Ruleset, Table } from "./ruleset.ts";

/** Accepts of one base chain that a later one on the same hook takes back. */
export interface NotFinal {
  readonly table: Table;
  readonly chain: Chain;
  /** The rules that accept to no effect, first the one of `packet`. */
  readonly rules: readonly FirewallRule[];
  /** How many rules of the chain accept something. */
  readonly of: number;
  /** What refuses it, and in whose file. */
  readonly place: Place;
  readonly packet: Packet;
}

/**
 * Base chains of a ruleset that accept what a later base chain of the same hook refuses, in the ruleset itself or in one
 * of the others on its hosts.
 */
export function acceptsNotFinal(ruleset: Ruleset, others: readonly Ruleset[]): NotFinal[] {
  const found: NotFinal[] = [];
  const all = [ruleset, ...others];
  for (const hook of ["input", "forward", "output"] as const) {
    if (filters(all, hook) < 2) continue;
    for (const family of ["ip", "ip6"] as const) {
      for (const protocol of [6, 17]) {
        const count = new Map<Chain, Set<FirewallRule>>();
        for (const accepting of acceptingRules(ruleset, hook, family, protocol)) {
          const { table, base, rule, sample } = accepting;
          if (!isNamed(accepting) || !isFilter(ruleset, table)) continue;
          const rules = count.get(base) ?? new Set();
          count.set(base, rules.add(rule));
          const packet = packetOf(sample, hook, family, protocol);
          // Alone, the chain accepts it for certain; with the others it is certainly refused, and later.
          const alone: Ruleset = { ...ruleset, tables: [{ ...table, chains: table.chains.filter((chain) => chain === base || chain.hook === undefined) }] };
          const own = evaluate([alone], packet);
          if (own.verdict !== "accept" || own.rule !== rule) continue;
          const whole = evaluate(all, packet);
          const place = isRefused(whole) ? whole.places.get(whole.possible[0]!) : undefined;
          const refuser = place && baseOf(all, place);
          if (!place || refuser?.hook !== hook || refuser === base || priority(refuser) < priority(base)) continue;
          const entry = found.find((one) => one.chain === base && one.place.table === place.table);
          if (entry) {
            if (!entry.rules.includes(rule)) (entry.rules as FirewallRule[]).push(rule);
          } else found.push({ table, chain: base, rules: [rule], of: 0, place, packet });
        }
        for (const entry of found) if (count.has(entry.chain)) (entry as { of: number }).of = Math.max(entry.of, count.get(entry.chain)!.size);
      }
    }
  }
  return found;
}

/** How many base chains filter at a hook. */
function filters(rulesets: readonly Ruleset[], hook: string): number {
  return rulesets.reduce((sum, ruleset) => sum + ruleset.tables.reduce((more, table) => more + (isFilter(ruleset, table) ? table.chains.filter((chain) => chain.hook === hook && chain.type !== "nat").length : 0), 0), 0);
}

/** In iptables' other tables ACCEPT means: enough of this table. */
function isFilter({ dialect }: Ruleset, { name, family }: Table): boolean {
  return (dialect === "nftables" || name === "filter") && (family === "ip" || family === "ip6" || family === "inet");
}

/** Whether a rule accepts a service or a source by name, for new connections. */
function isNamed({ sample }: Accepting): boolean {
  return sample.states?.includes("new") !== false && (sample.dport !== undefined || sample.saddr !== undefined);
}

function packetOf(sample: Accepting["sample"], hook: "input" | "forward" | "output", family: "ip" | "ip6", protocol: number): Packet {
  return {
    hook,
    ...(hook !== "output" && { iif: sample.iif ?? "uplink0" }),
    ...(hook !== "input" && { oif: sample.oif ?? (hook === "output" ? "uplink0" : "inside0") }),
    saddr: sample.saddr ?? (hook === "output" ? OTHER[family] : FAR[family]),
    daddr: sample.daddr ?? (hook === "output" ? FAR[family] : OTHER[family]),
    proto: protocol === 6 ? "tcp" : "udp",
    sport: sample.sport ?? 40113,
    dport: sample.dport ?? 41731,
    ct: "new",
  };
}

/** The base chain by which a place was reached; undefined where several lead there. */
function baseOf(rulesets: readonly Ruleset[], place: Place): Chain | undefined {
  if (place.chain.hook !== undefined) return place.chain;
  const owners = rulesets.flatMap(({ tables }) => tables.filter((table) => table === place.table)).flatMap(({ chains }) => chains.filter(({ hook }) => hook !== undefined));
  return owners.length === 1 ? owners[0] : undefined;
}

function priority({ priority: value }: Chain): number {
  return value === undefined || isUnknown(value) ? 0 : value;
}
