import { isUnknown } from "../../../engine/unknown.ts";
import { manipulation } from "../evaluate/effects.ts";
import { baseChains } from "../evaluate/hooks.ts";
import type { BaseChain } from "../evaluate/hooks.ts";
import type { Chain, FirewallRule, Packet, Ruleset, SetElement, Statement, Table, Verdict } from "../ruleset.ts";
import type { Node } from "./diagram.ts";
import { MAYBE, NO, OUTCOME, YES } from "./diagram.ts";
import type { View } from "./fields.ts";
import { Fields } from "./fields.ts";
import type { Space } from "./space.ts";
import { Writes } from "./writes.ts";

/** A base chain and this many chains below it may stand on one another (NFT_JUMP_STACK_SIZE); more is refused. */
const DEEPEST = 16;

/** What becomes of the packet after a chain: where it is accepted, and where it falls out of the chain. */
interface Continuation {
  readonly accept: Node;
  readonly falls: Node;
}

/** Of a chain that is composed for itself: the outcomes stand for what comes after it. */
const BY_ITSELF: Continuation = { accept: OUTCOME.accept, falls: OUTCOME.falls };

/**
 * Composes what rules do from the last to the first: a rule is its verdict where it matches, else what the next one does. A
 * chain that writes no field is composed once, and put in where it is called.
 */
export class Composition {
  readonly space: Space;
  readonly fields: Fields;
  readonly writes: Writes;
  readonly #chains = new Map<Chain, Map<string, Node>>();
  readonly #matches = new Map<string, WeakMap<Statement, Node>>();
  readonly #elements = new Map<string, WeakMap<SetElement, Node>>();

  constructor(space: Space) {
    this.space = space;
    this.fields = new Fields(space);
    this.writes = new Writes(space);
  }

  /** What becomes of all packets of a way: to this host, through it or from it. Outcomes are accept, drop, reject and unknown. */
  decisions(rulesets: readonly Ruleset[], way: Packet["hook"]): Node {
    const { family } = this.space;
    let after: Node = OUTCOME.accept;
    for (const base of [...baseChains(rulesets, { hook: way }, family)].reverse()) after = this.base(base, way, after);
    return this.writes.atStart(this.fields.state("new"), this.fields.destination, after);
  }

  /** A base chain, with what comes after it. */
  base(base: BaseChain, way: Packet["hook"], after: Node): Node {
    const { diagram } = this.space;
    const view = viewOf(base, way);
    const { policy } = base.chain;
    const falls = policy === undefined || policy === "accept" ? after : isUnknown(policy) ? diagram.union(after, OUTCOME.drop) : OUTCOME.drop;
    const through = this.chain(base.table, base.chain, view, { accept: after, falls }, 0);
    // A template may put a chain at any device.
    if (isUnknown(base.chain.devices ?? [])) return diagram.union(through, after);
    return diagram.choose(this.sees(base, way), through, after);
  }

  /** Which packets of a way come to a base chain at all, as far as it is the chain that decides. */
  sees({ chain, hook, table, translates }: BaseChain, way: Packet["hook"]): Node {
    const { diagram } = this.space;
    if (table.family === "netdev" || hook === "ingress" || hook === "egress") {
      if (chain.devices === undefined || isUnknown(chain.devices)) return YES;
      return this.fields.interfaces(hook === "egress" ? "meta oifname" : "meta iifname", chain.devices, way);
    }
    if (!translates) return YES;
    // The first packet of each tracked connection, and of those that it announces; one translation of each end is all.
    const related = diagram.without(this.fields.state("related"), this.fields.protocol(1, 58));
    const first = diagram.without(diagram.or(this.fields.state("new"), related), this.space.flag("notracked"));
    // What the host sends to itself was translated at its output, or not at all.
    const outside = diagram.without(first, way === "output" ? NO : this.fields.interfaces("meta iifname", ["lo"], way));
    return diagram.without(outside, this.space.flag(manipulation(hook) === "source" ? "nat source" : "nat destination"));
  }

  /** A chain from its first rule, with what comes after it. */
  chain(table: Table, chain: Chain, view: View, after: Continuation, depth: number): Node {
    const alone = !this.writes.inChain(table, chain);
    const around = alone ? BY_ITSELF : after;
    let known = this.#chains.get(chain);
    if (!known) this.#chains.set(chain, (known = new Map()));
    const key = `${keyOf(view)} ${depth} ${around.accept} ${around.falls}`;
    let node = known.get(key);
    if (node === undefined) {
      node = around.falls;
      for (let i = chain.rules.length - 1; i >= 0; i--) node = this.rule(table, chain.rules[i]!, view, around, node, depth);
      known.set(key, node);
    }
    return alone ? this.space.diagram.bind(node, after.accept, after.falls) : node;
  }

  /** A rule before `next`, which is what the rules behind it do. */
  rule(table: Table, rule: FirewallRule, view: View, after: Continuation, next: Node, depth: number): Node {
    const { diagram } = this.space;
    let node = next;
    // Matches side by side are joined before the rest of the chain is: that is large, and they together are small.
    let matches: Node = YES;
    for (let i = rule.statements.length - 1; i >= 0; i--) {
      const statement = rule.statements[i]!;
      if (statement.kind === "match" || statement.kind === "match-tuple") {
        matches = diagram.and(this.match(table, statement, view), matches);
        continue;
      }
      node = this.#statement(table, statement, view, after, diagram.choose(matches, node, next), next, depth);
      matches = YES;
    }
    node = diagram.choose(matches, node, next);
    return rule.conditional ? diagram.union(node, next) : node;
  }

  /** A statement before `then`, the rest of its rule; where it fails, `next` is next. */
  #statement(table: Table, statement: Statement, view: View, after: Continuation, then: Node, next: Node, depth: number): Node {
    const { diagram } = this.space;
    switch (statement.kind) {
      case "match":
      case "match-tuple":
        return diagram.choose(this.match(table, statement, view), then, next);
      case "limit":
        return diagram.union(then, next);
      case "unknown":
        return diagram.union(OUTCOME.unknown, diagram.union(then, next));
      case "verdict":
        return this.#verdict(table, statement.verdict, view, after, next, depth);
      case "vmap":
        return this.#vmap(table, statement, view, after, next, depth);
      case "nat":
        if (statement.nat !== "tproxy") return this.writes.translate(statement, after.accept);
        // Whether a program listens is not in the text: iptables drops what none wants, nft ends the rule.
        return diagram.union(view.dialect === "iptables" ? diagram.union(OUTCOME.drop, then) : then, next);
      case "notrack":
        return this.writes.notrack(view, then, this.fields.state("invalid"));
      case "assign": {
        const written = this.writes.assign(statement, then);
        if (written === then && statement.from === undefined) return then;
        // A field that the packet lacks ends the rule where it is read, and is left alone where it is written.
        return diagram.choose(this.fields.present([statement.from ?? statement.field], view), written, statement.from === undefined ? then : next);
      }
      case "mss-clamp":
        return then;
      case "other":
        return this.writes.other(statement, then);
    }
  }

  /** Which packets a match holds for. */
  match(table: Table, statement: Statement & { kind: "match" | "match-tuple" }, view: View): Node {
    const key = keyOf(view);
    let known = this.#matches.get(key);
    if (!known) this.#matches.set(key, (known = new WeakMap()));
    let node = known.get(statement);
    if (node === undefined) known.set(statement, (node = this.#match(table, statement, view)));
    return node;
  }

  #match(table: Table, statement: Statement & { kind: "match" | "match-tuple" }, view: View): Node {
    const { diagram } = this.space;
    const named = statement.set === undefined ? undefined : table.sets.find(({ name }) => name === statement.set)?.elements;
    if (statement.kind === "match" && (!isUnknown(statement.values) || named === undefined || isUnknown(named))) {
      return this.fields.match(statement.field, statement.values, statement.negated, view);
    }
    const fields = statement.kind === "match" ? [statement.field] : statement.fields;
    const elements = statement.kind === "match-tuple" && !isUnknown(statement.elements) ? statement.elements : named;
    const present = this.fields.present(fields, view);
    const found = elements === undefined || isUnknown(elements) ? MAYBE : this.fields.elements(elements, fields, view);
    return diagram.and(present, statement.negated ? diagram.not(found) : found);
  }

  #verdict(table: Table, verdict: Verdict, view: View, after: Continuation, next: Node, depth: number): Node {
    switch (verdict.kind) {
      case "accept":
        return after.accept;
      case "drop":
      case "reject":
        return OUTCOME[verdict.kind];
      case "queue":
        return this.space.diagram.union(OUTCOME.unknown, after.accept);
      case "return":
        return after.falls;
      case "continue":
        return next;
      case "jump":
      case "goto": {
        const target = isUnknown(verdict.target) ? undefined : table.chains.find(({ name }) => name === verdict.target);
        const falls = verdict.kind === "goto" ? after.falls : next;
        if (target === undefined || depth + 1 >= DEEPEST) return this.space.diagram.union(OUTCOME.unknown, falls);
        return this.chain(table, target, view, { accept: after.accept, falls }, depth + 1);
      }
    }
  }

  #vmap(table: Table, statement: Statement & { kind: "vmap" }, view: View, after: Continuation, next: Node, depth: number): Node {
    const { diagram } = this.space;
    const { fields, set } = statement;
    const elements = isUnknown(statement.elements) && set !== undefined ? (table.sets.find(({ name }) => name === set)?.elements ?? statement.elements) : statement.elements;
    const present = this.fields.present(fields, view);
    if (isUnknown(elements)) return diagram.choose(present, diagram.union(OUTCOME.unknown, next), next);
    let found = next;
    for (let i = elements.length - 1; i >= 0; i--) {
      const element = elements[i]!;
      if (element.verdict === undefined) continue;
      found = diagram.choose(this.element(element, fields, view), this.#verdict(table, element.verdict, view, after, next, depth), found);
    }
    return diagram.choose(present, found, next);
  }

  /** Which packets, of those that have the fields, an element of a verdict map is for. */
  element(element: SetElement, fields: readonly string[], view: View): Node {
    const key = `${keyOf(view)} ${fields.join()}`;
    let known = this.#elements.get(key);
    if (!known) this.#elements.set(key, (known = new WeakMap()));
    let node = known.get(element);
    if (node === undefined) known.set(element, (node = this.fields.element(element, fields, view)));
    return node;
  }
}

/** Where a base chain sees packets of a way. */
export function viewOf({ ruleset, hook, priority }: BaseChain, way: Packet["hook"]): View {
  return { hook, priority, dialect: ruleset.dialect, way };
}

function keyOf({ hook, priority, dialect, way }: View): string {
  return `${way} ${hook} ${priority} ${dialect}`;
}
