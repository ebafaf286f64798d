import type { Range } from "../../../engine/location.ts";
import type { Maybe } from "../../../engine/unknown.ts";
import { isUnknown, unknown } from "../../../engine/unknown.ts";
import { BITMASKS } from "../../../formats/nftables/datatypes.ts";
import type { Expression, Operator } from "../../../formats/nftables/index.ts";
import type { ElementReader } from "./elements.ts";
import { lowerElements } from "./elements.ts";
import type { Context, LoweredField } from "./fields.ts";
import { NOT_TOLD, dependenciesOf, fieldsOf, lowerField } from "./fields.ts";
import type { Scope } from "./scope.ts";
import { Shared } from "./shared.ts";
import { expand } from "./scope.ts";
import { enumerate, lowerNumber, lowerValues, namesOf, namesOfBits } from "./values.ts";
import type { SetElement, Statement, Values } from "../ruleset.ts";
import { mergeIntervals } from "../values.ts";

/** What the lowering of a rule knows around it. */
export interface Surroundings {
  readonly context: Context;
  readonly scope: Scope;
  readonly conditional: (range: Range) => boolean;
  /** The elements of a named set of the same table. */
  readonly elements: (set: string) => Maybe<readonly SetElement[]>;
}

interface MatchNode {
  readonly left: Expression;
  readonly operator: Operator;
  readonly right: Expression;
  readonly mask: Expression | undefined;
  readonly range: Range;
}

/** Adds the statements of one match, with the matches on protocols that nft makes before it. */
export function lowerMatch(node: MatchNode, around: Surroundings, found: Statement[]): void {
  dependenciesOf(node.left, around.context, node.range, found);
  const lowered = node.left.kind === "concat" ? lowerTuple(node.left.parts, node, around) : lowerSingle(node, around);
  around.context.note(lowered);
  found.push(lowered);
}

function lowerTuple(parts: readonly Expression[], node: MatchNode, around: Surroundings): Statement {
  const { range } = node;
  const fields = keyParts(parts, around);
  const negated = node.operator === "!=" || node.operator === "!";
  const right = expand(node.right, around.scope);
  const names = fields.map(({ field }) => field);
  if (right.kind === "set-reference") return { kind: "match-tuple", fields: names, negated, elements: around.elements(right.name.text), set: right.name.text, range };
  return { kind: "match-tuple", fields: names, negated, elements: lowerElements(right, reader(fields, around)), range };
}

/** How the elements for that key are read. */
export function reader(parts: readonly LoweredField[], around: Surroundings): ElementReader {
  return { parts, scope: around.scope, conditional: around.conditional };
}

/** The fields of a key; what is no plain field keeps its place with values that nobody knows. */
export function keyParts(parts: readonly Expression[], around: Surroundings): LoweredField[] {
  return parts.map((part) => lowerField(part, around.context.family) ?? { field: describe(part), info: { type: "unknown", bits: 0 }, convert: () => NOT_TOLD });
}

function describe(expression: Expression): string {
  const fields = fieldsOf(expression);
  return fields.length === 0 ? "expression" : `${fields[0]} (calculated)`;
}

function lowerSingle(node: MatchNode, around: Surroundings): Statement {
  const { left, range } = node;
  const right = expand(node.right, around.scope);
  const field = lowerField(left, around.context.family);
  const negated = node.operator === "!=" || node.operator === "!";
  if (field === undefined) return lowerMasked(left, right, node, around) ?? { kind: "match", field: describe(left), negated, values: NOT_TOLD, range };
  if (right.kind === "set-reference") {
    const elements = around.elements(right.name.text);
    return { kind: "match", field: field.field, negated, values: union(elements), set: right.name.text, range };
  }
  const { info, convert } = field;
  if (right.kind === "set" && right.elements.some((element) => around.conditional(element.range))) {
    return { kind: "match", field: field.field, negated, values: unknown("a template decides about an element"), range };
  }
  if (BITMASKS.has(info.type) && right.kind !== "set") return lowerBits(field, right, node, around);
  if (node.operator === "<" || node.operator === ">" || node.operator === "<=" || node.operator === ">=") return { kind: "match", field: field.field, negated: false, values: compared(field, right, node.operator, around), range };
  const presence = right.kind === "word" && (right.text === "exists" || right.text === "missing") && !right.quoted;
  const values: Values = presence ? mergeIntervals(right.text === "exists" ? [[1n, 1n]] : [[0n, 0n]]) : lowerValues(right, info, around.scope);
  return { kind: "match", field: field.field, negated, values: convert ? convert(values) : values, range };
}

/** All values of the elements of a set with keys of one part. */
function union(elements: Maybe<readonly SetElement[]>): Values {
  if (isUnknown(elements)) return elements;
  const names: string[] = [];
  const spans: (readonly [bigint, bigint])[] = [];
  for (const { key } of elements) {
    const values = key[0];
    if (values === undefined || key.length !== 1) return NOT_TOLD;
    if (isUnknown(values)) return values;
    if (values.kind === "names") names.push(...values.names);
    else if (values.kind === "intervals") for (const span of values.intervals) spans.push(span);
    else return NOT_TOLD;
  }
  return names.length > 0 ? { kind: "names", names } : mergeIntervals(spans);
}

function compared({ info }: LoweredField, right: Expression, operator: "<" | ">" | "<=" | ">=", around: Surroundings): Values {
  const value = lowerNumber(right, info, around.scope);
  if (isUnknown(value)) return value;
  const most = info.bits === 0 ? value * 2n + (1n << 128n) : (1n << BigInt(info.bits)) - 1n;
  const span: [bigint, bigint] = operator === "<" ? [0n, value - 1n] : operator === "<=" ? [0n, value] : operator === ">" ? [value + 1n, most] : [value, most];
  return mergeIntervals(span[0] > span[1] ? [] : [span]);
}

/**
 * Conntrack states and TCP flags: a bare value asks whether one of the bits is set, `==` compares the whole field, `!` asks
 * that none is set, `value / mask` compares under a mask.
 */
function lowerBits(field: LoweredField, right: Expression, node: MatchNode, around: Surroundings): Statement {
  const { info } = field;
  const { range, operator } = node;
  const bits = lowerNumber(right, info, around.scope);
  const match = (values: Values, negated: boolean): Statement => ({ kind: "match", field: field.field, negated, values, range });
  const exact = operator === "==" || operator === "!=";
  if (isUnknown(bits)) return match(bits, operator === "!=" || operator === "!");
  if (info.type === "tcp_flag") {
    if (node.mask !== undefined) {
      const mask = lowerNumber(node.mask, info, around.scope);
      return match(isUnknown(mask) ? mask : { kind: "masked", mask, values: [bits] }, operator === "!=" || operator === "!");
    }
    if (exact) return match(mergeIntervals([[bits, bits]]), operator === "!=");
    return match(flags.get(bits) ?? flags.keep(bits, { kind: "masked", mask: bits, values: [0n] }), operator !== "!");
  }
  if (node.mask !== undefined) return match(NOT_TOLD, false);
  // A connection has many status bits at once, but one state: only the state can be compared as a whole.
  if (exact && info.type !== "ct_state") return match(NOT_TOLD, false);
  if (exact) return match({ kind: "names", names: namesOf(info.type, bits, bits) }, operator === "!=");
  const values = info.type === "ct_state" ? (states.get(bits) ?? states.keep(bits, { kind: "names", names: namesOfBits(info.type, bits) })) : undefined;
  return match(values ?? { kind: "names", names: namesOfBits(info.type, bits) }, operator === "!");
}

/** What asks whether one of those TCP flags is set, and for one of those connection states. */
const flags = new Shared<bigint, Values>();
const states = new Shared<bigint, Values>();

/** `field & mask == value`. */
function lowerMasked(left: Expression, right: Expression, node: MatchNode, around: Surroundings): Statement | undefined {
  if (left.kind !== "binary" || left.operator !== "&") return undefined;
  const field = lowerField(left.left, around.context.family);
  if (field === undefined) return undefined;
  const { info } = field;
  const { range } = node;
  const mask = lowerNumber(left.right, info, around.scope);
  const negated = node.operator === "!=" || node.operator === "!";
  const match = (values: Values, turned = negated): Statement => ({ kind: "match", field: field.field, negated: turned, values, range });
  if (isUnknown(mask)) return match(mask);
  const found = right.kind === "set-reference" ? union(around.elements(right.name.text)) : right.kind === "list" ? number(lowerNumber(right, info, around.scope)) : lowerValues(right, { type: info.type === "ct_state" || info.type === "ct_status" ? "integer" : info.type, bits: info.bits }, around.scope);
  if (info.type === "ct_state" || info.type === "ct_status") return lowerMaskedNames(field, mask, lowerNumber(right, info, around.scope), node);
  if (isUnknown(found)) return match(found);
  if (BITMASKS.has(info.type) && node.operator === "implicit") {
    const bits = lowerNumber(right, info, around.scope);
    return isUnknown(bits) ? match(bits) : match({ kind: "masked", mask: mask & bits, values: [0n] }, true);
  }
  if (!["==", "!=", "implicit"].includes(node.operator)) {
    const bound = lowerNumber(right, info, around.scope);
    const values = isUnknown(bound) ? undefined : masked(mask, node.operator, bound);
    return match(values === undefined ? NOT_TOLD : { kind: "masked", mask, values }, false);
  }
  const values = enumerate(found);
  return match(values === undefined ? NOT_TOLD : { kind: "masked", mask, values });
}

/** What the bits of a mask may be for a comparison to hold; undefined where that is too much to list. */
function masked(mask: bigint, operator: Operator, bound: bigint): bigint[] | undefined {
  if (mask > 0xffffn) return undefined;
  const found: bigint[] = [];
  // The next part of a mask below another one, as in Hacker's Delight.
  for (let part = mask, last = false; !last; part = (part - 1n) & mask) {
    last = part === 0n;
    if (operator === "<" ? part < bound : operator === "<=" ? part <= bound : operator === ">" ? part > bound : part >= bound) found.push(part);
    if (found.length > 256) return undefined;
  }
  return found.reverse();
}

function number(value: Maybe<bigint>): Values {
  return isUnknown(value) ? value : mergeIntervals([[value, value]]);
}

/** `ct state & (established | related) != 0`. */
function lowerMaskedNames({ field, info }: LoweredField, mask: bigint, value: Maybe<bigint>, node: MatchNode): Statement {
  const { range, operator } = node;
  if (isUnknown(value)) return { kind: "match", field, negated: false, values: value, range };
  const negated = operator === "!=";
  if (value === 0n) return { kind: "match", field, negated: !negated, values: { kind: "names", names: namesOfBits(info.type, mask) }, range };
  const single = (value & mask) === value && (value & (value - 1n)) === 0n && (info.type === "ct_state" || mask === value);
  return { kind: "match", field, negated, values: single ? { kind: "names", names: namesOfBits(info.type, value) } : NOT_TOLD, range };
}
