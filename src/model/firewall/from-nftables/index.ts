import type { Range } from "../../../engine/location.ts";
import type { Maybe } from "../../../engine/unknown.ts";
import { isUnknown, unknown } from "../../../engine/unknown.ts";
import type { Expression, NftFile, RuleNode } from "../../../formats/nftables/index.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import { lowerElements } from "./elements.ts";
import { Context } from "./fields.ts";
import type { RuleSurroundings } from "./rule.ts";
import { lowerRule } from "./rule.ts";
import type { Scope } from "./scope.ts";
import { expand } from "./scope.ts";
import { dataField, keyFields, keyNames } from "./sets.ts";
import { conditionIn } from "./condition.ts";
import type { ChainState, Includes, SetChange, SetState, Source, TableState } from "./tables.ts";
import { TablesState, keyOf } from "./tables.ts";
import { lowerNumber, lowerValues } from "./values.ts";
import type { Chain, Family, FirewallRule, Hook, NamedSet, Ruleset, SetElement, Statement, Table, Verdict } from "../ruleset.ts";

const FAMILIES = new Set<string>(["ip", "ip6", "inet", "arp", "bridge", "netdev"]);
const HOOKS = new Set<string>(["ingress", "prerouting", "input", "forward", "output", "postrouting", "egress"]);
/** nft(8), "Standard priority names"; bridge has its own. */
const PRIORITIES: Readonly<Record<string, number>> = { raw: -300, mangle: -150, dstnat: -100, filter: 0, security: 50, srcnat: 100, out: 100 };
const BRIDGE_PRIORITIES: Readonly<Record<string, number>> = { dstnat: -300, filter: -200, out: 100, srcnat: 300 };

/**
 * What `nft -f` makes of a file: its commands run one after another on an empty ruleset. `scope` has the variables that
 * are defined elsewhere, `includes` finds the files that the text includes: what they bring stands at the include.
 */
export function fromNftables(path: string, tree: NftFile, scope: Scope = new Map(), includes: Includes = () => []): Ruleset {
  const state = new TablesState(scope, includes, { path, conditional: conditionIn(tree.masked) });
  state.run(tree.commands);
  const tables = [...state.tables.values()].map((table) => new TableLowering(table).table());
  const unknownRules = tables.reduce((sum, table) => sum + table.chains.reduce((more, { rules }) => more + countUnknown(rules), 0), 0);
  return { path, dialect: "nftables", tables, replaces: replaced(state), unknownStatements: unknownRules + state.unknown, ...(state.included.size > 0 && { includes: [...state.included] }) };
}

function countUnknown(rules: readonly FirewallRule[]): number {
  let count = 0;
  for (const { statements } of rules) for (const { kind } of statements) if (kind === "unknown") count++;
  return count;
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

class TableLowering {
  readonly #state: TableState;
  readonly #family: Family;
  readonly #elements = new Map<string, Maybe<readonly SetElement[]>>();
  readonly #filled: ReadonlySet<string>;
  readonly #anonymous: Chain[] = [];

  constructor(state: TableState) {
    this.#state = state;
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
    const { name, base, policy, policyRange, scope, source } = state;
    const around = this.#surroundings(scope, source);
    const rules = state.rules.map(({ rule, scope: seen, source: from }): FirewallRule => {
      const { conditional, at } = from;
      if (rule.kind === "rule") return moved(lowerRule(rule, seen === scope && from === source ? around : this.#surroundings(seen, from)), at);
      return moved({ statements: [{ kind: "unknown", reason: `the rules of ${rule.path.text} are in another file`, range: rule.range }], range: rule.range, conditional: conditional(rule.range) }, at);
    });
    const range = source.at ?? state.range;
    // The chains of a dormant table are not hooked.
    const hook = base && HOOKS.has(base.hook.text) && !this.#state.dormant ? (base.hook.text as Hook) : undefined;
    const type = base?.type.text;
    return {
      name: name.text,
      ...(hook && { hook }),
      ...(hook && (type === "filter" || type === "nat" || type === "route") && { type }),
      ...(hook && base?.priority && { priority: this.#priority(base.priority, scope) }),
      ...(hook && base?.devices && { devices: devicesOf(base.devices, scope) }),
      ...(policy && { policy: this.#policy(policy, scope, state.range, source) }),
      rules,
      range,
      nameRange: source.at ?? name.range,
      ...(policyRange && { policyRange: source.at ?? policyRange }),
    };
  }

  #surroundings(scope: Scope, source: Source): RuleSurroundings {
    return {
      context: new Context(this.#family),
      scope,
      conditional: source.conditional,
      elements: (set) => this.#elementsOf(set),
      object: (kind, name) => this.#state.objects.get(`${kind} ${name}`),
      anonymousChain: (rules, range) => this.#anonymousChain(rules, range, scope, source),
    };
  }

  #anonymousChain(rules: readonly RuleNode[], written: Range, scope: Scope, source: Source): string {
    const range = source.at ?? written;
    const name = `__chain${this.#anonymous.length}`;
    const at = this.#anonymous.length;
    const chain = (lowered: FirewallRule[]): Chain => ({ name, rules: lowered, range, nameRange: range });
    this.#anonymous.push(chain([]));
    const around = this.#surroundings(scope, source);
    this.#anonymous[at] = chain(rules.map((rule) => moved(lowerRule(rule, around), source.at)));
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

  #policy(written: Expression, scope: Scope, chain: Range, { conditional }: Source): Maybe<"accept" | "drop"> {
    const expression = expand(written, scope);
    if (conditional(written.range) || conditional(chain)) return unknown("a template decides the policy");
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

  #lowerElements({ node, scope, source, flushed, added }: SetState): Maybe<readonly SetElement[]> {
    if (this.#filled.has(node.name.text)) return unknown(`rules change the set ${node.name.text} while it is in use`);
    const parts = keyFields(node, this.#family);
    const data = dataField(node, this.#family);
    let all: SetElement[] = [];
    const changes: SetChange[] = [...(node.elements && !flushed ? [{ elements: node.elements, scope, source, removes: false }] : []), ...added];
    for (const { elements, scope: seen, source: from, removes } of changes) {
      const lowered = lowerElements(elements, { parts, ...(data && { data }), scope: seen, conditional: from.conditional });
      if (isUnknown(lowered)) return lowered;
      if (removes) {
        const gone = new Set(lowered.map(nameOf));
        if (gone.has(undefined)) return unknown(`commands change the set ${node.name.text}`);
        all = all.filter((element) => !gone.has(nameOf(element)));
      } else for (const element of lowered) all.push(from.at === undefined ? element : { ...element, range: from.at });
    }
    if (all.length === 0 && !node.flags.includes("constant")) return unknown(`the set ${node.name.text} is empty here: something else fills it`);
    if (node.flags.includes("dynamic")) return unknown(`the set ${node.name.text} changes while it is in use`);
    return all;
  }

  #set(state: SetState): NamedSet {
    const { node, source, flushed } = state;
    const written = [flushed ? undefined : node.elements, ...state.added.map(({ elements }) => elements)];
    const empty = !state.added.some(({ removes }) => removes) && !this.#filled.has(node.name.text) && !node.flags.some((flag) => flag === "dynamic" || flag === "timeout") && written.every((one) => one === undefined || (one.kind === "set" && one.elements.length === 0));
    return { name: node.name.text, kind: node.kind === "map" ? "map" : "set", keyType: keyNames(node), elements: this.#elementsOf(node.name.text), ...(empty && { empty }), range: source.at ?? node.range };
  }
}

/** The rule as it stands at the include that brought it. */
function moved(rule: FirewallRule, at: Range | undefined): FirewallRule {
  if (at === undefined) return rule;
  return { ...rule, range: at, statements: rule.statements.map((statement) => movedStatement(statement, at)) };
}

function movedStatement(statement: Statement, at: Range): Statement {
  const elements = <T>(list: T): T => (Array.isArray(list) ? (list.map((element: SetElement) => ({ ...element, range: at, ...(element.verdict && { verdict: movedVerdict(element.verdict, at) }) })) as T) : list);
  switch (statement.kind) {
    case "verdict":
      return { ...statement, verdict: movedVerdict(statement.verdict, at), range: at };
    case "vmap":
    case "match-tuple":
      return { ...statement, elements: elements(statement.elements), range: at };
    default:
      return { ...statement, range: at };
  }
}

function movedVerdict(verdict: Verdict, at: Range): Verdict {
  return verdict.kind === "jump" || verdict.kind === "goto" ? { ...verdict, ...(verdict.targetRange && { targetRange: at }) } : verdict;
}

/** A name for an element by its key; undefined where that is not told. */
function nameOf({ key }: SetElement): string | undefined {
  if (key.some(isUnknown)) return undefined;
  return key.map((values) => ("kind" in values && values.kind === "names" ? values.names.join("|") : "kind" in values && values.kind === "intervals" ? values.intervals.join("|") : "?")).join(" . ");
}

/** The interfaces that a base chain names. */
function devicesOf(written: Expression, scope: Scope): Maybe<readonly string[]> {
  const values = lowerValues(written, { type: "ifname", bits: 128 }, scope);
  return isUnknown(values) ? values : values.kind === "names" ? values.names : unknown("the devices are not read");
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
