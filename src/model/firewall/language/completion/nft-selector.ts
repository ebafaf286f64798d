import { BARE_META, CONNTRACK, DIRECTED_CONNTRACK, EXTENSIONS, HEADERS, IP_OPTIONS, META, TCP_OPTIONS } from "../../../../formats/nftables/fields.ts";

/** What may come next in a rule. `values`: of the fields at hand. `statement`: another match or statement. */
export type Offer =
  | { readonly from: "words"; readonly words: readonly string[]; readonly kind: "keyword" | "field" | "value"; readonly detail?: string }
  | { readonly from: "statement" | "selector" | "chains" | "sets" | "maps" | "flowtables" | "variables" }
  | { readonly from: "objects"; readonly what: string }
  | { readonly from: "values"; readonly field: string };

/** Offers words of nft's own. */
export const words = (kind: "keyword" | "field" | "value", list: Iterable<string>, detail?: string): Offer => ({ from: "words", words: [...list], kind, ...(detail !== undefined && { detail }) });
/** Offers keywords. */
export const keywords = (...list: string[]): Offer => words("keyword", list);

/** A walk over the words of a rule: how far it came, or what may come next because the words end. */
export type Step = { readonly next: number; readonly field?: string } | { readonly want: readonly Offer[] };

/** What is read of the packet, by nft's name for it. */
export function selector(rule: readonly string[], at: number): Step {
  const first = rule[at]!;
  const second = rule[at + 1];
  const oneOf = (known: Iterable<string>, extra: readonly string[] = []): Step => ({ want: [words("field", [...new Set([...extra, ...known])])] });
  if (first === "ct") return conntrack(rule, at);
  if (first === "meta") return second === undefined ? oneOf(META.keys()) : { next: at + 2, field: `meta ${second}` };
  if (first === "@") return { next: at + 6, field: "" };
  if (first === "fib") return fib(rule, at);
  if (first === "socket") return second === undefined ? oneOf(["transparent", "mark", "wildcard", "cgroupv2"]) : { next: at + (second === "cgroupv2" ? 4 : 2), field: `socket ${second}` };
  if (first === "rt" && (second === undefined || /^(classid|nexthop|mtu|ipsec|ip|ip6)$/.test(second))) return second === undefined ? oneOf(["classid", "nexthop", "mtu", "ipsec", "ip", "ip6"]) : { next: at + (second.startsWith("ip") && second !== "ipsec" ? 3 : 2), field: `rt ${second}` };
  if (first === "osf") return second === undefined ? oneOf(["name", "version"]) : { next: at + 2, field: `osf ${second}` };
  if (first === "ipsec") return second === undefined ? oneOf(["in", "out"]) : rule[at + 2] === undefined ? oneOf(["reqid", "spi", "ip", "ip6"]) : { next: at + 3, field: `ipsec ${second} ${rule[at + 2]}` };
  if (first === "exthdr") return second === undefined ? oneOf(EXTENSIONS) : { next: at + 2, field: `exthdr ${second}` };
  if (first === "numgen") return second === undefined ? { want: [keywords("inc", "random")] } : rule[at + 2] === undefined ? { want: [keywords("mod")] } : { next: at + 4, field: "numgen" };
  if (first === "symhash") return second === undefined ? { want: [keywords("mod")] } : { next: at + 3, field: "symhash" };
  if (HEADERS.has(first)) return header(rule, at);
  if (BARE_META.has(first)) return { next: at + 1, field: `meta ${first}` };
  return { next: at + 1 };
}

function header(rule: readonly string[], at: number): Step {
  const first = rule[at]!;
  const second = rule[at + 1];
  const fields = HEADERS.get(first)!;
  const optional = first === "tcp" || first === "ip";
  if (second === undefined) return { want: [words("field", optional ? [...fields.keys(), "option"] : fields.keys())] };
  if (first === "arp" && /^[sd]addr$/.test(second)) return rule[at + 2] === undefined ? { want: [words("field", ["ip", "ether"])] } : { next: at + 3, field: `arp ${second} ${rule[at + 2]}` };
  if (second !== "option" || !optional) return { next: at + 2, field: `${first} ${second}` };
  const option = rule[at + 2];
  if (option === undefined) return { want: [words("field", first === "tcp" ? TCP_OPTIONS.keys() : IP_OPTIONS)] };
  const known = first === "tcp" ? ["kind", "length", ...(TCP_OPTIONS.get(option) ?? [])] : ["type", "length", "value", "ptr", "addr"];
  const part = rule[at + 3];
  if (part === undefined) return { want: [words("field", known), words("value", ["exists", "missing"])] };
  return known.includes(part) ? { next: at + 4, field: `${first} option ${option} ${part}` } : { next: at + 3, field: `${first} option ${option}` };
}

function conntrack(rule: readonly string[], at: number): Step {
  const key = rule[at + 1];
  if (key === undefined) return { want: [words("field", [...CONNTRACK.keys(), "original", "reply", "count"])] };
  if (key !== "original" && key !== "reply") return { next: at + 2, field: `ct ${key}` };
  const part = rule[at + 2];
  if (part === undefined) return { want: [words("field", ["ip", "ip6", ...DIRECTED_CONNTRACK])] };
  if (part !== "ip" && part !== "ip6") return { next: at + 3, field: `ct ${key} ${part}` };
  return rule[at + 3] === undefined ? { want: [words("field", ["saddr", "daddr"])] } : { next: at + 4, field: `ct ${key} ${part} ${rule[at + 3]}` };
}

const FIB_KEYS = ["saddr", "daddr", "mark", "iif", "oif"];

function fib(rule: readonly string[], at: number): Step {
  let next = at + 1;
  while (FIB_KEYS.includes(rule[next] ?? "") && rule[next + 1] === ".") next += 2;
  if (rule[next] === undefined) return { want: [words("field", FIB_KEYS)] };
  const result = rule[next + 1];
  if (result === undefined) return { want: [words("field", ["type", "oif", "oifname", "check"])] };
  return { next: next + 2, field: `fib saddr ${result}` };
}
