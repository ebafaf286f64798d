import type { Outcome } from "../evaluate/index.ts";
import { evaluate } from "../evaluate/index.ts";
import { baseChains } from "../evaluate/hooks.ts";
import type { Packet, Ruleset } from "../ruleset.ts";
import { NO } from "./diagram.ts";
import { flowWords } from "./flow-text.ts";
import type { FlowMatch } from "./match.ts";
import { matchOf } from "./match.ts";
import type { Way } from "./meaning.ts";
import { Meaning, WAYS, unlessTooLarge } from "./meaning.ts";
import { PacketSet, packetsLike } from "./packet-set.ts";
import { packetOf } from "./packet.ts";
import type { Product } from "./products.ts";
import { cover } from "./products.ts";
import type { Space } from "./space.ts";
import { byState } from "./states.ts";

/** Packets that meet with the same, with one of them. */
export interface Flow {
  readonly hook: Way;
  readonly family: "ip" | "ip6";
  /** In plain English, without full stop. */
  readonly text: string;
  readonly match: FlowMatch;
  readonly sample: Packet;
  /** What becomes of the sample in each version, as `evaluate` says. */
  readonly outcomes: readonly Outcome[];
}

/** Packets about which nobody can tell from the text, or that are too many to be told of. */
export interface Doubt {
  readonly hook?: Way;
  readonly family?: "ip" | "ip6";
  /** As a sentence without full stop. */
  readonly reason: string;
  readonly text?: string;
  readonly sample?: Packet;
  readonly outcomes?: readonly Outcome[];
}

/** What a change of a firewall means. */
export interface FlowDifference {
  /** Refused before, accepted after. */
  readonly opened: readonly Flow[];
  /** Accepted before, refused after. */
  readonly closed: readonly Flow[];
  /** Refused on both sides, in another way: dropped before and rejected after, or the reverse, or so up to a limit. */
  readonly changed: readonly Flow[];
  readonly notComputed: readonly Doubt[];
}

/** More flows of one kind, way and family than this are not told one by one. */
const MOST = 500;
const MOST_DOUBTS = 40;
const FAMILY = { ip: "IPv4", ip6: "IPv6" } as const;

/** What changes between two versions of a firewall, each of which is all rulesets that a host loads. Exact: no packet is left out. */
export function compareFlows(before: readonly Ruleset[], after: readonly Ruleset[], budget?: number): FlowDifference {
  const found = { opened: [] as Flow[], closed: [] as Flow[], changed: [] as Flow[], notComputed: [] as Doubt[] };
  const versions = [before, after];
  for (const family of ["ip", "ip6"] as const) {
    const silent = versions.filter((version) => !filters(version, family));
    if (silent.length === 2) continue;
    // A file of iptables is about one family; what the host does with the other stands elsewhere.
    if (silent.length === 1 && silent[0]!.some(({ dialect }) => dialect === "iptables")) {
      found.notComputed.push({ family, reason: `only one of the two says anything of ${FAMILY[family]}, and iptables keeps it in another file` });
      continue;
    }
    const done = unlessTooLarge(() => {
      const meaning = new Meaning(family, versions, budget);
      for (const way of WAYS) {
        for (const kind of ["opened", "closed", "changed"] as const) {
          const { flows, doubts } = tell(meaning, versions, family, meaning.compare(way, 0, 1, kind), kind);
          found[kind].push(...flows);
          found.notComputed.push(...doubts);
        }
        found.notComputed.push(...doubtsOf(meaning, versions, family, meaning.compare(way, 0, 1, "unknown")));
      }
      return true;
    });
    if (done === undefined) found.notComputed.push({ family, reason: `the rules of ${FAMILY[family]} together are too large to be compared` });
  }
  return found;
}

/** What a firewall accepts for certain, and about what the text leaves open. */
export function acceptedFlows(rulesets: readonly Ruleset[], budget?: number): { readonly accepted: readonly Flow[]; readonly notComputed: readonly Doubt[] } {
  const accepted: Flow[] = [];
  const notComputed: Doubt[] = [];
  for (const family of ["ip", "ip6"] as const) {
    if (!filters(rulesets, family)) continue;
    const done = unlessTooLarge(() => {
      const meaning = new Meaning(family, [rulesets], budget);
      for (const way of WAYS) {
        const { flows, doubts } = tell(meaning, [rulesets], family, meaning.accepted(way), "accepted");
        accepted.push(...flows);
        notComputed.push(...doubts, ...doubtsOf(meaning, [rulesets], family, meaning.undecided(way)));
      }
      return true;
    });
    if (done === undefined) notComputed.push({ family, reason: `the rules of ${FAMILY[family]} together are too large to be followed` });
  }
  return { accepted, notComputed };
}

/** True where a chain of some hook sees packets of the family. */
function filters(rulesets: readonly Ruleset[], family: "ip" | "ip6"): boolean {
  return WAYS.some((hook) => baseChains(rulesets, { hook }, family).length > 0);
}

/**
 * Packets that do not exist: conntrack leaves neighbour discovery and multicast listener messages alone, so that none of
 * them is of a connection (noct_valid_new in nf_conntrack_proto_icmpv6.c).
 */
export function impossible(space: Space, way: Way): PacketSet {
  if (space.family === "ip") return new PacketSet(space, way, NO);
  return packetsLike(space, way, { proto: [58], type: [[130, 136], 143], ct: ["new", "established", "related"] });
}

type Kind = "opened" | "closed" | "changed" | "accepted";

function tell(meaning: Meaning, versions: readonly (readonly Ruleset[])[], family: "ip" | "ip6", all: PacketSet, kind: Kind): { flows: Flow[]; doubts: Doubt[] } {
  const flows: Flow[] = [];
  const doubts: Doubt[] = [];
  const idle = impossible(meaning.space, all.way as Way);
  const set = all.without(idle);
  const { products, rest } = cover(meaning.space, set.node, MOST, idle.node);
  for (const product of byState(products)) {
    const flow = flowOf(meaning, versions, family, set.way as Way, product);
    if (asExpected(flow.outcomes, kind)) flows.push(flow);
    else doubts.push({ ...flow, reason: flow.outcomes.find(({ verdict }) => verdict === "unknown")?.reason ?? "one packet and all packets are judged differently, which is a fault of Premortem; please report it" });
  }
  const more = new PacketSet(meaning.space, set.way, rest);
  if (!more.isEmpty) doubts.push({ hook: set.way as Way, family, reason: `more than ${MOST} flows are ${kind}; the rest is not listed`, sample: more.sample()! });
  return { flows, doubts };
}

function flowOf(meaning: Meaning, versions: readonly (readonly Ruleset[])[], family: "ip" | "ip6", hook: Way, product: Product): Flow {
  const match = matchOf(product, family);
  const sample = packetOf(meaning.space, hook, product.point);
  return { hook, family, text: flowWords(product, match, family, hook), match, sample, outcomes: versions.map((version) => evaluate(version, sample)) };
}

/** The evaluator has the last word about each sample. */
function asExpected(outcomes: readonly Outcome[], kind: Kind): boolean {
  const accepts = ({ verdict }: Outcome): boolean => verdict === "accept";
  const refuses = ({ possible }: Outcome): boolean => possible.every((one) => one === "drop" || one === "reject");
  const [first, second] = outcomes as [Outcome, Outcome];
  switch (kind) {
    case "opened":
      return refuses(first) && accepts(second);
    case "closed":
      return accepts(first) && refuses(second);
    case "changed":
      return refuses(first) && refuses(second);
    case "accepted":
      return accepts(first);
  }
}

/** Why nothing is told about these packets: each reason once, with the first packets that it is about. */
function doubtsOf(meaning: Meaning, versions: readonly (readonly Ruleset[])[], family: "ip" | "ip6", all: PacketSet): Doubt[] {
  const idle = impossible(meaning.space, all.way as Way);
  const set = all.without(idle);
  const found = new Map<string, Doubt>();
  const { products, rest } = cover(meaning.space, set.node, MOST_DOUBTS, idle.node, false);
  for (const product of products) {
    const flow = flowOf(meaning, versions, family, set.way as Way, product);
    const reasons = flow.outcomes.filter(({ verdict }) => verdict === "unknown").map(({ reason }) => reason);
    const key = JSON.stringify([reasons, flow.outcomes.map(({ path, rule, chain }) => [path, (rule ?? chain)?.range.start])]);
    if (!found.has(key)) found.set(key, { ...flow, reason: [...new Set(reasons)].join("; ") || "the text does not decide it" });
  }
  if (rest !== NO) found.set("rest", { hook: set.way as Way, family, reason: "there are more packets that the text does not decide about" });
  return [...found.values()];
}
