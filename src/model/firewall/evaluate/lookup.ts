import { isUnknown } from "../../../engine/unknown.ts";
import type { Reading } from "./reading.ts";
import type { SetElement } from "../ruleset.ts";

/** Fewer elements are looked at one by one. */
const WORTH_AN_INDEX = 16;

/** Intervals of one part of the key in the order of their first values. */
export interface Index {
  readonly part: number;
  readonly first: readonly bigint[];
  /** A tree of the greatest last values: the interval i at `leaves + i`, the greater of 2n and 2n + 1 at n. */
  readonly reach: readonly bigint[];
  readonly leaves: number;
  readonly of: readonly number[];
  readonly named: ReadonlyMap<string, readonly number[]>;
  /** Elements of which this part is no plain value. */
  readonly rest: readonly number[];
}

const INDEXES = new WeakMap<readonly SetElement[], Index>();

/**
 * The elements that may match what is read, in their order: of a large set only those that do in the part of the key
 * which tells most of them apart. The index is built when a set is first asked.
 */
export function candidates(elements: readonly SetElement[], readings: readonly Reading[]): readonly SetElement[] {
  if (elements.length < WORTH_AN_INDEX) return elements;
  let index = INDEXES.get(elements);
  if (index === undefined) INDEXES.set(elements, (index = build(elements, readings.length)));
  const reading = readings[index.part];
  let found = reading && positions(index, reading);
  if (found === undefined) return elements;
  if (found.length + index.rest.length > 1) found = [...new Set([...found, ...index.rest])].sort((a, b) => a - b);
  else if (found.length === 0) found = [...index.rest];
  return found.map((i) => elements[i]!);
}

/** The positions, ascending, of the elements but for the rest whose part of the key is what was read; undefined where that tells none apart. */
export function positions(index: Index, reading: Reading): readonly number[] | undefined {
  if (reading.kind === "name") return index.named.get(reading.name) ?? [];
  if (reading.kind !== "number" || reading.known !== undefined) return undefined;
  return [...new Set(containing(index, reading.value))].sort((a, b) => a - b);
}

function build(elements: readonly SetElement[], parts: number): Index {
  let [best, most] = [0, -1];
  for (let part = 0; part < parts; part++) {
    const distinct = new Set<bigint | string>();
    for (const { key } of elements) {
      const values = key[part];
      if (values === undefined || isUnknown(values)) continue;
      if (values.kind === "intervals") for (const [first] of values.intervals) distinct.add(first);
      if (values.kind === "names") for (const name of values.names) distinct.add(name);
    }
    if (distinct.size > most) [best, most] = [part, distinct.size];
  }
  return indexOf(elements, best);
}

/** Sorts elements by one part of their keys; those where it is no plain value are the rest. */
export function indexOf(elements: readonly SetElement[], part: number): Index {
  const spans: { first: bigint; last: bigint; of: number }[] = [];
  const named = new Map<string, number[]>();
  const rest: number[] = [];
  for (const [of, { key }] of elements.entries()) {
    const values = key[part];
    if (values !== undefined && !isUnknown(values) && values.kind === "intervals") for (const [first, last] of values.intervals) spans.push({ first, last, of });
    else if (values !== undefined && !isUnknown(values) && values.kind === "names" && !values.names.some((name) => name.endsWith("*"))) {
      for (const name of values.names) {
        const list = named.get(name);
        if (list) list.push(of);
        else named.set(name, [of]);
      }
    } else rest.push(of);
  }
  spans.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  let leaves = 1;
  while (leaves < spans.length) leaves *= 2;
  const reach: bigint[] = Array<bigint>(2 * leaves).fill(-1n);
  for (const [i, { last }] of spans.entries()) reach[leaves + i] = last;
  for (let n = leaves - 1; n > 0; n--) reach[n] = reach[2 * n]! > reach[2 * n + 1]! ? reach[2 * n]! : reach[2 * n + 1]!;
  return { part, first: spans.map(({ first }) => first), reach, leaves, of: spans.map(({ of }) => of), named, rest };
}

/** The elements of the intervals that hold the value. */
function containing({ first, reach, leaves, of }: Index, value: bigint): number[] {
  let low = 0;
  let high = first.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (first[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  // Of the intervals that begin at or before the value, the parts of the tree are left out that end before it.
  const found: number[] = [];
  const collect = (node: number, start: number, size: number): void => {
    if (start >= low || reach[node]! < value) return;
    if (size === 1) found.push(of[start]!);
    else {
      collect(2 * node, start, size / 2);
      collect(2 * node + 1, start + size / 2, size / 2);
    }
  };
  collect(1, 0, leaves);
  return found;
}
