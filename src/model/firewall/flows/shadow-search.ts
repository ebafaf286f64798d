import { isUnknown } from "../../../engine/unknown.ts";
import type { BaseChain } from "../evaluate/hooks.ts";
import type { Chain, FirewallRule, Statement, Table, Verdict } from "../ruleset.ts";
import type { Composition } from "./composition.ts";
import { viewOf } from "./composition.ts";
import type { Diagram, Node } from "./diagram.ts";
import { NO, OUTCOME, YES } from "./diagram.ts";
import type { View } from "./fields.ts";
import type { Way } from "./meaning.ts";

/** A rule with where it stands. */
export interface PlacedRule {
  readonly table: Table;
  readonly chain: Chain;
  readonly rule: FirewallRule;
}

/** What is known of a rule over all ways to it. */
export interface Found extends PlacedRule {
  /** Some packet may come to it and match. */
  reached: boolean;
  /** Some packet would match it, if it came. */
  matchable: boolean;
  /** Some packet comes to its chain that it would match, if no rule were before it. */
  welcome: boolean;
  /** Where it is reached, the rules behind decide the same for certain. */
  redundant: boolean;
  differs: boolean;
  readonly by: Set<FirewallRule>;
  readonly callers: Set<FirewallRule>;
  readonly behind: Set<FirewallRule>;
}

/** Of more covering rules the needless ones are not looked for. */
const MOST_COVERING = 24;

/** A rule that takes packets for certain. */
interface Taker {
  readonly rule: FirewallRule;
  /** Those that come to it. */
  readonly here: Node;
  /** Those that it lets by. */
  readonly passes: Node;
  readonly verdict: number | undefined;
}

/** A call of a chain: which packets it gets. */
interface Arrival {
  node: Node;
  /** The rules that lead there. */
  readonly callers: Set<FirewallRule>;
}

/** The search below one base chain, for the packets of one way. */
export class BaseSearch {
  readonly #composition: Composition;
  readonly #base: BaseChain;
  readonly #view: View;
  readonly #found: Map<FirewallRule, Found>;
  readonly #suspects: ReadonlySet<FirewallRule> | undefined;
  readonly #arrivals = new Map<Chain, Arrival>();

  /** `suspects`: the rules that may be redundant, where that is known; others are not asked about. */
  constructor(composition: Composition, base: BaseChain, way: Way, found: Map<FirewallRule, Found>, suspects?: ReadonlySet<FirewallRule>) {
    this.#suspects = suspects;
    this.#composition = composition;
    this.#base = base;
    this.#view = viewOf(base, way);
    this.#found = found;
  }

  run(): void {
    const { space } = this.#composition;
    let fresh: Node = YES;
    const told = [space.flagLevel("to multicast"), space.flagLevel("to broadcast")];
    for (let level = space.flags - 1; level >= 0; level--) if (!told.includes(level)) fresh = space.diagram.node(level, fresh, NO);
    const { multicast, broadcast } = this.#composition.fields.destination;
    const { diagram } = space;
    fresh = diagram.and(fresh, diagram.choose(space.flag("to multicast"), multicast, diagram.not(multicast)));
    fresh = diagram.and(fresh, diagram.choose(space.flag("to broadcast"), broadcast, diagram.not(broadcast)));
    fresh = space.diagram.and(fresh, this.#composition.sees(this.#base, this.#view.way as Way));
    this.#arrivals.set(this.#base.chain, { node: fresh, callers: new Set() });
    for (const chain of this.#inOrder()) {
      const arrival = this.#arrivals.get(chain);
      if (arrival) this.#chain(chain, arrival);
    }
  }

  /** The chains below the base chain, callers before what they call. Circles, which the kernel refuses, are cut. */
  #inOrder(): Chain[] {
    const { table, chain: first } = this.#base;
    const done: Chain[] = [];
    const state = new Map<Chain, "open" | "done">();
    const stack: { chain: Chain; next: Chain[] }[] = [{ chain: first, next: callees(table, first) }];
    state.set(first, "open");
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const next = top.next.pop();
      if (next === undefined) {
        state.set(top.chain, "done");
        done.push(top.chain);
        stack.pop();
      } else if (!state.has(next)) {
        state.set(next, "open");
        stack.push({ chain: next, next: callees(table, next) });
      }
    }
    return done.reverse();
  }

  #chain(chain: Chain, arrival: Arrival): void {
    const { space } = this.#composition;
    const { diagram } = space;
    const { table } = this.#base;
    const writes = this.#composition.writes.inChain(table, chain);
    const isBase = chain === this.#base.chain;
    const { policy } = chain;
    // Of a called chain its callers decide what comes after it, so falling out of it is an end of its own.
    const falls: Node = !isBase ? OUTCOME.falls : policy === "drop" ? OUTCOME.drop : isUnknown(policy) ? OUTCOME.accept | OUTCOME.drop : OUTCOME.accept;
    const after = { accept: OUTCOME.accept, falls };
    const taken: Taker[] = [];
    let here = arrival.node;
    const arrived: Node[] = [];
    const matched: Node[] = [];
    const passed: Node[] = [];
    for (const rule of chain.rules) {
      arrived.push(here);
      const match = this.#match(rule);
      matched.push(match);
      const found = this.#note(chain, rule);
      const may = this.#may(match);
      const mine = diagram.and(here, may);
      const own = verdictOf(rule);
      if (may !== NO) found.matchable = true;
      if (mine !== NO) found.reached = true;
      else if (!found.reached) {
        const wanted = diagram.and(arrival.node, may);
        if (wanted !== NO) found.welcome = true;
        if (wanted === NO) for (const caller of arrival.callers) found.callers.add(caller);
        else this.#covering(wanted, taken, (one) => {
          found.by.add(one.rule);
          if (own === undefined || own !== one.verdict) found.differs = true;
        });
      }
      this.#call(rule, here, match);
      // What surely does not come to the next rule. Where rules write, what comes back has other fields than what came.
      const effect = this.#composition.rule(table, rule, this.#view, { accept: OUTCOME.accept, falls: OUTCOME.drop }, OUTCOME.falls, 0);
      const passes = this.#possible(effect);
      passed.push(passes);
      const left = diagram.and(here, passes);
      if (left !== here) taken.push({ rule, here, passes, verdict: own });
      here = left;
      if (rule.statements.some(({ kind }) => kind === "assign" || kind === "notrack" || kind === "nat") || this.#callsWriter(rule)) here = this.#composition.writes.blurred(here);
    }
    if (!writes) this.#redundant(chain, after, arrived, matched, passed);
  }

  /** The rules that take all of these packets, without those that the others make up for. */
  #covering(wanted: Node, taken: readonly Taker[], name: (one: Taker) => void): void {
    const { diagram } = this.#composition.space;
    let open = wanted;
    const needed: Taker[] = [];
    for (const one of taken) {
      if (open === NO) break;
      const rest = diagram.without(open, diagram.without(diagram.and(open, one.here), one.passes));
      if (rest !== open) needed.push(one);
      open = rest;
    }
    if (needed.length <= MOST_COVERING) {
      for (let i = 0; i < needed.length && needed.length > 1; ) {
        const others = needed.reduce((left, one, j) => (i === j ? left : diagram.and(left, one.passes)), wanted);
        if (others === NO) needed.splice(i, 1);
        else i++;
      }
    }
    needed.forEach(name);
  }

  /** Which rules may go: from the last to the first, without those that went already. */
  #redundant(chain: Chain, after: { accept: Node; falls: Node }, arrived: readonly Node[], matched: readonly Node[], passed: readonly Node[]): void {
    const { diagram } = this.#composition.space;
    const certain = this.#certain();
    let next = after.falls;
    const first = this.#suspects === undefined ? 0 : chain.rules.findIndex((rule) => this.#suspects!.has(rule));
    for (let i = chain.rules.length - 1; i >= first && first !== -1; i--) {
      const rule = chain.rules[i]!;
      const found = this.#found.get(rule)!;
      const mine = diagram.and(arrived[i]!, this.#may(matched[i]!));
      if (mine === NO) continue;
      const node = this.#composition.rule(this.#base.table, rule, this.#view, after, next, 0);
      const same = diagram.without(mine, diagram.and(certain(next), this.#equal()(node, next))) === NO;
      if (!same || !plain(rule)) {
        found.redundant = false;
        next = node;
      } else if (found.redundant) {
        let open = mine;
        for (let j = i + 1; j < chain.rules.length && open !== NO; j++) {
          const rest = diagram.and(open, passed[j]!);
          if (rest !== open) found.behind.add(chain.rules[j]!);
          open = rest;
        }
      }
    }
  }

  #note(chain: Chain, rule: FirewallRule): Found {
    let found = this.#found.get(rule);
    if (!found) this.#found.set(rule, (found = { table: this.#base.table, chain, rule, reached: false, matchable: false, welcome: false, redundant: plain(rule) && this.#suspects?.has(rule) !== false, differs: false, by: new Set(), callers: new Set(), behind: new Set() }));
    return found;
  }

  /** What a rule's matches say, up to the last of them. */
  #match(rule: FirewallRule): Node {
    const { diagram } = this.#composition.space;
    let all: Node = YES;
    for (const statement of [...rule.statements].reverse()) {
      if (statement.kind === "match" || statement.kind === "match-tuple") all = diagram.and(this.#composition.match(this.#base.table, statement, this.#view), all);
    }
    return all;
  }

  #call(rule: FirewallRule, here: Node, match: Node): void {
    const { diagram } = this.#composition.space;
    const { table } = this.#base;
    const arrived = diagram.and(here, this.#may(match));
    if (arrived === NO) return;
    for (const { verdict, only } of verdictsOf(rule)) {
      if ((verdict.kind !== "jump" && verdict.kind !== "goto") || isUnknown(verdict.target)) continue;
      const target = table.chains.find(({ name }) => name === verdict.target);
      if (!target) continue;
      const element = only && this.#may(this.#composition.element(only.element, only.fields, this.#view));
      let node = element === undefined ? arrived : diagram.and(arrived, element);
      if (rule.statements.some(({ kind }) => kind === "assign" || kind === "notrack")) node = this.#composition.writes.blurred(node);
      const known = this.#arrivals.get(target);
      if (known) known.node = diagram.or(known.node, node);
      else this.#arrivals.set(target, { node, callers: new Set() });
      this.#arrivals.get(target)!.callers.add(rule);
    }
  }

  #callsWriter(rule: FirewallRule): boolean {
    const { table } = this.#base;
    return verdictsOf(rule).some(({ verdict }) => {
      if (verdict.kind !== "jump" && verdict.kind !== "goto") return false;
      const target = table.chains.find(({ name }) => name === verdict.target);
      return target !== undefined && this.#composition.writes.inChain(table, target);
    });
  }

  #may(match: Node): Node {
    return operationsOf(this.#composition.space.diagram).may(match);
  }

  #possible(effect: Node): Node {
    return operationsOf(this.#composition.space.diagram).falls(effect);
  }

  #certain(): (f: Node) => Node {
    return operationsOf(this.#composition.space.diagram).certain;
  }

  #equal(): (f: Node, g: Node) => Node {
    return operationsOf(this.#composition.space.diagram).equal;
  }
}

interface Operations {
  readonly may: (f: Node) => Node;
  readonly falls: (f: Node) => Node;
  readonly certain: (f: Node) => Node;
  readonly equal: (f: Node, g: Node) => Node;
}

const OPERATIONS = new WeakMap<Diagram, Operations>();

function operationsOf(diagram: Diagram): Operations {
  let known = OPERATIONS.get(diagram);
  if (!known) {
    const truth = (value: boolean): Node => (value ? YES : NO);
    known = {
      may: diagram.mapping((outcomes) => truth((outcomes & 2) !== 0)),
      falls: diagram.mapping((outcomes) => truth((outcomes & OUTCOME.falls) !== 0)),
      certain: diagram.mapping((outcomes) => truth((outcomes & (outcomes - 1)) === 0 && outcomes !== OUTCOME.unknown)),
      equal: diagram.joining((f, g) => truth(f === g)),
    };
    OPERATIONS.set(diagram, known);
  }
  return known;
}

function callees(table: Table, chain: Chain): Chain[] {
  const found: Chain[] = [];
  for (const rule of chain.rules) {
    for (const { verdict } of verdictsOf(rule)) {
      if (verdict.kind !== "jump" && verdict.kind !== "goto") continue;
      const target = table.chains.find(({ name }) => name === verdict.target);
      if (target) found.push(target);
    }
  }
  return found;
}

function verdictsOf(rule: FirewallRule): { verdict: Verdict; only?: { element: Parameters<Composition["element"]>[0]; fields: readonly string[] } }[] {
  return rule.statements.flatMap((statement) => {
    if (statement.kind === "verdict") return [{ verdict: statement.verdict }];
    if (statement.kind !== "vmap" || isUnknown(statement.elements)) return [];
    return statement.elements.flatMap((element) => (element.verdict ? [{ verdict: element.verdict, only: { element, fields: statement.fields } }] : []));
  });
}

/** What a rule decides, where it does so in one way. */
function verdictOf(rule: FirewallRule): number | undefined {
  const last = rule.statements.at(-1);
  if (last?.kind !== "verdict") return undefined;
  const { kind } = last.verdict;
  return kind === "accept" || kind === "drop" || kind === "reject" ? OUTCOME[kind] : kind === "return" ? OUTCOME.falls : undefined;
}

/** True of a rule that does nothing beside its verdict. */
function plain(rule: FirewallRule): boolean {
  const harmless = (statement: Statement): boolean => statement.kind === "match" || statement.kind === "match-tuple" || statement.kind === "verdict" || statement.kind === "vmap" || (statement.kind === "other" && statement.name === "counter");
  return !rule.conditional && rule.statements.every(harmless) && verdictOf(rule) !== undefined;
}
