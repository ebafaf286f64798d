import type { Range } from "../../../engine/location.ts";
import { unknown } from "../../../engine/unknown.ts";
import type { Expression, RuleNode, StatementNode } from "../../../formats/nftables/index.ts";
import { lowerElements, lowerVerdict } from "./elements.ts";
import { lowerChange } from "./change.ts";
import { dependenciesOf } from "./fields.ts";
import { lookups } from "./lookup.ts";
import type { Surroundings } from "./match.ts";
import { keyParts, lowerMatch, reader } from "./match.ts";
import { lowerNat } from "./nat.ts";
import { expand } from "./scope.ts";
import { lowerSynproxy } from "./synproxy.ts";
import type { FirewallRule, Statement, Verdict } from "../ruleset.ts";

/** What a rule is lowered in. */
export interface RuleSurroundings extends Surroundings {
  /** Gives a chain that a rule holds in braces a name of its own. */
  readonly anonymousChain: (rules: readonly RuleNode[], range: Range) => string;
  /** The text of a named limit or quota. */
  readonly object: (kind: string, name: string) => string | undefined;
}

/** A rule in the model's words, with every match that nft adds by itself. */
export function lowerRule(node: RuleNode, around: RuleSurroundings): FirewallRule {
  around.context.reset();
  const found: Statement[] = [];
  for (const statement of node.statements) lowerStatement(statement, around, found);
  // An array that grew has room for more than most rules need: a copy has not.
  const statements = found.slice();
  const conditional = around.conditional(node.range);
  return node.comment === undefined ? { statements, range: node.range, conditional } : { statements, range: node.range, conditional, comment: node.comment };
}

function lowerStatement(node: StatementNode, around: RuleSurroundings, found: Statement[]): void {
  const { range } = node;
  const { scope } = around;
  switch (node.kind) {
    case "match":
      return lowerMatch(node, around, found);
    case "verdict": {
      const verdict: Verdict = node.chain === undefined ? lowerVerdict(node.verdict, node.target, scope) : { kind: node.verdict === "goto" ? "goto" : "jump", target: around.anonymousChain(node.chain, range) };
      found.push({ kind: "verdict", verdict, range });
      return;
    }
    case "vmap":
      return lowerVerdictMap(node.key, node.map, range, around, found);
    case "limit":
    case "quota":
    case "connections": {
      const what = node.kind === "limit" ? "rate" : node.kind;
      const name = node.object && expand(node.object, scope);
      const object = name?.kind === "word" ? around.object(node.kind, name.text) : undefined;
      lookups(node.object, range, around, found);
      found.push({ kind: "limit", what, over: node.over || (object !== undefined && /\bover\b/.test(object)), text: node.text, range });
      return;
    }
    case "reject":
      return lowerReject(node, around, found);
    case "nat":
      return lowerNat(node, around, found);
    case "queue":
      found.push({ kind: "verdict", verdict: { kind: "queue" }, range });
      return;
    case "notrack":
      found.push({ kind: "notrack", range });
      return;
    case "set":
      return lowerChange(node.field, node.value, range, around, found);
    case "dynamic":
      dependenciesOf(node.key, around.context, range, found);
      // Taking away an element that is not there ends the rule.
      if (node.verb === "delete") found.push({ kind: "match", field: "set", negated: false, values: unknown("what the set holds is decided while it runs"), set: node.set.text, range });
      else found.push({ kind: "other", name: `${node.verb} @${node.set.text}`, range });
      for (const statement of node.inner) lowerStatement(statement, around, found);
      return;
    case "fwd":
      // It leaves by another interface; no other hook of this one sees it.
      found.push({ kind: "other", name: "fwd", range }, { kind: "verdict", verdict: { kind: "drop" }, range });
      return;
    case "synproxy":
      lookups(node.name, range, around, found);
      return lowerSynproxy(range, around, found);
    case "counter":
      lookups(node.object, range, around, found);
      found.push({ kind: "other", name: node.name, range });
      return;
    case "last":
    case "other":
      found.push({ kind: "other", name: node.name, range });
      return;
    case "log":
    case "dup":
      found.push({ kind: "other", name: node.kind, range });
      return;
    case "flow":
      found.push({ kind: "other", name: `flow add @${node.table.text}`, range });
      return;
    case "unknown":
      found.push({ kind: "unknown", reason: node.reason, range });
  }
}

function lowerVerdictMap(key: Expression, map: Expression, range: Range, around: RuleSurroundings, statements: Statement[]): void {
  dependenciesOf(key, around.context, range, statements);
  const parts = keyParts(key.kind === "concat" ? key.parts : [key], around);
  const fields = parts.map(({ field }) => field);
  const found = expand(map, around.scope);
  if (found.kind === "set-reference") statements.push({ kind: "vmap", fields, elements: around.elements(found.name.text), set: found.name.text, range });
  else statements.push({ kind: "vmap", fields, elements: lowerElements(found, reader(parts, around)), range });
}

function lowerReject(node: Extract<StatementNode, { kind: "reject" }>, around: RuleSurroundings, found: Statement[]): void {
  const { range, family } = node;
  if (family === "tcp") around.context.transport(6n, range, found);
  else if (family === "icmp" || family === "icmpv6") around.context.network(family === "icmp" ? "ip" : "ip6", range, found);
  const answer = family === undefined ? undefined : family === "tcp" ? "tcp reset" : `${family} ${node.code?.text ?? ""}`.trim();
  found.push({ kind: "verdict", verdict: { kind: "reject", ...(answer !== undefined && { with: answer }) }, range });
}
