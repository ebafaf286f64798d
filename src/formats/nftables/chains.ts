import type { Range } from "../../engine/location.ts";
import { HOLE } from "../template/jinja.ts";
import { parseBlock, startsBlock } from "./blocks.ts";
import type { Cursor } from "./cursor.ts";
import { parseDefinition, parseInclude } from "./definitions.ts";
import { parseExpression } from "./expressions.ts";
import { parseDevices } from "./objects.ts";
import { parseRule } from "./statements.ts";
import type { BaseChain, ChainNode, Definition, Expression, Include, Name, RuleNode } from "./tree.ts";
import { parseVariable } from "./variables.ts";

const TYPES = ["filter", "nat", "route"];
const HOOKS = ["prerouting", "input", "forward", "output", "postrouting", "ingress", "egress"];

/** What stands in a chain's braces; `name` was read before them. */
export function parseChainBody(c: Cursor, name: Name, start: number): ChainNode {
  const rules: (RuleNode | Definition | Include)[] = [];
  let base: BaseChain | undefined;
  let policy: { policy: Expression; policyRange: Range } | undefined;
  parseBlock(c, () => {
    if (startsBlock(c)) {
      c.error(c.token, `"${c.token.text}" cannot stand inside a chain: the "{" of chain ${name.text} is not closed before it. Add the "}".`);
      return false;
    }
    if (c.is("type")) base = parseBase(c);
    else if (c.is("policy")) {
      const from = c.token.start;
      if (policy) c.note(c.token, "This chain has a policy already: nft loads nothing of this file. Keep one of them.");
      policy = { policy: parsePolicy(c), policyRange: { start: from, end: c.lastEnd } };
    } else if (c.is("flags") || c.is("devices") || (c.is("comment") && c.peek().kind !== "newline")) parseProperty(c);
    else if (c.is("include")) rules.push(parseInclude(c));
    else if (c.is("define") || c.is("redefine") || c.is("undefine")) rules.push(parseDefinition(c));
    else rules.push(parseRule(c));
    return true;
  });
  return { kind: "chain", name, ...(base && { base }), ...policy, rules, range: c.range(start) };
}

/** `type filter hook input device "eth0" priority filter - 5`. */
function parseBase(c: Cursor): BaseChain {
  const { start } = c.next();
  const type = c.name("a chain type");
  known(c, type, TYPES, "chain type");
  c.expect("hook");
  const hook = c.name("a hook");
  known(c, hook, HOOKS, "hook");
  let devices: Expression | undefined;
  if (c.take("device")) devices = parseExpression(c, "right");
  else if (c.take("devices")) devices = parseDevices(c);
  let priority: Expression | undefined;
  if (c.take("priority")) priority = parsePriority(c);
  else c.expected('"priority"');
  return { type, hook, ...(devices && { devices }), ...(priority && { priority }), range: c.range(start) };
}

function known(c: Cursor, name: Name, names: readonly string[], what: string): void {
  if (name.text === "" || names.includes(name.text)) return;
  c.error(name.range, `There is no ${what} "${name.text}": nft loads nothing of this file. Use one of ${names.join(", ")}.`, !name.text.includes(HOLE));
}

/** A priority: a number, a name, or a name and a distance from it. */
function parsePriority(c: Cursor): Expression {
  const { start } = c.token;
  const sign = c.is("-") || c.is("+") ? c.next().text : undefined;
  const first = c.is("$") ? parseVariable(c) : priorityWord(c);
  let left = first;
  if (sign === "-") {
    const zero: Expression = { kind: "word", text: "0", quoted: false, range: { start, end: start } };
    left = { kind: "binary", operator: "-", left: zero, right: first, range: c.range(start) };
  }
  if (c.is("+") || c.is("-")) {
    const operator = c.next().text as "+" | "-";
    const right = c.is("$") ? parseVariable(c) : priorityWord(c);
    return { kind: "binary", operator, left, right, range: c.range(start) };
  }
  return left;
}

function priorityWord(c: Cursor): Expression {
  const name = c.name("a priority");
  return { kind: "word", text: name.text, quoted: false, range: name.range };
}

function parsePolicy(c: Cursor): Expression {
  c.next();
  if (c.is("$")) return parseVariable(c);
  const name = c.name("a policy, accept or drop");
  known(c, name, ["accept", "drop"], "policy");
  return { kind: "word", text: name.text, quoted: false, range: name.range };
}

function parseProperty(c: Cursor): void {
  const { text } = c.next();
  if (text === "devices") parseDevices(c);
  else if (text === "comment") c.name("the comment's text");
  else if (c.token.text.includes(HOLE)) c.next();
  else c.expect("offload");
}
