import type { Maybe } from "../../../engine/unknown.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Chain, Hook, Packet, Ruleset, Table } from "../ruleset.ts";

/** A chain that netfilter calls by itself. */
export interface BaseChain {
  readonly ruleset: Ruleset;
  readonly table: Table;
  readonly chain: Chain;
  readonly hook: Hook;
  /** When its hook calls it; a chain that translates has the place of all of them, not its own. */
  readonly priority: number;
  readonly translates: boolean;
}

/** The hooks that a packet passes, in order: what it says of itself is where it ends up after routing. */
export function hooksOf(packet: Packet): readonly Hook[] {
  switch (packet.hook) {
    case "input":
      return ["ingress", "prerouting", "input"];
    case "forward":
      return ["ingress", "prerouting", "forward", "postrouting", "egress"];
    case "output":
      return ["output", "postrouting", "egress"];
    default:
      return [packet.hook];
  }
}

/**
 * The base chains that a packet of the family passes, in the kernel's order: hook by hook, by priority, and of the same
 * priority the one that was loaded last (nf_hook_entries_grow puts a hook before those that are not below it).
 */
export function baseChains(rulesets: readonly Ruleset[], packet: Packet, family: "ip" | "ip6"): readonly BaseChain[] {
  const lists = [...rulesets].reverse().map((ruleset) => baseChainsOf(ruleset, packet.hook, packet, family));
  if (lists.length === 1) return lists[0]!;
  const hooks = hooksOf(packet);
  return lists.flat().sort((a, b) => hooks.indexOf(a.hook) - hooks.indexOf(b.hook) || a.priority - b.priority || amongTranslators(a, b));
}

const SORTED = new WeakMap<Ruleset, Map<string, readonly BaseChain[]>>();

function baseChainsOf(ruleset: Ruleset, hook: Packet["hook"], packet: Packet, family: "ip" | "ip6"): readonly BaseChain[] {
  const key = `${family} ${hook}`;
  let sorted = SORTED.get(ruleset);
  if (sorted === undefined) SORTED.set(ruleset, (sorted = new Map()));
  let found = sorted.get(key);
  if (found === undefined) {
    const all: BaseChain[] = [];
    for (const table of ruleset.tables) {
      if (table.family !== family && table.family !== "inet" && table.family !== "netdev") continue;
      for (const chain of table.chains) {
        if (chain.hook === undefined) continue;
        const translates = chain.type === undefined ? hasNat(chain) : chain.type === "nat";
        all.push({ ruleset, table, chain, hook: chain.hook, priority: priorityOf(chain, translates), translates });
      }
    }
    all.reverse();
    found = hooksOf(packet).flatMap((one) => all.filter((base) => base.hook === one).sort((a, b) => a.priority - b.priority || amongTranslators(a, b)));
    sorted.set(key, found);
  }
  return found;
}

const amongTranslators = (a: BaseChain, b: BaseChain): number => (a.translates && b.translates ? numeric(a.chain.priority) - numeric(b.chain.priority) : 0);
const numeric = (priority: Maybe<number> | undefined): number => (priority === undefined || isUnknown(priority) ? 0 : priority);

/**
 * All chains of type nat are called by one function of the kernel (nf_nat_inet_fn), which hangs where dstnat and srcnat
 * do, whatever priority the chains have: that only orders them among themselves.
 */
function priorityOf({ hook, priority }: Chain, translates: boolean): number {
  if (!translates) return numeric(priority);
  return hook === "prerouting" || hook === "output" ? -100 : 100;
}

function hasNat(chain: Chain): boolean {
  return chain.rules.some(({ statements }) => statements.some((statement) => statement.kind === "nat" && statement.nat !== "tproxy"));
}
