import type { Range } from "../../../engine/location.ts";
import type { Maybe } from "../../../engine/unknown.ts";
import { unknown } from "../../../engine/unknown.ts";
import type { ChainLine, IptablesCommand } from "../../../formats/iptables/tree.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import { lowerRule } from "./rule.ts";
import type { Family } from "./match.ts";
import type { Chain, FirewallRule, Hook, Statement, Table } from "../ruleset.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type GrowingChain = Mutable<Omit<Chain, "rules">> & { rules: FirewallRule[] };

interface GrowingTable {
  family: Family;
  name: string;
  range: Range;
  chains: Map<string, GrowingChain>;
}

const HOOKS: Readonly<Record<string, Hook>> = { PREROUTING: "prerouting", INPUT: "input", FORWARD: "forward", OUTPUT: "output", POSTROUTING: "postrouting" };

/** Built-in chains of each table with their priorities (include/uapi/linux/netfilter_ipv4.h). */
const BUILT_IN: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  raw: { PREROUTING: -300, OUTPUT: -300 },
  mangle: { PREROUTING: -150, INPUT: -150, FORWARD: -150, OUTPUT: -150, POSTROUTING: -150 },
  nat: { PREROUTING: -100, INPUT: 100, OUTPUT: -100, POSTROUTING: 100 },
  filter: { INPUT: 0, FORWARD: 0, OUTPUT: 0 },
  security: { INPUT: 50, FORWARD: 50, OUTPUT: 50 },
};

/** The tables that iptables commands build up, one after the other. */
export class IptablesTables {
  readonly #tables = new Map<string, GrowingTable>();
  /** The one that was asked for last: one rule after the other is for it. */
  #last: GrowingTable | undefined;
  readonly #policy: Maybe<"accept" | "drop">;

  /** `policy`: of built-in chains for which nothing sets one. */
  constructor(policy: Maybe<"accept" | "drop"> = "accept") {
    this.#policy = policy;
  }

  /** Takes whole tables over, in place of those of the same name. */
  adopt(tables: readonly Table[]): void {
    this.#last = undefined;
    for (const { family, name, range, chains } of tables) {
      if (family !== "ip" && family !== "ip6") continue;
      this.#tables.set(`${family} ${name}`, { family, name, range, chains: new Map(chains.map((chain) => [chain.name, { ...chain, rules: [...chain.rules] }])) });
    }
  }

  /** `*name` of a save file: the table starts empty. */
  open(family: Family, name: string, range: Range): void {
    this.#last = undefined;
    this.#tables.set(`${family} ${name}`, { family, name, range, chains: new Map() });
  }

  /** Forgets a table that is not loaded after all. */
  drop(family: Family, name: string): void {
    this.#last = undefined;
    this.#tables.delete(`${family} ${name}`);
  }

  declare(family: Family, table: string, line: ChainLine): void {
    const chain = this.#chain(family, table, line.name.text, line.name.range, line.range);
    chain.rules.length = 0;
    if (chain.hook === undefined || line.policy === undefined || line.policy.text === "-") return;
    chain.policy = policyOf(line.policy.text);
    chain.policyRange = line.policy.range;
  }

  /** A place where a template puts lines of its own: any chain may get any rule. */
  anything(family: Family, table: string, range: Range): void {
    const growing = this.#table(family, table, range);
    for (const chain of growing.chains.values()) {
      chain.rules.push({ statements: [{ kind: "unknown", reason: "a template puts rules here", range }], range, conditional: true });
    }
  }

  apply(family: Family, table: string, command: IptablesCommand, conditional: boolean, range: Range): void {
    const name = command.chain;
    switch (command.name) {
      case "append":
      case "insert":
      case "replace": {
        if (name === undefined) return;
        if (name.text.includes(HOLE)) return this.anything(family, table, range);
        const chain = this.#chain(family, table, name.text, name.range, range);
        const rules = lowerRule(command.rule, family, name.text, range, conditional);
        if (command.name === "append") for (const rule of rules) chain.rules.push(rule);
        else chain.rules.splice(Math.max(0, (command.position ?? 1) - 1), command.name === "replace" ? 1 : 0, ...rules);
        return;
      }
      case "delete": {
        const chain = name && this.#table(family, table, range).chains.get(name.text);
        if (!chain) return;
        const [wanted] = command.position === undefined ? lowerRule(command.rule, family, name!.text, range, false) : [];
        const key = wanted && keyOf(wanted);
        const at = command.position === undefined ? chain.rules.findIndex((rule) => keyOf(rule) === key) : command.position - 1;
        const rule = chain.rules[at];
        if (rule === undefined) return;
        // One rule may stand for several alternatives of the same line.
        let after = at + 1;
        while (after < chain.rules.length && chain.rules[after]!.range === rule.range) after++;
        if (conditional) for (let i = at; i < after; i++) chain.rules[i] = { ...chain.rules[i]!, conditional: true };
        else chain.rules.splice(at, after - at);
        return;
      }
      case "policy": {
        if (name === undefined || command.argument === undefined) return;
        const chain = this.#chain(family, table, name.text, name.range, range);
        chain.policy = conditional ? unknown("a condition decides the policy") : policyOf(command.argument.text);
        chain.policyRange = command.argument.range;
        return;
      }
      case "new-chain":
        if (name && !name.text.includes(HOLE)) this.#chain(family, table, name.text, name.range, range);
        return;
      case "flush": {
        const { chains } = this.#table(family, table, range);
        for (const chain of name ? [chains.get(name.text)] : chains.values()) {
          if (chain && conditional) chain.rules = chain.rules.map((rule) => (rule.conditional ? rule : { ...rule, conditional: true }));
          else if (chain) chain.rules.length = 0;
        }
        return;
      }
      case "rename-chain": {
        if (conditional || name === undefined || command.argument === undefined) return;
        this.#rename(this.#table(family, table, range), name.text, command.argument.text);
        return;
      }
      case "delete-chain": {
        if (conditional) return;
        const { chains } = this.#table(family, table, range);
        for (const [key, chain] of chains) if (chain.hook === undefined && (name === undefined || name.text === key)) chains.delete(key);
      }
    }
  }

  finish(): Table[] {
    return [...this.#tables.values()].map(({ chains, ...table }) => ({ ...table, chains: [...chains.values()], sets: [] }));
  }

  /** `-E`: the rules that jump to the chain go with it. */
  #rename({ chains }: GrowingTable, from: string, to: string): void {
    const chain = chains.get(from);
    if (chain === undefined || chain.hook !== undefined || chains.has(to)) return;
    chains.delete(from);
    chain.name = to;
    chains.set(to, chain);
    const renamed = (statement: Statement): Statement =>
      statement.kind === "verdict" && (statement.verdict.kind === "jump" || statement.verdict.kind === "goto") && statement.verdict.target === from ? { ...statement, verdict: { ...statement.verdict, target: to } } : statement;
    for (const other of chains.values()) other.rules = other.rules.map((rule) => ({ ...rule, statements: rule.statements.map(renamed) }));
  }

  #table(family: Family, name: string, range: Range): GrowingTable {
    let table = this.#last;
    if (table === undefined || table.family !== family || table.name !== name) {
      const key = `${family} ${name}`;
      table = this.#tables.get(key);
      if (!table) this.#tables.set(key, (table = { family, name, range, chains: new Map() }));
      this.#last = table;
    }
    if (range.end > table.range.end) table.range = { start: table.range.start, end: range.end };
    return table;
  }

  #chain(family: Family, tableName: string, name: string, nameRange: Range, range: Range): GrowingChain {
    const table = this.#table(family, tableName, range);
    let chain = table.chains.get(name);
    if (!chain) {
      const priorities = Object.hasOwn(BUILT_IN, tableName) ? BUILT_IN[tableName]! : {};
      const base = Object.hasOwn(priorities, name);
      chain = { name, rules: [], range, nameRange };
      if (base) Object.assign(chain, { hook: HOOKS[name]!, type: tableName === "nat" ? "nat" : tableName === "mangle" && name === "OUTPUT" ? "route" : "filter", priority: priorities[name]!, policy: this.#policy });
      table.chains.set(name, chain);
    }
    return chain;
  }
}

function policyOf(text: string): Maybe<"accept" | "drop"> {
  if (text === "ACCEPT") return "accept";
  if (text === "DROP") return "drop";
  return unknown("a template decides the policy");
}

const keys = new WeakMap<readonly Statement[], string>();

/** What a rule asks and does, wherever it is written: the same for two rules that `-D` takes for one. */
function keyOf({ statements }: FirewallRule): string {
  let key = keys.get(statements);
  if (key === undefined) {
    key = JSON.stringify(statements, (name, value: unknown) => (name === "range" || name === "targetRange" ? undefined : typeof value === "bigint" ? String(value) : value));
    keys.set(statements, key);
  }
  return key;
}
