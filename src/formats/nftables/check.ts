import type { SyntaxProblem } from "../format.ts";
import { HOLE } from "../template/jinja.ts";
import type { Say } from "./check-chains.ts";
import { checkBase, checkPlacement } from "./check-chains.ts";
import { Jumps } from "./check-jumps.ts";
import { Protocols } from "./check-protocols.ts";
import { Sets, infosOf } from "./check-sets.ts";
import { checkQueue, checkReject, natFamily } from "./check-statements.ts";
import type { TypeName } from "./datatypes.ts";
import { CheckedValues } from "./check-values.ts";
import { Variables } from "./check-variables.ts";
import type { Address, ChainNode, Command, Definition, Expression, NftFile, RuleNode, SetNode, StatementNode, TableItem } from "./tree.ts";

/** What nft refuses although its grammar allows it: values that do not fit, protocols that exclude each other. */
export function checkTypes(file: NftFile): SyntaxProblem[] {
  const checker = new Checker();
  for (const command of file.commands) checker.declare(command);
  for (const command of file.commands) checker.command(command);
  checker.finish();
  if (!file.masked.regions.some(({ kind }) => kind === "tag")) checker.fragments(file.commands);
  return checker.problems;
}

/** What the commands have said of a table so far. */
interface CheckedTable {
  readonly sets: Sets;
  jumps: Jumps;
}

class Checker {
  readonly problems: SyntaxProblem[] = [];
  readonly #variables = new Variables();
  readonly #values = new CheckedValues(this.problems, this.#variables);
  readonly #tables = new Map<string, CheckedTable>();
  readonly #say: Say = ({ range }, message) => void this.problems.push({ range, message, certain: true });
  readonly #expand = (expression: Expression): Expression => this.#variables.expand(expression);

  /** Takes note of the sets that a command declares. */
  declare(command: Command): void {
    if (command.kind !== "table" && command.kind !== "object") return;
    if (command.verb !== "add" && command.verb !== "create") return;
    const items = command.kind === "table" ? command.items : command.item ? [command.item] : [];
    for (const item of items) if (item.kind === "set" || item.kind === "map") this.#table(command.at).sets.declare(item);
  }

  command(command: Command): void {
    if (command.kind === "define") return this.#define(command);
    if (command.kind === "other") {
      if (command.item) this.#item(command.item, "", { sets: new Sets(this.#values, this.#say), jumps: new Jumps() });
      return;
    }
    if (command.kind === "include") return;
    const { at, verb } = command;
    const table = this.#table(at);
    if (command.kind === "table") {
      this.#variables.open();
      for (const item of command.items) this.#item(item, at.family, table);
      this.#variables.close();
      if (verb !== "add" && verb !== "create") forget(table);
      return;
    }
    if (command.item && (verb === "add" || verb === "create")) this.#item(command.item, at.family, table);
    if (command.rule) this.#rule(command.rule, at.family);
    if (command.elements && at.name && (verb === "add" || verb === "create")) table.sets.elements(at.name, command.elements);
    if (command.what === "ruleset") for (const known of this.#tables.values()) forget(known);
    else if (verb !== "add" && verb !== "create" && verb !== "insert") forget(table);
    else if (command.rule && at.name) table.jumps.rule(at.name.text, command.rule, this.#expand);
  }

  finish(): void {
    for (const { jumps, sets } of this.#tables.values()) {
      jumps.check(this.#say);
      sets.finish();
    }
  }

  /** Parts of a table may have a file of their own, but not beside a whole table. */
  fragments(commands: readonly Command[]): void {
    if (!commands.some((command) => (command.kind === "table" && command.hasBody) || (command.kind === "object" && command.what !== "ruleset"))) return;
    const part = commands.find((command) => command.kind === "other" && command.item !== undefined);
    if (part?.kind !== "other" || !part.item) return;
    const rule = part.item.kind === "chain" && part.item.name.text === "";
    const { start } = part.range;
    this.#say({ range: { start, end: Math.min(part.range.end, start + (rule ? part.range.end - start : part.item.kind === "other" ? part.item.what.length : part.item.kind.length)) } }, `This ${rule ? "rule stands outside of a chain" : "stands outside of a table"}: nft loads nothing of this file. Move it into the braces, or mend the braces before it.`);
  }

  #table(at: Address): CheckedTable {
    const key = keyOf(at);
    let table = this.#tables.get(key);
    if (!table) this.#tables.set(key, (table = { sets: new Sets(this.#values, this.#say), jumps: new Jumps() }));
    return table;
  }

  #define({ verb, name, value }: Definition): void {
    const { text } = name;
    if (verb === "undefine") return this.#variables.undefine(text);
    if (verb === "define" && this.#variables.has(text) && !text.includes(HOLE)) {
      this.#say(name, `$${text} is defined already: nft loads nothing of this file. Write "redefine", or choose another name.`);
    }
    this.#variables.define(text, value);
  }

  #item(item: TableItem, family: string, table: CheckedTable): void {
    if (item.kind === "define") this.#define(item);
    else if (item.kind === "chain") this.#chain(item, family, table);
    else if (item.kind === "set" || item.kind === "map") this.#set(item, table);
  }

  #chain(chain: ChainNode, family: string, { sets, jumps }: CheckedTable): void {
    this.#variables.open();
    jumps.chain(chain.name.text, chain.base !== undefined);
    if (chain.base) checkBase(chain.base, family, this.#expand, this.#say);
    for (const rule of chain.rules) {
      if (rule.kind === "define") this.#define(rule);
      else if (rule.kind === "rule") {
        this.#rule(rule, family, chain, sets);
        jumps.rule(chain.name.text, rule, this.#expand);
      }
    }
    this.#variables.close();
  }

  #set(set: SetNode, { sets, jumps }: CheckedTable): void {
    for (const part of set.parts) if (part.kind === "define") this.#define(part);
    sets.set(set);
    if (set.elements && set.kind === "map") jumps.map(set.name.text, set.elements, this.#expand);
  }

  #rule(rule: RuleNode, family: string, chain?: ChainNode, sets?: Sets): void {
    const protocols = new Protocols(family, this.#say);
    let end: string | undefined;
    for (const statement of rule.statements) {
      const { kind } = statement;
      if (end !== undefined && kind !== "unknown") {
        return this.#say(statement, `Nothing can follow "${end}" in a rule: nft loads nothing of this file. Move it before "${end}" or remove it.`);
      }
      if (kind === "match" && statement.left.kind === "field") {
        // Most statements by far.
        if (!protocols.read(statement.left)) return;
      } else {
        end = endOf(statement);
        if (chain) checkPlacement(statement, chain, family, this.#say);
        for (const field of fieldsRead(statement)) if (!protocols.read(field)) return;
      }
      this.#statement(statement, family, protocols, chain, sets);
    }
  }

  #statement(statement: StatementNode, family: string, protocols: Protocols, chain: ChainNode | undefined, sets: Sets | undefined): void {
    switch (statement.kind) {
      case "match":
        this.#values.match(statement, protocols.network);
        if (statement.left.kind === "field") {
          protocols.equals(statement.left.field, this.#values.protocolsOf(statement));
          this.#direction(statement.left, family, protocols, false);
        } else if (statement.left.kind === "concat") for (const part of statement.left.parts) this.#direction(part, family, protocols, true);
        if (statement.right.kind === "set-reference") sets?.compared(statement.right, infosOf(statement.left));
        return;
      case "vmap": {
        const parts = infosOf(statement.key);
        if (statement.map.kind === "set-reference") sets?.lookedUp(statement.map, parts, "verdict");
        else this.#values.verdictMap(statement.map, parts);
        return;
      }
      case "verdict":
        for (const inner of statement.chain ?? []) this.#rule(inner, family, chain, sets);
        return;
      case "nat": {
        const own = natFamily(statement, protocols, this.#variables, this.#say);
        this.#values.nat(statement, own, protocols.told);
        this.#lookup(statement.to, family, protocols, sets, ["ipv4_addr", "ipv6_addr"]);
        this.#lookup(statement.port, family, protocols, sets);
        return;
      }
      case "set":
        this.#values.change(statement.field, statement.value);
        this.#lookup(statement.value, family, protocols, sets);
        return;
      case "dynamic":
        sets?.filled(statement.set, statement.key, infosOf(statement.key));
        for (const inner of statement.inner) this.#statement(inner, family, protocols, chain, sets);
        return;
      case "reject":
        return checkReject(statement, protocols, this.#say);
      case "queue":
        return checkQueue(statement, this.#variables, this.#say);
    }
  }

  #lookup(value: Expression | undefined, family: string, protocols: Protocols, sets: Sets | undefined, given: readonly TypeName[] = []): void {
    if (value?.kind !== "map") return;
    const { key, map } = value;
    if (key.kind === "concat") for (const part of key.parts) this.#direction(part, family, protocols, true);
    if (map.kind === "set-reference") sets?.lookedUp(map, infosOf(key), "data", given);
  }

  /** The addresses of a connection and of a route are of either family: where the table has both, it must be told which. */
  #direction(field: Expression, family: string, { network }: Protocols, joined: boolean): void {
    if (field.kind !== "field" || !/^(ct (original|reply) [sd]addr|rt nexthop)$/.test(field.field)) return;
    const connection = field.field.startsWith("ct");
    if ((connection && joined) || ((family === "inet" || family === "bridge") && network !== "ip" && network !== "ip6")) {
      this.#say(field, `nft must be told whether this is an IPv4 or an IPv6 address: it loads nothing of this file. Write "${field.field.replace(/(saddr|daddr|nexthop)$/, "ip $1")}", or ip6.`);
    }
  }
}

function keyOf({ family, table }: Address): string {
  return `${family} ${table?.text ?? ""}`;
}

/** What is taken away may come back as another thing: chains that lead elsewhere, sets with other elements. */
function forget(table: CheckedTable): void {
  table.jumps = new Jumps();
  table.sets.finish();
}

/** What ends a rule, by its word; undefined where the rule goes on. */
function endOf(statement: StatementNode): string | undefined {
  switch (statement.kind) {
    case "verdict":
      return statement.verdict === "continue" ? undefined : statement.verdict;
    case "nat":
      return statement.nat === "tproxy" ? undefined : statement.nat;
    case "reject":
    case "queue":
    case "fwd":
      return statement.kind;
    default:
      return undefined;
  }
}

type FieldNode = Extract<Expression, { kind: "field" }>;

const NONE: FieldNode[] = [];

function fieldsRead(statement: StatementNode): readonly FieldNode[] {
  switch (statement.kind) {
    case "match":
      return plainFields(statement.left);
    case "vmap":
    case "dynamic":
      return plainFields(statement.key);
    case "set":
      return [...plainFields(statement.field), ...keyFields(statement.value)];
    case "nat":
      return statement.to ? keyFields(statement.to) : NONE;
    default:
      return NONE;
  }
}

/** What a value is looked up by. */
function keyFields(value: Expression): readonly FieldNode[] {
  return value.kind === "map" ? plainFields(value.key) : NONE;
}

function plainFields(expression: Expression): readonly FieldNode[] {
  if (expression.kind === "field") return [expression];
  if (expression.kind === "concat") return expression.parts.flatMap(plainFields);
  return expression.kind === "binary" ? plainFields(expression.left) : NONE;
}
