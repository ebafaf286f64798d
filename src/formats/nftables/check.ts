import type { SyntaxProblem } from "../format.ts";
import { CheckedValues } from "./check-values.ts";
import { fieldInfo } from "./fields.ts";
import { layersOf } from "./layers.ts";
import type { ChainNode, Command, Expression, NftFile, RuleNode, SetNode, StatementNode, TableItem } from "./tree.ts";
import { typeByName } from "./datatypes.ts";

const IP_PROTOCOLS = new Map([[1n, "icmp"], [2n, "igmp"], [6n, "tcp"], [17n, "udp"], [33n, "dccp"], [58n, "icmpv6"], [132n, "sctp"], [136n, "udplite"]]);
const NETWORKS = new Set(["ip", "ip6", "arp"]);

/** What nft refuses although its grammar allows it: values that do not fit, protocols that exclude each other. */
export function checkTypes(file: NftFile): SyntaxProblem[] {
  const checker = new Checker();
  for (const command of file.commands) checker.command(command);
  return checker.problems;
}

class Checker {
  readonly problems: SyntaxProblem[] = [];
  readonly #values: CheckedValues;
  readonly #variables = new Map<string, Expression>();

  constructor() {
    this.#values = new CheckedValues(this.problems, this.#variables);
  }

  command(command: Command): void {
    if (command.kind === "define") this.#define(command.name.text, command.value);
    else if (command.kind === "table") for (const item of command.items) this.#item(item, command.at.family);
    else if (command.kind === "object") {
      if (command.item) this.#item(command.item, command.at.family);
      if (command.rule) this.#rule(command.rule, command.at.family);
    } else if (command.kind === "other" && command.item) this.#item(command.item, "");
  }

  #define(name: string, value: Expression | undefined): void {
    if (value) this.#variables.set(name, value);
  }

  #item(item: TableItem, family: string): void {
    if (item.kind === "define") this.#define(item.name.text, item.value);
    else if (item.kind === "chain") this.#chain(item, family);
    else if (item.kind === "set" || item.kind === "map") this.#set(item);
  }

  #chain(chain: ChainNode, family: string): void {
    for (const rule of chain.rules) {
      if (rule.kind === "define") this.#define(rule.name.text, rule.value);
      else if (rule.kind === "rule") this.#rule(rule, family);
    }
  }

  #set(set: SetNode): void {
    if (!set.elements) return;
    if (set.keyType.length > 0) {
      const parts = set.keyType.map((name) => typeByName(name) ?? { type: "unknown" as const, bits: 0 });
      this.#values.elements(set.elements, parts);
    } else if (set.keyExpression) this.#values.elements(set.elements, infosOf(set.keyExpression));
  }

  #rule(rule: RuleNode, family: string): void {
    let network = NETWORKS.has(family) ? family : undefined;
    let transport: bigint | undefined;
    let end: string | undefined;
    // Whether the rule asks for a transport protocol in any way.
    let told = false;
    for (const statement of rule.statements) {
      if (end !== undefined && statement.kind !== "unknown") {
        this.#say(statement, `Nothing can follow "${end}" in a rule: nft loads nothing of this file. Move it before "${end}" or remove it.`);
        return;
      }
      end = endOf(statement);
      if (statement.kind === "verdict" && statement.chain) for (const inner of statement.chain) this.#rule(inner, family);
      if (statement.kind === "match") {
        this.#values.match(statement);
        const protocol = this.#values.protocolOf(statement);
        const known = transport === undefined || protocol === undefined ? undefined : IP_PROTOCOLS.get(transport);
        if (protocol !== undefined && known === undefined) transport = protocol;
      }
      if (statement.kind === "vmap") this.#values.verdictMap(statement.map, infosOf(statement.key));
      if (statement.kind === "nat") this.#values.nat(statement, family, told);
      if (statement.kind === "set") this.#values.change(statement.field, statement.value);
      for (const field of fieldsRead(statement)) {
        const layers = layersOf(field.field);
        if (layers.optional) continue;
        told ||= layers.tells;
        if (layers.network !== undefined && family !== "bridge" && family !== "netdev" && family !== "") {
          const known = network;
          // nft takes ICMP within IPv6, and ICMPv6 within IPv4; it never matches.
          const icmp = field.field.startsWith("icmp");
          if (known !== undefined && known !== layers.network && !icmp) {
            return this.#conflict(field, known, layers.network);
          }
          if (layers.network === "arp" && family === "inet") return this.#conflict(field, "inet", "arp");
          network = layers.network;
        }
        const name = layers.transport === undefined ? undefined : IP_PROTOCOLS.get(layers.transport);
        if (name !== undefined) {
          if (family === "arp") return this.#conflict(field, "arp", name);
          const known = transport === undefined ? undefined : IP_PROTOCOLS.get(transport);
          if (known !== undefined && known !== name && family !== "bridge" && family !== "netdev" && family !== "") return this.#conflict(field, known, name);
          transport = layers.transport;
        }
      }
    }
  }

  #conflict(field: Expression, known: string, wanted: string): void {
    this.#say(field, `This is about ${wanted}, but the packet is ${known} here: nft loads nothing of this file. Use two rules, or a table of another family.`);
  }

  #say(node: { range: SyntaxProblem["range"] }, message: string): void {
    this.problems.push({ range: node.range, message, certain: true });
  }
}

function infosOf(key: Expression): { type: NonNullable<ReturnType<typeof fieldInfo>>["type"]; bits: number }[] {
  const parts = key.kind === "concat" ? key.parts : [key];
  return parts.map((part) => (part.kind === "field" ? fieldInfo(part.field) : undefined) ?? { type: "unknown", bits: 0 });
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
      return statement.kind;
    default:
      return undefined;
  }
}

type FieldNode = Extract<Expression, { kind: "field" }>;

function fieldsRead(statement: StatementNode): FieldNode[] {
  if (statement.kind === "match") return plainFields(statement.left);
  return statement.kind === "vmap" ? plainFields(statement.key) : [];
}

function plainFields(expression: Expression): FieldNode[] {
  if (expression.kind === "field") return [expression];
  if (expression.kind === "concat") return expression.parts.flatMap(plainFields);
  return expression.kind === "binary" ? plainFields(expression.left) : [];
}
