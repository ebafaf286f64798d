import type { Schedule, Shortage, Stay, StayReason } from "./cluster.ts";
import type { Guests } from "./guests.ts";

/** Writes down what happens in a simulation. */
export class Record {
  readonly #guests: Guests;
  readonly #order: readonly number[];
  readonly #started: Float64Array;
  readonly #emptied: Float64Array;
  readonly #ended: Float64Array;
  readonly #time: number[] = [];
  readonly #outs: number[] = [];
  readonly #free: number[] = [];
  readonly #overcommitted: number[] = [];
  readonly #shortages: Shortage[] = [];
  readonly #stays: Stay[] = [];
  #total = 0;
  #migrations = 0;
  #end = 0;
  #peak = { out: 0, time: 0 };
  #leastFree = { bytes: Infinity, host: -1, time: 0 };
  #leastTotal = { bytes: Infinity, time: 0 };
  #waiting = { guests: 0, bytes: 0 };
  #shortage: { from: number; guests: number; bytes: number } | undefined;

  constructor(guests: Guests, order: readonly number[]) {
    this.#guests = guests;
    this.#order = order;
    this.#started = new Float64Array(order.length).fill(Infinity);
    this.#emptied = new Float64Array(order.length).fill(Infinity);
    this.#ended = new Float64Array(order.length).fill(Infinity);
  }

  /** A host and its free bytes before anything happens. */
  start(host: number, free: number): void {
    this.#total += free;
    if (free < 0) this.#overcommitted.push(host);
  }

  /** A point of the timeline. */
  point(time: number, out: number): void {
    if (this.#total < this.#leastTotal.bytes) this.#leastTotal = { bytes: this.#total, time };
    this.#time.push(time);
    this.#outs.push(out);
    this.#free.push(this.#total);
  }

  /** A host goes out of service. */
  gone(turn: number, time: number, out: number, free: number): void {
    this.#total -= free;
    this.#started[turn] = time;
    if (out > this.#peak.out) this.#peak = { out, time };
    this.point(time, out);
  }

  empty(turn: number, time: number): void {
    this.#emptied[turn] = time;
  }

  /** A host comes back. */
  back(turn: number, time: number, out: number, free: number): void {
    this.#total += free;
    this.#ended[turn] = time;
    this.#end = Math.max(this.#end, time);
    this.point(time, out);
  }

  /** A host promises memory to a guest that is on its way; `free` is what it has left. */
  promise(host: number, time: number, memory: number, free: number): void {
    this.#total -= memory;
    if (this.#total < this.#leastTotal.bytes) this.#leastTotal = { bytes: this.#total, time };
    // Guests that leave at the same time are one point, but never the first.
    const last = this.#time.length - 1;
    if (last > 0 && this.#time[last] === time) this.#free[last] = this.#total;
    else this.point(time, this.#outs[last]!);
    if (free < this.#leastFree.bytes) this.#leastFree = { bytes: free, host, time };
  }

  unpromise(memory: number): void {
    this.#total += memory;
  }

  moved(): void {
    this.#migrations++;
  }

  /** Guests begin (or, with negative numbers, stop) to wait for room. */
  wait(time: number, guests: number, bytes: number): void {
    this.#waiting = { guests: this.#waiting.guests + guests, bytes: this.#waiting.bytes + bytes };
    const now = this.#waiting;
    if (now.guests === 0) {
      if (this.#shortage !== undefined) this.#shortages.push({ ...this.#shortage, until: time });
      this.#shortage = undefined;
    } else if (this.#shortage === undefined) this.#shortage = { from: time, ...now };
    else {
      this.#shortage.guests = Math.max(this.#shortage.guests, now.guests);
      this.#shortage.bytes = Math.max(this.#shortage.bytes, now.bytes);
    }
  }

  stay(guest: number, host: number, reason: StayReason): void {
    this.#stays.push({ host, guest: this.#guests.origin(guest), reason });
  }

  /** All of it. */
  schedule(): Schedule {
    return {
      end: this.#end,
      peak: this.#peak,
      leastFree: this.#leastFree,
      leastTotal: this.#leastTotal,
      overcommitted: this.#overcommitted,
      shortages: this.#shortages,
      stays: this.#stays,
      notEmptied: this.#order.filter((_, turn) => this.#emptied[turn] === Infinity),
      started: this.#started,
      emptied: this.#emptied,
      ended: this.#ended,
      migrations: this.#migrations,
      timeline: { time: this.#time, out: this.#outs, free: this.#free },
    };
  }
}
