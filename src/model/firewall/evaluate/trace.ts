import type { Range } from "../../../engine/location.ts";
import type { Chain, FirewallRule, Hook, Ruleset, Table } from "../ruleset.ts";

/** What a packet may meet with; `unknown` where the text does not decide it. */
export type Decision = "accept" | "drop" | "reject" | "unknown";

/** Where a decision fell. Without a rule it was the chain's policy. */
export interface Place {
  readonly path: string;
  readonly table: Table;
  readonly chain: Chain;
  readonly rule?: FirewallRule;
  /** The statement that decides, where the rule has several. */
  readonly range?: Range;
}

/** One rule or policy that a packet came to, in the order of the kernel. */
export interface TraceStep extends Place {
  readonly dialect: Ruleset["dialect"];
  readonly hook: Hook;
  /** How many jumps deep the chain is. */
  readonly depth: number;
  /** Whether the rule matched; `maybe` where the text does not tell. Policies are `yes`. */
  readonly matched: "yes" | "no" | "maybe";
  /** What it did: `accept`, `jump NAME`, `set meta mark`, …; empty where it went on with the next rule. */
  readonly effects: readonly string[];
  /** Why it did not match, or why nobody can tell. */
  readonly reason?: string;
  /** The end that the packet found here in this base chain, if it did. */
  readonly decision?: Decision;
}

/** The smallest text that stands for a place: the rule, else the chain's policy, else its name. */
export function rangeOf({ rule, chain }: Place): Range {
  return rule?.range ?? chain.policyRange ?? chain.nameRange;
}
