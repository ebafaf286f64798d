import type { Packet, Ruleset } from "../ruleset.ts";
import { Evaluation } from "./evaluation.ts";
import type { Decision, Place, TraceStep } from "./trace.ts";

export type { Decision, Place, TraceStep } from "./trace.ts";
export { rangeOf } from "./trace.ts";

/** What happens to a packet, and where that is decided; of an unknown verdict the first place that leaves it open. */
export interface Outcome extends Partial<Place> {
  readonly verdict: Decision;
  /** Every end that the packet may find; one unless the verdict is unknown. */
  readonly possible: readonly Decision[];
  /** For each end the first place that may give it; for an accept the one at the packet's own hook. */
  readonly places: ReadonlyMap<Decision, Place>;
  /** Why, as a clause without full stop. */
  readonly reason: string;
}

/**
 * What netfilter does with a packet that passes all of the rulesets: at each hook on its way the base chains of its
 * family by priority; an accept goes on to the next base chain, a drop is final. A rule that may or may not match counts
 * both ways. Every rule and policy that the packet comes to is added to `trace`, where one is given.
 */
export function evaluate(rulesets: readonly Ruleset[], packet: Packet, trace?: TraceStep[]): Outcome {
  return new Evaluation(rulesets, packet, trace).run();
}
