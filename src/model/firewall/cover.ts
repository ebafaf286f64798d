import { isUnknown } from "../../engine/unknown.ts";
import { statementKey } from "./change/same.ts";
import type { FirewallRule, Statement, Values } from "./ruleset.ts";

type Match = Extract<Statement, { kind: "match" | "match-tuple" }>;

/** Whether all of some values of a field are among others. False where that is not known. */
export function valuesCover(wide: Values, narrow: Values): boolean {
  if (isUnknown(wide) || isUnknown(narrow)) return false;
  if (wide.kind === "intervals" && narrow.kind === "intervals") return narrow.intervals.every(([low, high]) => wide.intervals.some(([from, to]) => from <= low && high <= to));
  if (wide.kind === "names" && narrow.kind === "names") return narrow.names.every((name) => wide.names.some((pattern) => pattern === name || (pattern.endsWith("*") && name.startsWith(pattern.slice(0, -1)))));
  return wide.kind === "masked" && narrow.kind === "masked" && wide.mask === narrow.mask && narrow.values.every((value) => wide.values.includes(value));
}

/** Whether one rule certainly matches all that another one does, and decides the same, as their words tell. */
export function ruleCovers(wide: FirewallRule, narrow: FirewallRule): boolean {
  if (wide.conditional || verdictKey(wide) === undefined || verdictKey(wide) !== verdictKey(narrow)) return false;
  if (!wide.statements.every(({ kind }) => kind === "match" || kind === "match-tuple" || kind === "verdict" || kind === "other")) return false;
  const asked = narrow.statements.filter((statement): statement is Match => statement.kind === "match" || statement.kind === "match-tuple");
  return wide.statements.every((statement) => (statement.kind !== "match" && statement.kind !== "match-tuple") || asked.some((one) => implies(one, statement)));
}

function implies(narrow: Match, wide: Match): boolean {
  if (statementKey(narrow) === statementKey(wide)) return true;
  if (narrow.kind !== "match" || wide.kind !== "match" || narrow.field !== wide.field) return false;
  if (narrow.negated !== wide.negated) return false;
  return wide.negated ? valuesCover(narrow.values, wide.values) : valuesCover(wide.values, narrow.values);
}

function verdictKey({ statements }: FirewallRule): string | undefined {
  const last = statements.findLast(({ kind }) => kind === "verdict");
  return last?.kind === "verdict" && /^(accept|drop|reject|return)$/.test(last.verdict.kind) ? statementKey(last) : undefined;
}
