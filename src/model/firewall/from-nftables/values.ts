import type { Maybe } from "../../../engine/unknown.ts";
import { isUnknown, unknown } from "../../../engine/unknown.ts";
import type { FieldInfo } from "../../../formats/nftables/fields.ts";
import { NAMED, resolve } from "../../../formats/nftables/datatypes.ts";
import { CLOSED } from "../../../formats/nftables/symbols.ts";
import type { Expression } from "../../../formats/nftables/index.ts";
import type { Scope } from "./scope.ts";
import { expand } from "./scope.ts";
import type { Values } from "../ruleset.ts";
import { interval, mergeIntervals } from "../values.ts";
import { Shared } from "./shared.ts";

/** Masked comparisons with more values than this are not worth listing. */
const MAX_MASKED = 256n;
/** Variables that hold each other several times make more values than anyone has written. */
export const MOST_VALUES = 100_000;

/** Types whose values seldom come again in a file. */
const SELDOM: ReadonlySet<string> = new Set(["ipv4_addr", "ipv6_addr", "address", "ether_addr"]);

/** What single words stand for, by type and text. */
const words = new Map<string, Shared<string, { readonly bits: number; readonly quoted: boolean; readonly values: Values }>>();

/** The values that an expression stands for in a field of that type: one value, a range, a list or a set of them. */
export function lowerValues(written: Expression, info: FieldInfo, scope: Scope): Values {
  const expression = written.kind === "variable" ? expand(written, scope) : written;
  if (expression.kind !== "word") return lowerSeveral(expression, info, scope);
  const { text, quoted } = expression;
  if (SELDOM.has(info.type)) return lowerWord(text, quoted, info);
  let shared = words.get(info.type);
  if (shared === undefined) words.set(info.type, (shared = new Shared()));
  const known = shared.get(text);
  if (known !== undefined && known.bits === info.bits && known.quoted === quoted) return known.values;
  return shared.keep(text, { bits: info.bits, quoted, values: lowerWord(text, quoted, info) }).values;
}

function lowerWord(text: string, quoted: boolean, info: FieldInfo): Values {
  const value = resolve(info.type, info.bits, text, quoted);
  if ("unknown" in value) return unknown(value.unknown);
  if ("wrong" in value) return unknown(value.wrong);
  if ("name" in value) return NAMED.has(info.type) ? { kind: "names", names: [value.name] } : unknown(`${value.name} is no number`);
  if (NAMED.has(info.type) && !SPANNED.has(info.type)) return { kind: "names", names: namesOf(info.type, value.number, value.number) };
  return interval(value.number, value.number);
}

/** Types of names that may have numbers as well. */
const SPANNED: ReadonlySet<string> = new Set(["iface_index", "ifname", "string"]);

function lowerSeveral(expression: Expression, info: FieldInfo, scope: Scope): Values {
  const spans: [bigint, bigint][] = [];
  const names: string[] = [];
  const reason = collect(expression, info, scope, spans, names);
  if (reason !== undefined) return unknown(reason);
  if (NAMED.has(info.type)) {
    if (spans.length === 0) return { kind: "names", names };
    if (names.length === 0 && SPANNED.has(info.type)) return mergeIntervals(spans);
    return { kind: "names", names: [...names, ...spans.flatMap(([first, last]) => namesOf(info.type, first, last))] };
  }
  if (names.length > 0) return unknown(`${names[0]} is no number`);
  return mergeIntervals(spans);
}

/** Fills `spans` and `names`; gives the reason where a value cannot be known. */
function collect(written: Expression, info: FieldInfo, scope: Scope, spans: [bigint, bigint][], names: string[]): string | undefined {
  const expression = expand(written, scope);
  if (written.kind === "variable" && spans.length + names.length > MOST_VALUES) return "there are too many values";
  switch (expression.kind) {
    case "word": {
      const value = resolve(info.type, info.bits, expression.text, expression.quoted);
      if ("unknown" in value) return value.unknown;
      if ("wrong" in value) return value.wrong;
      if ("name" in value) names.push(value.name);
      else spans.push([value.number, value.number]);
      return undefined;
    }
    case "range": {
      const from = lowerNumber(expression.from, info, scope);
      const to = lowerNumber(expression.to, info, scope);
      if (isUnknown(from)) return from.unknown;
      if (isUnknown(to)) return to.unknown;
      if (to < from) return "the range is turned round";
      spans.push([from, to]);
      return undefined;
    }
    case "prefix":
      return collectPrefix(expression, info, scope, spans);
    case "binary": {
      const value = lowerNumber(expression, info, scope);
      if (isUnknown(value)) return value.unknown;
      spans.push([value, value]);
      return undefined;
    }
    case "list":
      return firstOf(expression.items, (item) => collect(item, info, scope, spans, names));
    case "set":
      return firstOf(expression.elements, ({ key }) => collect(key, info, scope, spans, names));
    case "any":
      if (NAMED.has(info.type)) names.push("*");
      else spans.push([0n, (1n << BigInt(info.bits === 0 ? 128 : info.bits)) - 1n]);
      return undefined;
    case "unknown":
      return expression.reason;
    default:
      return "what it is compared with is not in the text";
  }
}

function firstOf<T>(items: readonly T[], ask: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const reason = ask(item);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function collectPrefix(expression: Extract<Expression, { kind: "prefix" }>, info: FieldInfo, scope: Scope, spans: [bigint, bigint][]): string | undefined {
  const base = lowerNumber(expression.base, info, scope);
  if (isUnknown(base)) return base.unknown;
  const length = lowerNumber(expression.length, { type: "integer", bits: 0 }, scope);
  if (isUnknown(length)) return length.unknown;
  const written = expand(expression.base, scope);
  const bits = info.type === "address" && written.kind === "word" ? (written.text.includes(":") ? 128 : 32) : info.bits;
  if (bits === 0 || length > BigInt(bits)) return "the prefix is longer than the field";
  const host = (1n << (BigInt(bits) - length)) - 1n;
  // nft drops the bits behind the prefix silently.
  const first = base & ~host;
  spans.push([first, first | host]);
  return undefined;
}

/** One number: a value, or bits that are joined. */
export function lowerNumber(written: Expression, info: FieldInfo, scope: Scope): Maybe<bigint> {
  const expression = expand(written, scope);
  if (expression.kind === "word") {
    const value = resolve(info.type, info.bits, expression.text, expression.quoted);
    if ("number" in value) return value.number;
    return unknown("unknown" in value ? value.unknown : "wrong" in value ? value.wrong : `${value.name} is no number`);
  }
  if (expression.kind === "list") {
    let bits = 0n;
    for (const item of expression.items) {
      const value = lowerNumber(item, info, scope);
      if (isUnknown(value)) return value;
      bits |= value;
    }
    return bits;
  }
  if (expression.kind === "binary") {
    const left = lowerNumber(expression.left, info, scope);
    const right = lowerNumber(expression.right, expression.operator === "<<" || expression.operator === ">>" ? { type: "integer", bits: 0 } : info, scope);
    if (isUnknown(left)) return left;
    if (isUnknown(right)) return right;
    return calculate(expression.operator, left, right);
  }
  return unknown(expression.kind === "unknown" ? expression.reason : "what it is compared with is not in the text");
}

function calculate(operator: string, left: bigint, right: bigint): Maybe<bigint> {
  switch (operator) {
    case "&":
      return left & right;
    case "|":
      return left | right;
    case "^":
      return left ^ right;
    case "+":
      return left + right;
    case "-":
      return left - right;
    default:
      if (right > 128n) return unknown("the shift is too far");
      return operator === "<<" ? left << right : left >> right;
  }
}

/** The names of the numbers `first` to `last` of a type; of bits, those that stand alone. */
export function namesOf(type: string, first: bigint, last: bigint): string[] {
  const found = new Map<bigint, string>();
  for (const [name, value] of CLOSED.get(type) ?? []) if (value >= first && value <= last && !found.has(value)) found.set(value, name);
  return [...found.values()];
}

/** The names of the bits that are set. */
export function namesOfBits(type: string, bits: bigint): string[] {
  const found: string[] = [];
  for (const [name, value] of CLOSED.get(type) ?? []) if ((bits & value) !== 0n) found.push(name);
  return found;
}

/** The single numbers of `values`; undefined where there are too many. */
export function enumerate(values: Values): bigint[] | undefined {
  if (isUnknown(values) || values.kind !== "intervals") return undefined;
  const found: bigint[] = [];
  for (const [first, last] of values.intervals) {
    if (last - first > MAX_MASKED) return undefined;
    for (let value = first; value <= last; value++) found.push(value);
  }
  return found;
}
