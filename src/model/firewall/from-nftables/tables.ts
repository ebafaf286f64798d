import type { Range } from "../../../engine/location.ts";
import type { BaseChain, ChainNode, Command, Definition, ElementNode, Expression, Include, Name, NftFile, RuleNode, SetNode, TableItem } from "../../../formats/nftables/index.ts";
import type { Scope } from "./scope.ts";

/** A rule with the variables that it sees. `include` stands for rules of another file. */
export interface PlacedRule {
  readonly rule: RuleNode | Include;
  readonly scope: Scope;
}

/** A chain as the commands so far have made it. */
export interface ChainState {
  name: Name;
  base?: BaseChain;
  policy?: Expression;
  policyRange?: Range;
  scope: Scope;
  range: Range;
  readonly rules: PlacedRule[];
}

/** A set as the commands so far have made it. */
export interface SetState {
  readonly node: SetNode;
  readonly scope: Scope;
  readonly added: { readonly elements: Expression; readonly scope: Scope }[];
  removed: boolean;
}

/** A table as the commands so far have made it. */
export interface TableState {
  readonly family: string;
  readonly name: string;
  readonly range: Range;
  readonly chains: Map<string, ChainState>;
  readonly sets: Map<string, SetState>;
  /** Named limits, quotas and the like: their text, by kind and name. */
  readonly objects: Map<string, string>;
  dormant: boolean;
}

/** Where the definitions of an included file come from. */
export type Includes = (path: string) => readonly NftFile[];

/** Runs the commands of a file one after another, as nft does, on an empty ruleset. */
export class TablesState {
  readonly tables = new Map<string, TableState>();
  /** Parts that are not understood. */
  unknown = 0;
  flushesRuleset = false;
  /** Tables, and chains as `table chain`, that are emptied before they are filled. */
  readonly cleared = new Set<string>();
  scope: Map<string, Expression>;
  readonly #includes: Includes;
  readonly #included = new Set<string>();

  constructor(scope: Scope, includes: Includes) {
    this.scope = new Map(scope);
    this.#includes = includes;
  }

  run(commands: readonly Command[]): void {
    for (const command of commands) this.#run(command);
  }

  #run(command: Command): void {
    switch (command.kind) {
      case "define":
        return this.#define(command);
      case "include":
        return this.#include(command);
      case "other":
        if (command.item) this.#item(this.#table("inet", { text: "", range: command.range }, command.range), command.item);
        else if (command.text !== "") this.unknown++;
        return;
      case "table": {
        const { family, table } = command.at;
        const name = table ?? { text: "", range: command.range };
        const key = keyOf(family, name.text);
        if (command.verb === "add" || command.verb === "create") {
          const state = this.#table(family, name, command.range);
          for (const item of command.items) this.#item(state, item);
        } else if (command.verb === "delete" || command.verb === "destroy") {
          this.tables.delete(key);
          this.cleared.add(key);
        } else if (command.verb === "flush") {
          for (const chain of this.tables.get(key)?.chains.values() ?? []) chain.rules.length = 0;
          this.cleared.add(key);
        }
        return;
      }
      case "object":
        this.#object(command);
    }
  }

  #define({ verb, name, value }: Definition): void {
    if (verb !== "undefine" && !this.scope.has(name.text)) {
      // What stands before sees no variable that is defined after it, but cannot tell the difference either.
      if (value) this.scope.set(name.text, value);
      return;
    }
    this.scope = new Map(this.scope);
    if (verb === "undefine" || !value) this.scope.delete(name.text);
    else this.scope.set(name.text, resolveOnce(value, name.text, this.scope));
  }

  /** Of an included file only the variables are taken: its tables are its own. */
  #include({ path }: Include): void {
    if (this.#included.has(path.text)) return;
    this.#included.add(path.text);
    for (const file of this.#includes(path.text)) {
      for (const command of file.commands) {
        if (command.kind === "define") this.#define(command);
        else if (command.kind === "include") this.#include(command);
      }
    }
  }

  #table(family: string, name: Name, range: Range): TableState {
    const key = keyOf(family, name.text);
    let state = this.tables.get(key);
    if (!state) {
      state = { family, name: name.text, range, chains: new Map(), sets: new Map(), objects: new Map(), dormant: false };
      this.tables.set(key, state);
    }
    return state;
  }

  #item(table: TableState, item: TableItem): void {
    switch (item.kind) {
      case "define":
        return this.#define(item);
      case "include":
        this.#include(item);
        return;
      case "chain":
        return this.#chain(table, item);
      case "other":
        if (item.what === "flags") table.dormant ||= item.text.includes("dormant");
        else if (item.what === "template" || item.what === "unknown") this.unknown++;
        else if (item.name) table.objects.set(`${item.what} ${item.name.text}`, item.text);
        return;
      default:
        this.#set(table, item);
    }
  }

  #chain(table: TableState, node: ChainNode): void {
    let state = table.chains.get(node.name.text);
    if (!state) {
      state = { name: node.name, scope: this.scope, range: node.range, rules: [] };
      table.chains.set(node.name.text, state);
    }
    if (node.base) state.base = node.base;
    if (node.policy) {
      state.policy = node.policy;
      if (node.policyRange) state.policyRange = node.policyRange;
    }
    if (node.rules.length > 0 || node.base) {
      if (state.rules.length === 0) state.range = node.range;
      state.scope = this.scope;
    }
    for (const rule of node.rules) {
      if (rule.kind === "define") this.#define(rule);
      else if (rule.kind === "include") {
        this.#include(rule);
        state.rules.push({ rule, scope: this.scope });
      } else state.rules.push({ rule, scope: this.scope });
    }
    state.scope = this.scope;
  }

  #set(table: TableState, node: SetNode): void {
    const state = table.sets.get(node.name.text);
    if (state && node.keyType.length === 0 && !node.keyExpression) {
      if (node.elements) state.added.push({ elements: node.elements, scope: this.scope });
      return;
    }
    const added = state?.added ?? [];
    table.sets.set(node.name.text, { node, scope: this.scope, added, removed: false });
  }

  #object(command: Extract<Command, { kind: "object" }>): void {
    const { verb, what, at } = command;
    if (verb === "list" || verb === "reset" || verb === "get") return;
    if (what === "ruleset") {
      if (verb === "flush") this.#flushRuleset(at.family);
      return;
    }
    if (!at.table) return;
    const key = keyOf(at.family, at.table.text);
    const name = at.name?.text ?? "";
    const adds = verb === "add" || verb === "create" || verb === "insert";
    const table = adds ? this.#table(at.family, at.table, command.range) : this.tables.get(key);
    switch (what) {
      case "chain":
        if (adds && command.item && table) this.#item(table, command.item);
        else if (verb === "rename" && command.newName && table) this.#rename(table, name, command.newName);
        else if (!adds) {
          this.cleared.add(`${key} ${name}`);
          if (verb === "flush") {
            const chain = table?.chains.get(name);
            if (chain) chain.rules.length = 0;
          } else table?.chains.delete(name);
        }
        return;
      case "rule":
        if (table) this.#rule(table, command);
        return;
      case "set":
      case "map":
        if (adds && command.item && table) this.#item(table, command.item);
        else if (verb === "flush") table?.sets.get(name)?.added.splice(0);
        else if (!adds) table?.sets.delete(name);
        return;
      case "element": {
        const set = table?.sets.get(name);
        if (!set || !command.elements) this.unknown++;
        else if (adds) set.added.push({ elements: command.elements, scope: this.scope });
        else set.removed = true;
      }
    }
  }

  #rule(table: TableState, { verb, at, rule, position }: Extract<Command, { kind: "object" }>): void {
    const name = at.name ?? { text: "", range: at.table!.range };
    if (verb === "delete" || verb === "destroy" || verb === "replace" || rule === undefined) {
      this.unknown++;
      return;
    }
    let chain = table.chains.get(name.text);
    if (!chain) {
      // The chain is one that the running ruleset has.
      chain = { name, scope: this.scope, range: rule.range, rules: [] };
      table.chains.set(name.text, chain);
    }
    const placed = { rule, scope: this.scope };
    const index = position?.by === "index" ? position.value : undefined;
    if (verb === "insert") chain.rules.splice(index ?? 0, 0, placed);
    else if (index !== undefined) chain.rules.splice(index + 1, 0, placed);
    else chain.rules.push(placed);
  }

  #rename(table: TableState, from: string, to: Name): void {
    const chain = table.chains.get(from);
    if (!chain) return;
    table.chains.delete(from);
    table.chains.set(to.text, { ...chain, name: to });
  }

  #flushRuleset(family: string): void {
    if (family === "") {
      this.flushesRuleset = true;
      this.tables.clear();
      return;
    }
    this.cleared.add(family);
    for (const [key, table] of this.tables) if (table.family === family) this.tables.delete(key);
  }
}

/** How tables are told apart. */
export function keyOf(family: string, name: string): string {
  return `${family} ${name}`;
}

/** `redefine x = { $x, 192.0.2.1 }` adds to what was there. */
function resolveOnce(value: Expression, name: string, scope: Scope): Expression {
  const old = scope.get(name);
  if (!old || value.kind !== "set") return value.kind === "variable" && value.name === name && old ? old : value;
  const elements: ElementNode[] = value.elements.map((element) => (element.key.kind === "variable" && element.key.name === name ? { ...element, key: old } : element));
  return { ...value, elements };
}
