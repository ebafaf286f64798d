import type { Guest } from "./evacuation.ts";

/** A virtualisation host as a forecast sees it. */
export interface ClusterHost {
  readonly name: string;
  /** Bytes that guests may have; Infinity where it is not known. */
  readonly memory: number;
  /** Bytes per second that it can send, and as many that it can receive at the same time. */
  readonly bandwidth: number;
  readonly guests: readonly Guest[];
}

/** Which hosts are emptied, when, and how. Times are seconds from the first window's start. */
export interface Policy {
  /** Numbers of hosts in the cluster, in the order of their windows; each once. */
  readonly order: readonly number[];
  /** When the window of each of them starts, in the same order; never falling. */
  readonly starts: readonly number[];
  /** Hosts that may be out at once: a window waits for its turn. Infinity: it starts on time, whoever is still out. */
  readonly concurrent: number;
  /** From the window's start to the first migration. The host takes no more guests. */
  readonly preparation: number;
  /** Work on the empty host. */
  readonly work: number;
  /** Guests that leave one host at the same time. */
  readonly parallel: number;
  /** For how long a guest may stand still at the end of its migration. */
  readonly downtime: number;
  /** Where a guest goes: to the host with the most free memory, or to the first in which it fits. */
  readonly placement: "roomiest" | "first";
}

/** Why a guest stayed on the host that it should have left. */
export type StayReason =
  /** It writes memory at least as fast as its share of the link moves it. */
  | "never-converges"
  /** It is larger than every other host. */
  | "fits-nowhere"
  /** Nothing that was still to happen would have made room for it. */
  | "no-room"
  /** So many move to the same host that its share of that host's link is below what it writes. */
  | "stalled";

/** A guest that stayed. `host` and `guest` are numbers: of the host in the cluster, of the guest on it from the start. */
export interface Stay {
  readonly host: number;
  readonly guest: { readonly host: number; readonly index: number };
  readonly reason: StayReason;
}

/** A time in which guests had to leave and no other host had room for them. */
export interface Shortage {
  readonly from: number;
  readonly until: number;
  /** Most guests that waited at once, and the most bytes. */
  readonly guests: number;
  readonly bytes: number;
}

/** What a policy does to a cluster. Times are seconds from the first window's start, memory is bytes. */
export interface Schedule {
  /** When the last host is back in service; hosts that could not be emptied come back with their work undone. */
  readonly end: number;
  /** The most hosts that are out at once, and when. */
  readonly peak: { readonly out: number; readonly time: number };
  /** The least free memory of one host in service, counting what is on its way to it; host -1 where nothing was placed. */
  readonly leastFree: { readonly bytes: number; readonly host: number; readonly time: number };
  /** The least free memory of all hosts in service together. */
  readonly leastTotal: { readonly bytes: number; readonly time: number };
  /** Hosts whose guests had more memory than they have, from the start. */
  readonly overcommitted: readonly number[];
  readonly shortages: readonly Shortage[];
  readonly stays: readonly Stay[];
  /** Hosts that were not emptied, in the order of their windows. */
  readonly notEmptied: readonly number[];
  /** For each of `Policy.order`: its window's real start, when it was empty (Infinity: never), and when it was back. */
  readonly started: Float64Array;
  readonly emptied: Float64Array;
  readonly ended: Float64Array;
  /** Guests that moved, each as often as it did. */
  readonly migrations: number;
  /** What to draw: a point for each host that goes or comes back, and for guests that set out. `free` is of all hosts in service together. */
  readonly timeline: { readonly time: readonly number[]; readonly out: readonly number[]; readonly free: readonly number[] };
}

/** Starts of windows of `length` seconds, `concurrent` at once, one after another. */
export function windowsInARow(hosts: number, length: number, concurrent: number): number[] {
  return Array.from({ length: hosts }, (_, index) => Math.floor(index / Math.max(1, concurrent)) * length);
}

/** Starts of windows that share a period evenly, `concurrent` at once. */
export function windowsWithin(hosts: number, period: number, concurrent: number): number[] {
  const turns = Math.ceil(hosts / Math.max(1, concurrent));
  return windowsInARow(hosts, turns === 0 ? 0 : period / turns, concurrent);
}
