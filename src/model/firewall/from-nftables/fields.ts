import type { Range } from "../../../engine/location.ts";
import { unknown } from "../../../engine/unknown.ts";
import type { FieldInfo } from "../../../formats/nftables/fields.ts";
import { fieldInfo } from "../../../formats/nftables/fields.ts";
import { layersOf } from "../../../formats/nftables/layers.ts";
import type { Expression } from "../../../formats/nftables/index.ts";
import type { Family, Field, Statement, Values } from "../ruleset.ts";
import { intervals } from "../values.ts";

const UNTYPED: FieldInfo = { type: "unknown", bits: 0 };
const ETHER_TYPE: Record<string, bigint> = { ip: 0x0800n, ip6: 0x86ddn, arp: 0x0806n };
const NF_PROTO: Record<string, bigint> = { ip: 2n, ip6: 10n };
/** How a field is called in the model, and how its values become the model's. */
export interface LoweredField {
  readonly field: Field;
  readonly info: FieldInfo;
  /** Turns ethernet types into the families of netfilter. */
  readonly convert?: (values: Values) => Values;
}

/** The model's field for what an expression reads; undefined where it is no plain field. */
export function lowerField(expression: Expression, family: Family): LoweredField | undefined {
  if (expression.kind !== "field") return undefined;
  const { field } = expression;
  const info = fieldInfo(field) ?? UNTYPED;
  switch (field) {
    case "meta iif":
    case "meta oif":
      return { field: `${field}name`, info };
    case "ip protocol":
    case "ip6 nexthdr":
      return { field: "meta l4proto", info };
    case "meta protocol":
      if (family === "ip" || family === "ip6" || family === "inet") return { field: "meta nfproto", info, convert: toFamily };
      return { field, info };
    default:
      return { field, info };
  }
}

function toFamily(values: Values): Values {
  if (!("kind" in values) || values.kind !== "intervals") return values;
  const families = values.intervals.flatMap(([first, last]) => Object.keys(NF_PROTO).filter((name) => first <= ETHER_TYPE[name]! && ETHER_TYPE[name]! <= last));
  return intervals(...families.map((name) => NF_PROTO[name]!));
}

const numbers = new Map<bigint, Values>();

/** The values that hold one protocol's number; there are few protocols. */
function only(number: bigint): Values {
  let values = numbers.get(number);
  if (values === undefined) numbers.set(number, (values = intervals(number)));
  return values;
}

/** What a rule has said about the protocols so far, so that it need not be said again. */
export class Context {
  readonly family: Family;
  #layer3: bigint | undefined;
  #layer4: bigint | undefined;

  constructor(family: Family) {
    this.family = family;
    this.reset();
  }

  /** Forgets: another rule begins. */
  reset(): void {
    this.#layer3 = NF_PROTO[this.family];
    this.#layer4 = undefined;
  }

  /** Takes note of a match that the rule makes. */
  note(statement: Statement): void {
    if (statement.kind !== "match" || (statement.field !== "meta l4proto" && statement.field !== "meta nfproto")) return;
    if (statement.negated || !("kind" in statement.values) || statement.values.kind !== "intervals") return;
    const [only, second] = statement.values.intervals;
    const value = only && second === undefined && only[0] === only[1] ? only[0] : undefined;
    if (statement.field === "meta l4proto") this.#layer4 = value;
    if (statement.field === "meta nfproto") this.#layer3 = value;
  }

  /** Adds the matches that nft makes by itself before one on `field`, where the rule has not made them yet. */
  dependencies(field: string, range: Range, found: Statement[]): void {
    const { network, transport } = layersOf(field);
    if (network !== undefined) this.network(network, range, found);
    if (transport !== undefined) this.transport(transport, range, found);
  }

  network(family: string, range: Range, found: Statement[]): void {
    const layered = this.family === "bridge" || this.family === "netdev";
    if (this.family === family || (!layered && NF_PROTO[family] === undefined)) return;
    const number = layered ? ETHER_TYPE[family]! : NF_PROTO[family]!;
    if (this.#layer3 === number) return;
    this.#layer3 = number;
    found.push({ kind: "match", field: layered ? "meta protocol" : "meta nfproto", negated: false, values: only(number), range });
  }

  transport(number: bigint, range: Range, found: Statement[]): void {
    if (this.#layer4 === number) return;
    this.#layer4 = number;
    found.push({ kind: "match", field: "meta l4proto", negated: false, values: only(number), range });
  }
}

/** Every field that an expression reads, in order. */
export function fieldsOf(expression: Expression): string[] {
  switch (expression.kind) {
    case "field":
      return [expression.field, ...(expression.argument ? fieldsOf(expression.argument) : [])];
    case "concat":
      return expression.parts.flatMap(fieldsOf);
    case "binary":
      return [...fieldsOf(expression.left), ...fieldsOf(expression.right)];
    case "map":
      return fieldsOf(expression.key);
    default:
      return [];
  }
}

/** Adds the matches that nft makes before one on that expression. */
export function dependenciesOf(expression: Expression, context: Context, range: Range, found: Statement[]): void {
  if (expression.kind === "field" && expression.argument === undefined) context.dependencies(expression.field, range, found);
  else for (const field of fieldsOf(expression)) context.dependencies(field, range, found);
}

/** Stands where a field's values cannot be told from the text. */
export const NOT_TOLD = unknown("what it is compared with is not in the text");
