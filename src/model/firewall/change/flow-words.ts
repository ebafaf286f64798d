import type { Product, Spans } from "../flows/products.ts";
import type { Block } from "../flows/space.ts";
import type { Statement, Values } from "../ruleset.ts";
import { matchWords } from "../words/matches.ts";

const NOWHERE = { start: 0, end: 0 };
/** Fields of which every packet that opens a connection has the same. */
const UNSAID = new Set(["ct state", "tcp flags", "meta mark", "icmp code"]);

/** A set of packets in words: “TCP to port 443 arriving on wan0”. `states`: the connections' states are worth saying. */
export function productWords(product: Product, states = false): string {
  const statements = [...product.values].flatMap(([block, spans]): Statement[] => (UNSAID.has(block.field) && !(states && block.field === "ct state") ? [] : [statementOf(block, spans, product)]));
  return matchWords(statements, undefined);
}

function statementOf(block: Block, spans: Spans, product: Product): Statement {
  const { classes, bits } = block;
  const field = fieldOf(block, product);
  if (classes) {
    const has = (i: number): boolean => spans.some(([first, last]) => first <= BigInt(i) && BigInt(i) <= last);
    const named = classes.filter(({ kind }, i) => kind !== "rest" && has(i));
    const rest = classes.findIndex(({ kind }) => kind === "rest");
    // All others as well: what is left out says more.
    const negated = rest !== -1 && has(rest);
    const said = negated ? classes.filter(({ kind }, i) => kind !== "rest" && !has(i)) : named;
    return match(field, negated, { kind: "names", names: said.map(({ name, kind }) => (kind === "prefix" ? `${name}*` : name)) });
  }
  const top = (1n << BigInt(bits)) - 1n;
  const size = spans.reduce((sum, [first, last]) => sum + last - first + 1n, 0n);
  const negated = size > top / 2n && /(addr|port|l4proto)$/.test(field);
  return match(field, negated, { kind: "intervals", intervals: negated ? gaps(spans, top) : spans });
}

function match(field: string, negated: boolean, values: Values): Statement {
  return { kind: "match", field, negated, values, range: NOWHERE };
}

/** The numbers that are in none of the spans. */
function gaps(spans: Spans, top: bigint): [bigint, bigint][] {
  const found: [bigint, bigint][] = [];
  let next = 0n;
  for (const [first, last] of spans) {
    if (first > next) found.push([next, first - 1n]);
    next = last + 1n;
  }
  if (next <= top) found.push([next, top]);
  return found;
}

/** ICMP's types have other names in each family. */
function fieldOf({ field }: Block, { values }: Product): string {
  const protocol = [...values].find(([block]) => block.field === "meta l4proto")?.[1][0]?.[0];
  if (field === "icmp type" && protocol === 58n) return "icmpv6 type";
  return field;
}

/** How many numbers of a field a product has; undefined: all. */
export function sizeOf(product: Product, field: string): bigint | undefined {
  for (const [block, spans] of product.values) if (block.field === field) return spans.reduce((sum, [first, last]) => sum + last - first + 1n, 0n);
  return undefined;
}

