import type { Range } from "../../engine/location.ts";
import type { Maybe, Unknown } from "../../engine/unknown.ts";

/** One firewall file's meaning, free of its syntax: nftables and iptables both become this. */
export interface Ruleset {
  readonly path: string;
  readonly dialect: "nftables" | "iptables";
  readonly tables: readonly Table[];
  /** What loading this text removes first: `ruleset` everything, `tables` what it defines anew, `nothing`. */
  readonly replaces: "ruleset" | "tables" | "nothing";
  /** The files whose tables, rules and elements are in it besides, for it includes them. */
  readonly includes?: readonly string[];
  /** Statements whose meaning could not be worked out; 0 where the ruleset is understood whole. */
  readonly unknownStatements: number;
}

/** The families that a table can be of. */
export type Family = "ip" | "ip6" | "inet" | "arp" | "bridge" | "netdev";

/** Where on its way a base chain sees a packet. */
export type Hook = "ingress" | "prerouting" | "input" | "forward" | "output" | "postrouting" | "egress";

/** A table with its chains and sets. */
export interface Table {
  readonly family: Family;
  readonly name: string;
  readonly chains: readonly Chain[];
  readonly sets: readonly NamedSet[];
  readonly range: Range;
}

/** A base chain has a hook; others are reached by jump or goto. */
export interface Chain {
  readonly name: string;
  readonly hook?: Hook;
  /** Of a base chain. A `nat` chain sees only the first packet of each connection. */
  readonly type?: "filter" | "nat" | "route";
  /** As nft numbers them: raw -300, mangle -150, dstnat -100, filter 0, security 50, srcnat 100. */
  readonly priority?: Maybe<number>;
  /** Of a base chain at ingress or egress: the interfaces that it hangs at. */
  readonly devices?: Maybe<readonly string[]>;
  /** Of a base chain; nft's default is accept. */
  readonly policy?: Maybe<"accept" | "drop">;
  readonly rules: readonly FirewallRule[];
  readonly range: Range;
  readonly nameRange: Range;
  /** Where the policy is written, where it is. */
  readonly policyRange?: Range;
}

/** Statements are tried in order; a match that fails, or a limit that is exceeded, ends the rule. */
export interface FirewallRule {
  readonly statements: readonly Statement[];
  readonly range: Range;
  /** A template decides whether this rule is there. */
  readonly conditional: boolean;
  readonly comment?: string;
}

/** A named set or map. */
export interface NamedSet {
  readonly name: string;
  readonly kind: "set" | "map";
  /** The field or type of each part of the key, as written (`ipv4_addr`, `inet_service`, …). */
  readonly keyType: readonly string[];
  /** Elements; Unknown where a template, another tool or a timeout decides them. */
  readonly elements: Maybe<readonly SetElement[]>;
  /** No element is written, and neither flags nor rules let the set fill while it is in use: it is empty, or another tool's. */
  readonly empty?: true;
  readonly range: Range;
}

/** An element of a set or map. */
export interface SetElement {
  /** One set of values for each part of a concatenated key. */
  readonly key: readonly Values[];
  /** Of a verdict map. */
  readonly verdict?: Verdict;
  /** Of a data map. */
  readonly data?: Values;
  readonly range: Range;
}

/**
 * The packet field a match reads, by nft's name for it: `ip saddr`, `ip6 daddr`, `tcp dport`, `udp sport`, `th dport`,
 * `meta iifname`, `meta oifname`, `meta l4proto`, `meta nfproto`, `meta mark`, `meta pkttype`, `ct state`, `ct mark`,
 * `ct direction`, `icmp type`, `icmp code`, `icmpv6 type`, `tcp flags`, `ether saddr`, `fib daddr type`, …
 * `iif`/`oif` are written as `meta iifname`/`meta oifname`, iptables' `--dport` as `tcp dport` or `udp dport` after a
 * `meta l4proto` match.
 */
export type Field = string;

/** Values of one field. */
export type Values =
  /** Numbers (addresses, ports, protocols, marks, ICMP types): sorted, disjoint, inclusive intervals. */
  | { readonly kind: "intervals"; readonly intervals: readonly (readonly [bigint, bigint])[] }
  /** Names (interfaces, `ct state` names, packet types); a trailing `*` matches any rest. */
  | { readonly kind: "names"; readonly names: readonly string[] }
  /** `field & mask` is one of `values` (tcp flags, masked addresses and marks). */
  | { readonly kind: "masked"; readonly mask: bigint; readonly values: readonly bigint[] }
  | Unknown;

/** What a rule or policy decides. */
export type Verdict =
  | { readonly kind: "accept" | "drop" | "return" | "continue" }
  | { readonly kind: "reject"; readonly with?: string }
  | { readonly kind: "queue" }
  | { readonly kind: "jump" | "goto"; readonly target: Maybe<string>; readonly targetRange?: Range };

/** What a rule asks of a packet or does to it. */
export type Statement = { readonly range: Range } & (
  /** Several fields are a concatenation; then `values` has one entry for each element, as key parts. */
  | { readonly kind: "match"; readonly field: Field; readonly negated: boolean; readonly values: Values; readonly set?: string }
  | { readonly kind: "match-tuple"; readonly fields: readonly Field[]; readonly negated: boolean; readonly elements: Maybe<readonly SetElement[]>; readonly set?: string }
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  /** A verdict map. */
  | { readonly kind: "vmap"; readonly fields: readonly Field[]; readonly elements: Maybe<readonly SetElement[]>; readonly set?: string }
  /** Matches only up to a rate, a quota or a count of connections; `over` turns it round. */
  | { readonly kind: "limit"; readonly what: "rate" | "quota" | "connections"; readonly over: boolean; readonly text: string }
  | { readonly kind: "notrack" }
  | { readonly kind: "mss-clamp"; readonly size: Maybe<number | "path"> }
  /** Translates an address; `to`, where the text tells it, is the one new address and port (each absent where it stays). */
  | { readonly kind: "nat"; readonly nat: "snat" | "dnat" | "masquerade" | "redirect" | "tproxy"; readonly to?: Maybe<{ readonly address?: bigint; readonly port?: number }> }
  /** Writes a field (`meta mark`, `ct mark`, `ip daddr`, …): new = ((`from`, else the field itself) & and) ^ xor. */
  | { readonly kind: "assign"; readonly field: Field; readonly from?: Field; readonly value: Maybe<{ readonly and: bigint; readonly xor: bigint }> }
  /** Changes nothing about the verdict: counter, log, mark, comment, helper, … */
  | { readonly kind: "other"; readonly name: string }
  /** Unknown meaning: it may match or not, and may decide or not. */
  | { readonly kind: "unknown"; readonly reason: string }
);

/** One packet, as `premortem verdict` takes it. */
export interface Packet {
  readonly hook: "input" | "forward" | "output" | "prerouting" | "postrouting";
  /** Where neither an address nor the protocol tells it; default: IPv4. */
  readonly family?: "ip" | "ip6";
  readonly iif?: string;
  readonly oif?: string;
  readonly saddr?: string;
  readonly daddr?: string;
  /** Name (tcp, udp, icmp, icmpv6, …) or number. */
  readonly proto?: string | number;
  readonly sport?: number;
  readonly dport?: number;
  readonly type?: number;
  readonly code?: number;
  readonly flags?: readonly string[];
  readonly ct?: "new" | "established" | "related" | "invalid" | "untracked";
  readonly mark?: number;
  /** What else is told, by the field's name (`ether saddr`, `meta skuid`, …): a number or a name. Large numbers as `0x…`. */
  readonly fields?: Readonly<Record<Field, number | string>>;
}
