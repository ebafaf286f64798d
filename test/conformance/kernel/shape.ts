import type { Packet } from "../../../src/model/firewall/ruleset.ts";
import { usable } from "./aim.ts";

/** A packet in the making. */
export interface Draft {
  hook: "input" | "forward" | "output";
  iif?: string;
  oif?: string;
  saddr?: bigint;
  daddr?: bigint;
  proto?: number;
  sport?: bigint;
  dport?: bigint;
  type?: number;
  code?: number;
  flags?: bigint;
  ct?: NonNullable<Packet["ct"]>;
  mark?: bigint;
}

const FLAGS = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"];
/** Extension headers of IPv6, and numbers that are no protocol of a packet. */
const NO_PROTOCOL = new Set([0, 33, 41, 43, 44, 51, 59, 60, 94, 108, 135, 136, 139, 140, 4]);
const REQUESTS: Readonly<Record<"ip" | "ip6", readonly number[]>> = { ip: [8, 13], ip6: [128] };
const ANSWERS: Readonly<Record<"ip" | "ip6", readonly number[]>> = { ip: [0, 14], ip6: [129] };
const ERRORS: Readonly<Record<"ip" | "ip6", readonly number[]>> = { ip: [3, 11, 12], ip6: [1, 2, 3, 4] };

/** Makes of a draft a packet that can be sent, in the state that conntrack gives such a packet; undefined where there is none. */
export function shape(draft: Draft, family: "ip" | "ip6", next: () => number): Packet | undefined {
  const [saddr, daddr] = [usable(draft.saddr!, family), usable(draft.daddr!, family)];
  const proto = draft.proto!;
  const { hook } = draft;
  if (saddr === undefined || daddr === undefined || saddr === daddr || proto > 255 || proto < 1 || NO_PROTOCOL.has(proto)) return undefined;
  if (proto === (family === "ip" ? 58 : 1)) return undefined;
  if (hook !== "output" && (draft.iif === undefined || !isName(draft.iif))) return undefined;
  if (hook !== "input" && (draft.oif === "lo" || !isName(draft.oif!))) return undefined;
  if (draft.iif === "lo" && hook !== "input") return undefined;
  const mark = Number(draft.mark!);
  const base = { hook, saddr, daddr, ...(hook !== "output" && { iif: draft.iif! }), ...(hook !== "input" && { oif: draft.oif! }), ...(mark > 0 && mark <= 0xffff_ffff && { mark }) };
  const local = draft.iif === "lo";
  const port = (value: bigint): number => Math.min(65535, Math.max(1, Number(value)));
  const ports = { sport: port(draft.sport!), dport: port(draft.dport!) };
  const ct = local ? "new" : draft.ct!;
  if (proto === 6) return { ...base, proto: "tcp", ...ports, ...tcpState(ct, draft.flags === undefined ? undefined : Number(draft.flags) & 255, hook === "output" || local) };
  if (proto === 17) return { ...base, proto: "udp", ...ports, ct };
  if (proto === 132) return { ...base, proto: "sctp", ...ports, ct: ct === "untracked" ? ct : "new" };
  if (proto === 1 || proto === 58) {
    const error = icmp({ ...draft, ct }, family, next);
    return error === undefined || local ? undefined : { ...base, proto: proto === 1 ? "icmp" : "icmpv6", ...error };
  }
  return local ? undefined : { ...base, proto, ct: ct === "untracked" ? ct : "new" };
}

function isName(name: string): boolean {
  return /^[\w.-]{1,15}$/.test(name);
}

/** Flags and state that conntrack brings together (nf_conntrack_proto_tcp.c); a state that is asked for wins. */
function tcpState(wanted: NonNullable<Packet["ct"]>, flags: number | undefined, sends: boolean): Pick<Packet, "flags" | "ct"> {
  const named = (bits: number): string[] => FLAGS.filter((_, i) => (bits & (1 << i)) !== 0);
  const plain = (flags ?? 0) & ~0b1100_1000;
  const invalid = sends ? { flags: named((flags ?? 0) | 3), ct: "invalid" as const } : { flags: named(flags ?? 16), ct: "invalid" as const };
  switch (wanted) {
    case "untracked":
      return { flags: named(flags ?? 2), ct: wanted };
    case "invalid":
      return invalid;
    case "related":
      return { flags: named(2), ct: wanted };
    case "established":
      if (flags === undefined || plain === 16 || plain === 17) return { flags: named(flags ?? 16), ct: wanted };
      return tcpState("new", flags, sends);
    case "new":
      return flags === undefined || plain === 2 || plain === 34 || plain === 16 || plain === 48 ? { flags: named(flags ?? 2), ct: wanted } : invalid;
  }
}

function icmp(draft: Draft, family: "ip" | "ip6", next: () => number): Pick<Packet, "type" | "code" | "ct"> | undefined {
  const { ct, hook } = draft;
  const common = [...REQUESTS[family], ...ANSWERS[family], ...ERRORS[family], ...(family === "ip6" ? [133, 134, 135, 136] : [])];
  const type = draft.type ?? common[Math.floor(next() * common.length)]!;
  const code = draft.code ?? 0;
  if (type > 255 || code > 255) return undefined;
  if (ct === "untracked") return { type, code, ct };
  // An echo and its answer are of one connection only if both have code 0.
  const answered = code === 0 && ct === "established";
  if (family === "ip6" && ((type >= 130 && type <= 137) || type === 143)) return type === 137 ? undefined : { type, code };
  if (ct === "invalid" && hook !== "output") return { type, code, ct };
  if (REQUESTS[family].includes(type)) return { type, code, ct: answered ? "established" : "new" };
  if (ANSWERS[family].includes(type) && code === 0) return { type, code, ct: "established" };
  if (ERRORS[family].includes(type)) return { type, code, ct: "related" };
  return hook === "output" ? undefined : { type, code, ct: "invalid" };
}
