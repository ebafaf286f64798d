import type { FirewallRule, Table } from "../ruleset.ts";
import { effectWords } from "./effects.ts";
import { matchWords } from "./matches.ts";

/**
 * A rule in plain English: “TCP to port 22 from 10.0.0.0/8, new connections: accepts”. Without full stop. `table`, where
 * it is given, tells how many elements the sets have that the rule asks.
 */
export function describeRule(rule: FirewallRule, table?: Table): string {
  const words = `${matchWords(rule.statements, table)}: ${effectWords(rule.statements, table)}`;
  return rule.conditional ? `${words} (where the template or the script keeps this rule)` : words;
}
