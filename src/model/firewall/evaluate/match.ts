import type { Maybe } from "../../../engine/unknown.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Journey, PacketView, Reading } from "./packet.ts";
import { protocolNumber } from "./packet.ts";
import type { Field, SetElement, Statement, Table, Values } from "../ruleset.ts";

/** Whether something holds; `maybe` with the reason why nobody can tell. */
export type Truth = "yes" | "no" | { readonly maybe: string };

/** Both. */
export function and(a: Truth, b: Truth): Truth {
  if (a === "no" || b === "no") return "no";
  return a === "yes" ? b : a;
}

/** Either. */
export function or(a: Truth, b: Truth): Truth {
  if (a === "yes" || b === "yes") return "yes";
  return a === "no" ? b : a;
}

function not(a: Truth): Truth {
  return a === "yes" ? "no" : a === "no" ? "yes" : a;
}

const truth = (value: boolean): Truth => (value ? "yes" : "no");

/** Whether a reading is one of the values. */
export function holds(reading: Reading, values: Values): Truth {
  if (reading.kind === "absent") return "no";
  if (isUnknown(values)) return { maybe: values.unknown };
  if (values.kind === "intervals" && values.intervals.length === 0) return "no";
  if (values.kind === "names" && values.names.length === 0) return "no";
  if (reading.kind === "unknown") return { maybe: reading.reason };
  if (reading.kind === "name") {
    if (values.kind === "names") return truth(values.names.some((name) => nameMatches(reading.name, name)));
    return { maybe: `“${reading.name}” cannot be compared with a number` };
  }
  const { value, known } = reading;
  if (values.kind === "masked") {
    if (known !== undefined && (values.mask & ~known) !== 0n) return { maybe: "a part of the field is not told" };
    return truth(values.values.includes(value & values.mask));
  }
  if (known !== undefined) return { maybe: "a part of the field is not told" };
  if (values.kind === "intervals") return truth(contains(values.intervals, value));
  return truth(values.names.some((name) => numberOfName(name) === value));
}

/** Binary search in sorted, disjoint intervals. */
function contains(intervals: readonly (readonly [bigint, bigint])[], value: bigint): boolean {
  let low = 0;
  let high = intervals.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = intervals[middle]!;
    if (value < first) high = middle - 1;
    else if (value > last) low = middle + 1;
    else return true;
  }
  return false;
}

function nameMatches(name: string, pattern: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
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
export function matches(statement: Statement & { kind: "match" | "match-tuple" }, view: PacketView, journey: Journey, table: Table): Truth {
  if (statement.kind === "match-tuple") {
    const readings = statement.fields.map((field) => view.read(field, journey));
    if (readings.some(({ kind }) => kind === "absent")) return "no";
    const elements = elementsOf(statement.elements, statement.set, table);
    if (isUnknown(elements)) return { maybe: elements.unknown };
    let found: Truth = "no";
    for (const element of elements) {
      found = or(found, elementMatches(element, readings));
      if (found === "yes") break;
    }
    return statement.negated ? not(found) : found;
  }
  const reading = view.read(statement.field, journey);
  if (reading.kind === "absent") return "no";
  let found: Truth;
  const { values, set } = statement;
  const named = isUnknown(values) && set !== undefined ? table.sets.find(({ name }) => name === set)?.elements : undefined;
  if (named !== undefined && !isUnknown(named)) {
    found = "no";
    for (const element of named) {
      found = or(found, elementMatches(element, [reading]));
      if (found === "yes") break;
    }
  } else found = holds(reading, values);
  return statement.negated ? not(found) : found;
}

function elementMatches(element: SetElement, readings: readonly Reading[]): Truth {
  let all: Truth = "yes";
  for (const [i, reading] of readings.entries()) {
    const values = element.key[i];
    if (values === undefined) return { maybe: "a set's element has fewer parts than its key" };
    all = and(all, holds(reading, values));
    if (all === "no") break;
  }
  return all;
}

/** The elements of a verdict map that the packet selects or may select, up to the first certain one. */
export function selected(
  statement: Statement & { kind: "vmap" },
  view: PacketView,
  journey: Journey,
  table: Table,
): { readonly elements: readonly { readonly element: SetElement; readonly truth: Truth }[]; readonly reason?: string } {
  const readings = statement.fields.map((field: Field) => view.read(field, journey));
  if (readings.some(({ kind }) => kind === "absent")) return { elements: [] };
  const elements = elementsOf(statement.elements, statement.set, table);
  if (isUnknown(elements)) return { elements: [], reason: elements.unknown };
  const found: { element: SetElement; truth: Truth }[] = [];
  for (const element of elements) {
    const truth = elementMatches(element, readings);
    if (truth === "no") continue;
    found.push({ element, truth });
    if (truth === "yes") break;
  }
  return { elements: found };
}
