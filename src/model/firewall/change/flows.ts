import { baseChains } from "../closed-input.ts";
import type { Place } from "../evaluate/index.ts";
import { evaluate } from "../evaluate/index.ts";
import { Meaning, WAYS, unlessTooLarge } from "../flows/index.ts";
import type { FlowMatch } from "../flows/match.ts";
import { matchOf } from "../flows/match.ts";
import type { PacketSet, Way } from "../flows/index.ts";
import { packetOf } from "../flows/packet.ts";
import type { Product } from "../flows/products.ts";
import { WITH_PORTS } from "../flows/space.ts";
import type { Family } from "../pmtud.ts";
import type { Packet, Ruleset } from "../ruleset.ts";
import type { Workspace } from "../../workspace.ts";
import { productWords, sizeOf } from "./flow-words.ts";
import { withoutCommonDoubts } from "./assumed.ts";
import { withFragments } from "./fragments.ts";
import type { RulesetPair } from "./pairs.ts";

/** Packets that a change lets through, or refuses, and what does it. */
export interface FlowChange {
  readonly kind: "opened" | "closed";
  readonly way: Way;
  readonly families: readonly Family[];
  /** “TCP to port 443 arriving on wan0”. */
  readonly words: string;
  /** The same field by field. */
  readonly match: FlowMatch;
  /** One of them, as opens a connection where it is about connections. */
  readonly packet: Packet;
  /** What decides about it in the head. */
  readonly place: Place;
  /** Whoever sends them. */
  readonly anywhere: boolean;
  /** Of closed: nobody reaches that service any more. */
  readonly whole: boolean;
  /** To more ports than one service has, or whatever protocol; GRE or ESP by name is one service. */
  readonly wide: boolean;
  /** ICMP, or packets of connections that are there already: no service. */
  readonly minor: boolean;
}

/** What is known of the change of a ruleset. */
export interface FlowChanges {
  readonly changes: readonly FlowChange[];
  /** There are packets about which nobody can tell, and the change alters which. */
  readonly undecided: boolean;
  /** More flows than are listed. */
  readonly more: boolean;
  /** Rules that a template decides, and that both sides have, are left out of the account. */
  readonly assumed: boolean;
  /** The rulesets are too large to be compared. */
  readonly tooLarge: boolean;
}

/** About 40 bytes each. */
const NODES = 4_000_000;
const MOST = 60;
/** More ports than this are not one service. */
const WIDE = 1024n;
/** Half of the addresses of a family: from everybody but some. */
const HALF = { ip: 1n << 31n, ip6: 1n << 127n } as const;
const SYN = { mask: 0x17, value: 2 } as const;

/** The flows that a change of a ruleset opens and closes; the same for each rule that asks. */
export function flowChanges(workspace: Workspace, pair: RulesetPair): FlowChanges {
  const known = workspace.memo(cache);
  let found = known.get(pair);
  if (found === undefined) known.set(pair, (found = unlessTooLarge(() => compare(workspace, pair)) ?? { changes: [], undecided: false, more: false, assumed: false, tooLarge: true }));
  return found;
}

function cache(): WeakMap<RulesetPair, FlowChanges> {
  return new WeakMap();
}

function compare(workspace: Workspace, pair: RulesetPair): FlowChanges {
  const { before, after, assumed } = withoutCommonDoubts(pair.before, withFragments(workspace, pair.after), "all");
  const changes: FlowChange[] = [];
  let undecided = false;
  let more = false;
  const families = (["ip", "ip6"] as const).filter((family) => [before, after].some((ruleset) => WAYS.some((way) => baseChains(ruleset, way, family).length > 0 || filtersEarly(ruleset, family))));
  // Nobody misses packets that conntrack calls invalid; untracked ones come only where rules exempt them.
  const idle = [before, after].some(exempts) ? (["invalid"] as const) : (["invalid", "untracked"] as const);
  for (const family of families) {
    const meaning = new Meaning(family, [[before], [after]], NODES);
    for (const way of WAYS) {
      undecided ||= !meaning.compare(way, 0, 1, "unknown").isEmpty;
      for (const kind of ["opened", "closed"] as const) {
        const set = meaning.compare(way, 0, 1, kind);
        if (set.isEmpty) continue;
        const opening = openings(meaning, set, way);
        const minor = opening.isEmpty;
        const products = (minor ? set.without(set.where({ ct: idle })) : opening).products(MOST);
        more ||= products.length === MOST;
        for (const product of products) {
          const change = describe(meaning, after, { kind, way, family, product, minor });
          if (change) changes.push(change);
        }
      }
    }
  }
  return { changes: merged(changes, families.length === 2), undecided, more, assumed, tooLarge: false };
}

function exempts({ tables }: Ruleset): boolean {
  return tables.some(({ chains }) => chains.some(({ rules }) => rules.some(({ statements }) => statements.some(({ kind }) => kind === "notrack"))));
}

function filtersEarly({ tables }: Ruleset, family: Family): boolean {
  return tables.some((table) => (table.family === family || table.family === "inet") && table.chains.some(({ hook, type }) => hook === "prerouting" && type !== "nat"));
}

/** Those that open a connection, as hosts send them: TCP with SYN, no mark. */
function openings(meaning: Meaning, set: PacketSet, way: Way): PacketSet {
  const first = set.where({ ct: ["new"], mark: [0] });
  const tcp = meaning.packets(way, { proto: ["tcp"] });
  return first.without(tcp).or(first.where({ proto: ["tcp"], flags: SYN }));
}

interface Found extends Pick<FlowChange, "kind" | "way" | "minor"> {
  readonly family: Family;
  readonly product: Product;
}

function describe(meaning: Meaning, after: Ruleset, { kind, way, family, product, minor }: Found): FlowChange | undefined {
  // What a host says to itself is firewall/loopback-dropped's.
  if (onlyLoopback(product)) return undefined;
  const packet = packetOf(meaning.space, way, product.point);
  const outcome = evaluate([after], packet);
  const place = outcome.places.get(outcome.possible[0]!);
  if (!place) return undefined;
  const protocol = [...product.values].find(([block]) => block.field === "meta l4proto")?.[1];
  const icmp = protocol !== undefined && protocol.every(([first, last]) => first === last && (first === 1n || first === 58n || first === 2n));
  const single = protocol !== undefined && protocol.every(([first, last]) => first === last && !(WITH_PORTS as readonly number[]).includes(Number(first)));
  const ports = sizeOf(product, "th dport");
  const sources = sizeOf(product, `${family} saddr`);
  const anywhere = sources === undefined || sources >= HALF[family];
  return {
    kind,
    way,
    families: [family],
    words: productWords(product, family, minor),
    match: matchOf(product, family),
    packet,
    place,
    anywhere,
    whole: kind === "closed" && anywhere && packet.dport !== undefined && closedToAll(meaning, way, packet),
    wide: !single && (ports === undefined || ports > WIDE),
    minor: minor || icmp,
  };
}

/** Whether nobody but the host itself gets to the packet's port any more. */
function closedToAll(meaning: Meaning, way: Way, { proto, dport }: Packet): boolean {
  const left = openings(meaning, meaning.acceptable(way, 1), way).where({ proto: [proto!], dport: [dport!] });
  return (way === "output" ? left : left.without(meaning.packets(way, { iif: ["lo"] }))).isEmpty;
}

/** What a host says to itself. */
function onlyLoopback({ values }: Product): boolean {
  return [...values].some(([{ field, classes }, spans]) => /^meta [io]ifname$/.test(field) && classes !== undefined && classes.every(({ name }, i) => (name === "lo") === spans.some(([first, last]) => first <= BigInt(i) && BigInt(i) <= last)));
}

/** Flows that both families have are said once. */
function merged(changes: readonly FlowChange[], both: boolean): FlowChange[] {
  const found = new Map<string, FlowChange>();
  for (const change of changes) {
    const key = `${change.kind} ${change.way} ${change.words.replace(/ICMPv6/g, "ICMP")} ${change.place.rule?.range.start ?? change.place.chain.name}`;
    const other = found.get(key);
    found.set(key, other ? { ...other, families: [...other.families, ...change.families] } : change);
  }
  return [...found.values()].map((change) => {
    const named = /\d+\.\d+\.\d+\.\d+|:|ICMP/.test(change.words);
    return both && change.families.length === 1 && !named ? { ...change, words: `${change.families[0] === "ip" ? "IPv4" : "IPv6"} ${change.words}` } : change;
  });
}
