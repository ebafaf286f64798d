import type { Range } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Truth } from "./match.ts";
import { and, matches, selected } from "./match.ts";
import type { Journey } from "./packet.ts";
import { hooksOf, PacketView } from "./packet.ts";
import type { Chain, FirewallRule, Hook, Packet, Ruleset, Statement, Table, Verdict } from "../ruleset.ts";

/** What becomes of a packet; `unknown` where the text does not decide it. */
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

/** What happens to a packet. */
export interface Outcome extends Partial<Place> {
  readonly verdict: Decision;
  /** Every end that the packet may find; one unless the verdict is unknown. */
  readonly possible: readonly Decision[];
  /** For each end the first place that may give it. */
  readonly places: ReadonlyMap<Decision, Place>;
  /** Why, as a clause without full stop. */
  readonly reason: string;
}

/** The kernel allows so many nested jumps (NFT_JUMP_STACK_SIZE). */
const DEEPEST_JUMP = 16;
/** Rules that are looked at for one packet before the answer is "unknown". */
const MOST_RULES = 200_000;

interface BaseChain {
  readonly ruleset: Ruleset;
  readonly table: Table;
  readonly chain: Chain;
  readonly hook: Hook;
  readonly priority: number;
}

/**
 * What netfilter does with a packet: at each hook on its way the base chains of its family by priority; an accept goes on
 * to the next base chain, a drop is final. A rule that may or may not match counts both ways.
 */
export function evaluate(rulesets: readonly Ruleset[], packet: Packet): Outcome {
  return new Evaluation(rulesets, packet).run();
}

/** What one chain may do: end the packet somewhere, or let it come to the chain's end. */
interface Walk {
  falls: boolean;
}

class Evaluation {
  readonly #rulesets: readonly Ruleset[];
  readonly #view: PacketView;
  readonly #journey: Journey;
  readonly #ends = new Map<Decision, Place | undefined>();
  /** Decisions of the base chain that is being walked. */
  #local = new Map<Decision, Place>();
  #reason: string | undefined;
  #budget = MOST_RULES;
  #accepted: Place | undefined;

  constructor(rulesets: readonly Ruleset[], packet: Packet) {
    this.#rulesets = rulesets;
    this.#view = new PacketView(packet);
    this.#journey = { hook: packet.hook, priority: 0, untracked: "no", marked: false, destinationChanged: false, sourceChanged: false };
  }

  run(): Outcome {
    let goesOn = true;
    for (const base of this.#baseChains()) {
      if (this.#skips(base)) continue;
      this.#journey.hook = base.hook;
      this.#journey.priority = base.priority;
      this.#local = new Map();
      goesOn = this.#baseChain(base);
      for (const [decision, place] of this.#local) if (decision !== "accept" && !this.#ends.has(decision)) this.#ends.set(decision, place);
      if (!goesOn) break;
    }
    if (goesOn) this.#ends.set("accept", this.#accepted);
    return this.#outcome();
  }

  #outcome(): Outcome {
    const possible = [...this.#ends.keys()];
    const places = new Map<Decision, Place>();
    for (const [decision, place] of this.#ends) if (place) places.set(decision, place);
    const verdict: Decision = possible.length === 1 ? possible[0]! : "unknown";
    const place = possible.length === 1 ? this.#ends.get(verdict) : (this.#ends.get("unknown") ?? [...places.values()][0]);
    const reason = verdict === "unknown" ? (this.#reason ?? "not all of the rules are understood") : place ? describe(place, verdict) : "no rule decides about it";
    return { verdict, possible, places, ...place, reason };
  }

  #baseChains(): BaseChain[] {
    const { family, packet } = this.#view;
    const all: BaseChain[] = [];
    for (const ruleset of this.#rulesets) {
      for (const table of ruleset.tables) {
        if (table.family !== family && table.family !== "inet") continue;
        for (const chain of table.chains) {
          if (chain.hook === undefined) continue;
          const priority = chain.priority === undefined || isUnknown(chain.priority) ? 0 : chain.priority;
          all.push({ ruleset, table, chain, hook: chain.hook, priority });
        }
      }
    }
    return hooksOf(packet).flatMap((hook) => all.filter((base) => base.hook === hook).sort((a, b) => a.priority - b.priority));
  }

  /** Chains that translate addresses see the first packet of a connection only. */
  #skips({ chain }: BaseChain): boolean {
    const nat = chain.type === undefined ? translates(chain) : chain.type === "nat";
    const { state } = this.#view;
    return nat && (this.#journey.untracked === "yes" || !(state === "new" || (state === "related" && ![1, 58].includes(this.#view.protocol ?? -1))));
  }

  /** Walks a base chain; true where the packet may go on after it. */
  #baseChain(base: BaseChain): boolean {
    const walk = this.#chain(base, base.chain, 0);
    if (walk.falls) {
      const policy = base.chain.policy ?? "accept";
      const place = placeOf(base, base.chain);
      if (isUnknown(policy)) {
        this.#reason ??= policy.unknown;
        this.#decide("drop", place);
        this.#decide("accept", place);
      } else this.#decide(policy, place);
    }
    return this.#local.has("accept");
  }

  #decide(decision: Decision, place: Place): void {
    if (!this.#local.has(decision)) this.#local.set(decision, place);
    // What a user wants to see is the rule that accepts at the packet's own hook, else the last that accepts at all.
    if (decision === "accept" && (place.rule !== undefined || this.#accepted?.rule === undefined) && !(this.#accepted?.rule !== undefined && this.#journey.hook === "postrouting")) this.#accepted = place;
  }

  #chain(base: BaseChain, chain: Chain, depth: number): Walk {
    let falls = false;
    for (const rule of chain.rules) {
      if (--this.#budget < 0) {
        this.#reason ??= "there are too many rules to follow them all";
        this.#decide("unknown", placeOf(base, chain));
        return { falls: true };
      }
      const end = this.#rule(base, chain, rule, depth);
      falls ||= end.mayFall;
      if (!end.goesOn) return { falls };
    }
    return { falls: true };
  }

  /** `goesOn`: the next rule may be reached; `mayFall`: the packet may leave the chain at its end or by return. */
  #rule(base: BaseChain, chain: Chain, rule: FirewallRule, depth: number): { goesOn: boolean; mayFall: boolean } {
    let sure: Truth = rule.conditional ? { maybe: "a template or a condition decides whether a rule is there" } : "yes";
    let mayFall = false;
    for (const statement of rule.statements) {
      const place: Place = { ...placeOf(base, chain), rule, range: statement.range };
      switch (statement.kind) {
        case "match":
        case "match-tuple":
          sure = and(sure, matches(statement, this.#view, this.#journey, base.table));
          if (sure === "no") return { goesOn: true, mayFall };
          break;
        case "limit":
          sure = and(sure, { maybe: `a limit (${statement.text}) decides` });
          break;
        case "unknown":
          this.#note({ maybe: statement.reason });
          this.#decide("unknown", place);
          sure = and(sure, { maybe: statement.reason });
          break;
        case "verdict": {
          const end = this.#verdict(statement.verdict, base, place, depth, sure);
          mayFall ||= end.mayFall;
          if (!end.goesOn) return { goesOn: false, mayFall };
          break;
        }
        case "vmap": {
          const end = this.#vmap(statement, base, place, depth, sure);
          mayFall ||= end.mayFall;
          if (!end.goesOn) return { goesOn: false, mayFall };
          break;
        }
        case "notrack":
          this.#notrack(sure);
          break;
        case "nat": {
          if (statement.nat === "tproxy") break;
          if (statement.nat === "dnat" || statement.nat === "redirect") this.#journey.destinationChanged = true;
          else this.#journey.sourceChanged = true;
          this.#note(sure);
          this.#decide("accept", place);
          if (sure === "yes") return { goesOn: false, mayFall };
          break;
        }
        case "other":
          if (/mark/.test(statement.name)) this.#journey.marked = true;
      }
    }
    return { goesOn: true, mayFall };
  }

  #note(sure: Truth): void {
    if (typeof sure === "object") this.#reason ??= sure.maybe;
  }

  /** Conntrack sees to a packet once: a notrack after that has no effect. */
  #notrack(sure: Truth): void {
    const { hook, priority } = this.#journey;
    if ((hook !== "prerouting" && hook !== "output") || priority > -200 || this.#journey.untracked === "yes") return;
    this.#journey.untracked = sure === "yes" ? "yes" : "maybe";
  }

  #verdict(verdict: Verdict, base: BaseChain, place: Place, depth: number, sure: Truth): { goesOn: boolean; mayFall: boolean } {
    this.#note(sure);
    const certain = sure === "yes";
    switch (verdict.kind) {
      case "accept":
      case "drop":
      case "reject":
        this.#decide(verdict.kind, place);
        return { goesOn: !certain, mayFall: false };
      case "queue":
        this.#reason ??= "a program in user space decides (queue)";
        this.#decide("unknown", place);
        return { goesOn: !certain, mayFall: false };
      case "return":
        return { goesOn: !certain, mayFall: true };
      case "continue":
        return { goesOn: true, mayFall: false };
      case "jump":
      case "goto": {
        const target = isUnknown(verdict.target) ? undefined : base.table.chains.find(({ name }) => name === verdict.target);
        if (target === undefined || depth >= DEEPEST_JUMP) {
          this.#reason ??= isUnknown(verdict.target) ? verdict.target.unknown : target ? "jumps nest too deep" : `the chain ${verdict.target} is not in the text`;
          this.#decide("unknown", place);
          return { goesOn: true, mayFall: verdict.kind === "goto" };
        }
        const walk = this.#chain(base, target, depth + 1);
        if (verdict.kind === "goto") return { goesOn: !certain, mayFall: walk.falls };
        return { goesOn: !certain || walk.falls, mayFall: false };
      }
    }
  }

  #vmap(statement: Statement & { kind: "vmap" }, base: BaseChain, place: Place, depth: number, sure: Truth): { goesOn: boolean; mayFall: boolean } {
    const { elements, reason } = selected(statement, this.#view, this.#journey, base.table);
    if (reason !== undefined) {
      this.#reason ??= reason;
      this.#decide("unknown", place);
      return { goesOn: true, mayFall: false };
    }
    let goesOn = true;
    let mayFall = false;
    for (const { element, truth } of elements) {
      if (element.verdict === undefined) continue;
      const end = this.#verdict(element.verdict, base, { ...place, range: element.range }, depth, and(sure, truth));
      mayFall ||= end.mayFall;
      goesOn = end.goesOn;
      if (!goesOn) break;
    }
    return { goesOn, mayFall };
  }
}

/** The smallest text that stands for a place: the rule, else the chain's policy, else its name. */
export function rangeOf({ rule, chain }: Place): Range {
  return rule?.range ?? chain.policyRange ?? chain.nameRange;
}

function placeOf(base: BaseChain, chain: Chain): Place {
  return { path: base.ruleset.path, table: base.table, chain };
}

function translates(chain: Chain): boolean {
  return chain.rules.some(({ statements }) => statements.some(({ kind, ...rest }) => kind === "nat" && (rest as { nat?: string }).nat !== "tproxy"));
}

function describe({ table, chain, rule }: Place, verdict: Decision): string {
  const where = `chain ${chain.name} of table ${table.family} ${table.name}`;
  return rule === undefined ? `the policy of ${where} is ${verdict}` : `a rule of ${where} says ${verdict}`;
}
