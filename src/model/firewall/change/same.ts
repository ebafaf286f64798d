import type { FirewallRule, Ruleset, Statement } from "../ruleset.ts";

/** Where something is written, and what is said about it, do not change what it means. */
const PLACES = new Set(["range", "nameRange", "policyRange", "targetRange", "path", "comment"]);

/** Whether two rulesets are built of the same tables, chains, rules and sets in the same order. */
export function sameMeaning(a: Ruleset, b: Ruleset): boolean {
  return a.dialect === b.dialect && same(a.tables, b.tables);
}

/** Structural equality, places and comments aside. The trees of a ruleset are shallow. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, i) => same(one, b[i]));
  if (Array.isArray(b)) return false;
  const [left, right] = [a as { [key: string]: unknown }, b as { [key: string]: unknown }];
  for (const key of Object.keys(left)) if (!PLACES.has(key) && !same(left[key], right[key])) return false;
  for (const key of Object.keys(right)) if (!PLACES.has(key) && !(key in left)) return false;
  return true;
}

/** What a rule says, without what changes nothing about its verdict: equal for rules that mean the same in the same words. */
export function ruleKey({ statements, conditional }: FirewallRule): string {
  return `${conditional ? "?" : ""}${statements.filter(({ kind }) => kind !== "other").map(statementKey).join(";")}`;
}

/** What a statement says, wherever it is written. */
export function statementKey(statement: Statement): string {
  return JSON.stringify(statement, (name, value: unknown) => (PLACES.has(name) ? undefined : typeof value === "bigint" ? String(value) : value));
}
