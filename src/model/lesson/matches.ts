import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { FirewallRule, SetElement, Statement, Values } from "../firewall/ruleset.ts";
import { mergeIntervals } from "../firewall/values.ts";

type Interval = readonly [bigint, bigint];
type Known = Extract<Values, { kind: "intervals" | "names" }>;

/** What a rule asks of a field, all its conditions on it together. */
export interface Match {
  readonly field: string;
  readonly values: Known;
}

/** Parts of sets that are looked at for one field. */
const MOST = 100_000;

/**
 * What a rule asks of some fields: undefined where it asks nothing, Unknown where that cannot be said as a list of values.
 * What it must not be is given by all the rest; several conditions by what meets them all.
 */
export function matchOf({ statements }: FirewallRule, fields: readonly string[]): Maybe<Match> | undefined {
  let found: Match | undefined;
  for (const one of statements) {
    const asked = askedBy(one, fields);
    if (asked === undefined) continue;
    if (isUnknown(asked)) return asked;
    if (found === undefined) {
      found = asked;
      continue;
    }
    if (found.field !== asked.field) return unknown(`several parts of the rule speak of ${fields[0]!}`);
    const both = common(found.values, asked.values);
    if (both === undefined) return unknown(`several parts of the rule speak of ${fields[0]!}`);
    found = { field: found.field, values: both };
  }
  // An empty list would mean any value.
  if (found !== undefined && (found.values.kind === "names" ? found.values.names : found.values.intervals).length === 0) return unknown(`no packet meets what the rule asks of ${found.field}`);
  const hidden = statements.find((one) => one.kind === "unknown");
  // Whatever else stands there may narrow it.
  return found ?? (hidden === undefined ? undefined : unknown(hidden.reason));
}

function askedBy(one: Statement, fields: readonly string[]): Maybe<Match> | undefined {
  if (one.kind === "match") {
    if (!fields.includes(one.field)) return undefined;
    const { field, values } = one;
    if (isUnknown(values)) return values;
    if (values.kind === "masked") return unknown(`${field} is matched by a mask`);
    if (!one.negated) return { field, values };
    const rest = values.kind === "intervals" ? complement(values.intervals, largest(field)) : undefined;
    return rest === undefined ? unknown(`${field} is matched by what it is not`) : { field, values: rest };
  }
  if (one.kind !== "match-tuple" && one.kind !== "vmap") return undefined;
  const index = one.fields.findIndex((field) => fields.includes(field));
  const field = one.fields[index];
  if (field === undefined) return undefined;
  if (isUnknown(one.elements)) return one.elements;
  if (one.kind === "vmap" || one.negated) return unknown(`${field} is matched together with other fields`);
  const values = projected(one.elements, index);
  return isUnknown(values) ? values : { field, values };
}

/** The values that a field has in some element of a concatenation. */
function projected(elements: readonly SetElement[], index: number): Maybe<Known> {
  const spans: Interval[] = [];
  const names = new Set<string>();
  for (const { key } of elements) {
    const values = key[index];
    if (values === undefined || isUnknown(values)) return values ?? unknown("an element has fewer parts than the key");
    if (values.kind === "masked") return unknown("an element is matched by a mask");
    if (values.kind === "names") for (const name of values.names) names.add(name);
    else for (const span of values.intervals) spans.push(span);
    if (spans.length + names.size > MOST) return unknown(`the set has more than ${MOST} values`);
  }
  return names.size > 0 ? { kind: "names", names: [...names].sort() } : (mergeIntervals(spans) as Known);
}

/** What both allow; undefined where that is no list of values. */
function common(a: Known, b: Known): Known | undefined {
  if (a.kind === "names" && b.kind === "names") {
    if ([...a.names, ...b.names].some((name) => name.endsWith("*"))) return undefined;
    return { kind: "names", names: a.names.filter((name) => b.names.includes(name)) };
  }
  if (a.kind !== "intervals" || b.kind !== "intervals") return undefined;
  const spans: Interval[] = [];
  for (let i = 0, j = 0; i < a.intervals.length && j < b.intervals.length; ) {
    const [one, other] = [a.intervals[i]!, b.intervals[j]!];
    const first = one[0] > other[0] ? one[0] : other[0];
    const last = one[1] < other[1] ? one[1] : other[1];
    if (first <= last) spans.push([first, last]);
    if (one[1] < other[1]) i++;
    else j++;
  }
  return { kind: "intervals", intervals: spans };
}

/** Everything from 0 to `last` but the intervals. */
function complement(intervals: readonly Interval[], last: bigint | undefined): Known | undefined {
  if (last === undefined) return undefined;
  const rest: Interval[] = [];
  let next = 0n;
  for (const [from, to] of intervals) {
    if (from > next) rest.push([next, from - 1n]);
    next = to + 1n;
  }
  if (next <= last) rest.push([next, last]);
  return { kind: "intervals", intervals: rest };
}

/** The largest value of fields whose rest is a list that says something. */
function largest(field: string): bigint | undefined {
  if (/^ip [sd]addr$/.test(field)) return (1n << 32n) - 1n;
  if (/^ip6 [sd]addr$/.test(field)) return (1n << 128n) - 1n;
  return / [sd]port$/.test(field) ? 65535n : undefined;
}
