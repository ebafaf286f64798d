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
import type { FirewallRule, Statement } from "../ruleset.ts";

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
  const statements: Statement[] = [];
  for (const statement of node.statements) for (const lowered of lowerStatement(statement, around)) statements.push(lowered);
  const conditional = around.conditional(node.range);
  return node.comment === undefined ? { statements, range: node.range, conditional } : { statements, range: node.range, conditional, comment: node.comment };
}

function lowerStatement(node: StatementNode, around: RuleSurroundings): Statement[] {
  const { range } = node;
  const { scope } = around;
  switch (node.kind) {
    case "match":
      return lowerMatch(node, around);
    case "verdict": {
      if (node.chain === undefined) return [{ kind: "verdict", verdict: lowerVerdict(node.verdict, node.target, scope), range }];
      const target = around.anonymousChain(node.chain, range);
      return [{ kind: "verdict", verdict: { kind: node.verdict === "goto" ? "goto" : "jump", target }, range }];
    }
    case "vmap":
      return lowerVerdictMap(node.key, node.map, range, around);
    case "limit":
    case "quota":
    case "connections": {
      const what = node.kind === "limit" ? "rate" : node.kind;
      const name = node.object && expand(node.object, scope);
      const object = name?.kind === "word" ? around.object(node.kind, name.text) : undefined;
      return [...lookups(node.object, range, around), { kind: "limit", what, over: node.over || (object !== undefined && /\bover\b/.test(object)), text: node.text, range }];
    }
    case "reject":
      return lowerReject(node, around);
    case "nat":
      return lowerNat(node, around);
    case "queue":
      return [{ kind: "verdict", verdict: { kind: "queue" }, range }];
    case "notrack":
      return [{ kind: "notrack", range }];
    case "set":
      return lowerChange(node.field, node.value, range, around);
    case "dynamic": {
      const dependencies = dependenciesOf(node.key, around.context, range);
      const inside = node.inner.flatMap((statement) => lowerStatement(statement, around));
      // Taking away an element that is not there ends the rule.
      if (node.verb === "delete") return [...dependencies, { kind: "match", field: "set", negated: false, values: unknown("what the set holds is decided while it runs"), set: node.set.text, range }, ...inside];
      return [...dependencies, { kind: "other", name: `${node.verb} @${node.set.text}`, range }, ...inside];
    }
    case "fwd":
      // It leaves by another interface; no other hook of this one sees it.
      return [{ kind: "other", name: "fwd", range }, { kind: "verdict", verdict: { kind: "drop" }, range }];
    case "synproxy":
      return [...lookups(node.name, range, around), ...lowerSynproxy(range, around)];
    case "counter":
      return [...lookups(node.object, range, around), { kind: "other", name: node.name, range }];
    case "last":
    case "other":
      return [{ kind: "other", name: node.name, range }];
    case "log":
      return [{ kind: "other", name: "log", range }];
    case "dup":
      return [{ kind: "other", name: "dup", range }];
    case "flow":
      return [{ kind: "other", name: `flow add @${node.table.text}`, range }];
    case "unknown":
      return [{ kind: "unknown", reason: node.reason, range }];
  }
}

function lowerVerdictMap(key: Expression, map: Expression, range: Range, around: RuleSurroundings): Statement[] {
  const dependencies = dependenciesOf(key, around.context, range);
  const parts = keyParts(key.kind === "concat" ? key.parts : [key], around);
  const fields = parts.map(({ field }) => field);
  const found = expand(map, around.scope);
  if (found.kind === "set-reference") return [...dependencies, { kind: "vmap", fields, elements: around.elements(found.name.text), set: found.name.text, range }];
  return [...dependencies, { kind: "vmap", fields, elements: lowerElements(found, reader(parts, around)), range }];
}

function lowerReject(node: Extract<StatementNode, { kind: "reject" }>, around: RuleSurroundings): Statement[] {
  const { range, family } = node;
  const dependencies = family === "tcp" ? around.context.transport(6n, range) : family === "icmp" ? around.context.network("ip", range) : family === "icmpv6" ? around.context.network("ip6", range) : [];
  const answer = family === undefined ? undefined : family === "tcp" ? "tcp reset" : `${family} ${node.code?.text ?? ""}`.trim();
  return [...dependencies, { kind: "verdict", verdict: { kind: "reject", ...(answer !== undefined && { with: answer }) }, range }];
}
