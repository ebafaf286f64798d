import type { Node } from "./diagram.ts";
import { NO, YES } from "./diagram.ts";
import { preferred } from "./preferred.ts";
import type { Block, Space } from "./space.ts";
import { STATES, WITH_PORTS } from "./space.ts";

/** Sorted, disjoint, inclusive intervals of a block's numbers. */
export type Spans = readonly (readonly [bigint, bigint])[];

/** All packets that have one of the values in each field; fields that are not named may hold anything. */
export interface Product {
  readonly values: ReadonlyMap<Block, Spans>;
  /** Fields of which certain bits count, in place of more intervals than anyone wants; `values` has the point's alone. */
  readonly masked: ReadonlyMap<Block, { readonly mask: bigint; readonly value: bigint }>;
  /** One of the packets, with usual values where there is a choice. */
  readonly point: ReadonlyMap<Block, bigint>;
}

const NEW = STATES.indexOf("new");

/** What a set is made of. */
export interface Cover {
  readonly products: readonly Product[];
  /** What is left where there are more products than wanted. */
  readonly rest: Node;
}

/**
 * Few products that make up a set of packets, the usual packets first. Each is as large as the set allows, so two of them
 * may overlap. Flags of the journey must not matter in `set`. `idle`: packets that products may hold besides, since there
 * are none such. `apart`: products do not tell again what others tell already.
 */
export function cover(space: Space, set: Node, most: number, idle: Node = NO, apart = true): Cover {
  const { diagram } = space;
  const products: Widened[] = [];
  const wide = diagram.or(set, idle);
  let rest = set;
  while (rest !== NO && products.length < most) {
    const point = pick(space, rest)!;
    const made = widen(space, wide, point);
    products.push({ ...made, point });
    rest = diagram.without(rest, made.node);
  }
  return { products: apart && products.length <= MOST_TRIMMED ? trimmed(space, diagram.without(set, rest), products) : products, rest };
}

/** A product with the set of its packets. */
type Widened = Product & { readonly node: Node };
/** More products than this are not compared with each other. */
const MOST_TRIMMED = 80;
const MOST_PARTS = 24;

/** Leaves out of each product the values that others tell of already, so that what is different stays apart. */
function trimmed(space: Space, set: Node, products: readonly Widened[]): Product[] {
  const { diagram } = space;
  // Of the products behind each: what they make up.
  const behind: Node[] = [NO];
  for (const { node } of [...products].reverse()) behind.unshift(diagram.or(behind[0]!, node));
  let told: Node = NO;
  const kept: Product[] = [];
  for (const [i, product] of products.entries()) {
    const others = diagram.or(told, behind[i + 1]!);
    let needed = diagram.without(diagram.and(product.node, set), others);
    if (needed === NO) continue;
    const values = new Map(product.values);
    let node = product.node;
    for (const [block, spans] of product.values) {
      if (product.masked.has(block) || isMost(block, spans)) continue;
      const parts = partsOf(block, spans);
      if (parts.length < 2 || parts.length > MOST_PARTS) continue;
      const wanted = parts.filter((part) => diagram.and(needed, space.intervals(block, [part])) !== NO);
      if (wanted.length === parts.length) continue;
      values.set(block, joined(wanted));
      const within = space.intervals(block, joined(wanted));
      node = diagram.and(node, within);
      needed = diagram.and(needed, within);
    }
    // The sample has to be one of those that are left.
    const point = node === product.node ? product.point : pick(space, needed)!;
    kept.push({ values, masked: product.masked, point });
    told = diagram.or(told, node);
  }
  return kept;
}

/** True where what is left out says more. */
function isMost({ bits, classes }: Block, spans: Spans): boolean {
  if (classes) return spans.at(-1)![1] === (1n << BigInt(bits)) - 1n && classes.at(-1)!.kind === "rest";
  return spans.reduce((sum, [first, last]) => sum + last - first + 1n, 0n) * 2n > 1n << BigInt(bits);
}

/** Intervals as they are, names and the few values of small fields one by one. */
function partsOf({ bits, classes }: Block, spans: Spans): Spans {
  if (!classes) return spans;
  const top = (1n << BigInt(bits)) - 1n;
  const rest = BigInt(classes.length - 1);
  return spans.flatMap(([first, last]) => {
    const parts: [bigint, bigint][] = [];
    for (let value = first; value <= last; value++) {
      parts.push([value, value < rest ? value : top]);
      if (value >= rest) break;
    }
    return parts;
  });
}

function joined(parts: Spans): Spans {
  const spans: [bigint, bigint][] = [];
  for (const [first, last] of parts) {
    const top = spans.at(-1);
    if (top && top[1] + 1n === first) top[1] = last;
    else spans.push([first, last]);
  }
  return spans;
}

/** A packet of the set with usual values: a number for each block. Undefined where the set is empty. */
export function pick(space: Space, set: Node): ReadonlyMap<Block, bigint> | undefined {
  if (set === NO) return undefined;
  const point = new Map<Block, bigint>();
  let node = set;
  for (const block of space.blocks) {
    const value = preferred(space, block, point).find((wanted) => follow(space, node, block, wanted) !== NO) ?? usualFrom(space, node, block);
    point.set(block, value);
    node = follow(space, node, block, value);
  }
  return point;
}

/** What a set is for packets that have the value in the block, given that all blocks above are decided. */
function follow({ diagram }: Space, node: Node, { first, bits }: Block, value: bigint): Node {
  for (;;) {
    const level = diagram.level(node);
    if (diagram.isTerminal(node) || level >= first + bits) return node;
    node = (value >> BigInt(first + bits - 1 - level)) & 1n ? diagram.high(node) : diagram.low(node);
  }
}

/** The smallest value, or of addresses one a little higher: the smallest is often a network's own. */
function usualFrom(space: Space, node: Node, block: Block): bigint {
  const value = least(space, node, block);
  if (!block.field.endsWith("addr")) return value;
  return [value + 7n, value + 1n].find((higher) => higher >> BigInt(block.bits) === 0n && follow(space, node, block, higher) !== NO) ?? value;
}

/** The smallest value that leaves something of the set. */
function least({ diagram }: Space, node: Node, { first, bits }: Block): bigint {
  let value = 0n;
  while (!diagram.isTerminal(node) && diagram.level(node) < first + bits) {
    const level = diagram.level(node);
    if (diagram.low(node) !== NO) node = diagram.low(node);
    else {
      value |= 1n << BigInt(first + bits - 1 - level);
      node = diagram.high(node);
    }
  }
  return value;
}

/** Makes a point as wide as the set allows, one field after the other, the last in the order of variables first. */
function widen(space: Space, set: Node, point: ReadonlyMap<Block, bigint>): Pick<Product, "values" | "masked"> & { node: Node } {
  const { diagram } = space;
  const blocks = space.blocks;
  // At each block what is left of the set where all blocks above hold the point's values.
  const left: Node[] = [];
  let node = set;
  for (const block of blocks) {
    left.push(node);
    node = follow(space, node, block, point.get(block)!);
  }
  const values = new Map<Block, Spans>();
  const masked = new Map<Block, { mask: bigint; value: bigint }>();
  let product: Node = YES;
  for (let i = blocks.length - 1; i >= 0; i--) {
    const block = blocks[i]!;
    const below = product;
    let wide = within(space, left[i]!, block, (under) => diagram.without(below, under) === NO);
    // Ports and types mean nothing without the protocols that have them.
    if (block.field === "meta l4proto") wide = diagram.and(wide, kindred(space, values, Number(point.get(block))));
    if (wide === YES) continue;
    // The usual value is picked first, so where another was picked all of the usual ones are told of already.
    if (block.field === "meta mark" && point.get(block) !== 0n) wide = diagram.without(wide, space.intervals(block, [[0n, 0n]]));
    if (block.field === "ct state" && Number(point.get(block)) < NEW) wide = diagram.without(wide, space.classes(block, ({ name }) => name === "new"));
    if (wide === YES) continue;
    if (countSpans(space, wide, block) > MOST_SPANS) {
      const cube = cubeAt(space, wide, block, point.get(block)!);
      masked.set(block, cube);
      values.set(block, [[point.get(block)!, point.get(block)!]]);
      wide = space.masked(block, cube.mask, cube.value);
    } else values.set(block, spansOf(space, wide, block));
    product = diagram.and(wide, below);
  }
  return { values: new Map([...values].reverse()), masked, node: product };
}

/** The protocols that a product may name beside the one that it began with. */
function kindred(space: Space, values: ReadonlyMap<Block, Spans>, protocol: number): Node {
  const named = new Set([...values.keys()].map(({ field }) => field));
  const block = space.block("meta l4proto")!;
  const only = (numbers: readonly number[]): Node => space.intervals(block, numbers.map((number) => [BigInt(number), BigInt(number)]));
  if (named.has("icmp type") || named.has("icmp code") || named.has("tcp flags")) return only([protocol]);
  return named.has("th dport") || named.has("th sport") ? only(WITH_PORTS) : YES;
}

/** The values of a block for which what is below it is wanted, as a set. */
function within({ diagram }: Space, node: Node, { first, bits }: Block, wanted: (below: Node) => boolean): Node {
  const known = new Map<Node, Node>();
  const walk = (at: Node): Node => {
    const found = known.get(at);
    if (found !== undefined) return found;
    const level = diagram.level(at);
    const result = level >= first + bits ? (wanted(at) ? YES : NO) : diagram.node(level, walk(diagram.low(at)), walk(diagram.high(at)));
    known.set(at, result);
    return result;
  };
  return walk(node);
}

/** No more intervals than this are told of one field. */
const MOST_SPANS = 4096;

/** How many intervals a set of one block has at most. */
function countSpans({ diagram }: Space, set: Node, { first, bits }: Block): number {
  const known = new Map<Node, number>();
  const count = (node: Node, depth: number): number => {
    if (node === NO) return 0;
    if (node === YES) return 1;
    const level = diagram.level(node);
    let below = known.get(node);
    if (below === undefined) known.set(node, (below = count(diagram.low(node), level - first + 1) + count(diagram.high(node), level - first + 1)));
    return below * 2 ** (level - first - depth);
  };
  return bits <= 12 ? 1 : count(set, 0);
}

/** Bits that are enough for a value to be in the set, with their values in one that is. */
function cubeAt({ diagram }: Space, set: Node, { first, bits }: Block, inside: bigint): { mask: bigint; value: bigint } {
  let [node, mask] = [set, 0n];
  while (!diagram.isTerminal(node)) {
    const bit = 1n << BigInt(first + bits - 1 - diagram.level(node));
    mask |= bit;
    node = inside & bit ? diagram.high(node) : diagram.low(node);
  }
  return { mask, value: inside & mask };
}

/** The numbers of a set that asks for one block only. */
export function spansOf({ diagram }: Space, set: Node, { first, bits }: Block): Spans {
  const spans: [bigint, bigint][] = [];
  const walk = (node: Node, depth: number, low: bigint): void => {
    if (node === NO) return;
    if (node === YES) {
      const end = low + (1n << BigInt(bits - depth)) - 1n;
      const top = spans.at(-1);
      if (top && top[1] + 1n === low) top[1] = end;
      else spans.push([low, end]);
      return;
    }
    const skipped = diagram.level(node) > first + depth;
    const half = 1n << BigInt(bits - depth - 1);
    walk(skipped ? node : diagram.low(node), depth + 1, low);
    walk(skipped ? node : diagram.high(node), depth + 1, low + half);
  };
  walk(set, 0, 0n);
  return spans;
}
