import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Connection, Renewal } from "./connection.ts";

/**
 * Seconds until strongSwan gives up an IKEv2 request: it waits `timeout · base^i` after try i, for the first and `tries`
 * repeats, but at most `limit` where that is set (strongswan.conf(5): retransmit_timeout 4.0, retransmit_base 1.8,
 * retransmit_tries 5, retransmit_limit 0).
 */
export function retransmission(timeout = 4, base = 1.8, tries = 5, limit = 0): number {
  let total = 0;
  for (let i = 0; i <= Math.min(tries, 1000); i++) total += limit > 0 ? Math.min(limit, timeout * base ** i) : timeout * base ** i;
  return total;
}

/**
 * When an association of ipsec.conf is renewed: `life` less the margin, which is enlarged by a random part of up to
 * `fuzz` of itself. Seconds; `fuzz` 1 is 100 %.
 */
export function marginWindow(life: number, margin: number, fuzz: number): { earliest: number; latest: number } {
  return { earliest: Math.max(0, life - margin * (1 + fuzz)), latest: Math.max(0, life - margin) };
}

/** How long traffic to a dead peer is lost before this end notices, at worst. */
export interface Unnoticed {
  /** Infinity: nothing ever ends it. */
  readonly seconds: number;
  /** What ends it at last. */
  readonly by: "probe" | "renewal" | "expiry" | "nothing";
}

/**
 * Seconds that a dead peer goes unnoticed at worst: it dies just after a probe or a renewal. Without probes the next
 * exchange is a renewal, whose unanswered request ends after `verdict`; an association that is not renewed ends itself.
 */
export function unnoticed(connection: Connection): Maybe<Unnoticed> {
  const { deadPeer, ikeRenewal, childRenewal } = connection;
  if (isUnknown(deadPeer.enabled)) return deadPeer.enabled;
  if (isUnknown(deadPeer.verdict)) return deadPeer.verdict;
  if (deadPeer.enabled) {
    const { value } = deadPeer.delay;
    return isUnknown(value) ? value : { seconds: value + deadPeer.verdict, by: "probe" };
  }
  if (isUnknown(childRenewal)) return childRenewal;
  // racoon renews a child over the old phase 1 without noticing that nobody answers: only its end frees the way.
  if (connection.implementation === "racoon") return ending(childRenewal.expiry, "expiry");
  if (isUnknown(ikeRenewal)) return ikeRenewal;
  const renewals = [ikeRenewal, childRenewal].flatMap((renewal) => (renewal.window ? [renewal.window.latest] : []));
  if (renewals.length > 0) return ending(Math.min(...renewals) + deadPeer.verdict, "renewal");
  return ending(Math.min(ikeRenewal.expiry, childRenewal.expiry), "expiry");
}

function ending(seconds: number, by: Unnoticed["by"]): Unnoticed {
  return seconds === Infinity ? { seconds, by: "nothing" } : { seconds, by };
}

/** The renewals of several alternatives, of which the first to come decides. */
export function soonest(renewals: readonly Maybe<Renewal>[]): Maybe<Renewal> {
  let first: Renewal | undefined;
  for (const renewal of renewals) {
    if (isUnknown(renewal)) return renewal;
    if (first === undefined || end(renewal) < end(first)) first = renewal;
  }
  return first ?? unknown("no lifetime is written");
}

function end(renewal: Renewal): number {
  return renewal.window?.latest ?? renewal.expiry;
}

/** Associations of a full mesh. */
export function meshPairs(hosts: number): number {
  return (hosts * (hosts - 1)) / 2;
}

/** The share of a full mesh's pairs that lose an end when the share `down` of hosts is down. */
export function pairsBroken(down: number): number {
  return 1 - (1 - down) ** 2;
}

/** A time for a person: `45 s`, `3 min 15 s`, `1 h 2 min`. Seconds are rounded, and left out from an hour on. */
export function spoken(seconds: number): string {
  if (seconds === Infinity) return "for ever";
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = whole % 60;
  const parts = hours > 0 ? [`${hours} h`, minutes > 0 ? `${minutes} min` : ""] : [minutes > 0 ? `${minutes} min` : "", rest > 0 || minutes === 0 ? `${rest} s` : ""];
  return parts.filter((part) => part !== "").join(" ");
}
