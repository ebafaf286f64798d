import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Difference } from "./compare.ts";

/** Why a packet is judged otherwise than by the kernel. All that is given has to fit. */
interface Explanation {
  /** Of the ruleset's name, a regular expression. */
  readonly ruleset: string;
  /** Of what the kernel and Premortem said, each a regular expression. */
  readonly kernel?: string;
  readonly ours?: string;
  readonly why: string;
}

const EXPLANATIONS = JSON.parse(readFileSync(join(import.meta.dirname, "disagreements.json"), "utf8")) as readonly Explanation[];

/** The listed explanation of a difference; undefined where there is none. */
export function explanationFor(difference: Difference): Explanation | undefined {
  return EXPLANATIONS.find((one) => explains(one, difference));
}

/** Explanations of rulesets that have run, which explain none of the differences. */
export function unusedExplanations(differences: readonly Difference[], rulesets: ReadonlySet<string>): readonly Explanation[] {
  return EXPLANATIONS.filter((one) => [...rulesets].some((name) => new RegExp(one.ruleset).test(name)) && !differences.some((difference) => explains(one, difference)));
}

function explains({ ruleset, kernel, ours }: Explanation, difference: Difference): boolean {
  return new RegExp(ruleset).test(difference.ruleset) && (kernel === undefined || new RegExp(kernel).test(difference.kernel)) && (ours === undefined || new RegExp(ours).test(difference.ours));
}
