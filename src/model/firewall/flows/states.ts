import type { Product, Spans } from "./products.ts";
import type { Block } from "./space.ts";
import { STATES } from "./space.ts";

const NEW = BigInt(STATES.indexOf("new"));

/** The same packets with products that differ in the connection's state only made one, and those that open connections first. */
export function byState(products: readonly Product[]): Product[] {
  const groups = new Map<string, Product>();
  for (const product of products) {
    const key = keyOf(product);
    const known = groups.get(key);
    groups.set(key, known ? merged(known, product) : product);
  }
  const isNew = ({ values }: Product): boolean => {
    const spans = stateOf(values)?.[1];
    return spans === undefined || spans.some(([, last]) => last >= NEW);
  };
  const all = [...groups.values()];
  return [...all.filter(isNew), ...all.filter((one) => !isNew(one))];
}

function stateOf(values: Product["values"]): readonly [Block, Spans] | undefined {
  for (const entry of values) if (entry[0].field === "ct state") return entry;
  return undefined;
}

function keyOf({ values, masked }: Product): string {
  const parts = [...values].filter(([{ field }]) => field !== "ct state").map(([block, spans]) => `${block.field}=${masked.has(block) ? `${masked.get(block)!.value}/${masked.get(block)!.mask}` : spans.join(" ")}`);
  return parts.sort().join(";");
}

function merged(one: Product, other: Product): Product {
  const [mine, theirs] = [stateOf(one.values), stateOf(other.values)];
  const values = new Map(one.values);
  if (!mine) return one;
  if (!theirs) values.delete(mine[0]);
  else {
    const spans: [bigint, bigint][] = [];
    for (const [first, last] of [...mine[1], ...theirs[1]].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
      const top = spans.at(-1);
      if (top && top[1] + 1n >= first) top[1] = last > top[1] ? last : top[1];
      else spans.push([first, last]);
    }
    if (spans.length === 1 && spans[0]![0] === 0n && spans[0]![1] === (1n << BigInt(mine[0].bits)) - 1n) values.delete(mine[0]);
    else values.set(mine[0], spans);
  }
  // The sample that opens a connection says more.
  const state = mine[0];
  return { ...one, values, point: one.point.get(state) === NEW || other.point.get(state) !== NEW ? one.point : other.point };
}
