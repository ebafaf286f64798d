import type { Maybe } from "../../../engine/unknown.ts";
import { isUnknown, unknown } from "../../../engine/unknown.ts";
import { REJECT_WITH } from "../../../formats/iptables/kinds.ts";
import type { Target } from "../../../formats/iptables/tree.ts";
import { parseNumber } from "../../../formats/iptables/values.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Statement, Verdict } from "../ruleset.ts";
import { dscpClass, tosBits } from "./fields.ts";
import type { Family } from "./values.ts";
import { TEMPLATE, natDestination, natPort } from "./values.ts";

/** Targets that change nothing about where a packet goes, and nothing that a match asks for. */
const PASSING = new Set([
  "LOG", "NFLOG", "ULOG", "AUDIT", "CONNSECMARK", "SECMARK", "ECN", "CHECKSUM", "TRACE", "TEE", "LED", "IDLETIMER", "RATEEST", "HMARK", "SET", "TCPOPTSTRIP", "CLUSTERIP", "DNPT", "SNPT",
  "FLOWOFFLOAD", "NFACCT", "ACCOUNT",
]);

const NAT: Readonly<Record<string, "snat" | "dnat" | "masquerade" | "redirect">> = { SNAT: "snat", DNAT: "dnat", MASQUERADE: "masquerade", REDIRECT: "redirect" };
const SOURCE_CHAINS = new Set(["POSTROUTING", "INPUT"]);
const U32 = 0xffff_ffffn;

/** Verdicts that have nothing of their own: one of each for all rules. */
const PLAIN_VERDICTS: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ["ACCEPT", Object.freeze({ kind: "accept" })],
  ["DROP", Object.freeze({ kind: "drop" })],
  ["RETURN", Object.freeze({ kind: "return" })],
  ["QUEUE", Object.freeze({ kind: "queue" })],
  ["NFQUEUE", Object.freeze({ kind: "queue" })],
]);

/** What a target does. `chain` says what NETMAP translates. */
export function lowerTarget(target: Target, chain: string, family: Family): Statement[] {
  const { range } = target;
  const name = target.name.text;
  const plain = target.goto ? undefined : PLAIN_VERDICTS.get(name);
  if (plain !== undefined) return [{ kind: "verdict", verdict: plain, range }];
  const verdict = (verdict: Verdict): Statement[] => [{ kind: "verdict", verdict, range }];
  const option = (wanted: string): string | undefined => target.options.find((one) => one.name === wanted)?.values[0]?.text;
  const has = (wanted: string): boolean => target.options.some((one) => one.name === wanted);
  if (name.includes(HOLE)) return verdict({ kind: target.goto ? "goto" : "jump", target: unknown("a template decides the target"), targetRange: target.name.range });
  if (target.goto) return verdict({ kind: "goto", target: name, targetRange: target.name.range });
  switch (name) {
    case "REJECT": {
      const how = rejectWith(option("reject-with"), family);
      return verdict({ kind: "reject", ...(how !== undefined && { with: how }) });
    }
    case "NOTRACK":
      return [{ kind: "notrack", range }];
    case "CT":
      return has("notrack") ? [{ kind: "notrack", range }] : [{ kind: "other", name: "ct", range }];
    case "TCPMSS": {
      const size = option("set-mss");
      return [{ kind: "mss-clamp", size: size === undefined ? "path" : /^\d+$/.test(size) ? Number(size) : unknown("a template decides the size"), range }];
    }
    case "MARK":
      return [{ kind: "assign", field: "meta mark", value: markBits(target), range }];
    case "CONNMARK":
      return [lowerConnmark(target)];
    case "TPROXY":
      return [{ kind: "nat", nat: "tproxy", to: proxy(option("on-ip"), option("on-port"), family), range }, ...proxyMark(target), ...verdict({ kind: "accept" })];
    case "SYNPROXY":
      // It answers the handshake itself (net/netfilter/xt_SYNPROXY.c); other packets go on.
      return [
        { kind: "match", field: "tcp flags", negated: true, values: { kind: "masked", mask: 0x12n, values: [0n] }, range },
        { kind: "other", name: "synproxy", range },
        ...verdict({ kind: "accept" }),
      ];
    case "NETMAP":
      return [{ kind: "nat", nat: SOURCE_CHAINS.has(chain) ? "snat" : "dnat", to: unknown("the new address is one of several"), range }];
    case "SNAT":
    case "DNAT":
    case "MASQUERADE":
    case "REDIRECT":
      return [translation(target, NAT[name]!, family)];
    case "DSCP": {
      const written = option("set-dscp");
      const value = written === undefined ? dscpClass(option("set-dscp-class") ?? "") : parseNumber(written, 0n, 63n);
      return [{ kind: "assign", field: `${family} dscp`, value: value === undefined ? TEMPLATE : { and: 0n, xor: value }, range }];
    }
    case "TOS":
      return [lowerTos(target, family)];
    case "TTL":
    case "HL": {
      const value = parseNumber(option("ttl-set") ?? option("hl-set") ?? "", 0n, 255n);
      return [{ kind: "assign", field: name === "TTL" ? "ip ttl" : "ip6 hoplimit", value: value === undefined ? unknown("the new value depends on the packet") : { and: 0n, xor: value }, range }];
    }
    case "CLASSIFY": {
      const parts = /^([0-9a-fA-F]+):([0-9a-fA-F]+)$/.exec(option("set-class") ?? "");
      return [{ kind: "assign", field: "meta priority", value: parts ? { and: 0n, xor: BigInt(`0x${parts[1]}`) * 65536n + BigInt(`0x${parts[2]}`) } : TEMPLATE, range }];
    }
  }
  if (PASSING.has(name)) return [{ kind: "other", name: name.toLowerCase(), range }];
  return verdict({ kind: "jump", target: name, targetRange: target.name.range });
}

/** nft's words for the answer: `icmp port-unreachable`, `icmpv6 no-route`, `tcp reset`; undefined where none is written. */
function rejectWith(written: string | undefined, family: Family): string | undefined {
  if (written === undefined || written.includes(HOLE)) return written;
  const names = REJECT_WITH[family];
  const at = names.findIndex((name) => name.startsWith(written.toLowerCase()));
  if (at === -1) return written;
  const name = names[at - (at % 2)]!;
  if (name === "tcp-reset") return "tcp reset";
  const NFT: Readonly<Record<string, string>> = { "icmp6-adm-prohibited": "admin-prohibited", "icmp6-policy-fail": "policy-fail", "icmp-proto-unreachable": "prot-unreachable" };
  return `${family === "ip" ? "icmp" : "icmpv6"} ${NFT[name] ?? name.replace(/^icmp6?-/, "")}`;
}

/** `value[/mask]` as numbers. */
function masked(text: string | undefined): { value: bigint; mask: bigint | undefined } | undefined {
  if (text === undefined || text.includes(HOLE)) return undefined;
  const [value, mask] = text.split("/").map((part) => parseNumber(part, 0n, U32));
  return value === undefined || (text.includes("/") && mask === undefined) ? undefined : { value, mask };
}

/** What an option that sets a mark does: new = (old & and) ^ xor, as xt_mark.c and xt_connmark.c calculate it. */
function markBits(target: Target): Maybe<{ readonly and: bigint; readonly xor: bigint }> {
  for (const { name, values } of target.options) {
    const bits = masked(values[0]?.text);
    switch (name) {
      case "set-mark":
      case "set-xmark":
      case "and-mark":
      case "or-mark":
      case "xor-mark":
        if (bits === undefined) return TEMPLATE;
    }
    const { value = 0n, mask } = bits ?? {};
    if (name === "set-mark") return mask === undefined ? { and: 0n, xor: value } : { and: U32 & ~(value | mask), xor: value };
    if (name === "set-xmark") return { and: U32 & ~(mask ?? U32), xor: value };
    if (name === "and-mark") return { and: value, xor: 0n };
    if (name === "or-mark") return { and: U32 & ~value, xor: value };
    if (name === "xor-mark") return { and: U32, xor: value };
  }
  return unknown("what mark is set is not in the text");
}

function lowerConnmark(target: Target): Statement {
  const { range, options } = target;
  const has = (wanted: string): boolean => options.some(({ name }) => name === wanted);
  const mask = (wanted: string): bigint | undefined => {
    const text = options.find(({ name }) => name === wanted || name === "mask")?.values[0]?.text;
    return text === undefined ? U32 : parseNumber(text, 0n, U32);
  };
  const shifted = options.some(({ name }) => name.endsWith("-shift-mark"));
  const save = has("save-mark");
  if (save || has("restore-mark")) {
    // Of the mark that is read only the bits of its own mask are taken, and only those of the other mask are replaced.
    const [read, kept] = save ? [mask("nfmask"), mask("ctmask")] : [mask("ctmask"), mask("nfmask")];
    const value = shifted ? unknown("the mark is shifted") : read === undefined || kept === undefined ? TEMPLATE : kept === U32 ? { and: read, xor: 0n } : unknown("the new mark is made of both marks");
    return { kind: "assign", field: save ? "ct mark" : "meta mark", from: save ? "meta mark" : "ct mark", value, range };
  }
  return { kind: "assign", field: "ct mark", value: shifted ? unknown("the mark is shifted") : markBits(target), range };
}

function translation(target: Target, nat: "snat" | "dnat" | "masquerade" | "redirect", family: Family): Statement {
  const { range, options } = target;
  const text = options.find(({ name }) => name === "to-source" || name === "to-destination" || name === "to-ports")?.values[0]?.text;
  if (text === undefined) return { kind: "nat", nat, range };
  if (nat === "snat" || nat === "dnat") return { kind: "nat", nat, to: natDestination(text, family), range };
  const port = natPort(text);
  return { kind: "nat", nat, to: isUnknown(port) ? port : port === undefined ? {} : { port }, range };
}

/** Without an address of its own, or with the unspecified one, the proxy has that of the interface; port 0 keeps the packet's. */
function proxy(address: string | undefined, port: string | undefined, family: Family): NonNullable<Extract<Statement, { kind: "nat" }>["to"]> {
  const to = address === undefined ? {} : natDestination(family === "ip6" ? `[${address}]` : address, family);
  if (isUnknown(to)) return to;
  const number = parseNumber(port ?? "0", 0n, 65535n);
  if (number === undefined) return TEMPLATE;
  return { ...(to.address !== undefined && to.address !== 0n && { address: to.address }), ...(number !== 0n && { port: Number(number) }) };
}

function proxyMark({ options, range }: Target): Statement[] {
  const option = options.find(({ name }) => name === "tproxy-mark");
  if (option === undefined) return [];
  const bits = masked(option.values[0]?.text);
  const value = bits === undefined ? TEMPLATE : { and: U32 & ~(bits.mask ?? U32), xor: bits.value };
  return [{ kind: "assign", field: "meta mark", value, range }];
}

/** nft has no field for the whole byte; where only its upper six bits change, that is the DSCP. */
function lowerTos({ options, range }: Target, family: Family): Statement {
  const [option] = options;
  const text = option?.values[0]?.text ?? "";
  const bits = text.includes(HOLE) ? undefined : tosBits(text);
  const all = 0xffn;
  const change = bits === undefined ? undefined
    : option!.name === "and-tos" ? { and: bits.value, xor: 0n }
    : option!.name === "or-tos" ? { and: all & ~bits.value, xor: bits.value }
    : option!.name === "xor-tos" ? { and: all, xor: bits.value }
    : { and: all & ~bits.mask, xor: bits.value };
  if (change === undefined) return { kind: "assign", field: `${family} dscp`, value: TEMPLATE, range };
  return { kind: "assign", field: `${family} dscp`, value: { and: change.and >> 2n, xor: change.xor >> 2n }, range };
}
