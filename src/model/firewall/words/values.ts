import { isUnknown } from "../../../engine/unknown.ts";
import { fieldInfo } from "../../../formats/nftables/fields.ts";
import { CLOSED, OPEN } from "../../../formats/nftables/symbols.ts";
import type { Field, Values } from "../ruleset.ts";
import { hardwareText, networkText } from "./addresses.ts";

/** Of longer lists only the first few are said, and how many more there are. */
const MOST = 6;

/** `a, b and c`; long lists are cut with a count. */
export function listing(words: readonly string[], last: "and" | "or" = "and"): string {
  if (words.length > MOST + 1) return `${words.slice(0, MOST).join(", ")} ${last} ${words.length - MOST} more`;
  return words.length < 2 ? (words[0] ?? "nothing") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)!}`;
}

const FIELDS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/^ip6? saddr$/, "source address"], [/^ip6? daddr$/, "destination address"], [/ sport$/, "source port"], [/ dport$/, "destination port"],
  [/^meta iif(name)?$/, "incoming interface"], [/^meta oif(name)?$/, "outgoing interface"], [/^meta l4proto$/, "protocol"],
  [/^meta nfproto$|^meta protocol$/, "family"], [/^ct state$/, "connection state"], [/^meta mark$/, "mark"], [/^ct mark$/, "connection mark"],
  [/^ether saddr$/, "source hardware address"], [/^ether daddr$/, "destination hardware address"],
];

/** A field as people call it; by nft's name where it has no other. */
export function fieldWords(field: Field): string {
  return FIELDS.find(([pattern]) => pattern.test(field))?.[1] ?? field;
}

/** The values of a field, each as people write it; undefined where they are Unknown. */
export function valueWords(field: Field, values: Values): string[] | undefined {
  if (isUnknown(values)) return undefined;
  switch (values.kind) {
    case "names":
      return values.names.map((name) => (name === "*" ? "any" : name));
    case "masked":
      return values.values.map((value) => maskedWords(field, value, values.mask));
    case "intervals": {
      const words = values.intervals.slice(0, 500).flatMap(([first, last]) => namedWords(field, first, last) ?? intervalWords(field, first, last));
      return words.length < values.intervals.length ? [...words, ...Array.from({ length: values.intervals.length - words.length }, () => "")] : words;
    }
  }
}

/** Short intervals of which every number has a name: types of ICMP that stand side by side. */
function namedWords(field: Field, first: bigint, last: bigint): string[] | undefined {
  const type = fieldInfo(field)?.type;
  if (type === undefined || type === "inet_service" || last - first > 8n) return undefined;
  const words: string[] = [];
  for (let value = first; value <= last; value++) {
    const name = symbolOf(type, value);
    if (name === undefined) return undefined;
    words.push(name);
  }
  return words;
}

function intervalWords(field: Field, first: bigint, last: bigint): string {
  const type = fieldInfo(field)?.type;
  if (type === "ipv4_addr" || (type === "address" && last < 1n << 32n)) return networkText(first, last, "ip");
  if (type === "ipv6_addr" || type === "address") return networkText(first, last, "ip6");
  const one = (value: bigint): string => {
    if (type === "ether_addr") return hardwareText(value);
    if (type === "mark" || type === "ct_label") return `0x${value.toString(16)}`;
    return (type === undefined || type === "inet_service" || type === "integer" ? undefined : symbolOf(type, value)) ?? String(value);
  };
  return first === last ? one(first) : `${one(first)}-${one(last)}`;
}

/** The name of a protocol, a type of ICMP and the like; undefined where the number has none. */
export function symbolOf(type: string, value: bigint): string | undefined {
  for (const names of [CLOSED.get(type), OPEN.get(type)]) {
    for (const [name, number] of names ?? []) if (number === value) return name;
  }
  return undefined;
}

function maskedWords(field: Field, value: bigint, mask: bigint): string {
  if (field === "tcp flags") return value === mask ? flagWords(mask) : `${flagWords(value) || "none"} of ${flagWords(mask)}`;
  const type = fieldInfo(field)?.type;
  if (type === "ipv4_addr") return `${networkText(value, value, "ip")}/${networkText(mask, mask, "ip")}`;
  if (type === "ipv6_addr") return `${networkText(value, value, "ip6")}/${networkText(mask, mask, "ip6")}`;
  return `0x${value.toString(16)}/0x${mask.toString(16)}`;
}

function flagWords(bits: bigint): string {
  return [...CLOSED.get("tcp_flag")!].flatMap(([name, bit]) => ((bits & bit) !== 0n ? [name] : [])).join(",");
}
