import type { Range } from "../../../engine/location.ts";
import type { BaseChain, ChainNode, Command, Definition, Expression, Include, Name, NftFile, RuleNode, SetNode, TableItem } from "../../../formats/nftables/index.ts";
import type { Scope } from "./scope.ts";
import { resolved } from "./scope.ts";

/** Where commands come from: the file itself, or one that it includes. */
export interface Source {
  readonly path: string;
  /** Whether a template decides about a span of that file. */
  readonly conditional: (range: Range) => boolean;
  /** Of an included file: the place of the include, which stands for every place in it. */
  readonly at?: Range;
}

/** A rule with the variables that it sees. `include` stands for rules of another file. */
export interface PlacedRule {
  readonly rule: RuleNode | Include;
  readonly scope: Scope;
  readonly source: Source;
}

/** A chain as the commands so far have made it. */
export interface ChainState {
  name: Name;
  base?: BaseChain;
  policy?: Expression;
  policyRange?: Range;
  scope: Scope;
  source: Source;
  range: Range;
  readonly rules: PlacedRule[];
}

/** Elements that are put into a set, or taken out of it. */
export interface SetChange {
  readonly elements: Expression;
  readonly scope: Scope;
  readonly source: Source;
  readonly removes: boolean;
}

/** A set as the commands so far have made it. */
export interface SetState {
  readonly node: SetNode;
  readonly scope: Scope;
  readonly source: Source;
  /** A command has taken away what the set was declared with. */
  readonly flushed: boolean;
  /** What commands have added and taken away since, in order. */
  readonly added: SetChange[];
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

/** A file that another includes. */
export interface Included {
  readonly path: string;
  readonly tree: NftFile;
  readonly conditional: (range: Range) => boolean;
}

/** Finds the files that an include of the file `from` names. */
export type Includes = (written: string, from: string) => readonly Included[];

/** Includes nest no deeper in nft (MAX_INCLUDE_DEPTH). */
const DEEPEST_INCLUDE = 16;
/** Files that one file may include in all, one way or another, before the rest is left out. */
const MOST_INCLUDED = 500;

/** Runs the commands of a file one after another, as nft does, on an empty ruleset. */
export class TablesState {
  readonly tables = new Map<string, TableState>();
  /** Parts that are not understood. */
  unknown = 0;
  flushesRuleset = false;
  /** Tables, and chains as `table chain`, that are emptied before they are filled. */
  readonly cleared = new Set<string>();
  scope: Map<string, Expression>;
  /** Includes that lead back to a file that is being read. */
  readonly loops: Include[] = [];
  readonly #includes: Includes;
  readonly #open: Source[];
  /** The paths of the files that were read on the way. */
  readonly included = new Set<string>();
  #count = 0;
  /** The variables that something has kept. */
  #seen: Scope | undefined;

  constructor(scope: Scope, includes: Includes, source: Source) {
    this.scope = new Map(scope);
    this.#includes = includes;
    this.#open = [source];
  }

  /** The variables as they are here, for something that keeps them. */
  get #current(): Scope {
    this.#seen = this.scope;
    return this.scope;
  }

  get #source(): Source {
    return this.#open.at(-1)!;
  }

  run(commands: readonly Command[]): void {
    for (const command of commands) this.#run(command);
  }

  #run(command: Command): void {
    switch (command.kind) {
      case "define":
        return this.#define(command);
      case "include":
        this.#include(command, (file) => this.run(file.commands));
        return;
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
      if (value) this.scope.set(name.text, resolved(value, this.scope, false));
      return;
    }
    const after = verb === "undefine" || !value ? undefined : resolved(value, this.scope, true);
    // Rules that stand before keep what they see.
    if (this.#seen === this.scope) this.scope = new Map(this.scope);
    if (after === undefined) this.scope.delete(name.text);
    else this.scope.set(name.text, after);
  }

  /** Runs the files that an include names where it stands; false where there are none, or where they go in a circle. */
  #include(include: Include, run: (file: NftFile) => void): boolean {
    const { path, at } = this.#source;
    const files = this.#includes(include.path.text, path);
    const place = at ?? include.path.range;
    const conditional = this.#source.conditional(include.range);
    for (const file of files) {
      if (this.#open.some((open) => open.path === file.path) || this.#open.length > DEEPEST_INCLUDE) {
        if (at === undefined || file.path === this.#open[0]!.path) this.loops.push({ ...include, range: place });
        return false;
      }
      if (++this.#count > MOST_INCLUDED) return false;
      this.included.add(file.path);
      this.#open.push({ path: file.path, conditional: conditional ? () => true : file.conditional, at: { ...place, included: true } });
      run(file.tree);
      this.#open.pop();
    }
    return files.length > 0;
  }

  /** The parts of a table that a file of its own has. */
  #parts(table: TableState, file: NftFile): void {
    for (const command of file.commands) {
      if (command.kind === "other" && command.item) this.#item(table, command.item);
      else if (command.kind === "include") this.#include(command, (inner) => this.#parts(table, inner));
      else if (command.kind === "define") this.#define(command);
      else this.unknown++;
    }
  }

  /** The rules of a chain that a file of its own has. */
  #rules(chain: ChainState, file: NftFile): void {
    for (const command of file.commands) {
      if (command.kind === "other" && command.item?.kind === "chain" && command.item.name.text === "") this.#chainRules(chain, command.item.rules);
      else if (command.kind === "include") this.#chainRules(chain, [command]);
      else if (command.kind === "define") this.#define(command);
      else this.unknown++;
    }
  }

  /** The elements of a set that a file of its own has. */
  #elements(added: SetState["added"], file: NftFile): void {
    for (const command of file.commands) {
      if (command.kind === "define") this.#define(command);
      else if (command.kind === "other" && command.item?.kind === "set" && command.item.elements) added.push({ elements: command.item.elements, scope: this.#current, source: this.#source, removes: false });
      else this.unknown++;
    }
  }

  #chainRules(chain: ChainState, rules: ChainNode["rules"]): void {
    for (const rule of rules) {
      if (rule.kind === "define") this.#define(rule);
      else if (rule.kind === "rule") chain.rules.push({ rule, scope: this.#current, source: this.#source });
      else if (!this.#include(rule, (file) => this.#rules(chain, file))) chain.rules.push({ rule, scope: this.#current, source: this.#source });
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
        this.#include(item, (file) => this.#parts(table, file));
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
      state = { name: node.name, scope: this.#current, source: this.#source, range: node.range, rules: [] };
      table.chains.set(node.name.text, state);
    }
    if (node.base) state.base = node.base;
    if (node.policy) {
      state.policy = node.policy;
      if (node.policyRange) state.policyRange = node.policyRange;
    }
    if (node.rules.length > 0 || node.base) {
      if (state.rules.length === 0) {
        state.range = node.range;
        state.source = this.#source;
      }
      state.scope = this.#current;
    }
    this.#chainRules(state, node.rules);
    state.scope = this.#current;
  }

  #set(table: TableState, node: SetNode): void {
    const state = table.sets.get(node.name.text);
    if (state && node.keyType.length === 0 && !node.keyExpression) {
      if (node.elements) state.added.push({ elements: node.elements, scope: this.#current, source: this.#source, removes: false });
      return;
    }
    const added = state?.added ?? [];
    for (const part of node.parts) {
      if (part.kind === "define") this.#define(part);
      else this.#include(part, (file) => this.#elements(added, file));
    }
    table.sets.set(node.name.text, { node, scope: this.#current, source: this.#source, flushed: false, added });
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
        else if (verb === "flush") this.#flushSet(table, name);
        else if (!adds) table?.sets.delete(name);
        return;
      case "element": {
        const set = table?.sets.get(name);
        if (!set || !command.elements) this.unknown++;
        else set.added.push({ elements: command.elements, scope: this.#current, source: this.#source, removes: !adds });
      }
    }
  }

  #flushSet(table: TableState | undefined, name: string): void {
    const set = table?.sets.get(name);
    if (!table || !set) return;
    table.sets.set(name, { ...set, flushed: true, added: [] });
  }

  #rule(table: TableState, command: Extract<Command, { kind: "object" }>): void {
    const { verb, at, rule, position } = command;
    const name = at.name ?? { text: "", range: at.table!.range };
    let chain = table.chains.get(name.text);
    if (!chain) {
      // The chain is one that the running ruleset has.
      chain = { name, scope: this.#current, source: this.#source, range: command.range, rules: [] };
      table.chains.set(name.text, chain);
    }
    const index = position?.by === "index" ? position.value : undefined;
    const placed = rule && { rule, scope: this.#current, source: this.#source };
    if (!placed || (verb !== "add" && verb !== "create" && verb !== "insert") || (position && index === undefined)) {
      // Which rule a handle means is not in the text: any of the chain may go, or have another one beside it.
      const what = verb === "delete" || verb === "destroy" ? "is taken away" : verb === "replace" ? "is replaced" : "gets another one beside it";
      chain.rules.unshift({ rule: doubt(`the rule with the handle ${position?.value ?? "?"} ${what}, and which one that is is not in the text`, command.range), scope: this.#current, source: this.#source });
      if (!placed || verb === "replace") return;
    }
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

function doubt(reason: string, range: Range): RuleNode {
  return { kind: "rule", statements: [{ kind: "unknown", text: "", reason, range }], comment: undefined, range };
}

/** How tables are told apart. */
export function keyOf(family: string, name: string): string {
  return `${family} ${name}`;
}
