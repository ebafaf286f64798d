import { HOLE } from "../template/jinja.ts";
import type { Cursor } from "./cursor.ts";
import { parseSeparated } from "./blocks.ts";
import { unquote } from "./cursor.ts";
import { parseConcatenation, parseExpression, parseSetLike } from "./expressions.ts";
import { parseVariable } from "./variables.ts";
import { parseDynamic, parseMeter } from "./dynamic.ts";
import { parseLimit, parseQuota } from "./limits.ts";
import { parseDup, parseForward, parseNat, parseQueue, parseReject } from "./targets.ts";
import { startsSelector } from "./selectors.ts";
import type { Expression, Operator, RuleNode, StatementNode } from "./tree.ts";
import { parseTarget } from "./verdicts.ts";

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ...(["==", "!=", "<", ">", "<=", ">=", "!"] as const).map((sign): [string, Operator] => [sign, sign]),
  ["eq", "=="], ["ne", "!="], ["lt", "<"], ["gt", ">"], ["le", "<="], ["ge", ">="],
]);

/** A rule from the token at hand to the end of its statement. Stops before the separator. */
export function parseRule(c: Cursor, embedded = false): RuleNode {
  const { start } = c.token;
  const statements: StatementNode[] = [];
  let comment: string | undefined;
  while (!c.atEnd) {
    const before = c.position;
    if (c.is("comment")) {
      c.next();
      const { token } = c;
      if (token.kind === "word" || token.kind === "quoted") comment = unquote(c.next().text);
      else c.expected("the comment's text");
      if (!c.atEnd && !c.failed) c.error(c.token, "A comment is the last part of a rule: nft loads nothing of this file. Move what follows before it.");
    } else statements.push(parseStatement(c));
    if (c.failed || c.position === before) {
      const from = statements.pop()?.range.start ?? start;
      c.skipStatement();
      statements.push({ kind: "unknown", text: c.slice(from), reason: "it is not understood", range: c.range(from) });
      break;
    }
    if (embedded && c.is("}")) break;
  }
  // An array that grew has room for more than most rules need: a copy has not.
  return { kind: "rule", statements: statements.slice(), comment, range: c.range(start) };
}

type Parser = (c: Cursor) => StatementNode;
const plain = (kind: "notrack" | "last" | "other"): Parser => (c) => {
  const { start, text } = c.next();
  return { kind, name: text, range: c.range(start) };
};

const dynamic: Parser = (c) => parseDynamic(c, parseStatement);

const PARSERS: ReadonlyMap<string, Parser> = new Map<string, Parser>([
  ...["accept", "drop", "continue", "return", "jump", "goto"].map((verdict): [string, Parser] => [verdict, parseVerdict]),
  ["counter", parseCounter],
  ["last", (c) => { const { start } = c.next(); if (c.take("used")) while (!c.atEnd && c.token.text !== "comment") c.next(); return { kind: "last", name: "last", range: c.range(start) }; }],
  ["limit", parseLimit],
  ["quota", parseQuota],
  ["log", parseLog],
  ["reject", parseReject],
  ["snat", parseNat],
  ["dnat", parseNat],
  ["masquerade", parseNat],
  ["redirect", parseNat],
  ["tproxy", parseNat],
  ["queue", parseQueue],
  ["dup", parseDup],
  ["fwd", parseForward],
  ["notrack", plain("notrack")],
  ["add", dynamic],
  ["update", dynamic],
  ["delete", dynamic],
  ["set", dynamic],
  ["meter", (c) => parseMeter(c, parseStatement)],
  ["flow", parseFlow],
  ["synproxy", parseSynproxy],
  ["xt", parseCompat],
  ["reset", parseReset],
]);

/** One statement of a rule. */
export function parseStatement(c: Cursor): StatementNode {
  const { token } = c;
  if (token.kind === "word") {
    // `ct count` limits, `ct helper set` does not match.
    if (token.text === "ct" && c.isAhead(1, "count")) return parseConnections(c);
    const parser = PARSERS.get(token.text);
    if (parser) return parser(c);
    if (token.text === "flow" || !startsSelector(c)) return parseOther(c);
  }
  return parseMatch(c);
}

/** A word that opens no statement: a template, or a mistake. */
function parseOther(c: Cursor): StatementNode {
  const { token } = c;
  if (token.text.includes(HOLE)) {
    c.next();
    // What follows may belong to what the template wrote.
    return { kind: "unknown", text: token.text, reason: "a template decides it", range: { start: token.start, end: token.end } };
  }
  if (c.isAhead(1, "set") || OPERATORS.has(c.peek().text) || c.isAhead(1, "vmap")) return parseMatch(c);
  c.expected("a statement or match");
  return { kind: "unknown", text: token.text, reason: "it is not understood", range: { start: token.start, end: token.start } };
}

function parseVerdict(c: Cursor): StatementNode {
  const { start, text } = c.next();
  if (text !== "jump" && text !== "goto") return { kind: "verdict", verdict: text, range: c.range(start) };
  if (c.is("{")) {
    const rules = c.nested(() => anonymousChain(c)) ?? [];
    return { kind: "verdict", verdict: text, chain: rules, range: c.range(start) };
  }
  return { kind: "verdict", verdict: text, target: parseTarget(c), range: c.range(start) };
}

function anonymousChain(c: Cursor): RuleNode[] {
  const rules: RuleNode[] = [];
  const opener = c.next();
  for (;;) {
    c.skipSeparators();
    if (c.is("}") || c.token.kind === "end") break;
    rules.push(parseRule(c));
    parseSeparated(c);
  }
  if (!c.take("}")) c.unclosed(opener);
  return rules;
}

function parseMatch(c: Cursor): StatementNode {
  const { start } = c.token;
  const left = parseConcatenation(c, "left");
  if (c.failed) return { kind: "unknown", text: c.slice(start), reason: "it is not understood", range: c.range(start) };
  if (c.take("vmap")) {
    const map = parseSetLike(c);
    return { kind: "vmap", key: left, map, range: c.range(start) };
  }
  if (c.take("set")) {
    const value = parseExpression(c, "value");
    return { kind: "set", field: left, value, range: c.range(start) };
  }
  if (left.kind === "unknown" || left.kind === "variable") {
    // `$rule` or a template: what follows may belong to it.
    return { kind: "unknown", text: c.slice(start), reason: left.kind === "variable" ? "a variable stands for a statement" : left.reason, range: c.range(start) };
  }
  let operator: Operator = "implicit";
  const written = c.token.kind === "quoted" || c.token.text.length > 2 ? undefined : OPERATORS.get(c.token.text);
  if (written !== undefined) {
    operator = written;
    c.next();
  }
  if (mayStandAlone(left) && (c.atEnd || (operator === "implicit" && !startsValue(c)))) {
    return { kind: "match", left, operator, right: { kind: "word", text: "exists", quoted: false, range: c.range(start) }, mask: undefined, range: c.range(start) };
  }
  const right = parseExpression(c, "right");
  if (c.is("/") && !c.failed) {
    c.next();
    const mask = parseExpression(c, "right");
    return { kind: "match", left, operator, right, mask, range: c.range(start) };
  }
  return { kind: "match", left, operator, right, mask: undefined, range: c.range(start) };
}

/** Old versions let an option or `fib … check` stand without `exists`. */
function mayStandAlone(left: Expression): boolean {
  return left.kind === "field" && left.field.endsWith(" check");
}

function startsValue(c: Cursor): boolean {
  return c.is("exists") || c.is("missing");
}

function parseCounter(c: Cursor): StatementNode {
  const { start } = c.next();
  if (c.take("name")) {
    const object = parseExpression(c, "value");
    return { kind: "counter", name: "counter", object, range: c.range(start) };
  }
  while (c.is("packets") || c.is("bytes")) {
    c.next();
    if (/^\d/.test(c.token.text) || c.token.text.includes(HOLE)) c.next();
    else c.expected("a number");
  }
  return { kind: "counter", name: "counter", range: c.range(start) };
}

const LEVELS = new Set(["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug", "audit"]);
const LOG_FLAGS = new Set(["all", "skuid", "ether", "tcp", "ip", "sequence", "options"]);

function parseLog(c: Cursor): StatementNode {
  const { start } = c.next();
  let level: string | undefined;
  let group = false;
  let flags = false;
  let prefix = false;
  for (;;) {
    if (c.take("prefix")) {
      prefix = true;
      if (c.is("$")) parseVariable(c);
      else if (c.token.kind === "word" || c.token.kind === "quoted") c.next();
      else c.expected("the prefix");
    } else if (c.take("level")) {
      level = c.token.text;
      if (c.is("$")) parseVariable(c);
      else if (LEVELS.has(level) || level.includes(HOLE)) c.next();
      else c.expected("a log level (emerg, alert, crit, err, warn, notice, info, debug or audit)");
    } else if (c.is("group") || c.is("snaplen") || c.is("queue-threshold")) {
      group ||= c.is("group");
      c.next();
      if (c.is("$")) parseVariable(c);
      else if (/^\d/.test(c.token.text) || c.token.text.includes(HOLE)) c.next();
      else c.expected("a number");
    } else if (c.take("flags")) {
      flags = true;
      do {
        if (!LOG_FLAGS.has(c.token.text)) {
          c.expected("a log flag");
          break;
        }
        const flag = c.next().text;
        if ((flag === "tcp" || flag === "ip") && LOG_FLAGS.has(c.token.text)) c.next();
      } while (c.take(","));
    } else break;
    if (c.failed) break;
  }
  if (group && (level !== undefined || flags)) {
    c.error(c.range(start), `A log statement cannot have both a group and ${level === undefined ? "flags" : "a level"}: nft loads nothing of this file. Remove one of them.`);
  }
  if (level === "audit" && (prefix || flags)) c.error(c.range(start), "The log level audit takes no other options: nft loads nothing of this file. Remove them.");
  return { kind: "log", ...(level !== undefined && { level }), range: c.range(start) };
}

function parseConnections(c: Cursor): StatementNode {
  const { start } = c.next();
  c.next();
  const over = c.take("over");
  if (c.is("$")) parseVariable(c);
  else if (/^\d/.test(c.token.text) || c.token.text.includes(HOLE)) c.next();
  else c.expected("a number of connections");
  return { kind: "connections", over, text: c.slice(start), range: c.range(start) };
}

function parseFlow(c: Cursor): StatementNode {
  const { start } = c.next();
  if (!c.take("add") && !c.take("offload")) c.expected('"add"');
  c.expect("@");
  const table = c.name("the name of a flowtable");
  return { kind: "flow", table, range: c.range(start) };
}

function parseSynproxy(c: Cursor): StatementNode {
  const { start } = c.next();
  const name = c.take("name") ? parseExpression(c, "value") : undefined;
  while (name === undefined && !c.failed) {
    if (c.take("mss") || c.take("wscale")) {
      if (/^\d/.test(c.token.text) || c.token.text.includes(HOLE)) c.next();
      else c.expected("a number");
    } else if (!c.take("timestamp") && !c.take("sack-perm")) break;
  }
  return { kind: "synproxy", ...(name && { name }), range: c.range(start) };
}

/** What nft prints for an iptables extension that it has no words for. */
function parseCompat(c: Cursor): StatementNode {
  const { start } = c.next();
  const what = c.next().text;
  const name = c.next().text;
  return { kind: "unknown", text: c.slice(start), reason: `${what} ${name} is an extension of iptables`, range: c.range(start) };
}

function parseReset(c: Cursor): StatementNode {
  const { start } = c.next();
  const option = parseConcatenation(c, "left");
  if (option.kind !== "field" || !option.field.startsWith("tcp option")) c.error(option.range, 'After "reset" nft expects a TCP option: nothing of this file is loaded.');
  return { kind: "other", name: "reset tcp option", range: c.range(start) };
}
