import { isUnknown } from "../../../src/engine/unknown.ts";
import type { Chain, Field, FirewallRule, Packet, Ruleset, SetElement, Statement, Table, Values } from "../../../src/model/firewall/ruleset.ts";
import { addressText } from "../../../src/model/firewall/words/addresses.ts";
import { random } from "./random.ts";
import { shape } from "./shape.ts";
import type { Draft } from "./shape.ts";

/** Most interfaces that one namespace gets for a ruleset. */
const MOST_INTERFACES = 12;

/** Packets for a ruleset: some that its rules are after, some that they miss by one, some at random. */
export function aimedPackets(ruleset: Ruleset, family: "ip" | "ip6", count: number, seed: number): Packet[] {
  const aim = new Aim(ruleset, family, seed);
  const packets: Packet[] = [];
  const looped = new Set<string>();
  for (let tries = 0; packets.length < count && tries < count * 20; tries++) {
    const packet = shape(aim.draft(), family, aim.next);
    if (packet === undefined) continue;
    // What the host sends to itself leaves a connection behind: no other packet may be of it, nor an answer to it.
    const ends = packet.iif === "lo" ? [`${packet.saddr} ${packet.sport}`, `${packet.daddr} ${packet.dport}`].sort().join(" ") : "";
    if (looped.has(ends)) continue;
    if (ends !== "") looped.add(ends);
    packets.push(packet);
  }
  // Connections that were announced by others lie in the oracle's table already, where no translation reaches them.
  const kept = translates(ruleset) ? packets.filter(({ ct, proto }) => ct !== "related" || proto === "icmp" || proto === "icmpv6") : packets;
  // In the oracle every destination of an input packet is the host's, so a source may be one of them, and what it sends has any.
  if (!asksSources(ruleset)) return kept;
  const own = new Set(kept.filter(({ hook }) => hook === "input").map(({ daddr }) => daddr));
  return kept.filter(({ hook, iif, saddr }) => hook !== "output" && iif !== "lo" && !own.has(saddr));
}

function translates(ruleset: Ruleset): boolean {
  return ruleset.tables.some(({ chains }) => chains.some(({ rules }) => rules.some(({ statements }) => statements.some(({ kind }) => kind === "nat"))));
}

function asksSources(ruleset: Ruleset): boolean {
  return ruleset.tables.some(({ chains }) => chains.some(({ rules }) => rules.some(({ statements }) => statements.some((one) => one.kind === "match" && one.field.startsWith("fib saddr")))));
}

interface Target {
  readonly table: Table;
  readonly chain: Chain;
  readonly rule: FirewallRule;
}

class Aim {
  readonly next: () => number;
  readonly #family: "ip" | "ip6";
  readonly #targets: Target[] = [];
  /** Rules that lead to a chain. */
  readonly #callers = new Map<string, Target[]>();
  readonly #pool = new Map<string, bigint[]>();
  readonly #interfaces: string[] = ["eth9"];

  constructor(ruleset: Ruleset, family: "ip" | "ip6", seed: number) {
    this.next = random(seed);
    this.#family = family;
    for (const table of ruleset.tables) {
      if (table.family !== family && table.family !== "inet" && table.family !== "netdev") continue;
      for (const chain of table.chains) for (const rule of chain.rules) this.#learn({ table, chain, rule });
    }
  }

  draft(): Draft {
    const draft: Draft = { hook: this.#pick(["input", "input", "forward", "output"] as const) };
    const target = this.#targets.length > 0 && this.next() < 0.75 ? this.#pick(this.#targets) : undefined;
    if (target !== undefined) this.#towards(target, draft, 0);
    if (target === undefined || this.next() < 0.3) this.#disturb(draft);
    draft.iif ??= this.#pick(this.#interfaces);
    draft.oif ??= this.#pick(this.#interfaces);
    draft.saddr ??= this.#address("saddr");
    draft.daddr ??= this.#address("daddr");
    draft.proto ??= this.#pick([6, 6, 6, 17, 17, this.#family === "ip" ? 1 : 58, 132, 47, 50, 255]);
    draft.sport ??= this.#from("sport") ?? 40000n;
    draft.dport ??= this.#from("dport") ?? 22n;
    draft.mark ??= this.next() < 0.9 ? 0n : (this.#from("mark") ?? 1n);
    draft.ct ??= this.#pick(["new", "new", "new", "established", "related", "invalid", "untracked"] as const);
    return draft;
  }

  #learn(target: Target): void {
    this.#targets.push(target);
    for (const statement of target.rule.statements) {
      if (statement.kind === "match") this.#remember(statement.field, statement.values);
      if (statement.kind === "match-tuple" || statement.kind === "vmap") {
        for (const element of this.#elements(statement, target.table).slice(0, 40)) {
          for (const [i, field] of statement.fields.entries()) if (element.key[i]) this.#remember(field, element.key[i]);
          if (element.verdict && (element.verdict.kind === "jump" || element.verdict.kind === "goto") && !isUnknown(element.verdict.target)) this.#call(element.verdict.target, target);
        }
      }
      if (statement.kind === "verdict" && (statement.verdict.kind === "jump" || statement.verdict.kind === "goto") && !isUnknown(statement.verdict.target)) this.#call(statement.verdict.target, target);
    }
  }

  #call(name: string, target: Target): void {
    const key = `${target.table.family} ${target.table.name} ${name}`;
    const list = this.#callers.get(key);
    if (list) list.push(target);
    else this.#callers.set(key, [target]);
  }

  #remember(field: Field, values: Values): void {
    if (isUnknown(values)) return;
    if (values.kind === "names") {
      if (/^meta [io]ifname$/.test(field)) {
        for (const name of values.names) {
          const real = name.replace(/\*$/, "0");
          if (/^[\w.-]{1,15}$/.test(real) && real !== "lo" && this.#interfaces.length < MOST_INTERFACES && !this.#interfaces.includes(real)) this.#interfaces.push(real);
        }
      }
      return;
    }
    const key = keyOf(field, this.#family);
    if (key === undefined) return;
    let list = this.#pool.get(key);
    if (list === undefined) this.#pool.set(key, (list = []));
    if (list.length > 400) return;
    if (values.kind === "masked") list.push(...values.values);
    else for (const [first, last] of values.intervals.slice(0, 30)) list.push(first, last, first === 0n ? 0n : first - 1n, last + 1n);
  }

  /** Gives the draft what the rule asks for, and first what leads to its chain. */
  #towards({ table, chain, rule }: Target, draft: Draft, depth: number): void {
    if (chain.hook !== undefined) {
      if (chain.hook === "input" || chain.hook === "forward" || chain.hook === "output") draft.hook = chain.hook;
      else if (chain.hook === "ingress" && chain.devices !== undefined && !isUnknown(chain.devices)) [draft.hook, draft.iif] = [this.#pick(["input", "forward"] as const), this.#pick(chain.devices)];
      else if (chain.hook === "prerouting") draft.hook = this.#pick(["input", "forward"] as const);
      else draft.hook = this.#pick(["forward", "output"] as const);
    } else if (depth < 8) {
      const callers = this.#callers.get(`${table.family} ${table.name} ${chain.name}`);
      if (callers) this.#towards(this.#pick(callers), draft, depth + 1);
    }
    for (const statement of rule.statements) {
      if (statement.kind === "match") this.#meet(draft, statement.field, statement.values, statement.negated);
      else if ((statement.kind === "match-tuple" && !statement.negated) || statement.kind === "vmap") {
        const elements = this.#elements(statement, table);
        if (elements.length === 0) continue;
        const element = this.#pick(elements);
        for (const [i, field] of statement.fields.entries()) if (element.key[i]) this.#meet(draft, field, element.key[i], false);
      }
    }
  }

  #meet(draft: Draft, field: Field, values: Values, negated: boolean): void {
    if (isUnknown(values)) return;
    const protocol = /^(tcp|udp|sctp|icmp|icmpv6) /.exec(field)?.[1];
    if (protocol !== undefined) draft.proto ??= { tcp: 6, udp: 17, sctp: 132, icmp: 1, icmpv6: 58 }[protocol]!;
    if (values.kind === "names") {
      if (values.names.length === 0) return;
      const name = this.#pick(values.names);
      if (field === "ct state" && !negated) draft.ct = name as NonNullable<Packet["ct"]>;
      if (negated) return;
      if (field === "meta iifname") draft.iif = name.replace(/\*$/, "0");
      if (field === "meta oifname") draft.oif = name.replace(/\*$/, "0");
      return;
    }
    const key = keyOf(field, this.#family);
    if (key === undefined) return;
    const value = values.kind === "masked" ? this.#maskedValue(values.mask, values.values, key, negated) : this.#value(values.intervals, negated);
    if (value === undefined) return;
    if (key === "proto" || key === "type" || key === "code") draft[key] = Number(value);
    else draft[key] = value;
  }

  #value(intervals: readonly (readonly [bigint, bigint])[], negated: boolean): bigint | undefined {
    if (intervals.length === 0) return undefined;
    const [first, last] = this.#pick(intervals);
    if (negated) return this.next() < 0.5 ? last + 1n : first > 0n ? first - 1n : last + 1n;
    const span = last - first;
    const inside = span > 0n ? first + (BigInt(Math.floor(this.next() * 2 ** 48)) % (span + 1n)) : first;
    return this.#pick([first, last, inside]);
  }

  #maskedValue(mask: bigint, values: readonly bigint[], key: string, negated: boolean): bigint | undefined {
    const width = key === "saddr" || key === "daddr" ? (this.#family === "ip" ? 32n : 128n) : key === "flags" ? 8n : 32n;
    const noise = (BigInt(Math.floor(this.next() * 2 ** 32)) | (BigInt(Math.floor(this.next() * 2 ** 32)) << 40n)) & ((1n << width) - 1n);
    const wanted = values.length === 0 ? 0n : this.#pick(values);
    return (negated ? wanted ^ (mask & -mask) : wanted) | (noise & ~mask & (key === "flags" ? 0n : -1n));
  }

  /** Puts one field a little aside, or somewhere that another rule names. */
  #disturb(draft: Draft): void {
    for (let i = 0; i < 1 + this.next() * 2; i++) {
      const key = this.#pick(["saddr", "daddr", "sport", "dport", "proto", "iif", "oif", "ct", "flags", "mark", "hook"] as const);
      if (key === "iif" || key === "oif") draft[key] = this.#pick(this.#interfaces);
      else if (key === "saddr" || key === "daddr") draft[key] = this.#address(key);
      else if (key === "sport" || key === "dport") draft[key] = this.next() < 0.5 && draft[key] !== undefined ? draft[key] + (this.next() < 0.5 ? 1n : -1n) : (this.#from(key) ?? 7n);
      else if (key === "flags") draft.flags = BigInt(this.#pick([2, 2, 16, 18, 17, 4, 1, 0, 24, 41]));
      else if (key === "mark") draft.mark = this.#from("mark") ?? BigInt(Math.floor(this.next() * 16));
      else if (key === "hook") draft.hook = this.#pick(["input", "forward", "output"] as const);
      else delete draft[key];
    }
    if (this.next() < 0.05) [draft.hook, draft.iif] = ["input", "lo"];
  }

  #address(key: "saddr" | "daddr"): bigint {
    const six = this.#family === "ip6";
    if (this.next() < 0.75) {
      const value = this.#from(key) ?? this.#from(key === "saddr" ? "daddr" : "saddr");
      if (value !== undefined) return value;
    }
    return six ? 0x2001_0db8_0077_0000_0000_0000_0000_0000n + BigInt(Math.floor(this.next() * 1e6)) : 0xc633_6400n + BigInt(Math.floor(this.next() * 254));
  }

  #from(key: string): bigint | undefined {
    const list = this.#pool.get(key);
    return list === undefined || list.length === 0 ? undefined : this.#pick(list);
  }

  #elements(statement: Extract<Statement, { kind: "match-tuple" | "vmap" }>, table: Table): readonly SetElement[] {
    const { elements, set } = statement;
    if (!isUnknown(elements)) return elements;
    const named = table.sets.find(({ name }) => name === set)?.elements;
    return named === undefined || isUnknown(named) ? [] : named;
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)]!;
  }
}

type Numeric = "saddr" | "daddr" | "sport" | "dport" | "proto" | "type" | "code" | "flags" | "mark";

/** What of a packet a field is. */
function keyOf(field: Field, family: "ip" | "ip6"): Numeric | undefined {
  switch (field) {
    case `${family} saddr`:
      return "saddr";
    case `${family} daddr`:
      return "daddr";
    case "meta l4proto":
      return "proto";
    case "meta mark":
      return "mark";
    case "tcp flags":
      return "flags";
  }
  if (/ sport$/.test(field)) return "sport";
  if (/ dport$/.test(field)) return "dport";
  if (field === (family === "ip" ? "icmp type" : "icmpv6 type")) return "type";
  if (field === (family === "ip" ? "icmp code" : "icmpv6 code")) return "code";
  return undefined;
}

/** An address as text; undefined where packets cannot have it as an end. */
export function usable(value: bigint, family: "ip" | "ip6"): string | undefined {
  if (family === "ip") {
    const top = Number(value >> 24n);
    if (value < 0n || value > 0xffff_ffffn || top === 0 || top === 127 || top >= 224 || (value >> 16n) === 0xc612n) return undefined;
  } else if (value < 0n || ((value >> 125n) !== 1n && (value >> 121n) !== 0x7en)) return undefined;
  return addressText(value, family);
}
