import { isUnknown } from "../../../engine/unknown.ts";
import { indexOf, positions } from "./lookup.ts";
import type { Index } from "./lookup.ts";
import type { Reader } from "./match.ts";
import type { Chain, Field, FirewallRule, SetElement, Statement, Values } from "../ruleset.ts";

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
  const field = tellingField(rules);
  if (field === undefined) return "none";
  const elements = rules.map((rule): SetElement => {
    const values = guardOf(rule, field);
    return { key: values === undefined ? [] : [values], range: rule.range };
  });
  return { field, index: indexOf(elements, 0) };
}

/** Of so many rules, taken from all over the chain, the fields are compared. */
const SAMPLE = 512;

/** The field of which the rules ask for the most different values; undefined where they hardly differ in any. */
function tellingField(rules: readonly FirewallRule[]): Field | undefined {
  const said = new Map<Field, Set<bigint | string>>();
  const step = Math.ceil(rules.length / SAMPLE);
  let count = 0;
  for (let i = 0; i < rules.length; i += step, count++) {
    for (const statement of rules[i]!.statements) {
      if (statement.kind !== "match") break;
      const values = plain(statement);
      if (values === undefined) continue;
      let distinct = said.get(statement.field);
      if (distinct === undefined) said.set(statement.field, (distinct = new Set()));
      const first = values.kind === "intervals" ? values.intervals[0]?.[0] : values.names[0];
      if (first !== undefined) distinct.add(first);
    }
  }
  const [best] = [...said].sort(([, a], [, b]) => b.size - a.size);
  return best === undefined || best[1].size * 8 < count ? undefined : best[0];
}

/** What the plain matches with which a rule begins ask of a field. */
function guardOf({ statements }: FirewallRule, field: Field): Values | undefined {
  for (const statement of statements) {
    if (statement.kind !== "match") return undefined;
    const values = statement.field === field ? plain(statement) : undefined;
    if (values !== undefined) return values;
  }
  return undefined;
}

/** The values that a match wants, where they can be looked up: interfaces are read as names, of all else only numbers are compared here. */
function plain({ field, negated, values }: Statement & { kind: "match" }): Extract<Values, { kind: "intervals" | "names" }> | undefined {
  if (negated || isUnknown(values)) return undefined;
  const kind = field === "meta iifname" || field === "meta oifname" ? "names" : "intervals";
  return values.kind === kind ? values : undefined;
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
