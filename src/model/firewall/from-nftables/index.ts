import type { Range } from "../../../engine/location.ts";
import type { Maybe } from "../../../engine/unknown.ts";
import { isUnknown, unknown } from "../../../engine/unknown.ts";
import type { Expression, NftFile, RuleNode } from "../../../formats/nftables/index.ts";
import type { Masked } from "../../../formats/template/jinja.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import { lowerElements } from "./elements.ts";
import { Context } from "./fields.ts";
import type { RuleSurroundings } from "./rule.ts";
import { lowerRule } from "./rule.ts";
import type { Scope } from "./scope.ts";
import { expand } from "./scope.ts";
import { dataField, keyFields, keyNames } from "./sets.ts";
import type { ChainState, Includes, SetState, TableState } from "./tables.ts";
import { TablesState, keyOf } from "./tables.ts";
import { lowerNumber } from "./values.ts";
import type { Chain, Family, FirewallRule, Hook, NamedSet, Ruleset, SetElement, Table } from "../ruleset.ts";

const FAMILIES = new Set<string>(["ip", "ip6", "inet", "arp", "bridge", "netdev"]);
const HOOKS = new Set<string>(["ingress", "prerouting", "input", "forward", "output", "postrouting", "egress"]);
/** nft(8), "Standard priority names"; bridge has its own. */
const PRIORITIES: Readonly<Record<string, number>> = { raw: -300, mangle: -150, dstnat: -100, filter: 0, security: 50, srcnat: 100, out: 100 };
const BRIDGE_PRIORITIES: Readonly<Record<string, number>> = { dstnat: -300, filter: -200, out: 100, srcnat: 300 };

/**
 * What `nft -f` makes of a file: its commands run one after another on an empty ruleset. `scope` has the variables that
 * are defined elsewhere, `includes` finds the files that the text includes: of those only the variables are taken.
 */
export function fromNftables(path: string, tree: NftFile, scope: Scope = new Map(), includes: Includes = () => []): Ruleset {
  const state = new TablesState(scope, includes);
  state.run(tree.commands);
  const conditional = conditionIn(tree.masked);
  const tables = [...state.tables.values()].map((table) => new TableLowering(table, conditional).table());
  const unknownRules = tables.reduce((sum, table) => sum + table.chains.reduce((more, { rules }) => more + countUnknown(rules), 0), 0);
  return { path, dialect: "nftables", tables, replaces: replaced(state), unknownStatements: unknownRules + state.unknown };
}

function countUnknown(rules: readonly FirewallRule[]): number {
  return rules.reduce((sum, { statements }) => sum + statements.filter(({ kind }) => kind === "unknown").length, 0);
}

function replaced(state: TablesState): Ruleset["replaces"] {
  if (state.flushesRuleset) return "ruleset";
  const tables = [...state.tables.values()];
  const anew = ({ family, name, chains }: TableState): boolean => {
    const key = keyOf(family, name);
    return state.cleared.has(family) || state.cleared.has(key) || (chains.size > 0 && [...chains.keys()].every((chain) => state.cleared.has(`${key} ${chain}`)));
  };
  return tables.length > 0 && tables.every(anew) ? "tables" : "nothing";
}

/** Tells whether a template decides about a span; in logarithmic time, for there may be many spans and many conditions. */
function conditionIn(masked: Masked): (range: Range) => boolean {
  const merged: { start: number; end: number }[] = [];
  for (const { range } of [...masked.conditional].sort((a, b) => a.range.start - b.range.start)) {
    const last = merged.at(-1);
    if (last && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else merged.push({ ...range });
  }
  return ({ start, end }) => {
    let low = 0;
    let high = merged.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const region = merged[middle]!;
      if (region.end < end) low = middle + 1;
      else if (region.start > start) high = middle - 1;
      else return true;
    }
    return false;
  };
}

class TableLowering {
  readonly #state: TableState;
  readonly #conditional: (range: Range) => boolean;
  readonly #family: Family;
  readonly #elements = new Map<string, Maybe<readonly SetElement[]>>();
  readonly #filled: ReadonlySet<string>;
  readonly #anonymous: Chain[] = [];

  constructor(state: TableState, conditional: (range: Range) => boolean) {
    this.#state = state;
    this.#conditional = conditional;
    this.#family = (FAMILIES.has(state.family) ? state.family : "inet") as Family;
    this.#filled = filledByRules(state);
  }

  table(): Table {
    const chains = [...this.#state.chains.values()].map((chain) => this.#chain(chain));
    const sets = [...this.#state.sets.values()].map((set) => this.#set(set));
    const { name, range } = this.#state;
    return { family: this.#family, name, chains: [...chains, ...this.#anonymous], sets, range };
  }

  #chain(state: ChainState): Chain {
    const { name, base, policy, policyRange, scope, range } = state;
    const around = this.#surroundings(scope);
    const rules = state.rules.map(({ rule, scope: seen }): FirewallRule => {
      if (rule.kind === "rule") return lowerRule(rule, seen === scope ? around : this.#surroundings(seen));
      return { statements: [{ kind: "unknown", reason: `the rules of ${rule.path.text} are in another file`, range: rule.range }], range: rule.range, conditional: this.#conditional(rule.range) };
    });
    // The chains of a dormant table are not hooked.
    const hook = base && HOOKS.has(base.hook.text) && !this.#state.dormant ? (base.hook.text as Hook) : undefined;
    const type = base?.type.text;
    return {
      name: name.text,
      ...(hook && { hook }),
      ...(hook && (type === "filter" || type === "nat" || type === "route") && { type }),
      ...(hook && base?.priority && { priority: this.#priority(base.priority, scope) }),
      ...(policy && { policy: this.#policy(policy, scope, range) }),
      rules,
      range,
      nameRange: name.range,
      ...(policyRange && { policyRange }),
    };
  }

  #surroundings(scope: Scope): RuleSurroundings {
    return {
      context: new Context(this.#family),
      scope,
      conditional: this.#conditional,
      elements: (set) => this.#elementsOf(set),
      object: (kind, name) => this.#state.objects.get(`${kind} ${name}`),
      anonymousChain: (rules, range) => this.#anonymousChain(rules, range, scope),
    };
  }

  #anonymousChain(rules: readonly RuleNode[], range: Range, scope: Scope): string {
    const name = `__chain${this.#anonymous.length}`;
    const at = this.#anonymous.length;
    const chain = (lowered: FirewallRule[]): Chain => ({ name, rules: lowered, range, nameRange: range });
    this.#anonymous.push(chain([]));
    const around = this.#surroundings(scope);
    this.#anonymous[at] = chain(rules.map((rule) => lowerRule(rule, around)));
    return name;
  }

  #priority(written: Expression, scope: Scope): Maybe<number> {
    const expression = expand(written, scope);
    if (expression.kind === "unknown") return unknown(expression.reason);
    if (expression.kind === "binary") {
      const left = this.#priority(expression.left, scope);
      const right = this.#priority(expression.right, scope);
      if (isUnknown(left) || isUnknown(right)) return isUnknown(left) ? left : right;
      return expression.operator === "-" ? left - right : left + right;
    }
    if (expression.kind === "word") {
      if (/^-?\d+$/.test(expression.text)) return Number(expression.text);
      const known = this.#family === "bridge" ? BRIDGE_PRIORITIES : PRIORITIES;
      if (Object.hasOwn(known, expression.text)) return known[expression.text]!;
      const parts = /^([a-z]+)\s*([-+])\s*(\d+)$/.exec(expression.text);
      if (parts && Object.hasOwn(known, parts[1]!)) return known[parts[1]!]! + Number(`${parts[2]}${parts[3]}`);
      if (expression.text.includes(HOLE)) return unknown("a template decides the priority");
    }
    const value = lowerNumber(expression, { type: "integer", bits: 0 }, scope);
    return isUnknown(value) ? unknown("the priority is not read") : Number(value);
  }

  #policy(written: Expression, scope: Scope, chain: Range): Maybe<"accept" | "drop"> {
    const expression = expand(written, scope);
    if (this.#conditional(written.range) || this.#conditional(chain)) return unknown("a template decides the policy");
    const text = expression.kind === "word" ? expression.text : expression.kind === "verdict" ? expression.verdict : "";
    if (text === "accept" || text === "drop") return text;
    return unknown(expression.kind === "unknown" ? expression.reason : "a template decides the policy");
  }

  #elementsOf(name: string): Maybe<readonly SetElement[]> {
    const known = this.#elements.get(name);
    if (known !== undefined) return known;
    const state = this.#state.sets.get(name);
    const found = state === undefined ? unknown(`the set ${name.includes(HOLE) ? "" : name} is not in this file`) : this.#lowerElements(state);
    this.#elements.set(name, found);
    return found;
  }

  #lowerElements({ node, scope, added, removed }: SetState): Maybe<readonly SetElement[]> {
    if (removed || this.#filled.has(node.name.text)) return unknown(`rules or commands change the set ${node.name.text} while it is in use`);
    const parts = keyFields(node, this.#family);
    const data = dataField(node, this.#family);
    const all: SetElement[] = [];
    const sources = [...(node.elements ? [{ elements: node.elements, scope }] : []), ...added];
    for (const source of sources) {
      const lowered = lowerElements(source.elements, { parts, ...(data && { data }), scope: source.scope, conditional: this.#conditional });
      if (isUnknown(lowered)) return lowered;
      for (const element of lowered) all.push(element);
    }
    if (all.length === 0 && !node.flags.includes("constant")) return unknown(`the set ${node.name.text} is empty here: something else fills it`);
    if (node.flags.includes("dynamic")) return unknown(`the set ${node.name.text} changes while it is in use`);
    return all;
  }

  #set(state: SetState): NamedSet {
    const { node } = state;
    const written = [node.elements, ...state.added.map(({ elements }) => elements)];
    const empty = !state.removed && !this.#filled.has(node.name.text) && !node.flags.some((flag) => flag === "dynamic" || flag === "timeout") && written.every((one) => one === undefined || (one.kind === "set" && one.elements.length === 0));
    return { name: node.name.text, kind: node.kind === "map" ? "map" : "set", keyType: keyNames(node), elements: this.#elementsOf(node.name.text), ...(empty && { empty }), range: node.range };
  }
}

/** The sets to which rules add. */
function filledByRules(table: TableState): Set<string> {
  const filled = new Set<string>();
  for (const { rules } of table.chains.values()) {
    for (const { rule } of rules) {
      if (rule.kind !== "rule") continue;
      for (const statement of rule.statements) if (statement.kind === "dynamic") filled.add(statement.set.text);
    }
  }
  return filled;
}
