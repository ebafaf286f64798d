import { isUnknown } from "../../../engine/unknown.ts";
import { indexOf, positions } from "./lookup.ts";
import type { Index } from "./lookup.ts";
import type { Reader } from "./match.ts";
import type { Chain, Field, FirewallRule, SetElement, Values } from "../ruleset.ts";

/** Shorter chains are walked rule by rule. */
const WORTH_AN_INDEX = 32;

/** Which rules of a chain can match by one field, the one that tells most of them apart. */
interface Guards {
  readonly field: Field;
  readonly index: Index;
}

const GUARDS = new WeakMap<readonly FirewallRule[], Guards | "none">();

/**
 * The positions, ascending, of the rules of a chain that may do something to a packet, as far as one field tells; undefined
 * where it tells nothing. The others fail at a match before anything that they do.
 */
export function rulesFor({ rules }: Chain, read: Reader): readonly number[] | undefined {
  if (rules.length < WORTH_AN_INDEX) return undefined;
  let guards = GUARDS.get(rules);
  if (guards === undefined) GUARDS.set(rules, (guards = build(rules)));
  if (guards === "none") return undefined;
  const reading = read(guards.field);
  // Without the field no match on it holds.
  if (reading.kind === "absent") return guards.index.rest;
  const found = positions(guards.index, reading);
  return found && merged(found, guards.index.rest);
}

function build(rules: readonly FirewallRule[]): Guards | "none" {
  const said = new Map<Field, Set<bigint | string>>();
  const guarded = rules.map(guardsOf);
  for (const guards of guarded) {
    for (const [field, values] of guards) {
      let distinct = said.get(field);
      if (distinct === undefined) said.set(field, (distinct = new Set()));
      if (isUnknown(values)) continue;
      if (values.kind === "intervals" && values.intervals[0]) distinct.add(values.intervals[0][0]);
      if (values.kind === "names" && values.names[0] !== undefined) distinct.add(values.names[0]);
    }
  }
  const [best] = [...said].sort(([, a], [, b]) => b.size - a.size);
  if (best === undefined || best[1].size * 8 < rules.length) return "none";
  const [field] = best;
  const elements = guarded.map((guards, i): SetElement => {
    const values = guards.get(field);
    return { key: values === undefined ? [] : [values], range: rules[i]!.range };
  });
  return { field, index: indexOf(elements, 0) };
}

/** The plain matches with which a rule begins, by their field. */
function guardsOf({ statements }: FirewallRule): ReadonlyMap<Field, Values> {
  const guards = new Map<Field, Values>();
  for (const statement of statements) {
    if (statement.kind !== "match") break;
    // Interfaces are read as names; of all else only numbers are compared here.
    const kind = /^meta [io]ifname$/.test(statement.field) ? "names" : "intervals";
    if (!statement.negated && !isUnknown(statement.values) && statement.values.kind === kind && !guards.has(statement.field)) guards.set(statement.field, statement.values);
  }
  return guards;
}

/** Two ascending lists of different numbers as one. */
function merged(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length === 0) return b;
  const all: number[] = [];
  let at = 0;
  for (const number of b) {
    while (at < a.length && a[at]! < number) all.push(a[at++]!);
    all.push(number);
  }
  while (at < a.length) all.push(a[at++]!);
  return all;
}
