import type { TextEdit } from "../../engine/fix.ts";
import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";

/** The daemons whose files are read here. */
export type Implementation = "racoon" | "strongswan" | "libreswan";

/** A setting in force: written somewhere, or (no location) the implementation's default. */
export interface Given<T> {
  readonly value: Maybe<T>;
  readonly location?: Location;
}

/** How a connection probes a silent peer. Times in seconds. */
export interface DeadPeerDetection {
  readonly enabled: Maybe<boolean>;
  readonly delay: Given<number>;
  /** After how long without an answer the peer is given up; undefined: the retransmissions of IKEv2 decide. */
  readonly timeout?: Given<number>;
  /** What then happens to the associations: `clear`, `trap`, `restart`, `hold`, … */
  readonly action?: Given<string>;
  /** Seconds from the first unanswered probe to the verdict. */
  readonly verdict: Maybe<number>;
  /** Settings about dead peers that are written and do nothing, with the reason. */
  readonly inert: readonly { readonly name: string; readonly location: Location; readonly reason: string }[];
}

/** When an association is renewed, counted from its start, in seconds. */
export interface Renewal {
  /** First and last moment of the random window; equal where there is no jitter. Undefined: this end never renews. */
  readonly window?: { readonly earliest: number; readonly latest: number };
  /** When it ends if nobody renews it; Infinity: never. */
  readonly expiry: number;
  readonly location?: Location;
  /** The setting that takes the random part away, where one does. */
  readonly rigid?: Location;
}

/** One way to a peer (or to any peer), in whatever language it is written. */
export interface Connection {
  readonly syntax: "swanctl.conf" | "ipsec.conf" | "racoon.conf";
  readonly implementation: Maybe<Implementation>;
  readonly name: string;
  /** Its name, or the words that stand for it. */
  readonly location: Location;
  readonly ike: Maybe<1 | 2 | "both">;
  /** Whether the daemon loads it: `start` and `trap` on their own, `add` waits for the peer, `none` is left to an operator. */
  readonly startup: Maybe<"start" | "trap" | "add" | "none">;
  /** The peer may be anyone, so that this end only answers. */
  readonly anyPeer: boolean;
  readonly deadPeer: DeadPeerDetection;
  readonly ikeRenewal: Maybe<Renewal>;
  readonly childRenewal: Maybe<Renewal>;
  /** Attempts to set it up before the daemon gives up; 0: it never does; undefined: it has no such limit. */
  readonly tries?: Given<number>;
  /** Seconds that one attempt lasts before it is given up. */
  readonly attempt?: Maybe<number>;
  /** Edits that make it probe its peer every 30 s; empty where the place is not evident. */
  readonly probing: readonly TextEdit[];
}

/** Seconds between two probes that the fixes write: strongSwan's own proposal for gateways. */
export const PROBE_DELAY = 30;
