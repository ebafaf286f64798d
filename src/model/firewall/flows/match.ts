import { formatAddress, networksOf } from "./address.ts";
import { FLAG_NAMES, PROTOCOL_NAMES } from "./packet.ts";
import type { Product, Spans } from "./products.ts";
import type { Block } from "./space.ts";
import { STATES } from "./space.ts";

/**
 * What packets are like, by the names of a packet's fields: each list holds the values that the field may have, and what is
 * absent may be anything. Numbers are `22` or `1000-2000`, addresses networks or ranges, interfaces names or `ppp*`. Where
 * entries begin with `!`, the field may have any value but those. TCP flags are `set/looked at`, and of other fields of
 * which only some bits count `0xvalue/0xmask`. Further fields go by nft's name.
 */
export type FlowMatch = Readonly<Record<string, readonly string[]>>;

/** Shorter lists of networks are written as such, longer ones as ranges. */
const MOST_NETWORKS = 3;

/** A product in words of a packet's fields. */
export function matchOf({ values, masked }: Product, family: "ip" | "ip6"): FlowMatch {
  const match: Record<string, readonly string[]> = {};
  for (const [name, field] of [["iif", "meta iifname"], ["oif", "meta oifname"], ["saddr", `${family} saddr`], ["daddr", `${family} daddr`], ["proto", "meta l4proto"], ["type", "icmp type"], ["code", "icmp code"], ["sport", "th sport"], ["dport", "th dport"], ["flags", "tcp flags"], ["ct", "ct state"], ["mark", "meta mark"]] as const) {
    for (const [block, spans] of values) if (block.field === field) match[name] = said(block, spans);
  }
  for (const [block, spans] of values) if (!USUAL.test(block.field)) match[block.field] = said(block, spans);
  return match;

  function said(block: Block, spans: Spans): string[] {
    const cube = masked.get(block);
    return cube ? [`0x${cube.value.toString(16)}/0x${cube.mask.toString(16)}`] : wordsOf(block, spans, family);
  }
}

const USUAL = /^(meta (iifname|oifname|l4proto|mark)|ip6? [sd]addr|icmp (type|code)|th [sd]port|tcp flags|ct state)$/;

function wordsOf(block: Block, spans: Spans, family: "ip" | "ip6"): string[] {
  if (block.field === "ct state") return STATES.filter((_, i) => includes(spans, BigInt(i)));
  if (block.classes) return nameWords(block.classes, spans);
  if (block.field === "tcp flags") return flagWords(spans);
  const protocol = block.field === "meta l4proto";
  const one = (value: bigint): string => (protocol ? (PROTOCOL_NAMES[Number(value)] ?? String(value)) : /mark$/.test(block.field) ? `0x${value.toString(16)}` : String(value));
  const range = (first: bigint, last: bigint): string[] => (first === last ? [one(first)] : protocol ? [`${first}-${last}`] : [`${one(first)}-${one(last)}`]);
  const address = /addr$/.test(block.field) && block.field.startsWith(family);
  const words = (list: Spans): string[] => list.flatMap(([first, last]) => (address ? addressWords(first, last, family) : range(first, last)));
  const others = gaps(spans, (1n << BigInt(block.bits)) - 1n);
  const size = spans.reduce((sum, [first, last]) => sum + last - first + 1n, 0n);
  // What is left out says more where it is the smaller part.
  if (size * 2n > 1n << BigInt(block.bits) && others.length <= spans.length) return words(others).map((word) => `!${word}`);
  return words(spans);
}

function addressWords(first: bigint, last: bigint, family: "ip" | "ip6"): string[] {
  const networks = networksOf(first, last, family);
  return networks.length <= MOST_NETWORKS ? networks : [`${formatAddress(first, family)}-${formatAddress(last, family)}`];
}

function nameWords(classes: NonNullable<Block["classes"]>, spans: Spans): string[] {
  const word = ({ name, kind }: (typeof classes)[number]): string => (kind === "prefix" ? `${name}*` : name);
  const has = classes.map((_, i) => includes(spans, BigInt(i)));
  if (has.at(-1)) return classes.filter((_, i) => !has[i]).map((one) => `!${word(one)}`);
  const taken = classes.filter((_, i) => has[i]);
  // Of a prefix only those names that no other entry stands for are meant.
  const excepted = classes.filter(({ name }, i) => !has[i] && taken.some((one) => one.kind === "prefix" && one.name !== name && name.startsWith(one.name)));
  return [...taken.map(word), ...excepted.map((one) => `!${word(one)}`)];
}

/** Combinations of TCP flags, each as those that are set of those that are looked at. */
function flagWords(spans: Spans): string[] {
  const wanted = new Set<number>();
  for (let flags = 0; flags < 256; flags++) if (includes(spans, BigInt(flags))) wanted.add(flags);
  const left = new Set(wanted);
  const words: string[] = [];
  const names = (bits: number): string => FLAG_NAMES.filter((_, i) => (bits >> i) & 1).join(",");
  while (left.size > 0) {
    const [first] = left;
    let mask = 255;
    for (let bit = 128; bit > 0; bit >>= 1) if (every(mask & ~bit, first!, wanted)) mask &= ~bit;
    words.push(`${names(first! & mask)}/${names(mask)}`);
    for (const flags of [...left]) if ((flags & mask) === (first! & mask)) left.delete(flags);
  }
  return words;
}

function every(mask: number, value: number, wanted: ReadonlySet<number>): boolean {
  for (let flags = 0; flags < 256; flags++) if ((flags & mask) === (value & mask) && !wanted.has(flags)) return false;
  return true;
}

function includes(spans: Spans, value: bigint): boolean {
  return spans.some(([first, last]) => first <= value && value <= last);
}

/** The numbers up to `top` that are in none of the spans. */
export function gaps(spans: Spans, top: bigint): [bigint, bigint][] {
  const found: [bigint, bigint][] = [];
  let next = 0n;
  for (const [first, last] of spans) {
    if (first > next) found.push([next, first - 1n]);
    next = last + 1n;
  }
  if (next <= top) found.push([next, top]);
  return found;
}
