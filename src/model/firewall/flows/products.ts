import type { Node } from "./diagram.ts";
import { NO, YES } from "./diagram.ts";
import { preferred } from "./preferred.ts";
import type { Block, Space } from "./space.ts";
import { WITH_PORTS } from "./space.ts";

/** Sorted, disjoint, inclusive intervals of a block's numbers. */
export type Spans = readonly (readonly [bigint, bigint])[];

/** All packets that have one of the values in each field; fields that are not named may hold anything. */
export interface Product {
  readonly values: ReadonlyMap<Block, Spans>;
  /** One of the packets, with usual values where there is a choice. */
  readonly point: ReadonlyMap<Block, bigint>;
}

/** What a set is made of. */
export interface Cover {
  readonly products: readonly Product[];
  /** What is left where there are more products than wanted. */
  readonly rest: Node;
}

/**
 * Few products that make up a set of packets, the usual packets first. Each is as large as the set allows, so two of them
 * may overlap. Flags of the journey must not matter in `set`.
 */
export function cover(space: Space, set: Node, most: number): Cover {
  const { diagram } = space;
  const products: Product[] = [];
  let rest = set;
  while (rest !== NO && products.length < most) {
    const point = pick(space, rest)!;
    const { values, node } = widen(space, set, point);
    products.push({ values, point });
    rest = diagram.without(rest, node);
  }
  return { products, rest };
}

/** A packet of the set with usual values: a number for each block. Undefined where the set is empty. */
export function pick(space: Space, set: Node): ReadonlyMap<Block, bigint> | undefined {
  if (set === NO) return undefined;
  const point = new Map<Block, bigint>();
  let node = set;
  for (const block of space.blocks) {
    const value = preferred(space, block, point).find((wanted) => follow(space, node, block, wanted) !== NO) ?? least(space, node, block);
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
function widen(space: Space, set: Node, point: ReadonlyMap<Block, bigint>): { values: Map<Block, Spans>; node: Node } {
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
  let product: Node = YES;
  for (let i = blocks.length - 1; i >= 0; i--) {
    const block = blocks[i]!;
    const below = product;
    let wide = within(space, left[i]!, block, (under) => diagram.without(below, under) === NO);
    // Ports and types mean nothing without the protocols that have them.
    if (block.field === "meta l4proto") wide = diagram.and(wide, kindred(space, values, Number(point.get(block))));
    if (wide === YES) continue;
    values.set(block, spansOf(space, wide, block));
    product = diagram.and(wide, below);
  }
  return { values: new Map([...values].reverse()), node: product };
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
