import { isUnknown } from "../../engine/unknown.ts";
import { baseChains, interfacesOf } from "./closed-input.ts";
import type { Place } from "./evaluate/index.ts";
import { evaluate } from "./evaluate/index.ts";
import type { Accepting } from "./evaluate/samples.ts";
import { acceptingRules, FAR, OTHER } from "./evaluate/samples.ts";
import type { Family } from "./pmtud.ts";
import { isRefused } from "./pmtud.ts";
import type { FirewallRule, Packet, Ruleset } from "./ruleset.ts";

/** A service that strangers reach by one family and not by the other. */
export interface FamilyGap {
  /** By which it is open. */
  readonly open: Family;
  readonly proto: "tcp" | "udp";
  readonly port: number;
  /** The rule that opens it; undefined: it is open since the other family refuses nothing. */
  readonly rule?: FirewallRule;
  /** In which ruleset it is open, and what refuses it in the other family. */
  readonly path: string;
  readonly place: Place;
  readonly packet: Packet;
  /** The open family is asked for by name, as one does on purpose. */
  readonly meant: boolean;
}

/** Services that only one family has: DHCP (67, 68 against 546, 547), SSDP, mDNS and NetBIOS go to that family's own addresses. */
const OF_ONE_FAMILY = new Set([67, 68, 137, 138, 139, 546, 547, 1900, 5353, 5355]);
const PROTOCOLS = { tcp: 6, udp: 17 } as const;

/**
 * The services that rules open to anywhere in one family while the other, which lets strangers in to something too,
 * refuses them. `rulesets` are one host's: a file of both families, or one for each.
 */
export function familyGaps(rulesets: readonly Ruleset[]): FamilyGap[] {
  const families = ["ip", "ip6"] as const;
  if (!families.every((family) => rulesets.some((ruleset) => baseChains(ruleset, "input", family).length > 0))) return [];
  const doors = [...new Set(["uplink0", ...rulesets.flatMap(interfacesOf)])].slice(0, 12);
  if (!families.some((family) => rulesets.some((ruleset) => ofOneFamily(ruleset, family)))) return [];
  const services = { ip: openServices(rulesets, "ip"), ip6: openServices(rulesets, "ip6") };
  const closed = { ip: isClosed(rulesets, "ip", doors), ip6: isClosed(rulesets, "ip6", doors) };
  const found: FamilyGap[] = [];
  for (const open of families) {
    const other = open === "ip" ? "ip6" : "ip";
    // A family that lets nobody in, or everybody, is treated so on purpose.
    if (services[other].length === 0 || !closed[other]) continue;
    for (const { proto, port, accepting, packet, path } of services[open]) {
      if (OF_ONE_FAMILY.has(port)) continue;
      const tried = doors.map((iif): Packet => ({ ...packet, iif, saddr: FAR[other], daddr: OTHER[other] }));
      const outcomes = tried.map((one) => evaluate(rulesets, one));
      const place = outcomes[0]!.places.get(outcomes[0]!.possible[0]!);
      if (!outcomes.every(isRefused) || !place) continue;
      if (found.some((gap) => gap.open === open && gap.rule === accepting.rule && gap.port === port)) continue;
      found.push({ open, proto, port, rule: accepting.rule, path, place, packet: tried[0]!, meant: isMeant(accepting, open) });
    }
  }
  return found;
}

/** A ruleset that closes one family, beside one that leaves the other as open as the kernel does. */
export function openFamily(rulesets: readonly Ruleset[]): { readonly open: Family; readonly path: string; readonly chain: Place["chain"]; readonly closedBy: Place; readonly packet: Packet } | undefined {
  const doors = [...new Set(["uplink0", ...rulesets.flatMap(interfacesOf)])].slice(0, 12);
  for (const open of ["ip6", "ip"] as const) {
    const other = open === "ip" ? "ip6" : "ip";
    const chains = rulesets.flatMap((ruleset) => baseChains(ruleset, "input", open).map((base) => ({ ...base, path: ruleset.path })));
    const only = chains.filter(({ table, chain }) => table.family === open && chain.policy === "accept");
    if (chains.length === 0 || only.length !== chains.length || chains.some(({ chain }) => chain.rules.length > 0)) continue;
    if (!isClosed(rulesets, other, doors) || openServices(rulesets, other).length === 0) continue;
    const packet: Packet = { hook: "input", iif: "uplink0", saddr: FAR[other], daddr: OTHER[other], proto: "tcp", sport: 40113, dport: 41731, ct: "new" };
    const refused = evaluate(rulesets, packet);
    const closedBy = refused.places.get(refused.possible[0]!);
    const through = { ...packet, saddr: FAR[open], daddr: OTHER[open] };
    if (closedBy && evaluate(rulesets, through).verdict === "accept") return { open, path: chains[0]!.path, chain: chains[0]!.chain, closedBy, packet: through };
  }
  return undefined;
}

interface Service {
  readonly proto: "tcp" | "udp";
  readonly port: number;
  readonly accepting: Accepting;
  readonly packet: Packet;
  readonly path: string;
}

/** The ports that rules open to strangers by number, and to whatever interface they come by or to one. */
function openServices(rulesets: readonly Ruleset[], family: Family): Service[] {
  const found: Service[] = [];
  for (const ruleset of rulesets) {
    for (const proto of ["tcp", "udp"] as const) {
      for (const accepting of acceptingRules(ruleset, "input", family, PROTOCOLS[proto])) {
        const { rule, sample } = accepting;
        if (sample.saddr !== undefined || sample.daddr !== undefined || sample.sport !== undefined || sample.states?.includes("new") === false) continue;
        for (const port of portsOf(rule, proto)) {
          if (found.length >= MOST_SERVICES) return found;
          const packet: Packet = { hook: "input", iif: sample.iif ?? "uplink0", saddr: FAR[family], daddr: OTHER[family], proto, sport: 40113, dport: port, ct: "new" };
          const outcome = evaluate(rulesets, packet);
          if (outcome.verdict === "accept" && outcome.rule === rule) found.push({ proto, port, accepting, packet, path: ruleset.path });
        }
      }
    }
  }
  return found;
}

/** Whether input rules accept by a field that only one of the families has: without one, both are treated alike. */
function ofOneFamily({ tables }: Ruleset, family: Family): boolean {
  return tables.some((table) => {
    if (table.family === family) return table.chains.some(({ hook }) => hook === "input");
    return table.family === "inet" && table.chains.some(({ rules }) => rules.some(({ statements }) => statements.some((statement) => statement.kind === "match" && FAMILY_FIELD.test(statement.field)) && statements.some((statement) => statement.kind === "verdict" && statement.verdict.kind === "accept")));
  });
}

/** Fields by which a rule for both families becomes one for IPv4 or IPv6; addresses say more than that. */
const FAMILY_FIELD = /^(meta nfproto|meta protocol|ip protocol|ip6 nexthdr)$/;
/** Services of a family that are looked at. */
const MOST_SERVICES = 80;

/** Single ports, and the first of short ranges, that a rule names. */
function portsOf({ statements }: FirewallRule, proto: string): number[] {
  return statements.flatMap((statement) => {
    if (statement.kind !== "match" || statement.negated || isUnknown(statement.values) || statement.values.kind !== "intervals") return [];
    if (statement.field !== `${proto} dport` && statement.field !== "th dport") return [];
    return statement.values.intervals.filter(([low, high]) => high - low < 1024n).slice(0, 64).map(([low]) => Number(low));
  });
}

/** Whether a family refuses what no rule names, by every interface. */
function isClosed(rulesets: readonly Ruleset[], family: Family, doors: readonly string[]): boolean {
  return doors.slice(0, 1).every((iif) => ["tcp", "udp"].every((proto) => isRefused(evaluate(rulesets, { hook: "input", iif, saddr: FAR[family], daddr: OTHER[family], proto, sport: 40113, dport: 41731, ct: "new" }))));
}

/** In a table for both families, `meta nfproto ipv4` is said on purpose. */
function isMeant({ table, rule }: Accepting, family: Family): boolean {
  // “ip protocol tcp” is what people write who do not know that it leaves IPv6 out.
  const byName = (field: string): boolean => field === "meta nfproto" || field === "meta protocol" || (field.startsWith(`${family} `) && !/ (protocol|nexthdr)$/.test(field));
  return table.family === "inet" && rule.statements.some((statement) => statement.kind === "match" && byName(statement.field));
}
