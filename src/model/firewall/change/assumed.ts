import { isUnknown } from "../../../engine/unknown.ts";
import type { Chain, FirewallRule, Ruleset, Statement, Table } from "../ruleset.ts";
import { ruleKey } from "./same.ts";

/**
 * Both sides of a change without the rules of which nobody can tell what they match and which both have, such as a
 * template's loop over blocked addresses: what they take, they take before and after. `refusals`: only those that refuse,
 * so that what is certainly refused stays so. `assumed`: there are some. Packets are taken to stay within all limits.
 */
export function withoutCommonDoubts(before: Ruleset, after: Ruleset, which: "refusals" | "all" = "refusals"): { readonly before: Ruleset; readonly after: Ruleset; readonly assumed: boolean } {
  let assumed = false;
  const strip = (ruleset: Ruleset, other: Ruleset): Ruleset => ({
    ...ruleset,
    tables: ruleset.tables.map((table): Table => {
      const twin = other.tables.find(({ family, name }) => family === table.family && name === table.name);
      if (!twin) return table;
      return {
        ...table,
        chains: table.chains.map((chain): Chain => {
          const doubts = chain.rules.filter((rule) => isDoubtful(rule, which));
          const there = twin.chains.find(({ name }) => name === chain.name);
          if (doubts.length === 0 || !there) return chain;
          const known = new Set(there.rules.filter((rule) => isDoubtful(rule, which)).map(ruleKey));
          const common = new Set(doubts.filter((rule) => known.has(ruleKey(rule))));
          if (common.size === 0) return chain;
          assumed = true;
          return { ...chain, rules: chain.rules.filter((rule) => !common.has(rule)) };
        }),
      };
    }),
  });
  return { before: withinLimits(strip(before, after)), after: withinLimits(strip(after, before)), assumed };
}

/** A rule of which the text does not tell whether it is there or what it matches, and that decides by itself. */
function isDoubtful({ conditional, statements }: FirewallRule, which: "refusals" | "all"): boolean {
  const verdicts = statements.flatMap((statement) => (statement.kind === "verdict" ? [statement.verdict.kind] : []));
  const wanted = which === "all" ? ["drop", "reject", "accept"] : ["drop", "reject"];
  if (which === "all" && statements.some(({ kind }) => kind === "unknown")) return true;
  if (verdicts.length === 0 || !verdicts.every((kind) => wanted.includes(kind))) return false;
  return !statements.some(({ kind }) => kind === "vmap" || kind === "unknown") && (conditional || statements.some(isHidden));
}

function isHidden(statement: Statement): boolean {
  return (statement.kind === "match" && isUnknown(statement.values)) || (statement.kind === "match-tuple" && isUnknown(statement.elements));
}

const ORIGINS = new WeakMap<FirewallRule, FirewallRule>();

/** The rule of the text that a rule without its limits comes from; else itself. */
export function originOf(rule: FirewallRule): FirewallRule {
  return ORIGINS.get(rule) ?? rule;
}

/**
 * The ruleset as packets meet it that stay within its limits, quotas and counts of connections: what holds up to a limit
 * holds, and what is for the rest does not. The first packet of somebody who logs in is one.
 */
export function withinLimits(ruleset: Ruleset): Ruleset {
  const limited = (chain: Chain): boolean => chain.rules.some(({ statements }) => statements.some(({ kind }) => kind === "limit"));
  if (!ruleset.tables.some(({ chains }) => chains.some(limited))) return ruleset;
  const within = (rule: FirewallRule): FirewallRule[] => {
    const limits = rule.statements.filter((statement) => statement.kind === "limit");
    if (limits.length === 0) return [rule];
    if (limits.some(({ over }) => over)) return [];
    const free = { ...rule, statements: rule.statements.filter(({ kind }) => kind !== "limit") };
    ORIGINS.set(free, rule);
    return [free];
  };
  return { ...ruleset, tables: ruleset.tables.map((table): Table => ({ ...table, chains: table.chains.map((chain): Chain => (limited(chain) ? { ...chain, rules: chain.rules.flatMap(within) } : chain)) })) };
}
