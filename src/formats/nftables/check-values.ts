import { capital } from "../../engine/sentence.ts";
import type { SyntaxProblem } from "../format.ts";
import { HOLE } from "../template/jinja.ts";
import type { TypeName } from "./datatypes.ts";
import { BITMASKS, NAMED, isPlain, resolve, spanMilliseconds } from "./datatypes.ts";
import type { FieldInfo } from "./fields.ts";
import { fieldInfo } from "./fields.ts";
import { OPEN } from "./symbols.ts";
import type { ElementNode, Expression, StatementNode } from "./tree.ts";
import type { Variables } from "./check-variables.ts";

type Match = Extract<StatementNode, { kind: "match" }>;
const PROTO: FieldInfo = { type: "inet_proto", bits: 8 };
const ETHER: FieldInfo = { type: "ether_type", bits: 16 };
/** Fields that tell what follows in the packet. */
const PROTOCOL_FIELDS: ReadonlyMap<string, FieldInfo> = new Map([
  ["meta l4proto", PROTO], ["ip protocol", PROTO], ["ip6 nexthdr", PROTO], ["meta nfproto", { type: "nf_proto", bits: 8 }],
  ["meta protocol", ETHER], ["ether type", ETHER], ["vlan type", ETHER],
]);
/** Types of which a list may be given without braces. */
const LISTS: ReadonlySet<TypeName> = new Set<TypeName>([...BITMASKS, "ct_label", "unknown", "integer"]);
/** Types that `!` can be asked of. */
const NEGATED: ReadonlySet<TypeName> = new Set<TypeName>([...BITMASKS, "ct_label", "boolean"]);
/** Names of helpers and of operating systems, with the byte that ends them. */
const LONGEST_NAME = 16;
const ORDERS: ReadonlySet<string> = new Set(["<", ">", "<=", ">="]);
const NO_PROTOCOLS: readonly bigint[] = [];
/** IFNAMSIZ, with the byte that ends the name. */
const INTERFACE_NAME = 16;

/** Holds values against the fields that they are compared with or put into. */
export class CheckedValues {
  readonly #problems: SyntaxProblem[];
  readonly #variables: Variables;

  constructor(problems: SyntaxProblem[], variables: Variables) {
    this.#problems = problems;
    this.#variables = variables;
  }

  /** What a field is compared with. `network`: the family of the packet, where the rule tells it. */
  match({ left, operator, right }: Match, network: string | undefined): void {
    if (left.kind === "concat") {
      if (right.kind === "concat") return this.#say(right, "Several fields are compared with sets only: nft loads nothing of this file. Write braces around the value.");
      this.elements(right, left.parts.map(infoOf));
      return;
    }
    const field = left.kind === "binary" ? left.left : left;
    if (field.kind !== "field") return;
    const told = infoOf(field);
    const info: FieldInfo = told.type === "address" && network === "ip" ? { type: "ipv4_addr", bits: 32 } : told.type === "address" && network === "ip6" ? { type: "ipv6_addr", bits: 128 } : told;
    const value = this.expand(right);
    if (operator === "!" && info.type !== "unknown" && !NEGATED.has(info.type)) {
      this.#say(left, `"!" turns round only tests of single bits, such as ct state or tcp flags: nft loads nothing of this file. Write "!=".`);
      return;
    }
    if (value.kind === "word" && (field.field === "osf name" || field.field === "ct helper") && value.text.length >= LONGEST_NAME) {
      this.#say(right, `"${value.text}" is too long: such a name has at most ${LONGEST_NAME - 1} characters. nft loads nothing of this file.`);
      return;
    }
    if (ORDERS.has(operator) && (value.kind === "range" || value.kind === "set" || value.kind === "set-reference")) {
      this.#say(right, `"${operator}" compares with one value only: nft loads nothing of this file.`);
      return;
    }
    if (value.kind === "list" && !LISTS.has(info.type)) {
      this.#say(right, `Several values of ${field.field} need braces: nft loads nothing of this file. Write { … } around them.`);
      return;
    }
    if (value.kind === "set") {
      const mapped = value.elements.find((element) => element.value !== undefined);
      if (mapped) this.#say(mapped, `An element of a map stands where a set of ${field.field} is needed: nft loads nothing of this file. Write "vmap" before the braces if it is to decide.`);
      else this.elements(right, [info]);
      return;
    }
    if (value.kind === "word" && (value.text === "exists" || value.text === "missing")) return;
    this.#value(right, info);
  }

  /** The protocols that a match asks for, each by its number; none where it asks for another thing. */
  protocolsOf({ left, operator, right }: Match): readonly bigint[] {
    if (left.kind !== "field" || (operator !== "implicit" && operator !== "==")) return NO_PROTOCOLS;
    const info = PROTOCOL_FIELDS.get(left.field);
    if (!info) return NO_PROTOCOLS;
    const value = this.expand(right);
    const found = value.kind === "set" ? value.elements.map(({ key }) => this.#number(this.expand(key), info)) : [this.#number(value, info)];
    return found.filter((number) => number !== undefined);
  }

  /** A verdict map that is written out: each element needs a verdict, and no two may be about the same values. */
  verdictMap(written: Expression, parts: readonly FieldInfo[]): void {
    const map = this.expand(written);
    this.elements(written, parts);
    if (map.kind !== "set" || map !== written) return;
    this.distinct(map.elements, parts);
    for (const { key, value, range } of map.elements) {
      const verdict = value && this.expand(value);
      const hidden = key.kind === "unknown" || key.kind === "variable" || (key.kind === "word" && key.text.includes(HOLE));
      if (verdict === undefined && !hidden) this.#say({ range }, "An element of a verdict map has no verdict: nft loads nothing of this file. Write the key, a colon and a verdict.");
      else if (verdict?.kind === "word" && !verdict.text.includes(HOLE) && !verdict.quoted) this.#say(verdict, `"${verdict.text}" is no verdict: nft loads nothing of this file. Use accept, drop, continue, return, or jump or goto with a chain.`);
    }
  }

  /** The map of a value that is written out: keys, and what it gives. */
  dataMap(map: Expression, parts: readonly FieldInfo[], data: readonly FieldInfo[]): void {
    const set = this.expand(map);
    if (set.kind !== "set") return;
    this.elements(map, parts);
    if (set === map) this.distinct(set.elements, parts);
    for (const element of set.elements) if (data.length > 0) this.datum(element, ...data);
  }

  /** What one element of a map gives: a verdict, or values of those types. */
  datum(element: ElementNode, ...wanted: readonly (FieldInfo | "verdict")[]): void {
    const [first] = wanted;
    const { key, range } = element;
    if (element.value === undefined) {
      if (key.kind === "unknown" || key.kind === "variable" || (key.kind === "word" && key.text.includes(HOLE))) return;
      return this.#say({ range }, "This element of a map has no value: nft loads nothing of this file. Write the key, a colon and the value.");
    }
    const value = this.expand(element.value);
    if (first === "verdict") {
      if (value.kind === "word" && !value.text.includes(HOLE)) this.#say(element.value, `"${value.text}" is no verdict: nft loads nothing of this file.`);
    } else if (value.kind === "verdict") this.#say(element.value, "A verdict stands where the map gives values: nft loads nothing of this file.");
    else {
      const parts = value.kind === "concat" ? value.parts : [element.value];
      parts.forEach((part, i) => {
        const info = wanted[i];
        if (info !== undefined && info !== "verdict") this.#value(part, info);
      });
    }
  }

  /** No two elements of a map that is written out may be about the same values, unless they are the same. */
  distinct(elements: readonly ElementNode[], parts: readonly FieldInfo[]): void {
    if (parts.length !== 1) return;
    const spans: { first: bigint; last: bigint; element: ElementNode }[] = [];
    for (const element of elements) {
      const span = this.span(element.key, parts[0]!);
      if (span) spans.push({ ...span, element });
    }
    spans.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : a.element.range.start - b.element.range.start));
    for (let i = 1; i < spans.length; i++) {
      const [one, two] = [spans[i - 1]!, spans[i]!];
      if (two.first > one.last || (two.first === one.first && two.last === one.last && sameValue(one.element.value, two.element.value))) continue;
      const later = two.element.range.start > one.element.range.start ? two : one;
      this.#say(later.element.key, "Two elements of this map are about the same value: nft loads nothing of this file. Keep one of them, or make the ranges disjoint.");
      return;
    }
  }

  /** The numbers that a value, range or prefix stands for; undefined where it is none of them. */
  span(key: Expression, info: FieldInfo): { first: bigint; last: bigint } | undefined {
    if (key.kind === "range") {
      const first = this.#number(key.from, info);
      const last = this.#number(key.to, info);
      return first === undefined || last === undefined ? undefined : { first, last };
    }
    if (key.kind === "prefix" && info.bits > 0) {
      const base = this.#number(key.base, info);
      const length = key.length.kind === "word" && /^\d{1,3}$/.test(key.length.text) ? Number(key.length.text) : info.bits + 1;
      if (base === undefined || length > info.bits) return undefined;
      const host = (1n << BigInt(info.bits - length)) - 1n;
      return { first: base & ~host, last: base | host };
    }
    const value = this.#number(key, info);
    return value === undefined ? undefined : { first: value, last: value };
  }

  /** Where a nat statement leads to. \`told\`: the rule asks for a transport protocol. */
  nat({ to, port }: Extract<StatementNode, { kind: "nat" }>, own: "ip" | "ip6" | undefined, told: boolean): void {
    const address: FieldInfo = own === "ip" ? { type: "ipv4_addr", bits: 32 } : own === "ip6" ? { type: "ipv6_addr", bits: 128 } : { type: "address", bits: 128 };
    if (to?.kind === "map") this.dataMap(to.map, partsOf(to.key).map(infoOf), [address, { type: "inet_service", bits: 16 }]);
    else if (to && own !== undefined) this.#value(to, address);
    if (!port) return;
    this.#value(port, { type: "inet_service", bits: 16 });
    const literal = port.kind === "word" || port.kind === "range";
    if (literal && !told) this.#say(port, "A port needs a match on the transport protocol before it: nft loads nothing of this file. Add one such as \"meta l4proto tcp\".");
  }

  /** The value that a statement puts into a field. */
  change(field: Expression, value: Expression): void {
    if (field.kind === "field" && value.kind === "map") this.dataMap(value.map, partsOf(value.key).map(infoOf), [infoOf(field)]);
    else if (field.kind === "field" && value.kind !== "set") this.#value(value, infoOf(field));
    if (value.kind === "set") this.#say(value, "Only one value can be set: nft loads nothing of this file. Remove the braces, or look it up in a map.");
  }

  /** The keys of a set or map. */
  elements(written: Expression, parts: readonly FieldInfo[]): void {
    const set = this.expand(written);
    if (set.kind !== "set") {
      if (parts.length === 1) this.#value(written, parts[0]!);
      return;
    }
    for (const { key } of set.elements) {
      const expanded = this.expand(key);
      if (expanded.kind === "set") {
        if (key.kind === "set") this.elements(expanded, parts);
      } else if (expanded.kind === "concat") {
        if (expanded.parts.length > parts.length && parts.every(({ type }) => type !== "unknown")) {
          this.#say(key, `This element has ${expanded.parts.length} parts and the key has ${parts.length}: nft loads nothing of this file.`);
        } else for (const [i, part] of expanded.parts.entries()) if (parts[i]) this.#value(part, parts[i]);
      } else if (parts.length > 1 && key.kind === "word" && !key.text.includes(HOLE)) {
        this.#say(key, `This element has 1 part and the key has ${parts.length}: nft loads nothing of this file. Join the parts with " . ".`);
      } else if (parts.length === 1) this.#value(key, parts[0]!);
    }
  }

  #value(written: Expression, info: FieldInfo): void {
    const value = this.expand(written);
    // What a variable holds is faulted where it is used, for only there its type is known.
    const at = written;
    switch (value.kind) {
      case "word":
        this.#word(value.text, value.quoted, info, at);
        return;
      case "range": {
        if (info.type === "ifname") {
          this.#say(at, "Names of interfaces have no ranges: nft loads nothing of this file. List them in braces, or end the name in *.");
          return;
        }
        if (value.from.kind === "word") this.#word(value.from.text, value.from.quoted, info, written === value ? value.from : at);
        if (value.to.kind === "word") this.#word(value.to.text, value.to.quoted, info, written === value ? value.to : at);
        const from = this.#number(value.from, info);
        const to = this.#number(value.to, info);
        const turned = info.type === "time_span" ? spanTurned(value.from, value.to) : from !== undefined && to !== undefined && to < from;
        if (turned) this.#say(at, "This range ends before it begins: nft loads nothing of this file. Turn it round.");
        return;
      }
      case "prefix": {
        if (value.base.kind === "word") this.#word(value.base.text, value.base.quoted, info, written === value ? value.base : at);
        if (value.length.kind === "word" && !/^\d+$/.test(value.length.text) && !value.length.text.includes(HOLE)) {
          this.#say(at, `After the "/" nft takes a prefix length such as 24, no mask: it loads nothing of this file.`);
          return;
        }
        const length = value.length.kind === "word" && /^\d+$/.test(value.length.text) ? Number(value.length.text) : undefined;
        if (length !== undefined && info.bits > 0 && length > info.bits && info.type !== "address") {
          this.#say(at, `The prefix length ${length} is more than the ${info.bits} bits of the field: nft loads nothing of this file.`);
        }
        return;
      }
      case "list":
        for (const item of value.items) this.#value(item, info);
        return;
      case "binary":
        // Of bits every name must be known; numbers may be masks and shifts.
        if (!BITMASKS.has(info.type)) return;
        for (const side of [value.left, value.right]) if (side.kind !== "field") this.#value(side, info);
    }
  }

  #word(text: string, quoted: boolean, info: FieldInfo, at: Expression): void {
    if (info.type === "ifname" && text.length >= INTERFACE_NAME && !text.includes(HOLE) && !text.endsWith("*")) {
      this.#say(at, `"${text}" is too long for an interface: names have at most ${INTERFACE_NAME - 1} characters. nft loads nothing of this file.`);
      return;
    }
    if ((info.type === "ifname" || info.type === "string") && text === "") {
      this.#say(at, "This name cannot be empty: nft loads nothing of this file.");
      return;
    }
    if (isPlain(info, text, quoted)) return;
    const found = resolve(info.type, info.bits, text, quoted && !OPEN.has(info.type) && info.type !== "inet_service");
    if ("wrong" in found) this.#say(at, `${capital(found.wrong)}: nft loads nothing of this file.`);
  }

  #number(expression: Expression, info: FieldInfo): bigint | undefined {
    if (expression.kind !== "word" || NAMED.has(info.type)) return undefined;
    const found = resolve(info.type, info.bits, expression.text, expression.quoted);
    return "number" in found ? found.number : undefined;
  }

  /** What a variable stands for. */
  expand(expression: Expression): Expression {
    return expression.kind === "variable" ? this.#variables.expand(expression) : expression;
  }

  #say(node: { range: SyntaxProblem["range"] }, message: string): void {
    this.#problems.push({ range: node.range, message, certain: true });
  }
}

function spanTurned(from: Expression, to: Expression): boolean {
  const first = from.kind === "word" ? spanMilliseconds(from.text) : undefined;
  const last = to.kind === "word" ? spanMilliseconds(to.text) : undefined;
  return first !== undefined && last !== undefined && last < first;
}

function sameValue(one: Expression | undefined, two: Expression | undefined): boolean {
  if (one?.kind === "verdict" && two?.kind === "verdict") return one.verdict === two.verdict && sameValue(one.target, two.target);
  if (one?.kind === "word" && two?.kind === "word") return one.text === two.text;
  // What is not compared may be the same.
  return one?.kind !== two?.kind ? one === undefined || two === undefined : one?.kind !== "verdict";
}

function partsOf(key: Expression): readonly Expression[] {
  return key.kind === "concat" ? key.parts : [key];
}

function infoOf(expression: Expression): FieldInfo {
  return (expression.kind === "field" ? fieldInfo(expression.field) : undefined) ?? { type: "unknown", bits: 0 };
}
