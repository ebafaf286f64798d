import type { ClusterHost } from "./cluster.ts";

/**
 * The load of the rest when `out` of `hosts` hosts are empty and `used` of `total` capacity units were in use (any unit:
 * bytes of memory). Above 1 the rest cannot hold the guests.
 */
export function loadWithout(hosts: number, out: number, used: number, total: number): number {
  return out >= hosts ? Infinity : (used * hosts) / (total * (hosts - out));
}

/**
 * How many equal hosts may be empty at once so that the rest stays at or below `capPercent`. Whole numbers only, since
 * 30 × (1 − 0.8) is less than 6 in binary floating point. `used` and `total` are for all hosts together.
 */
export function mostHostsOut(hosts: number, used: number, total: number, capPercent: number): number {
  const perHost = total * capPercent;
  const needed = Math.ceil((used * 100 * hosts) / perHost);
  return Math.max(0, hosts - needed);
}

/**
 * Whether guests of these sizes fit into these free spaces, by first fit decreasing: a necessary sum is not enough when
 * the space is in pieces. Gives the sizes that found no place.
 */
export function withoutPlace(sizes: readonly number[], free: readonly number[]): number[] {
  const left = [...free].sort((a, b) => b - a);
  return [...sizes]
    .sort((a, b) => b - a)
    .filter((size) => {
      const place = left.findIndex((space) => space >= size);
      if (place === -1) return true;
      left[place]! -= size;
      return false;
    });
}

/** Why a host cannot be emptied, however its guests are placed. */
export interface NoRoom {
  /** Its guests, by their place in its list, that are larger than what any other host has free. */
  readonly guests: readonly number[];
  /** Bytes by which its guests exceed all that the others have free together; 0 where they do not. */
  readonly missing: number;
}

/** Each host (by number) that could not be emptied even if it were the only one; nothing is said of mere bad luck in packing. */
export function withoutRoom(hosts: readonly ClusterHost[]): Map<number, NoRoom> {
  const used = hosts.map(({ guests }) => guests.reduce((sum, { memory }) => sum + memory, 0));
  const free = hosts.map(({ memory }, host) => Math.max(0, memory - used[host]!));
  const total = free.reduce((sum, bytes) => sum + bytes, 0);
  let [first, second] = [-1, -1];
  for (const [host, bytes] of free.entries()) {
    if (first === -1 || bytes > free[first]!) [first, second] = [host, first];
    else if (second === -1 || bytes > free[second]!) second = host;
  }
  const found = new Map<number, NoRoom>();
  for (const [host, { guests }] of hosts.entries()) {
    const other = host === first ? second : first;
    const most = other === -1 ? 0 : free[other]!;
    const large = guests.flatMap(({ memory }, place) => (memory > most ? [place] : []));
    const missing = Math.max(0, used[host]! - (total - free[host]!));
    if (large.length > 0 || missing > 0) found.set(host, { guests: large, missing });
  }
  return found;
}

/**
 * How many of these hosts may be empty at once, whichever they are, so that the rest has as much memory as all guests
 * use. More is impossible; so many may still be too many, where the free memory is in pieces.
 */
export function mostOutAtOnce(hosts: readonly ClusterHost[]): number {
  let spare = 0;
  for (const { memory, guests } of hosts) spare += memory - guests.reduce((sum, guest) => sum + guest.memory, 0);
  const largestFirst = Float64Array.from(hosts, ({ memory }) => memory).sort().reverse();
  let out = 0;
  while (out < largestFirst.length - 1 && largestFirst[out]! <= spare) spare -= largestFirst[out++]!;
  return out;
}
