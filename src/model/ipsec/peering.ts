import type { Location } from "../../engine/location.ts";
import type { Algorithms } from "./algorithms.ts";
import type { Implementation } from "./connection.ts";

/** A value that is written, and where. Absent where it is not written, or a template decides it. */
export interface Said<T> {
  readonly value: T;
  readonly location: Location;
}

/** How an end proves who it is. */
export type Proof = "a pre-shared key" | "a certificate or public key";

/** One end of a connection, as one of the two files describes it. */
export interface End {
  /** Addresses and host names that are written; none where it is anybody or not said. */
  readonly addresses: readonly string[];
  readonly id?: Said<string>;
  readonly proof?: Said<Proof>;
}

/** What is carried: networks on this side and on the other. */
export interface Carried {
  readonly name: string;
  readonly near?: Said<readonly string[]>;
  readonly far?: Said<readonly string[]>;
  readonly esp?: Said<readonly Algorithms[]>;
  readonly mode?: Said<"tunnel" | "transport">;
  /** Seconds; with how strictly the other end's is compared (racoon's proposal_check). */
  readonly lifetime?: Said<number>;
}

/** A connection as an agreement of two ends, seen from one of them. */
export interface Peering {
  readonly path: string;
  readonly name: string;
  readonly location: Location;
  readonly implementation?: Implementation;
  /** The versions of IKE that it speaks. */
  readonly ike?: Said<1 | 2>;
  readonly local: End;
  readonly remote: End;
  /** Which end is this host's is told only on the host itself: ipsec.conf's left and right. */
  readonly eitherWay: boolean;
  readonly proposals?: Said<readonly Algorithms[]>;
  /** How strictly lifetimes and PFS of the other end are compared. */
  readonly check?: Said<"obey" | "strict" | "exact" | "claim">;
  readonly lifetime?: Said<number>;
  readonly exchange?: Said<readonly string[]>;
  readonly carries: readonly Carried[];
}
