import { migrate } from "./migration.ts";

/** A virtual machine that has to move. */
export interface Guest {
  readonly name: string;
  /** Bytes. */
  readonly memory: number;
  /** Bytes per second. */
  readonly dirtyRate: number;
}

/** Bytes per second of the link that what-ifs ask about. */
export const TEN_GIGABIT = 10e9 / 8;

/** What carries the migrations of one host. */
export interface Link {
  /** Bytes per second that the host can send. */
  readonly bandwidth: number;
  /** Guests that move at the same time; they share the bandwidth. */
  readonly parallel: number;
  /** Seconds of pause that one guest may have. */
  readonly downtime: number;
}

/** How long it takes to empty a host. */
export interface Evacuation {
  /** Seconds until the last guest has left; Infinity where one never does. */
  readonly seconds: number;
  /** Bytes of memory to move, counted once. */
  readonly memory: number;
  /** Names of the guests whose migration does not converge on their share of the link. */
  readonly stuck: readonly string[];
}

/** Guests that really leave at the same time: no more than there are. */
export function streamsOf(guests: number, parallel: number): number {
  return Math.max(1, Math.min(Math.floor(parallel), guests));
}

/**
 * Empties one host. With k at a time each guest has 1/k of the link, so its ratio of dirty rate to bandwidth is k times
 * as high: on a full link more at once is not faster, and can be for ever. Guests start largest first as places free up.
 */
export function evacuate(guests: readonly Guest[], link: Link): Evacuation {
  const places = new Array<number>(streamsOf(guests.length, link.parallel)).fill(0);
  const share = link.bandwidth / places.length;
  const stuck: string[] = [];
  for (const guest of [...guests].sort((a, b) => b.memory - a.memory)) {
    const { seconds, converges } = migrate({ ...guest, bandwidth: share, downtime: link.downtime });
    if (!converges) stuck.push(guest.name);
    let next = 0;
    for (let place = 1; place < places.length; place++) if (places[place]! < places[next]!) next = place;
    places[next]! += seconds;
  }
  return {
    seconds: guests.length === 0 ? 0 : Math.max(...places),
    memory: guests.reduce((sum, guest) => sum + guest.memory, 0),
    stuck,
  };
}

/** How much slower each evacuation is when `out` of `hosts` send at once and only the rest receive; links are symmetric. */
export function slowdown(hosts: number, out: number): number {
  return out >= hosts ? Infinity : Math.max(1, out / (hosts - out));
}
