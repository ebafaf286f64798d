import { isUnknown } from "../../../engine/unknown.ts";
import { holds } from "./match.ts";
import { protocolNumber } from "./packet.ts";
import type { Chain, Field, FirewallRule, Hook, Packet, Ruleset, SetElement, Statement, Table, Values } from "../ruleset.ts";

/** Conditions on fields, all of which have to hold; a list, newest first, so that to narrow it copies nothing. */
interface Condition {
  readonly field: Field;
  readonly values: Values;
  readonly rest: Conditions;
}
type Conditions = Condition | undefined;

/** What a rule that accepts asks of a packet, as an example of one. Fields that it leaves open are not set. */
export interface Sample {
  readonly iif?: string;
  readonly oif?: string;
  readonly saddr?: string;
  readonly daddr?: string;
  readonly sport?: number;
  readonly dport?: number;
  /** The states that it accepts; undefined: any. */
  readonly states?: readonly string[];
}

const DEEPEST = 8;

/** Addresses far away that no ruleset is likely to name; public ones, since reserved ones are often dropped as bogons. */
export const FAR: Readonly<Record<"ip" | "ip6", string>> = { ip: "93.184.215.14", ip6: "2606:2800:21f:cb07:6820:80da:af6b:8b2c" };

/** Somewhere else, as far away: the other end. */
export const OTHER: Readonly<Record<"ip" | "ip6", string>> = { ip: "192.0.66.233", ip6: "2a04:fa87:fffd::c000:42e9" };

/** A rule that may accept packets of a protocol, with an example of those that come to it. */
export interface Accepting {
  readonly table: Table;
  /** The base chain. */
  readonly base: Chain;
  readonly rule: FirewallRule;
  readonly sample: Sample;
}

/** An example for each way in which a hook's chains may accept packets of the protocol (6: TCP); at most `most`. */
export function acceptedSamples(ruleset: Ruleset, hook: Hook, family: "ip" | "ip6", protocol: number, most = 120): Sample[] {
  const found = new Map<string, Sample>();
  visit(ruleset, hook, family, protocol, (sample) => {
    found.set(JSON.stringify(sample), sample);
    return found.size < most;
  });
  return [...found.values()];
}

/** The rules of a hook's chains that may accept packets of the protocol (6: TCP), in the order of the text; at most 400. */
export function acceptingRules(ruleset: Ruleset, hook: Hook, family: "ip" | "ip6", protocol: number): readonly Accepting[] {
  const asked = `${hook} ${family} ${protocol}`;
  let answers = ANSWERS.get(ruleset);
  if (answers === undefined) ANSWERS.set(ruleset, (answers = new Map()));
  const known = answers.get(asked);
  if (known !== undefined) return known;
  const found: Accepting[] = [];
  visit(ruleset, hook, family, protocol, (sample, table, base, rule) => {
    if (rule) found.push({ table, base, rule, sample });
    return found.length < MOST_ACCEPTING;
  });
  answers.set(asked, found);
  return found;
}

const MOST_ACCEPTING = 400;
/** Several rules ask the same of a ruleset. */
const ANSWERS = new WeakMap<Ruleset, Map<string, readonly Accepting[]>>();

/** Calls back with an example of each way to an accept, until told to stop; without a rule for a policy. */
function visit(ruleset: Ruleset, hook: Hook, family: "ip" | "ip6", protocol: number, each: (sample: Sample, table: Table, base: Chain, rule?: FirewallRule) => boolean): void {
  const budget = { steps: 20_000 };
  let more = true;
  for (const table of ruleset.tables) {
    if (table.family !== family && table.family !== "inet") continue;
    for (const chain of table.chains) {
      if (chain.hook !== hook || chain.type === "nat") continue;
      const add = (conditions: Conditions, rule?: FirewallRule): void => {
        const sample = sampleOf(byField(conditions), family, protocol);
        if (sample) more = each(sample, table, chain, rule);
        if (!more) budget.steps = 0;
      };
      walk(table, chain, undefined, 0, add, budget, impossible(family, protocol));
      if (more && (chain.policy === undefined || chain.policy === "accept" || isUnknown(chain.policy))) add(undefined);
    }
  }
}

/** Matches that no packet of the family and the protocol meets; of the plain ones, with which most rules begin. */
function impossible(family: "ip" | "ip6", protocol: number): (statement: Statement & { kind: "match" }) => boolean {
  const [number, familyNumber] = [BigInt(protocol), family === "ip" ? 2n : 10n];
  return ({ field, negated, values }) => {
    const wanted = field === "meta l4proto" ? number : field === "meta nfproto" ? familyNumber : undefined;
    return wanted !== undefined && !negated && !isUnknown(values) && values.kind === "intervals" && !values.intervals.some(([first, last]) => first <= wanted && wanted <= last);
  };
}

function walk(table: Table, chain: Chain, conditions: Conditions, depth: number, add: (conditions: Conditions, rule: FirewallRule) => void, budget: { steps: number }, skips: (statement: Statement & { kind: "match" }) => boolean): void {
  for (const rule of chain.rules) {
    if (--budget.steps < 0) return;
    let here: Conditions = conditions;
    for (const statement of rule.statements) {
      if (statement.kind === "match" && skips(statement)) break;
      if (statement.kind === "match") here = statement.negated ? here : narrowed(here, statement.field, valuesOf(statement, table));
      else if (statement.kind === "match-tuple") here = statement.negated ? here : tuple(here, statement.fields, statement.elements, statement.set, table);
      else if (statement.kind === "verdict") follow(statement.verdict, here, rule);
      else if (statement.kind === "vmap") {
        const elements = isUnknown(statement.elements) ? table.sets.find(({ name }) => name === statement.set)?.elements : statement.elements;
        if (elements === undefined || isUnknown(elements)) continue;
        for (const element of elements.slice(0, 64)) {
          if (element.verdict) follow(element.verdict, statement.fields.reduce((all, field, i) => (element.key[i] ? narrowed(all, field, element.key[i]) : all), here), rule);
        }
      }
    }
  }

  function follow(verdict: Extract<Statement, { kind: "verdict" }>["verdict"], here: Conditions, rule: FirewallRule): void {
    if (verdict.kind === "accept") add(here, rule);
    if ((verdict.kind !== "jump" && verdict.kind !== "goto") || isUnknown(verdict.target) || depth >= DEEPEST) return;
    const target = table.chains.find(({ name }) => name === verdict.target);
    if (target) walk(table, target, here, depth + 1, add, budget, skips);
  }
}

function valuesOf(statement: Extract<Statement, { kind: "match" }>, table: Table): Values {
  if (!isUnknown(statement.values) || statement.set === undefined) return statement.values;
  const elements = table.sets.find(({ name }) => name === statement.set)?.elements;
  return elements === undefined || isUnknown(elements) ? statement.values : (elements[0]?.key[0] ?? statement.values);
}

function tuple(conditions: Conditions, fields: readonly Field[], elements: Extract<Statement, { kind: "match-tuple" }>["elements"], set: string | undefined, table: Table): Conditions {
  const known = isUnknown(elements) ? table.sets.find(({ name }) => name === set)?.elements : elements;
  const first: SetElement | undefined = known === undefined || isUnknown(known) ? undefined : known[0];
  return first ? fields.reduce((all, field, i) => (first.key[i] ? narrowed(all, field, first.key[i]) : all), conditions) : conditions;
}

function narrowed(rest: Conditions, field: Field, values: Values): Conditions {
  return { field, values, rest };
}

/** The conditions of each field, in the order in which the rules make them. */
function byField(conditions: Conditions): ReadonlyMap<Field, readonly Values[]> {
  const all = new Map<Field, Values[]>();
  for (let at = conditions; at !== undefined; at = at.rest) {
    const list = all.get(at.field);
    if (list) list.unshift(at.values);
    else all.set(at.field, [at.values]);
  }
  return all;
}

function sampleOf(conditions: ReadonlyMap<Field, readonly Values[]>, family: "ip" | "ip6", protocol: number): Sample | undefined {
  const name = { 6: "tcp", 17: "udp", 132: "sctp", 33: "dccp" }[protocol] ?? "";
  for (const [field, list] of conditions) {
    if (field === "meta l4proto" || field === "ip protocol" || field === "ip6 nexthdr") {
      if (list.some((values) => holds({ kind: "number", value: BigInt(protocol) }, values) === "no")) return undefined;
    }
    if (field === "meta nfproto" && list.some((values) => holds({ kind: "number", value: family === "ip" ? 2n : 10n }, values) === "no")) return undefined;
    const base = field.split(" ", 1)[0]!;
    if (["tcp", "udp", "udplite", "sctp", "dccp", "icmp", "icmpv6", "esp", "ah"].includes(base) && base !== name && protocolNumber(base) !== protocol) return undefined;
    if ((base === "ip" || base === "ip6") && base !== family) return undefined;
    if (list.some((values) => values !== undefined && !isUnknown(values) && values.kind === "intervals" && values.intervals.length === 0)) return undefined;
  }
  const port = (end: "sport" | "dport"): number | undefined => {
    const value = number([...(conditions.get(`${name} ${end}`) ?? []), ...(conditions.get(`th ${end}`) ?? [])]);
    return value === undefined ? undefined : Number(value);
  };
  const address = (field: Field): string | undefined => {
    const value = number(conditions.get(field));
    return value === undefined ? undefined : formatAddress(value, family);
  };
  const interfaceName = (field: Field): string | undefined => names(conditions.get(field))?.[0]?.replace(/\*$/, "0");
  const all: Record<keyof Sample, unknown> = {
    iif: interfaceName("meta iifname"),
    oif: interfaceName("meta oifname"),
    saddr: address(`${family} saddr`),
    daddr: address(`${family} daddr`),
    sport: port("sport"),
    dport: port("dport"),
    states: names(conditions.get("ct state")),
  };
  if (all.iif === "lo" || all.oif === "lo") return undefined;
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Sample;
}

/** A number that meets all the conditions, if the last of them has one that does. */
function number(list: readonly Values[] | undefined): bigint | undefined {
  const last = list?.findLast((values) => !isUnknown(values) && values.kind === "intervals");
  if (!list || last === undefined || isUnknown(last) || last.kind !== "intervals") return undefined;
  for (const [first, end] of last.intervals.slice(0, 16)) {
    for (const value of [first + 1n <= end && end - first > 1n ? first + 1n : first, end]) {
      if (list.every((values) => holds({ kind: "number", value }, values) !== "no")) return value;
    }
  }
  return undefined;
}

function names(list: readonly Values[] | undefined): readonly string[] | undefined {
  let common: readonly string[] | undefined;
  for (const values of list ?? []) {
    if (isUnknown(values) || values.kind !== "names") continue;
    common = common === undefined ? values.names : common.filter((name) => values.names.includes(name));
  }
  return common;
}

/** An address in the family's plain notation. */
function formatAddress(value: bigint, family: "ip" | "ip6"): string {
  if (family === "ip") return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");
  return Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16)).join(":");
}

/** The sample as a packet of a TCP connection, whatever it leaves open filled in. */
export function tcpPacket(sample: Sample, hook: Packet["hook"], family: "ip" | "ip6", ct: "new" | "established"): Packet {
  return {
    hook,
    ...(hook !== "output" && { iif: sample.iif ?? "uplink0" }),
    ...(hook !== "input" && { oif: sample.oif ?? "inside0" }),
    saddr: sample.saddr ?? FAR[family],
    daddr: sample.daddr ?? OTHER[family],
    proto: "tcp",
    sport: sample.sport ?? 40000,
    dport: sample.dport ?? 443,
    flags: [ct === "new" ? "syn" : "ack"],
    ct,
  };
}
