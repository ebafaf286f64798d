import { isUnknown } from "../../engine/unknown.ts";
import type { Place } from "./evaluate/index.ts";
import { evaluate } from "./evaluate/index.ts";
import type { Family } from "./pmtud.ts";
import { isRefused, refusedAt } from "./pmtud.ts";
import { acceptedSamples, tcpPacket } from "./evaluate/samples.ts";
import type { Chain, Hook, Packet, Ruleset, Table } from "./ruleset.ts";

/** What a closed chain refuses although every host needs it. */
export interface Refused {
  readonly hook: "input" | "output";
  readonly place: Place;
  /** The base chain that refuses it: at the hook, or at an earlier one. */
  readonly table: Table;
  readonly chain: Chain;
}

/** Filtering base chains of a family at a hook. */
export function baseChains(ruleset: Ruleset, hook: Hook, family: Family): { table: Table; chain: Chain }[] {
  return ruleset.tables
    .filter((table) => table.family === family || table.family === "inet")
    .flatMap((table) => table.chains.filter((chain) => chain.hook === hook && chain.type !== "nat").map((chain) => ({ table, chain })));
}

function refusal(ruleset: Ruleset, hook: Refused["hook"], family: Family, packets: readonly Packet[]): Refused | undefined {
  const [base] = baseChains(ruleset, hook, family);
  if (!base) return undefined;
  const [first] = packets;
  if (first === undefined || !packets.every((packet) => isRefused(evaluate([ruleset], packet)))) return undefined;
  const place = refusedAt(ruleset, first);
  if (place === undefined) return undefined;
  // An earlier hook may drop it already: then it has to be accepted there.
  const own = place.chain.hook === undefined ? base : { table: place.table, chain: place.chain };
  return { hook, place, ...own };
}

/** Where the host's traffic with itself is refused: connections over `lo`, to ports that no rule names. Not where all is. */
export function refusedLoopback(ruleset: Ruleset): Refused[] {
  const family: Family = ruleset.tables.some((table) => table.family !== "ip6" && table.chains.some(({ hook }) => hook === "input" || hook === "output")) ? "ip" : "ip6";
  const self = family === "ip" ? "127.0.0.1" : "::1";
  const packet = (hook: "input" | "output", dport: number, proto: string): Packet => ({ hook, iif: "lo", oif: "lo", saddr: self, daddr: self, proto, sport: 47113, dport, ct: "new" });
  const found = (["input", "output"] as const).flatMap((hook) => {
    const refused = refusal(ruleset, hook, family, [packet(hook, 41731, "tcp"), packet(hook, 47251, "udp")]);
    return refused ? [refused] : [];
  });
  // A ruleset that cuts a host off is meant to.
  return found.length === 2 && acceptsNothing(ruleset) ? [] : found;
}

function acceptsNothing({ tables }: Ruleset): boolean {
  return tables.every(({ chains }) => chains.every(({ rules }) => rules.every(({ statements }) => statements.every((statement) => statement.kind !== "match" && (statement.kind !== "verdict" || statement.verdict.kind === "drop")))));
}

/** Neighbour discovery that does not get through. */
export interface RefusedNeighbours extends Refused {
  readonly message: "solicitation" | "advertisement";
  /** How far IPv6 is meant to pass: `named` in so many words, `either` by rules for both families, `closed` not at all. */
  readonly meant: "named" | "either" | "closed";
}

/** Where neighbour solicitations or advertisements (RFC 4861) are refused on every interface; once where all of IPv6 is. */
export function refusedNeighbours(ruleset: Ruleset): RefusedNeighbours[] {
  const interfaces = [...new Set(["uplink0", ...interfacesOf(ruleset)])].slice(0, 12);
  const found: Omit<RefusedNeighbours, "meant">[] = [];
  for (const hook of ["input", "output"] as const) {
    for (const [message, type] of [["solicitation", 135], ["advertisement", 136]] as const) {
      if (found.some((other) => other.hook === hook)) break;
      const refused = refusal(ruleset, hook, "ip6", interfaces.map((name): Packet => ({ hook, [hook === "input" ? "iif" : "oif"]: name, saddr: "fe80::21", daddr: type === 135 ? "ff02::1:ff00:22" : "fe80::22", proto: "icmpv6", type, code: 0 })));
      if (refused) found.push({ ...refused, message });
    }
  }
  if (found.length === 0) return [];
  const explicit = meansIpv6(ruleset);
  const meant = explicit === undefined ? "closed" : explicit ? "named" : "either";
  return (meant === "closed" ? found.slice(0, 1) : found).map((one) => ({ ...one, meant }));
}

/** True: rules accept IPv6 by name; false: rules that accept either family do; undefined: IPv6 is not meant to pass. */
function meansIpv6(ruleset: Ruleset): boolean | undefined {
  const hooks = ["input", "output"] as const;
  const explicit = ruleset.tables.some((table) => (table.family === "ip6" || table.family === "inet") && table.chains.some((chain) => hooks.some((hook) => hook === chain.hook) && mentions(table, chain)));
  for (const sample of acceptedSamples(ruleset, "input", "ip6", 6)) {
    const packet = tcpPacket(sample, "input", "ip6", sample.states?.includes("new") === false ? "established" : "new");
    const outcome = evaluate([ruleset], packet);
    const by = outcome.places.get("accept")?.rule;
    if (!outcome.possible.includes("accept") || !by) continue;
    const named = explicit || outcome.places.get("accept")!.table.family === "ip6";
    // Replies alone say nothing of IPv6 in a table that is for both families.
    if (named || sample.states === undefined || sample.states.includes("new") || sample.saddr !== undefined) return named;
  }
  return undefined;
}

/** Whether a chain, or one that it jumps to, accepts by an IPv6 field. */
function mentions(table: Table, chain: Chain, seen = new Set<Chain>()): boolean {
  if (seen.has(chain)) return false;
  seen.add(chain);
  return chain.rules.some(({ statements }) => {
    const accepts = statements.some((statement) => statement.kind === "verdict" && (statement.verdict.kind === "accept" || statement.verdict.kind === "jump" || statement.verdict.kind === "goto"));
    if (accepts && statements.some((statement) => statement.kind === "match" && /^(ip6|icmpv6) /.test(statement.field))) return true;
    return statements.some((statement) => {
      if (statement.kind !== "verdict" || (statement.verdict.kind !== "jump" && statement.verdict.kind !== "goto") || isUnknown(statement.verdict.target)) return false;
      const { target } = statement.verdict;
      const next = table.chains.find(({ name }) => name === target);
      return next !== undefined && mentions(table, next, seen);
    });
  });
}

/** Interfaces that the rules name, but for the loopback. */
export function interfacesOf(ruleset: Ruleset): readonly string[] {
  const known = INTERFACES.get(ruleset);
  if (known !== undefined) return known;
  const names = new Set<string>();
  for (const table of ruleset.tables) {
    for (const { rules } of table.chains) {
      for (const { statements } of rules) {
        for (const statement of statements) {
          if (statement.kind !== "match" || (statement.field !== "meta iifname" && statement.field !== "meta oifname") || isUnknown(statement.values) || statement.values.kind !== "names") continue;
          for (const name of statement.values.names) if (name !== "lo") names.add(name.replace(/\*$/, "0"));
        }
      }
    }
  }
  const all = [...names];
  INTERFACES.set(ruleset, all);
  return all;
}

const INTERFACES = new WeakMap<Ruleset, readonly string[]>();

