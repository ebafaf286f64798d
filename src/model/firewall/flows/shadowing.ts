import { baseChains } from "../evaluate/hooks.ts";
import type { FirewallRule, Ruleset } from "../ruleset.ts";
import { Composition } from "./composition.ts";
import { Diagram, TooLarge } from "./diagram.ts";
import { WAYS } from "./meaning.ts";
import type { Found, PlacedRule } from "./shadow-search.ts";
import { BaseSearch } from "./shadow-search.ts";
import { Space } from "./space.ts";

export type { PlacedRule } from "./shadow-search.ts";

/** A rule without which nothing would be different. */
export interface Shadowed extends PlacedRule {
  /**
   * `covered`: earlier rules decide about every packet that it matches. `empty`: its own matches contradict each other.
   * `elsewhere`: packets that it matches never come to its chain. `redundant`: the rules behind it decide the same.
   */
  readonly kind: "covered" | "empty" | "elsewhere" | "redundant";
  /** The rules that take its packets, or that decide the same; the fewest first ones that together do. */
  readonly by: readonly PlacedRule[];
  /** Whether some of its packets meet with another verdict than its own. */
  readonly differs: boolean;
}

/** What shadows were looked for in, and what was too large for it. */
export interface Shadows {
  readonly shadowed: readonly Shadowed[];
  readonly notComputed: readonly string[];
}

const NONE: ReadonlySet<FirewallRule> = new Set();
const KNOWN = new WeakMap<Ruleset, Shadows>();

/**
 * The rules of a ruleset that no packet reaches, or that change nothing: by the union of all rules before them, of both
 * families, and only by those that are certain. A rule that is limited, counted, timed or conditional takes nothing away.
 * `budget`: the most nodes of the diagrams; where they do not suffice, nothing is said but that. `suspects`: of which rules
 * it is asked whether they are redundant; all, where it is not given.
 */
export function shadows(ruleset: Ruleset, budget?: number, suspects?: ReadonlySet<FirewallRule>): Shadows {
  if (suspects) return new Search(ruleset, budget, suspects).run();
  let known = KNOWN.get(ruleset);
  if (!known) KNOWN.set(ruleset, (known = new Search(ruleset, budget).run()));
  return known;
}

class Search {
  readonly #ruleset: Ruleset;
  readonly #budget: number | undefined;
  readonly #suspects: ReadonlySet<FirewallRule> | undefined;
  readonly #found = new Map<FirewallRule, Found>();
  readonly #notComputed: string[] = [];

  constructor(ruleset: Ruleset, budget: number | undefined, suspects?: ReadonlySet<FirewallRule>) {
    this.#ruleset = ruleset;
    this.#budget = budget;
    this.#suspects = suspects;
  }

  run(): Shadows {
    for (const family of ["ip", "ip6"] as const) {
      if (!this.#ruleset.tables.some((table) => table.family === family || table.family === "inet")) continue;
      try {
        this.#family(family);
      } catch (error) {
        if (!(error instanceof TooLarge)) throw error;
        this.#notComputed.push(`which rules no ${family === "ip" ? "IPv4" : "IPv6"} packet reaches: the rules together are too large`);
        // What was not looked at may be reached.
        this.#found.clear();
        return { shadowed: [], notComputed: this.#notComputed };
      }
    }
    const shadowed: Shadowed[] = [];
    for (const { table, chain, rule, reached, matchable, welcome, redundant, differs, by, callers, behind } of this.#found.values()) {
      if (reached && !redundant) continue;
      const kind = reached ? "redundant" : !matchable ? "empty" : !welcome ? "elsewhere" : "covered";
      shadowed.push({ table, chain, rule, kind, by: this.#placed({ empty: NONE, elsewhere: callers, covered: by, redundant: behind }[kind]), differs: kind === "covered" && differs });
    }
    return { shadowed, notComputed: this.#notComputed };
  }

  #placed(rules: ReadonlySet<FirewallRule>): PlacedRule[] {
    return [...rules].map((rule) => this.#found.get(rule)!).map(({ table, chain, rule }) => ({ table, chain, rule }));
  }

  #family(family: "ip" | "ip6"): void {
    const space = new Space(new Diagram(this.#budget), family, [this.#ruleset]);
    const composition = new Composition(space);
    const seen = new Set<string>();
    for (const way of WAYS) {
      for (const base of baseChains([this.#ruleset], { hook: way }, family)) {
        // What is sent out sees postrouting as what is forwarded does, but with other interfaces: both are looked at.
        const key = `${way} ${base.table.family} ${base.table.name} ${base.chain.name}`;
        if (seen.has(key)) continue;
        seen.add(key);
        new BaseSearch(composition, base, way, this.#found, this.#suspects).run();
      }
    }
  }
}
