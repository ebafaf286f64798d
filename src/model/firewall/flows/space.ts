import { protocolNumber } from "../evaluate/packet.ts";
import { keyOf } from "../evaluate/state.ts";
import type { Field, Ruleset, Values } from "../ruleset.ts";
import type { Diagram, Node } from "./diagram.ts";
import { NO, YES } from "./diagram.ts";
import { isUnknown } from "../../../engine/unknown.ts";

/** Neighbouring variables that hold one field, the most significant bit first. */
export interface Block {
  readonly field: Field;
  readonly first: number;
  readonly bits: number;
  /** Of a field of names: the classes that its numbers stand for. */
  readonly classes?: readonly NameClass[];
}

/** Names that no rule tells apart: one name, all others with a prefix, or all the rest. */
export interface NameClass {
  readonly name: string;
  readonly kind: "name" | "prefix" | "rest";
}

/** The states of connections, in the order of their numbers; the numbers behind stand for the last. */
export const STATES = ["established", "related", "invalid", "untracked", "new"] as const;

/** Protocols with ports: TCP, UDP, DCCP, SCTP, UDP-Lite. */
export const WITH_PORTS = [6, 17, 33, 132, 136] as const;

/** What rules on the way have done to the packet: its addresses are others, or conntrack leaves it alone. */
export type JourneyFlag = "source changed" | "destination changed" | "nat source" | "nat destination" | "notracked" | "rewritten" | "to multicast" | "to broadcast";

/** The packets of one family: which variables hold which field, for all the rulesets that are compared. */
export class Space {
  readonly diagram: Diagram;
  readonly family: "ip" | "ip6";
  readonly #blocks = new Map<Field, Block>();
  readonly #values = new Map<Block, WeakMap<object, Node>>();
  readonly #flags = new Map<string, number>();
  readonly #further: Block[] = [];
  #written: readonly Field[] = [];
  #next = 0;

  /** Takes in what the rulesets name: interfaces, and fields beyond the usual ones. */
  constructor(diagram: Diagram, family: "ip" | "ip6", rulesets: readonly Ruleset[]) {
    this.diagram = diagram;
    this.family = family;
    const said = new Said(rulesets);
    this.#written = said.written();
    for (const flag of ["source changed", "destination changed", "nat source", "nat destination", "notracked", "rewritten", "to multicast", "to broadcast", ...this.#written]) this.#flags.set(flag, this.#next++);
    const interfaces = classesOf([...said.names("meta iifname"), ...said.names("meta iif"), ...said.names("meta oifname"), ...said.names("meta oif"), "lo"]);
    const further = new Map(said.further());
    const add = (field: Field): void => {
      const found = further.get(field);
      if (!found) return;
      further.delete(field);
      const classes = found.names.size > 0 ? classesOf([...found.names]) : undefined;
      this.#add(field, classes ? bitsFor(classes.length) : found.bits, classes);
      this.#further.push(this.#blocks.get(field)!);
    };
    const width = family === "ip" ? 32 : 128;
    // The order was measured on the largest rulesets at hand: the outgoing interface last takes a quarter of the time.
    // What comes first is widened last when a set is told: marks, which most packets have none of, and states.
    this.#add("meta mark", 32);
    this.#add("ct state", 3, STATES.map((name) => ({ name, kind: "name" })));
    this.#add("meta iifname", bitsFor(interfaces.length), interfaces);
    this.#add(`${family} saddr`, width);
    add("ether saddr");
    this.#add(`${family} daddr`, width);
    this.#add("meta l4proto", 8);
    this.#add("icmp type", 8);
    this.#add("icmp code", 8);
    this.#add("th dport", 16);
    this.#add("th sport", 16);
    this.#add("tcp flags", 8);
    this.#add("meta oifname", bitsFor(interfaces.length), interfaces);
    for (const field of [...further.keys()]) add(field);
  }

  /** All fields, in the order of their variables. */
  get blocks(): readonly Block[] {
    return [...this.#blocks.values()];
  }

  /** The fields that only some rulesets ask for. */
  get further(): readonly Block[] {
    return this.#further;
  }

  /** The fields that rules write. */
  get written(): readonly Field[] {
    return this.#written;
  }

  /** How many variables there are. */
  get variables(): number {
    return this.#next;
  }

  block(field: Field): Block | undefined {
    return this.#blocks.get(field);
  }

  /** The variables of flags, which are all false for a packet that no rule has seen. */
  get flags(): number {
    return this.#flags.size;
  }

  /** The variable that tells what rules on the way have done; for a field, that they have put a value there which nobody knows. */
  flagLevel(flag: JourneyFlag | Field): number | undefined {
    return this.#flags.get(flag);
  }

  /** True where rules on the way have done that. */
  flag(flag: JourneyFlag | Field): Node {
    const level = this.#flags.get(flag);
    return level === undefined ? NO : this.diagram.node(level, NO, YES);
  }

  /** The packets whose field has one of the values; values that are Unknown are the caller's. */
  within(block: Block, values: Exclude<Values, { unknown: string }>): Node {
    let known = this.#values.get(block);
    if (!known) this.#values.set(block, (known = new WeakMap()));
    let node = known.get(values);
    if (node === undefined) known.set(values, (node = this.#within(block, values)));
    return node;
  }

  #within(block: Block, values: Exclude<Values, { unknown: string }>): Node {
    switch (values.kind) {
      case "intervals":
        return this.intervals(block, values.intervals);
      case "masked":
        return values.values.reduce((all, value) => this.diagram.or(all, this.masked(block, values.mask, value)), NO);
      case "names": {
        const { classes } = block;
        if (classes) return this.classes(block, (one) => values.names.some((pattern) => covers(pattern, one)));
        const numbers = values.names.map(numberOfName).filter((number) => number !== undefined);
        return numbers.reduce((all, number) => this.diagram.or(all, this.intervals(block, [[number, number]])), NO);
      }
    }
  }

  /** The packets whose name is of a class that is asked for. The last class takes all numbers that are left. */
  classes(block: Block, wanted: (one: NameClass) => boolean): Node {
    const spans: [bigint, bigint][] = [];
    block.classes!.forEach((one, index) => {
      if (!wanted(one)) return;
      const end = index === block.classes!.length - 1 ? (1n << BigInt(block.bits)) - 1n : BigInt(index);
      const top = spans.at(-1);
      if (top && top[1] + 1n === BigInt(index)) top[1] = end;
      else spans.push([BigInt(index), end]);
    });
    return this.intervals(block, spans);
  }

  /** The packets with a name, or with one that begins as `name*` does; also where no rule knows it, so that it is one of many. */
  named(block: Block, name: string): Node {
    const exact = this.classes(block, (one) => covers(name, one));
    if (exact !== NO) return exact;
    const stem = name.replace(/\*$/, "");
    const prefix = block.classes!.filter((one) => one.kind === "prefix" && stem.startsWith(one.name)).sort((a, b) => b.name.length - a.name.length)[0];
    return this.classes(block, (one) => (prefix ? one === prefix : one.kind === "rest"));
  }

  /** The packets whose field lies in sorted, disjoint intervals. */
  intervals({ first, bits }: Block, spans: readonly (readonly [bigint, bigint])[]): Node {
    const { diagram } = this;
    if (bits > 48) {
      const build = (depth: number, low: bigint, from: number, to: number): Node => {
        const high = low + (1n << BigInt(bits - depth)) - 1n;
        while (from < to && spans[from]![1] < low) from++;
        while (from < to && spans[to - 1]![0] > high) to--;
        if (from === to) return NO;
        if (spans[from]![0] <= low && spans[from]![1] >= high) return YES;
        return diagram.node(first + depth, build(depth + 1, low, from, to), build(depth + 1, low + (1n << BigInt(bits - depth - 1)), from, to));
      };
      return build(0, 0n, 0, spans.length);
    }
    const starts = Float64Array.from(spans, ([start]) => Number(start));
    const ends = Float64Array.from(spans, ([, end]) => Number(end));
    const build = (depth: number, low: number, from: number, to: number): Node => {
      const size = 2 ** (bits - depth);
      const high = low + size - 1;
      while (from < to && ends[from]! < low) from++;
      while (from < to && starts[to - 1]! > high) to--;
      if (from === to) return NO;
      if (starts[from]! <= low && ends[from]! >= high) return YES;
      return diagram.node(first + depth, build(depth + 1, low, from, to), build(depth + 1, low + size / 2, from, to));
    };
    return build(0, 0, 0, spans.length);
  }

  /** The packets whose field has that value in the bits of the mask. */
  masked({ first, bits }: Block, mask: bigint, value: bigint): Node {
    const width = BigInt(bits);
    if (value & ~mask || mask >> width & value >> width) return NO;
    let node = YES;
    for (let bit = 0n; bit < width; bit++) {
      if (!((mask >> bit) & 1n)) continue;
      const level = first + bits - 1 - Number(bit);
      node = (value >> bit) & 1n ? this.diagram.node(level, NO, node) : this.diagram.node(level, node, NO);
    }
    return node;
  }

  #add(field: Field, bits: number, classes?: readonly NameClass[]): void {
    this.#blocks.set(field, { field, first: this.#next, bits, ...(classes && { classes }) });
    this.#next += bits;
  }
}

/** Fields that the packet itself or the host's facts about it hold, so that two rules that ask for one get one answer. */
const FURTHER = /^(ether|vlan|arp|tcp|udp|sctp|dccp|udplite|th|ip|ip6|icmp|icmpv6|esp|ah|comp|frag|dst|hbh|rt|mh|gre|igmp|socket) |^meta (skuid|skgid|length|priority|cpu|cgroup|iiftype|oiftype|iifgroup|oifgroup|rtclassid|hour|day|time|pkttype)$|^ct (mark|zone|label|helper|direction)$|^osf/;
/** Those that the fixed blocks hold. */
const FIXED = /^(tcp|udp|udplite|sctp|dccp|th) [sd]port$|^ip6? ([sd]addr|protocol|nexthdr|version|hdrlength)$|^tcp flags$|^icmp(v6)? (type|code)$|^ether type$|^meta (mark|l4proto|nfproto|protocol|iif|oif|iifname|oifname)$|^ct state$|^fib [sd]addr type$/;

/** What rules say of each field. */
class Said {
  readonly #fields = new Map<Field, { names: Set<string>; bits: number }>();
  readonly #written = new Set<Field>();

  constructor(rulesets: readonly Ruleset[]) {
    for (const { tables } of rulesets) {
      for (const { chains, sets } of tables) {
        for (const { rules, devices } of chains) {
          if (devices !== undefined && !isUnknown(devices)) this.#note("meta iifname", { kind: "names", names: devices });
          for (const { statements } of rules) {
            for (const statement of statements) {
              if (statement.kind === "match") {
                this.#note(statement.field, statement.values);
                if (!isUnknown(statement.values) || statement.set === undefined) continue;
                const elements = sets.find(({ name }) => name === statement.set)?.elements;
                if (elements && !isUnknown(elements)) for (const { key } of elements) if (key[0]) this.#note(statement.field, key[0]);
              } else if (statement.kind === "assign") {
                this.#written.add(keyOf(statement.field));
                // What is written may be asked for later: the variables have to hold it.
                if (!isUnknown(statement.value)) this.#note(statement.field, { kind: "masked", mask: statement.value.xor | (statement.value.and & 0xffff_ffffn), values: [] });
              } else if (statement.kind === "other") {
                if (/mark$/.test(statement.name)) for (const field of ["meta mark", "ct mark"]) this.#written.add(field);
                else if (statement.name.endsWith(" set")) this.#written.add(keyOf(statement.name.slice(0, -4)));
              } else if (statement.kind === "nat") {
                for (const end of ["s", "d"]) for (const field of [`ip ${end}addr`, `ip6 ${end}addr`, `th ${end}port`]) this.#written.add(field);
              } else if (statement.kind === "match-tuple" || statement.kind === "vmap") {
                const elements = isUnknown(statement.elements) && statement.set !== undefined ? sets.find(({ name }) => name === statement.set)?.elements : statement.elements;
                if (elements === undefined || isUnknown(elements)) continue;
                for (const { key } of elements) statement.fields.forEach((field, i) => key[i] && this.#note(field, key[i]));
              }
            }
          }
        }
      }
    }
  }

  names(field: Field): readonly string[] {
    return [...(this.#fields.get(field)?.names ?? [])];
  }

  /** Fields that rules write. */
  written(): readonly Field[] {
    return [...this.#written].sort();
  }

  /** Fields that need variables of their own, sorted. */
  further(): readonly (readonly [Field, { names: ReadonlySet<string>; bits: number }])[] {
    const wanted = [...this.#fields].filter(([field]) => FURTHER.test(field) && !FIXED.test(field) && !field.includes("calculated"));
    // Hardware addresses have 48 bits, and no rules name all of them.
    const sized = wanted.map(([field, said]) => [field, /^ether [sd]addr$/.test(field) ? { ...said, bits: Math.min(said.bits, 48) } : said] as const);
    return sized.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }

  #note(field: Field, values: Values): void {
    let said = this.#fields.get(field);
    if (!said) this.#fields.set(field, (said = { names: new Set(), bits: 1 }));
    if (isUnknown(values)) return;
    if (values.kind === "names") for (const name of values.names) said.names.add(name);
    else {
      const largest = values.kind === "masked" ? values.mask : (values.intervals.at(-1)?.[1] ?? 0n);
      // One bit more than any rule asks for, so that there is a value that none of them means.
      said.bits = Math.max(said.bits, Math.min(129, largest.toString(2).length + 1));
    }
  }
}

/** The classes of names that the patterns tell apart; the rest is the last. */
function classesOf(patterns: readonly string[]): NameClass[] {
  const names = [...new Set(patterns.filter((pattern) => !pattern.endsWith("*") && pattern !== ""))].sort();
  const prefixes = [...new Set(patterns.filter((pattern) => pattern.endsWith("*") && pattern !== "*").map((pattern) => pattern.slice(0, -1)))].sort();
  return [...names.map((name): NameClass => ({ name, kind: "name" })), ...prefixes.map((name): NameClass => ({ name, kind: "prefix" })), { name: "", kind: "rest" }];
}

/** True where the pattern takes in the names of a class. */
function covers(pattern: string, one: NameClass): boolean {
  if (one.kind === "rest") return pattern === "*";
  return pattern.endsWith("*") ? one.name.startsWith(pattern.slice(0, -1)) : one.kind === "name" && pattern === one.name;
}

function bitsFor(count: number): number {
  return Math.max(1, Math.ceil(Math.log2(count)));
}

function numberOfName(name: string): bigint | undefined {
  if (name === "ipv4") return 2n;
  if (name === "ipv6") return 10n;
  const protocol = protocolNumber(name);
  return protocol === undefined ? undefined : BigInt(protocol);
}
