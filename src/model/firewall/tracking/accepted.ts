import { isUnknown } from "../../../engine/unknown.ts";
import type { PortInterval } from "./ports.ts";
import { rulesOf } from "./index.ts";
import type { Field, FirewallRule, Ruleset, Statement, Values } from "../ruleset.ts";

/** Rules by an interval of ports that they name, each interval once: many rules name few of them. */
type Named = ReadonlyMap<bigint, { readonly interval: PortInterval; readonly rules: FirewallRule[] }>;

/** Many rules ask for other ports of the same ruleset. */
const known = new WeakMap<Ruleset, Named>();

/** The rules that accept TCP ports that they name, where one of the named intervals is as asked for; in the text's order. */
export function acceptsPorts(ruleset: Ruleset, asked: (interval: PortInterval) => boolean): FirewallRule[] {
  let named = known.get(ruleset);
  if (named === undefined) known.set(ruleset, (named = namedPorts(ruleset)));
  const found = new Set<FirewallRule>();
  let intervals = 0;
  for (const { interval, rules } of named.values()) {
    if (!asked(interval)) continue;
    intervals++;
    for (const rule of rules) found.add(rule);
  }
  return intervals > 1 ? [...found].sort((a, b) => a.range.start - b.range.start) : [...found];
}

function namedPorts(ruleset: Ruleset): Named {
  const named = new Map<bigint, { interval: PortInterval; rules: FirewallRule[] }>();
  for (const rule of rulesOf(ruleset)) {
    if (!rule.statements.some(accepts)) continue;
    const add = (interval: PortInterval): void => {
      const key = (interval[0] << 16n) | interval[1];
      const entry = named.get(key);
      if (entry === undefined) named.set(key, { interval, rules: [rule] });
      else if (entry.rules.at(-1) !== rule) entry.rules.push(rule);
    };
    for (const statement of rule.statements) collect(statement, add);
  }
  return named;
}

function accepts(statement: Statement): boolean {
  if (statement.kind === "vmap") return isUnknown(statement.elements) || statement.elements.some(({ verdict }) => verdict?.kind === "accept");
  return statement.kind === "verdict" && (statement.verdict.kind === "accept" || statement.verdict.kind === "jump" || statement.verdict.kind === "goto");
}

function isPort(field: Field): boolean {
  return field === "tcp dport" || field === "th dport";
}

function collect(statement: Statement, add: (interval: PortInterval) => void): void {
  const each = (values: Values | undefined): void => {
    if (values !== undefined && "kind" in values && values.kind === "intervals") values.intervals.forEach(add);
  };
  if (statement.kind === "match") {
    if (!statement.negated && isPort(statement.field)) each(statement.values);
  } else if (statement.kind === "match-tuple" || statement.kind === "vmap") {
    const at = statement.fields.findIndex(isPort);
    if (at >= 0 && !isUnknown(statement.elements)) for (const element of statement.elements) each(element.key[at]);
  }
}
