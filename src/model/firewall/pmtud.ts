import type { Outcome, Place, TraceStep } from "./evaluate/index.ts";
import { evaluate } from "./evaluate/index.ts";
import type { Sample } from "./evaluate/samples.ts";
import { acceptedSamples, FAR, OTHER, tcpPacket } from "./evaluate/samples.ts";
import type { Hook, Packet, Ruleset } from "./ruleset.ts";

/** The families whose ICMP errors carry the path's MTU. */
export type Family = "ip" | "ip6";

/** TCP that passes a hook while the ICMP errors that it needs do not. */
export interface BlockedErrors {
  /** `output`: a router's own errors. */
  readonly hook: "input" | "forward" | "output";
  readonly family: Family;
  /** The rule or the policy that drops them. */
  readonly place: Place;
  /** A packet of the connections that suffer. */
  readonly connection: Packet;
  readonly error: Packet;
  /** TCP's segment size is clamped by these rules: what is left are the other protocols and smaller MTUs farther away. */
  readonly clamped: boolean;
  /** Errors reach the side that opens the connections; only those back to the far end are dropped, and not by name. */
  readonly oneWay: boolean;
}

/** Work that one ruleset may cost, in rules looked at. */
const WORK = 3_000_000;

/** ICMP "fragmentation needed" (RFC 1191) and ICMPv6 "packet too big" (RFC 8201), as conntrack knows them. */
function errorPacket(family: Family, ends: Pick<Packet, "hook" | "iif" | "oif" | "saddr" | "daddr">): Packet {
  return { ...ends, proto: family === "ip" ? "icmp" : "icmpv6", type: family === "ip" ? 3 : 2, code: family === "ip" ? 4 : 0, ct: "related" };
}

/** True where the packet certainly does not get through. */
export function isRefused(outcome: Outcome): boolean {
  return outcome.possible.every((decision) => decision === "drop" || decision === "reject");
}

/**
 * What refuses the packet at the last: a rule that certainly does, or the policy. Rules before it that only may drop the
 * packet, such as those of a set that fills at run time, are not what has to be mended.
 */
export function refusedAt(ruleset: Ruleset, packet: Packet): Place | undefined {
  const outcome = evaluate([ruleset], packet);
  if (!isRefused(outcome)) return undefined;
  const first = outcome.places.get(outcome.possible[0]!);
  // No rule before the policy can have dropped it.
  if (outcome.possible.length === 1 && first?.rule === undefined) return first;
  const trace: TraceStep[] = [];
  evaluate([ruleset], packet, trace);
  const last = trace.findLast(({ decision }) => decision === "drop" || decision === "reject");
  if (last === undefined) return first;
  const { path, table, chain, rule, range } = last;
  return { path, table, chain, ...(rule && { rule }), ...(range && { range }) };
}

function mayPass(outcome: Outcome): boolean {
  return outcome.possible.includes("accept");
}

/**
 * Where path MTU discovery breaks: connections get through (or may, where a template names the interfaces), and the
 * error that would tell them of a smaller MTU certainly does not. One entry for each hook, family and place.
 */
export function blockedErrors(ruleset: Ruleset): BlockedErrors[] {
  const found: BlockedErrors[] = [];
  const judge = new Judge(ruleset);
  for (const family of ["ip", "ip6"] as const) {
    if (judge.has("input", family) && judge.neighboursReachable(family)) judge.input(family, found);
    if (judge.has("forward", family)) judge.forward(family, found);
  }
  return found;
}

class Judge {
  readonly #ruleset: Ruleset;
  readonly #rules: number;
  readonly #clamped: boolean;
  #work = WORK;

  constructor(ruleset: Ruleset) {
    this.#ruleset = ruleset;
    const chains = ruleset.tables.flatMap((table) => table.chains);
    this.#rules = chains.reduce((sum, { rules }) => sum + rules.length, 10);
    this.#clamped = chains.some(({ rules }) => rules.some(({ statements }) => statements.some(({ kind }) => kind === "mss-clamp")));
  }

  /** Whether there is a filtering chain at the hook that the family passes. */
  has(hook: Hook, family: Family): boolean {
    return this.#ruleset.tables.some((table) => (table.family === family || table.family === "inet") && table.chains.some((chain) => chain.hook === hook && chain.type !== "nat"));
  }

  /** Without neighbour discovery there is no IPv6 at all, and nothing to lose. */
  neighboursReachable(family: Family): boolean {
    if (family === "ip") return true;
    return mayPass(this.#ask({ hook: "input", iif: "uplink0", saddr: "fe80::1", proto: "icmpv6", type: 135, code: 0 }));
  }

  input(family: Family, found: BlockedErrors[]): void {
    const tried = new Set<string>();
    for (const sample of acceptedSamples(this.#ruleset, "input", family, 6)) {
      const key = `${sample.iif} ${sample.saddr} ${sample.daddr}`;
      if (tried.has(key) || this.#work < 0) continue;
      const reply = tcpPacket(sample, "input", family, "established");
      if (!this.#connects(sample, family) || !mayPass(this.#ask(reply))) continue;
      tried.add(key);
      this.#expect("input", family, reply, errorPacket(family, { hook: "input", ...ends(reply) }), found);
    }
  }

  /** Whether a connection of this sample can begin, from either side. */
  #connects(sample: Sample, family: Family): boolean {
    if ((sample.states === undefined || sample.states.includes("new")) && mayPass(this.#ask(tcpPacket(sample, "input", family, "new")))) return true;
    if (!this.has("output", family)) return true;
    const outward: Packet = { hook: "output", oif: sample.iif ?? "uplink0", saddr: sample.daddr ?? OTHER[family], daddr: sample.saddr ?? FAR[family], proto: "tcp", sport: 40000, dport: 443, ct: "new" };
    if (mayPass(this.#ask(outward))) return true;
    return acceptedSamples(this.#ruleset, "output", family, 6, 20).some((other) => other.dport !== undefined && mayPass(this.#ask({ ...outward, dport: other.dport, ...(other.daddr !== undefined && { daddr: other.daddr }), ...(other.oif !== undefined && { oif: other.oif }) })));
  }

  forward(family: Family, found: BlockedErrors[]): void {
    const tried = new Set<string>();
    const own = new Map<string, Packet>();
    for (const sample of acceptedSamples(this.#ruleset, "forward", family, 6)) {
      if (sample.states !== undefined && !sample.states.includes("new")) continue;
      const key = `${sample.iif} ${sample.oif} ${sample.saddr} ${sample.daddr}`;
      if (tried.has(key) || this.#work < 0) continue;
      const towards = tcpPacket(sample, "forward", family, "new");
      const back = { ...turned(towards), ct: "established" as const, flags: ["ack"] };
      const outcome = this.#ask(towards);
      if (!mayPass(outcome) || !mayPass(this.#ask(back))) continue;
      tried.add(key);
      // An open forward chain is every host's default; a rule that accepts is written for a router. Its own errors leave
      // where the connection came from.
      const oif = towards.iif ?? "inside0";
      const daddr = towards.saddr ?? FAR[family];
      if (outcome.places.get("accept")?.rule !== undefined) own.set(`${oif} ${daddr}`, errorPacket(family, { hook: "output", oif, saddr: OTHER[family], daddr }));
      // Either end may send more than the path takes: the errors come from behind and from before this router.
      const toInitiator = errorPacket(family, { hook: "forward", ...ends(back) });
      const oneWay = !isRefused(this.#ask(toInitiator));
      this.#expect("forward", family, towards, toInitiator, found);
      this.#expect("forward", family, towards, errorPacket(family, { hook: "forward", ...ends(towards) }), found, oneWay);
    }
    if (!this.has("output", family)) return;
    for (const error of own.values()) this.#expect("output", family, error, error, found);
  }

  #expect(hook: BlockedErrors["hook"], family: Family, connection: Packet, error: Packet, found: BlockedErrors[], oneWay = false): void {
    const place = isRefused(this.#ask(error)) ? refusedAt(this.#ruleset, error) : undefined;
    if (place === undefined) return;
    const meant = place.rule?.statements.some((statement) => statement.kind === "match" && /^icmp/.test(statement.field)) === true;
    const same = found.findIndex((other) => other.hook === hook && other.family === family && other.place.chain === place.chain && other.place.rule === place.rule);
    const entry: BlockedErrors = { hook, family, place, connection, error, clamped: this.#clamped && hook !== "input", oneWay: oneWay && !meant };
    if (same === -1) found.push(entry);
    else if (found[same]!.oneWay && !entry.oneWay) found[same] = entry;
  }

  #ask(packet: Packet): Outcome {
    this.#work -= this.#rules;
    return evaluate([this.#ruleset], packet);
  }
}

function ends(packet: Packet): Pick<Packet, "iif" | "oif" | "saddr" | "daddr"> {
  const { iif, oif, saddr, daddr } = packet;
  return { ...(iif !== undefined && { iif }), ...(oif !== undefined && { oif }), ...(saddr !== undefined && { saddr }), ...(daddr !== undefined && { daddr }) };
}

/** The way back. */
function turned({ iif, oif, saddr, daddr, sport, dport, ...rest }: Packet): Packet {
  return {
    ...rest,
    ...(oif !== undefined && { iif: oif }),
    ...(iif !== undefined && { oif: iif }),
    ...(daddr !== undefined && { saddr: daddr }),
    ...(saddr !== undefined && { daddr: saddr }),
    ...(dport !== undefined && { sport: dport }),
    ...(sport !== undefined && { dport: sport }),
  };
}
