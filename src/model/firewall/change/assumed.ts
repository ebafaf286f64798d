import { isUnknown } from "../../../engine/unknown.ts";
import type { Chain, FirewallRule, Ruleset, Statement, Table } from "../ruleset.ts";
import { ruleKey } from "./same.ts";

/**
 * Both sides of a change without the rules of which nobody can tell what they match and which both have, such as a
 * template's loop over blocked addresses: what they take, they take before and after. `refusals`: only those that refuse,
 * so that what is certainly refused stays so. `assumed`: there are some.
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
  return { before: strip(before, after), after: strip(after, before), assumed };
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
