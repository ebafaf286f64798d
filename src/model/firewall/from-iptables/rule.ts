import type { Range } from "../../../engine/location.ts";
import type { RuleSpec } from "../../../formats/iptables/tree.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { FirewallRule, Statement } from "../ruleset.ts";
import type { Family } from "./match.ts";
import { lowerBasic, lowerMatch, protocolOf } from "./match.ts";
import { lowerTarget } from "./target.ts";

/** A rule becomes at most so many, one for each way to match. */
const MOST_ALTERNATIVES = 64;

/** One rule's statements; several rules where a match allows alternatives (`--ports`). */
export function lowerRule(spec: RuleSpec, family: Family, chain: string, range: Range, conditional: boolean): FirewallRule[] {
  let lists: Statement[][] = [[]];
  for (const option of spec.basics) {
    const statement = lowerBasic(option, family);
    if (statement !== undefined) lists[0]!.push(statement);
  }
  const protocol = protocolOf(spec.basics);
  let comment: string | undefined;
  for (const match of spec.matches) {
    if (match.module === "comment") {
      comment = match.options.find(({ name }) => name === "comment")?.values[0]?.text ?? comment;
      continue;
    }
    const alternatives = lowerMatch(match, family, protocol);
    if (alternatives.length === 1) for (const list of lists) for (const statement of alternatives[0]!) list.push(statement);
    else if (lists.length * alternatives.length > MOST_ALTERNATIVES) for (const list of lists) list.push({ kind: "unknown", reason: "too many alternatives in one rule", range: match.range });
    else lists = lists.flatMap((list) => alternatives.map((more) => [...list, ...more]));
  }
  const add = (statement: Statement): void => {
    for (const list of lists) list.push(statement);
  };
  for (const word of spec.notUnderstood) add({ kind: "unknown", reason: word.text.includes(HOLE) ? "a template decides this part of the rule" : `“${word.text}” is not understood`, range: word.range });
  if (spec.target) for (const statement of lowerTarget(spec.target, chain, family)) add(statement);
  return lists.map((list) => {
    // A list that has grown keeps room for more: its copy has none.
    const statements = list.slice();
    return comment === undefined ? { statements, range, conditional } : { statements, range, conditional, comment };
  });
}
