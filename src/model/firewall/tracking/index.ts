import type { Range } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { PortInterval } from "./ports.ts";
import { intersect, isEmpty, subtract, union } from "./ports.ts";
import type { Chain, Field, FirewallRule, Ruleset, SetElement, Statement, Table, Values } from "../ruleset.ts";

/** Base chains of a lower priority than this see a packet before conntrack does (NF_IP_PRI_CONNTRACK is -200). */
const CONNTRACK_PRIORITY = -200;
const NUMBERS = { tcp: 6n, udp: 17n } as const;
const ALL: readonly PortInterval[] = [[0n, 65535n]];
const DEPTH = 16;

/** The first place where a ruleset asks for connection tracking; undefined for a stateless one. */
export function statefulPlace(ruleset: Ruleset): Range | undefined {
  for (const rule of rulesOf(ruleset)) {
    const statement = rule.statements.find(needsTracking);
    if (statement !== undefined) return statement.range;
  }
  return undefined;
}

/** Whether loading the ruleset makes the kernel track connections: a `ct` expression, NAT, or a count of connections. */
export function isStateful(ruleset: Ruleset): boolean {
  return statefulPlace(ruleset) !== undefined;
}

/** `ct state untracked` counts too: it is a ct expression, and nft_ct takes the hooks for every key. */
function needsTracking(statement: Statement): boolean {
  switch (statement.kind) {
    case "match":
      return statement.field.startsWith("ct ");
    case "match-tuple":
    case "vmap":
      return statement.fields.some((field) => field.startsWith("ct "));
    case "nat":
      return statement.nat !== "tproxy";
    case "limit":
      return statement.what === "connections";
    case "assign":
      return statement.field.startsWith("ct ") || statement.from?.startsWith("ct ") === true;
    case "other":
      return /^ct\b|^flow/.test(statement.name);
    default:
      return false;
  }
}

/** Every rule of a ruleset, in the order of the text. */
export function rulesOf(ruleset: Ruleset): FirewallRule[] {
  return ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules));
}

/** The policy with which packets to the host end: drop where one input chain has it; undefined where none is known. */
export function inputPolicy(ruleset: Ruleset): "accept" | "drop" | undefined {
  const chains = ruleset.tables.filter(carriesIp).flatMap((table) => table.chains.filter((chain) => chain.hook === "input"));
  const policies = chains.flatMap(({ policy }) => (policy === undefined || isUnknown(policy) ? [] : [policy]));
  return policies.includes("drop") ? "drop" : policies.length > 0 ? "accept" : undefined;
}

function carriesIp(table: Table): boolean {
  return table.family === "inet" || table.family === "ip" || table.family === "ip6";
}

/** Ports that a direction of traffic leaves untracked, over several rulesets of one host. */
export interface Untracked {
  readonly ports: readonly PortInterval[];
  /** Each rule that exempts some of them by number. */
  readonly exemptions: readonly Exemption[];
  /** A set or a template hides a part of them. */
  readonly unknown: boolean;
}

/** A rule that keeps ports out of connection tracking. */
export interface Exemption {
  readonly ruleset: Ruleset;
  readonly rule: FirewallRule;
  readonly ports: readonly PortInterval[];
}

/** The ports that rules ahead of conntrack exempt on a hook, where the port is the packet's destination or its source. */
export function untracked(
  rulesets: readonly Ruleset[],
  hook: "prerouting" | "output",
  side: "dport" | "sport",
  protocol: "tcp" | "udp" = "tcp",
): Untracked {
  const exemptions: Exemption[] = [];
  let hidden = false;
  for (const ruleset of rulesets) {
    const walk = new Walk(ruleset, side, protocol);
    for (const table of ruleset.tables) {
      if (!carriesIp(table)) continue;
      for (const chain of table.chains) if (chain.hook === hook && isEarly(chain)) walk.chain(table, chain, ALL, 0);
    }
    exemptions.push(...walk.found);
    hidden ||= walk.unknown;
  }
  return { ports: union(exemptions.flatMap(({ ports }) => ports)), exemptions, unknown: hidden };
}

function isEarly({ priority }: Chain): boolean {
  return priority === undefined ? false : isUnknown(priority) || priority < CONNTRACK_PRIORITY;
}

/** Follows rules for the ports that reach a notrack. Other matches (addresses, interfaces) narrow the hosts, not the ports. */
class Walk {
  readonly found: Exemption[] = [];
  unknown = false;
  readonly #ruleset: Ruleset;
  readonly #side: "dport" | "sport";
  readonly #protocol: "tcp" | "udp";
  #visits = 0;

  constructor(ruleset: Ruleset, side: "dport" | "sport", protocol: "tcp" | "udp") {
    this.#ruleset = ruleset;
    this.#side = side;
    this.#protocol = protocol;
  }

  chain(table: Table, chain: Chain, reach: readonly PortInterval[], depth: number): void {
    if (depth > DEPTH || ++this.#visits > 1000) return;
    for (const rule of chain.rules) this.#rule(table, rule, reach, depth);
  }

  #rule(table: Table, rule: FirewallRule, reach: readonly PortInterval[], depth: number): void {
    let ports = reach;
    for (const statement of rule.statements) {
      if (statement.kind === "match") ports = intersect(ports, this.#portsOf(statement.field, statement.values, statement.negated));
      else if (statement.kind === "match-tuple") ports = intersect(ports, this.#portsOfTuple(statement.fields, statement.elements));
      else if (statement.kind === "notrack") this.found.push({ ruleset: this.#ruleset, rule, ports });
      else if (statement.kind === "verdict" && (statement.verdict.kind === "jump" || statement.verdict.kind === "goto")) {
        const { target } = statement.verdict;
        const next = isUnknown(target) ? undefined : table.chains.find(({ name }) => name === target);
        if (next !== undefined && !isEmpty(ports)) this.chain(table, next, ports, depth + 1);
      }
      if (isEmpty(ports)) return;
    }
  }

  /** The ports that a match lets through. */
  #portsOf(field: Field, values: Values, negated: boolean): readonly PortInterval[] {
    const known = "unknown" in values ? undefined : values;
    const [, name] = field.split(" ");
    if (name === "dport" || name === "sport") {
      if (!field.startsWith("th ") && !field.startsWith(`${this.#protocol} `)) return [];
      if (name !== this.#side) return [];
      if (known?.kind !== "intervals") {
        this.unknown = true;
        return ALL;
      }
      return negated ? subtract(ALL, known.intervals) : known.intervals;
    }
    if (field === "meta l4proto" || field === "ip protocol" || field === "ip6 nexthdr") {
      if (known === undefined) return ALL;
      const number = NUMBERS[this.#protocol];
      const has = known.kind === "names" ? known.names.includes(this.#protocol) : known.kind === "intervals" && known.intervals.some(([low, high]) => low <= number && number <= high);
      return has !== negated ? ALL : [];
    }
    const other = this.#protocol === "tcp" ? "udp " : "tcp ";
    return field.startsWith(other) || field.startsWith("icmp") ? [] : ALL;
  }

  #portsOfTuple(fields: readonly Field[], elements: readonly SetElement[] | { readonly unknown: string }): readonly PortInterval[] {
    if (isUnknown(elements)) {
      this.unknown ||= fields.some((field) => field.endsWith(this.#side));
      return ALL;
    }
    return union(
      (elements as readonly SetElement[]).flatMap((element) =>
        fields.reduce<readonly PortInterval[]>((ports, field, index) => {
          const values = element.key[index];
          return values === undefined ? ports : intersect(ports, this.#portsOf(field, values, false));
        }, ALL),
      ),
    );
  }
}
