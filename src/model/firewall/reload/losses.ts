import type { Maybe } from "../../../engine/unknown.ts";
import { isUnknown } from "../../../engine/unknown.ts";

/** What loading a ruleset anew does to connection tracking. */
export type ReloadMethod =
  /** The new rules replace the old in one transaction: `nft -f` of a file that flushes itself, `iptables-restore`. */
  | "atomic"
  /** Nothing filters between the flush and the load. */
  | "two-step"
  /** The rules go while the policy still drops, then come back. */
  | "drop-gap"
  /** The table of connections is emptied, or its module unloaded. */
  | "conntrack-flush"
  /** A stateful ruleset on hosts that had none. */
  | "first-enabled"
  /** A notrack rule comes or goes for ports that are in use. */
  | "notrack-toggled";

/** Which established connections are lost, from none to all. */
export type Lost =
  | "none"
  /** Those of which one end has already sent its FIN. */
  | "half-closed"
  /** Those on which the host itself is sending. */
  | "senders"
  /** Those that no rule accepts without a SYN, where the other end speaks first. */
  | "unaccepted"
  /** Every busy one. */
  | "streaming"
  /** Every one of the ports in question. */
  | "all";

/** Which established connections a reload loses. */
export interface Losses {
  readonly lost: Lost;
  /** False where it depends on what the text cannot tell, with the reason in `because`. */
  readonly certain: boolean;
  /** Why, for a message: no full stop. */
  readonly because: string;
}

/** The two sysctls that decide, as they are in force: `net.netfilter.nf_conntrack_tcp_be_liberal` and `…_loose`. */
export interface TrackingSwitches {
  readonly liberal: boolean;
  readonly loose: boolean;
}

/** The kernel's own defaults (Documentation/networking/nf_conntrack-sysctl.rst). */
export const DEFAULT_SWITCHES: TrackingSwitches = { liberal: false, loose: true };

/** A kernel by its first two numbers. */
export interface KernelVersion {
  readonly major: number;
  readonly minor: number;
}

/**
 * What reloading a stateful ruleset costs on a kernel. Rows were run on 4.4, 4.15, 6.1 and 6.18; the edges between them
 * come from the commits: 0c66dc1ea3f0 and 481fa3734769 in 4.10 (hooks only while rules need them, behind
 * nf_conntrack_default_on), 4d3a57f23dec in 4.14 (the switch is gone), f94e63801ab2 in 4.19 (windows of ESTABLISHED entries are
 * reset when the hooks come back; entries in other states are not).
 */
export function losses(method: ReloadMethod, kernel: Maybe<KernelVersion>, { liberal, loose }: TrackingSwitches): Losses {
  switch (method) {
    case "atomic":
      return none("the new rules hold connection tracking before the old ones let go");
    case "first-enabled":
    case "conntrack-flush":
      if (!loose) return { lost: "all", certain: true, because: "tcp_loose = 0 makes every packet of an unknown connection invalid" };
      return { lost: "unaccepted", certain: false, because: "a packet in mid-stream is NEW without SYN" };
    case "notrack-toggled":
      if (liberal) return none("tcp_be_liberal accepts what lies outside the old window");
      return { lost: "all", certain: true, because: "the old entries are out of date when the packets are tracked again" };
    case "two-step":
    case "drop-gap":
      return overGap(method, kernel, liberal);
  }
}

function overGap(method: "two-step" | "drop-gap", kernel: Maybe<KernelVersion>, liberal: boolean): Losses {
  if (liberal) return none("tcp_be_liberal accepts what lies outside the old window");
  const most: Lost = method === "two-step" ? "streaming" : "senders";
  if (isUnknown(kernel)) {
    const now: Lost = method === "two-step" ? "half-closed" : "senders";
    return { lost: now, certain: false, because: "which connections depends on the kernel, and it is not known" };
  }
  switch (era(kernel)) {
    case "always-tracks":
      return none("kernels before 4.10 track whether or not a rule asks for it");
    case "switchable":
      return { lost: most, certain: false, because: "kernels 4.10 to 4.13 forget windows only with nf_conntrack_default_on = 0" };
    case "forgets":
      return { lost: most, certain: true, because: "kernels 4.14 to 4.18 stop tracking while no rule needs it and keep entries that are out of date" };
    case "mended":
      return method === "two-step"
        ? { lost: "half-closed", certain: true, because: "kernels since 4.19 repair established entries only" }
        : { lost: "senders", certain: true, because: "acknowledgements are dropped in the gap, and no later packet matches the entry" };
  }
}

/** The four behaviours that kernels had when rules that need connection tracking go away and come back. */
export type TrackingEra = "always-tracks" | "switchable" | "forgets" | "mended";

/** Which of the behaviours a kernel has; a distribution's backports are not seen. */
export function era({ major, minor }: KernelVersion): TrackingEra {
  if (major < 4 || (major === 4 && minor < 10)) return "always-tracks";
  if (major > 4 || minor >= 19) return "mended";
  return minor < 14 ? "switchable" : "forgets";
}

/** In words, for a message; the subject of a sentence in the plural. */
export const LOST_IN_WORDS: Record<Lost, string> = {
  none: "no established connections",
  "half-closed": "connections that one end has half closed",
  senders: "established connections on which the host sends",
  unaccepted: "established connections that no rule accepts without a SYN",
  streaming: "established connections that carry data",
  all: "established connections",
};

const RANK: readonly Lost[] = ["none", "half-closed", "unaccepted", "senders", "streaming", "all"];

/** Below 0 where `a` is less than `b`. */
export function compareLost(a: Lost, b: Lost): number {
  return RANK.indexOf(a) - RANK.indexOf(b);
}

function none(because: string): Losses {
  return { lost: "none", certain: true, because };
}
