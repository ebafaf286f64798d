import type { SyntaxProblem } from "../format.ts";
import { HOLE } from "../template/jinja.ts";
import type { TypeName } from "./datatypes.ts";
import { BITMASKS, NAMED, resolve } from "./datatypes.ts";
import type { FieldInfo } from "./fields.ts";
import { fieldInfo } from "./fields.ts";
import { OPEN } from "./symbols.ts";
import type { Expression, StatementNode } from "./tree.ts";

type Match = Extract<StatementNode, { kind: "match" }>;
/** Types of which a list may be given without braces. */
const LISTS: ReadonlySet<TypeName> = new Set<TypeName>([...BITMASKS, "ct_label", "unknown", "integer"]);
/** IFNAMSIZ, with the byte that ends the name. */
const INTERFACE_NAME = 16;

/** Holds values against the fields that they are compared with or put into. */
export class CheckedValues {
  readonly #problems: SyntaxProblem[];
  readonly #variables: ReadonlyMap<string, Expression>;

  constructor(problems: SyntaxProblem[], variables: ReadonlyMap<string, Expression>) {
    this.#problems = problems;
    this.#variables = variables;
  }

  match({ left, operator, right }: Match): void {
    if (left.kind === "concat") {
      this.elements(right, left.parts.map(infoOf));
      return;
    }
    const field = left.kind === "binary" ? left.left : left;
    if (field.kind !== "field") return;
    const info = infoOf(field);
    const value = this.#expand(right);
    if (["<", ">", "<=", ">="].includes(operator) && (value.kind === "range" || value.kind === "set" || value.kind === "set-reference")) {
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

  /** The IP protocol that a match asks for by its number or name; undefined where it asks for none or for several. */
  protocolOf({ left, operator, right }: Match): bigint | undefined {
    if (left.kind !== "field" || !["meta l4proto", "ip protocol", "ip6 nexthdr"].includes(left.field)) return undefined;
    if (operator !== "implicit" && operator !== "==") return undefined;
    return this.#number(this.#expand(right), { type: "inet_proto", bits: 8 });
  }

  /** A verdict map that is written out: each element needs a verdict, and no two may be about the same values. */
  verdictMap(written: Expression, parts: readonly FieldInfo[]): void {
    const map = this.#expand(written);
    this.elements(written, parts);
    if (map.kind !== "set" || map !== written) return;
    const spans: { first: bigint; last: bigint; at: Expression }[] = [];
    for (const { key, value, range } of map.elements) {
      const verdict = value && this.#expand(value);
      const hidden = key.kind === "unknown" || key.kind === "variable" || (key.kind === "word" && key.text.includes(HOLE));
      if (verdict === undefined && !hidden) this.#say({ range }, "An element of a verdict map has no verdict: nft loads nothing of this file. Write the key, a colon and a verdict.");
      else if (verdict?.kind === "word" && !verdict.text.includes(HOLE) && !verdict.quoted) this.#say(verdict, `"${verdict.text}" is no verdict: nft loads nothing of this file. Use accept, drop, continue, return, or jump or goto with a chain.`);
      const span = parts.length === 1 ? this.#span(key, parts[0]!) : undefined;
      if (span) spans.push({ ...span, at: key });
    }
    spans.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : a.at.range.start - b.at.range.start));
    for (let i = 1; i < spans.length; i++) {
      if (spans[i]!.first > spans[i - 1]!.last) continue;
      const later = spans[i]!.at.range.start > spans[i - 1]!.at.range.start ? spans[i]! : spans[i - 1]!;
      this.#say(later.at, "Two elements of this map are about the same value: nft loads nothing of this file. Keep one of them, or make the ranges disjoint.");
      return;
    }
  }

  #span(key: Expression, info: FieldInfo): { first: bigint; last: bigint } | undefined {
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
  nat({ to, port, family: written }: Extract<StatementNode, { kind: "nat" }>, family: string, told: boolean): void {
    const own = written ?? (family === "ip" || family === "ip6" ? family : undefined);
    if (to && own !== undefined) this.#value(to, own === "ip" ? { type: "ipv4_addr", bits: 32 } : { type: "ipv6_addr", bits: 128 });
    if (!port) return;
    this.#value(port, { type: "inet_service", bits: 16 });
    const literal = port.kind === "word" || port.kind === "range";
    if (literal && !told) this.#say(port, "A port needs a match on the transport protocol before it: nft loads nothing of this file. Add one such as \"meta l4proto tcp\".");
  }

  /** The value that a statement puts into a field. */
  change(field: Expression, value: Expression): void {
    if (field.kind === "field" && (value.kind === "word" || value.kind === "variable")) this.#value(value, infoOf(field));
    if (value.kind === "set") this.#say(value, "Only one value can be set: nft loads nothing of this file. Remove the braces, or look it up in a map.");
  }

  /** The keys of a set or map. */
  elements(written: Expression, parts: readonly FieldInfo[]): void {
    const set = this.#expand(written);
    if (set.kind !== "set") {
      if (parts.length === 1) this.#value(written, parts[0]!);
      return;
    }
    for (const { key } of set.elements) {
      const expanded = this.#expand(key);
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
    const value = this.#expand(written);
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
        if (from !== undefined && to !== undefined && to < from) this.#say(at, "This range ends before it begins: nft loads nothing of this file. Turn it round.");
        return;
      }
      case "prefix": {
        if (value.base.kind === "word") this.#word(value.base.text, value.base.quoted, info, written === value ? value.base : at);
        const length = value.length.kind === "word" && /^\d+$/.test(value.length.text) ? Number(value.length.text) : undefined;
        if (length !== undefined && info.bits > 0 && length > info.bits && info.type !== "address") {
          this.#say(at, `The prefix length ${length} is more than the ${info.bits} bits of the field: nft loads nothing of this file.`);
        }
        return;
      }
      case "list":
        for (const item of value.items) this.#value(item, info);
    }
  }

  #word(text: string, quoted: boolean, info: FieldInfo, at: Expression): void {
    if (info.type === "ifname" && text.length >= INTERFACE_NAME && !text.includes(HOLE) && !text.endsWith("*")) {
      this.#say(at, `"${text}" is too long for an interface: names have at most ${INTERFACE_NAME - 1} characters. nft loads nothing of this file.`);
      return;
    }
    if (info.type === "ifname" && text === "") {
      this.#say(at, "An interface's name cannot be empty: nft loads nothing of this file.");
      return;
    }
    const found = resolve(info.type, info.bits, text, quoted && !OPEN.has(info.type) && info.type !== "inet_service");
    if ("wrong" in found) this.#say(at, `${capital(found.wrong)}: nft loads nothing of this file.`);
  }

  #number(expression: Expression, info: FieldInfo): bigint | undefined {
    if (expression.kind !== "word" || NAMED.has(info.type)) return undefined;
    const found = resolve(info.type, info.bits, expression.text, expression.quoted);
    return "number" in found ? found.number : undefined;
  }

  #expand(expression: Expression): Expression {
    let found = expression;
    for (let i = 0; found.kind === "variable" && i < 20; i++) found = this.#variables.get(found.name) ?? { kind: "unknown", reason: "", range: expression.range };
    return found;
  }

  #say(node: { range: SyntaxProblem["range"] }, message: string): void {
    this.#problems.push({ range: node.range, message, certain: true });
  }
}

function infoOf(expression: Expression): FieldInfo {
  return (expression.kind === "field" ? fieldInfo(expression.field) : undefined) ?? { type: "unknown", bits: 0 };
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
