import { fieldInfo, HEADERS } from "../../../../formats/nftables/fields.ts";
import { CLOSED, OPEN } from "../../../../formats/nftables/symbols.ts";
import type { Offer, Step } from "./nft-selector.ts";
import { keywords, selector, words } from "./nft-selector.ts";
import { LOG_LEVELS, RATE_UNITS, REJECT_CODES } from "./nft-words.ts";

const ELEMENT_OPERATORS = new Set(["==", "!=", "<", ">", "<=", ">=", "!", "eq", "ne", "lt", "gt", "le", "ge"]);
const BIT_OPERATORS = new Set(["&", "|", "^", "<<", ">>"]);
/** Fields that a rule may write. */
const WRITABLE = /^(meta (mark|priority|nftrace|pkttype|secmark|broute)|ct (mark|label|zone|helper|timeout|expectation|event|secmark)|ip6? (dscp|ecn|saddr|daddr)|ip ttl|ip6 hoplimit|tcp option maxseg size|(tcp|udp) [sd]port|ether [sd]addr)$/;

/** What may follow the words of a rule. */
export function offersAfter(rule: readonly string[]): readonly Offer[] {
  const end = endOf(rule);
  return "want" in end ? end.want : [{ from: "statement" }];
}

/** Whether the brace after these words holds an element that a rule puts into a set, with statements of its own. */
export function isDynamic(header: readonly string[]): boolean {
  const [verb, at] = header.slice(-3);
  return (at === "@" && /^(add|update|delete)$/.test(verb!)) || (header.includes("meter") && header.slice(header.lastIndexOf("meter")).length <= 4);
}

/** The fields before the brace in which elements are typed, and whether they are keys of a map with verdicts. */
export function elementsOf(header: readonly string[]): { readonly fields: readonly string[]; readonly map: "vmap" | "map" | undefined } {
  const last = header.at(-1);
  const map = last === "vmap" || last === "map" ? last : undefined;
  const end = endOf(map === undefined ? header : header.slice(0, -1));
  if (!("want" in end)) return { fields: [], map };
  return { fields: end.want.flatMap((offer) => (offer.from === "values" ? [offer.field] : [])), map };
}

function endOf(rule: readonly string[]): Step {
  let at = 0;
  while (at < rule.length) {
    const step = statement(rule, at);
    if ("want" in step) return step;
    at = Math.max(step.next, at + 1);
  }
  return { next: at };
}

function statement(rule: readonly string[], at: number): Step {
  const word = rule[at]!;
  const rest = rule.slice(at + 1);
  if (word === "ct" && rest[0] === "count") return sequence(rule, at + 2, [["over"], undefined]);
  switch (word) {
    case "jump":
    case "goto":
      return rest.length === 0 ? { want: [{ from: "chains" }] } : after(rule, at + 1);
    case "counter":
      return rest[0] === "name" ? objectName(rule, at + 2, "counter") : counter(rule, at + 1);
    case "limit":
      return limit(rule, at + 1);
    case "quota":
      return rest[0] === "name" ? objectName(rule, at + 2, "quota") : sequence(rule, at + 1, [["over", "until", "name"], undefined, ["bytes", "kbytes", "mbytes"]]);
    case "log":
      return log(rule, at + 1);
    case "reject":
      return reject(rule, at + 1);
    case "snat":
    case "dnat":
    case "tproxy":
      return nat(rule, at + 1, ["to", "ip", "ip6"]);
    case "masquerade":
    case "redirect":
      return rest.length === 0 ? { want: [keywords("to"), { from: "statement" }] } : /^(to|:|random|fully-random|persistent)$/.test(rest[0]!) ? nat(rule, at + 1, []) : { next: at + 1 };
    case "queue":
      return rest.length === 0 ? { want: [keywords("num", "to", "flags"), { from: "statement" }] } : queue(rule, at + 1);
    case "add":
    case "update":
    case "delete":
      if (rest.length === 0) return { want: [{ from: "sets" }] };
      return rest[0] === "@" ? named(rule, at + 1, { from: "sets" }, 1) : { next: at + 2 };
    case "flow":
      if (rest.length === 0) return { want: [keywords("add")] };
      return rest.length === 1 ? { want: [{ from: "flowtables" }] } : named(rule, at + 2, { from: "flowtables" }, 0);
    case "dup":
    case "fwd":
      return sequence(rule, at + 1, [["to"], undefined]);
    case "synproxy":
      return rest.length === 0 ? { want: [keywords("mss", "wscale", "timestamp", "sack-perm", "name"), { from: "statement" }] } : rest[0] === "name" ? objectName(rule, at + 2, "synproxy") : { next: at + 2 };
    case "comment":
      return rest.length === 0 ? { want: [] } : { next: at + 2 };
    case "accept":
    case "drop":
    case "return":
    case "continue":
    case "notrack":
      return { next: at + 1 };
  }
  return match(rule, at);
}

function after(rule: readonly string[], at: number): Step {
  return rule[at] === "$" ? named(rule, at, { from: "variables" }, 0) : { next: at + 1 };
}

/** `@name` or `$name`; `more` counts what follows it. */
function named(rule: readonly string[], at: number, offer: Offer, more: number): Step {
  return at + 1 >= rule.length ? { want: [offer] } : { next: at + 2 + more };
}

function objectName(rule: readonly string[], at: number, what: string): Step {
  if (at >= rule.length) return { want: [{ from: "objects", what }] };
  // The name may be looked up in a map.
  return HEADERS.has(rule[at]!) ? match(rule, at) : { next: at + 1 };
}

function counter(rule: readonly string[], at: number): Step {
  if (at >= rule.length) return { want: [{ from: "statement" }, keywords("name", "packets")] };
  if (rule[at] !== "packets") return { next: at };
  return at + 2 === rule.length ? { want: [keywords("bytes")] } : { next: at + 4 };
}

/** Words in a fixed order, each of which may be left out; undefined stands for a value of the user's own. */
function sequence(rule: readonly string[], at: number, steps: readonly (readonly string[] | undefined)[]): Step {
  let next = at;
  for (const step of steps) {
    if (next >= rule.length) return { want: step === undefined ? [{ from: "variables" }] : [keywords(...step)] };
    if (step === undefined || step.includes(rule[next]!)) next++;
  }
  return { next };
}

function limit(rule: readonly string[], at: number): Step {
  if (at >= rule.length) return { want: [keywords("rate", "name")] };
  if (rule[at] === "name") return objectName(rule, at + 1, "limit");
  let next = at + 1;
  if (next >= rule.length) return { want: [keywords("over")] };
  if (rule[next] === "over" || rule[next] === "until") next++;
  next++;
  if (rule[next] === "/") {
    if (next + 1 >= rule.length) return { want: [words("keyword", RATE_UNITS)] };
    next += 2;
  } else if (next < rule.length && /bytes/.test(rule[next]!)) next++;
  if (next >= rule.length) return { want: [keywords("burst"), { from: "statement" }] };
  if (rule[next] !== "burst") return { next };
  if (next + 2 >= rule.length) return { want: next + 1 >= rule.length ? [] : [keywords("packets", "bytes"), { from: "statement" }] };
  return { next: /^(packets|[km]?bytes)$/.test(rule[next + 2]!) ? next + 3 : next + 2 };
}

const LOG_OPTIONS = ["prefix", "level", "group", "snaplen", "queue-threshold", "flags"];

function log(rule: readonly string[], at: number): Step {
  let next = at;
  while (LOG_OPTIONS.includes(rule[next] ?? "")) {
    if (next + 1 >= rule.length) return { want: rule[next] === "level" ? [words("value", LOG_LEVELS)] : rule[next] === "flags" ? [words("value", ["all", "tcp", "ip", "skuid", "ether"])] : [] };
    next += 2;
  }
  if (next < rule.length) return { next };
  const left = LOG_OPTIONS.filter((option) => !rule.slice(at).includes(option));
  return { want: [keywords(...left), { from: "statement" }] };
}

function reject(rule: readonly string[], at: number): Step {
  if (at >= rule.length) return { want: [keywords("with"), { from: "statement" }] };
  if (rule[at] !== "with") return { next: at };
  const family = rule[at + 1];
  if (family === undefined) return { want: [keywords("icmpx", "icmp", "icmpv6", "tcp")] };
  if (family === "tcp") return at + 2 >= rule.length ? { want: [keywords("reset")] } : { next: at + 3 };
  const code = rule[at + 2] === "type" ? at + 3 : at + 2;
  return code >= rule.length ? { want: [words("value", REJECT_CODES[family] ?? [])] } : { next: code + 1 };
}

function nat(rule: readonly string[], at: number, first: readonly string[]): Step {
  let next = at;
  if (next >= rule.length) return { want: [keywords(...first)] };
  while (/^(ip|ip6|addr|port|interval|prefix|\.)$/.test(rule[next] ?? "")) next++;
  if (next >= rule.length) return { want: [keywords("to")] };
  if (rule[next] === "to") next++;
  else if (/^(random|fully-random|persistent)$/.test(rule[next]!)) return { next: next + 1 };
  if (next >= rule.length) return { want: [{ from: "variables" }, { from: "selector" }] };
  const step = value(rule, next, "");
  if ("want" in step) return step;
  next = step.next;
  while (rule[next] === ":") {
    if (next + 1 >= rule.length) return { want: [{ from: "variables" }] };
    next += 2;
  }
  while (/^(random|fully-random|persistent|,)$/.test(rule[next] ?? "")) next++;
  return next >= rule.length ? { want: [keywords("random", "fully-random", "persistent"), { from: "statement" }] } : { next };
}

function queue(rule: readonly string[], at: number): Step {
  let next = at;
  while (/^(num|to|flags)$/.test(rule[next] ?? "")) {
    if (next + 1 >= rule.length) return { want: rule[next] === "flags" ? [keywords("bypass", "fanout")] : [] };
    next += 2;
    while (/^[-,]$/.test(rule[next] ?? "")) next += 2;
  }
  return next >= rule.length ? { want: [keywords("flags"), { from: "statement" }] } : { next };
}

/** A match: fields, perhaps an operator, and what they are compared with. */
function match(rule: readonly string[], at: number): Step {
  let step = selector(rule, at);
  if ("want" in step || step.field === undefined) return step;
  const fields = [step.field];
  let next = step.next;
  while (rule[next] === ".") {
    if (next + 1 >= rule.length) return { want: [{ from: "selector" }] };
    step = selector(rule, next + 1);
    if ("want" in step) return step;
    fields.push(step.field ?? "");
    next = step.next;
  }
  const values = fields.map((field): Offer => ({ from: "values", field }));
  const single = fields.length === 1 ? values : [];
  const [field] = fields as [string];
  if (next >= rule.length) {
    const more = ["vmap", ...(WRITABLE.test(field) && fields.length === 1 ? ["set"] : [])];
    return { want: [...values, { from: "sets" }, { from: "variables" }, keywords(...more)] };
  }
  while (BIT_OPERATORS.has(rule[next]!)) {
    if (next + 1 >= rule.length) return { want: single };
    const bits = rule[next + 1] === "(" ? parenthesis(rule, next + 2) : next + 2;
    if (bits === undefined) return { want: single };
    next = bits;
  }
  if (ELEMENT_OPERATORS.has(rule[next] ?? "")) next++;
  const word = rule[next];
  if (word === undefined) return { want: [...values, { from: "sets" }, { from: "variables" }] };
  if (word === "vmap" || word === "map") {
    if (next + 1 >= rule.length) return { want: [{ from: "maps" }, ...values] };
    return rule[next + 1] === "@" ? named(rule, next + 1, { from: "maps" }, 0) : { next: next + 2 };
  }
  if (word === "set") {
    if (next + 1 >= rule.length) return { want: [...single, ...assigned(field), { from: "variables" }, { from: "selector" }] };
    return value(rule, next + 1, field);
  }
  return value(rule, next, field);
}

function assigned(field: string): Offer[] {
  const object = /^ct (helper|timeout|expectation)$/.exec(field);
  return object ? [{ from: "objects", what: field }] : [];
}

function parenthesis(rule: readonly string[], at: number): number | undefined {
  const end = rule.indexOf(")", at);
  return end === -1 ? undefined : end + 1;
}

/** What a field is compared with: a value, a range, a list, a set. */
function value(rule: readonly string[], at: number, field: string): Step {
  let next = at;
  for (;;) {
    const word = rule[next];
    if (word === undefined) return { want: [{ from: "values", field }, { from: "variables" }] };
    if (word === "@") {
      if (next + 1 >= rule.length) return { want: [{ from: "sets" }] };
      next += 2;
    } else if (word === "$") {
      if (next + 1 >= rule.length) return { want: [{ from: "variables" }] };
      next += 2;
    } else if (word === "-" || word === "(") next++;
    else if (!isValue(word, field) && (HEADERS.has(word) || word === "meta" || word === "ct" || word === "numgen" || word === "jhash")) return match(rule, next);
    else next++;
    if (!/^([-,/|&.^]|<<|>>|\))$/.test(rule[next] ?? "")) return { next };
    next++;
  }
}

/** Names of protocols are values of some fields, and of others they begin a field. */
function isValue(word: string, field: string): boolean {
  const type = fieldInfo(field)?.type ?? "";
  return CLOSED.get(type)?.has(word) === true || OPEN.get(type)?.has(word) === true;
}
