import type { Maybe } from "../../../engine/unknown.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import { candidates } from "./lookup.ts";
import { protocolNumber } from "./packet.ts";
import type { Reading } from "./reading.ts";
import type { Truth } from "./truth.ts";
import { and, not, or } from "./truth.ts";
import type { Field, SetElement, Statement, Table, Values } from "../ruleset.ts";

/** Reads a field of the packet as it is now. */
export type Reader = (field: Field) => Reading;

const truth = (value: boolean): Truth => (value ? "yes" : "no");
const PART_NOT_TOLD: Truth = { maybe: "a part of the field is not told" };

/** Whether a reading is one of the values. */
export function holds(reading: Reading, values: Values): Truth {
  if (reading.kind === "absent") return "no";
  if (isUnknown(values)) return { maybe: values.unknown };
  if (values.kind === "intervals" && values.intervals.length === 0) return "no";
  if (values.kind === "names" && values.names.length === 0) return "no";
  switch (reading.kind) {
    case "unknown":
      if (values.kind === "names" && values.names.every((name) => name === reading.not)) return "no";
      return { maybe: reading.reason };
    case "name":
      if (values.kind !== "names") return { maybe: `“${reading.name}” cannot be compared with a number` };
      return truth(values.names.some((name) => nameMatches(reading.name, name)));
    case "names":
      if (values.kind !== "names") return { maybe: "names cannot be compared with a number" };
      return truth(reading.names.some((one) => values.names.includes(one)));
    case "number":
      return holdsNumber(reading, values);
  }
}

function holdsNumber({ value, known }: Reading & { kind: "number" }, values: Exclude<Values, { readonly unknown: string }>): Truth {
  if (values.kind === "masked") {
    const mask = known === undefined ? values.mask : values.mask & known;
    // Bits that are told may already be other ones than every value wants.
    const fits = values.values.some((wanted) => ((value ^ wanted) & mask) === 0n && (wanted & ~values.mask) === 0n);
    return !fits || mask === values.mask ? truth(fits) : PART_NOT_TOLD;
  }
  if (values.kind === "names") return known === undefined ? truth(values.names.some((name) => numberOfName(name) === value)) : PART_NOT_TOLD;
  if (known === undefined) return truth(contains(values.intervals, value));
  return values.intervals.some(([first, last]) => first !== last || ((value ^ first) & known) === 0n) ? PART_NOT_TOLD : "no";
}

/** Binary search in sorted, disjoint intervals. */
function contains(intervals: readonly (readonly [bigint, bigint])[], value: bigint): boolean {
  let low = 0;
  let high = intervals.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const interval = intervals[middle]!;
    if (value < interval[0]) high = middle - 1;
    else if (value > interval[1]) low = middle + 1;
    else return true;
  }
  return false;
}

function nameMatches(name: string, pattern: string): boolean {
  return name === pattern || (pattern.endsWith("*") && name.startsWith(pattern.slice(0, -1)));
}

/** Protocol families and protocols that are written as names. */
function numberOfName(name: string): bigint | undefined {
  if (name === "ipv4") return 2n;
  if (name === "ipv6") return 10n;
  const protocol = protocolNumber(name);
  return protocol === undefined ? undefined : BigInt(protocol);
}

/** Looks a named set up in its table where the statement itself does not know the elements. */
function elementsOf(elements: Maybe<readonly SetElement[]>, set: string | undefined, table: Table): Maybe<readonly SetElement[]> {
  if (!isUnknown(elements) || set === undefined) return elements;
  return table.sets.find(({ name }) => name === set)?.elements ?? elements;
}

/** Whether a match statement holds for the packet. */
export function matches(statement: Statement & { kind: "match" | "match-tuple" }, read: Reader, table: Table): Truth {
  const found = statement.kind === "match" ? matchesOne(statement, read, table) : matchesTuple(statement, read, table);
  if (found === undefined) return "no";
  return statement.negated ? not(found) : found;
}

/** Undefined where the packet has no such field. */
function matchesOne({ field, values, set }: Statement & { kind: "match" }, read: Reader, table: Table): Truth | undefined {
  const reading = read(field);
  if (reading.kind === "absent") return undefined;
  const named = set !== undefined && isUnknown(values) ? table.sets.find(({ name }) => name === set)?.elements : undefined;
  return named === undefined || isUnknown(named) ? holds(reading, values) : anyElement(named, [reading]);
}

function matchesTuple({ fields, elements, set }: Statement & { kind: "match-tuple" }, read: Reader, table: Table): Truth | undefined {
  const readings = fields.map(read);
  if (readings.some(({ kind }) => kind === "absent")) return undefined;
  const known = elementsOf(elements, set, table);
  return isUnknown(known) ? { maybe: known.unknown } : anyElement(known, readings);
}

function anyElement(elements: readonly SetElement[], readings: readonly Reading[]): Truth {
  let found: Truth = "no";
  for (const element of candidates(elements, readings)) {
    found = or(found, elementMatches(element, readings));
    if (found === "yes") break;
  }
  return found;
}

function elementMatches(element: SetElement, readings: readonly Reading[]): Truth {
  let all: Truth = "yes";
  for (let i = 0; i < readings.length; i++) {
    const values = element.key[i];
    if (values === undefined) return { maybe: "a set's element has fewer parts than its key" };
    all = and(all, holds(readings[i]!, values));
    if (all === "no") break;
  }
  return all;
}

/** The elements of a verdict map that the packet selects or may select, up to the first certain one. */
export function selected(
  statement: Statement & { kind: "vmap" },
  read: Reader,
  table: Table,
): { readonly elements: readonly { readonly element: SetElement; readonly truth: Truth }[]; readonly reason?: string } {
  const readings = statement.fields.map(read);
  if (readings.some(({ kind }) => kind === "absent")) return { elements: [] };
  const elements = elementsOf(statement.elements, statement.set, table);
  if (isUnknown(elements)) return { elements: [], reason: elements.unknown };
  const found: { element: SetElement; truth: Truth }[] = [];
  for (const element of candidates(elements, readings)) {
    const truth = elementMatches(element, readings);
    if (truth === "no") continue;
    found.push({ element, truth });
    if (truth === "yes") break;
  }
  return { elements: found };
}
