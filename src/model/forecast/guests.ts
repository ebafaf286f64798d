import type { ClusterHost } from "./cluster.ts";

/** The guests of a cluster in columns, numbered through host by host, with the migrations that are under way. */
export class Guests {
  readonly count: number;
  /** Bytes. */
  readonly memory: Float64Array;
  /** Bytes per second. */
  readonly dirtyRate: Float64Array;
  /** The number of the host on which it runs; while it moves, the one that it leaves. */
  readonly location: Int32Array;
  /** Bytes per second of its stream; 0 where it does not move. */
  readonly rate: Float64Array;
  readonly #first: Int32Array;
  readonly #arrived: (number[] | undefined)[];
  /** The streams into each host as chains: its first, and for each guest the ones beside it. */
  readonly #into: Int32Array;
  readonly #after: Int32Array;
  readonly #before: Int32Array;
  readonly #target: Int32Array;
  /** The share of its way that a stream had done at `#since`, and the seconds that all of it takes at the present rate. */
  readonly #done: Float64Array;
  readonly #since: Float64Array;
  readonly #seconds: Float64Array;

  constructor(hosts: readonly ClusterHost[]) {
    this.count = hosts.reduce((sum, { guests }) => sum + guests.length, 0);
    this.memory = new Float64Array(this.count);
    this.dirtyRate = new Float64Array(this.count);
    this.location = new Int32Array(this.count);
    this.rate = new Float64Array(this.count);
    this.#first = new Int32Array(hosts.length + 1);
    this.#arrived = new Array<number[] | undefined>(hosts.length);
    this.#into = new Int32Array(hosts.length).fill(-1);
    this.#after = new Int32Array(this.count).fill(-1);
    this.#before = new Int32Array(this.count).fill(-1);
    this.#target = new Int32Array(this.count).fill(-1);
    this.#done = new Float64Array(this.count);
    this.#since = new Float64Array(this.count);
    this.#seconds = new Float64Array(this.count);
    let number = 0;
    for (const [host, { guests }] of hosts.entries()) {
      this.#first[host] = number;
      for (const { memory, dirtyRate } of guests) {
        this.memory[number] = memory;
        this.dirtyRate[number] = dirtyRate;
        this.location[number++] = host;
      }
    }
    this.#first[hosts.length] = number;
  }

  /** Bytes of the guests that a host has at the start. */
  used(host: number): number {
    let sum = 0;
    for (let guest = this.#first[host]!; guest < this.#first[host + 1]!; guest++) sum += this.memory[guest]!;
    return sum;
  }

  /** The host that has a guest at the start, and its place in that host's list. */
  origin(guest: number): { host: number; index: number } {
    let [low, high] = [0, this.#first.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#first[middle]! <= guest) low = middle;
      else high = middle;
    }
    return { host: low, index: guest - this.#first[low]! };
  }

  /** The guests that are on a host now, largest first. */
  on(host: number): number[] {
    const here: number[] = [];
    const [start, end] = [this.#first[host]!, this.#first[host + 1]!];
    for (let guest = start; guest < end; guest++) if (this.location[guest] === host) here.push(guest);
    for (const guest of this.#arrived[host] ?? []) if (this.location[guest] === host && (guest < start || guest >= end)) here.push(guest);
    return here.sort((a, b) => this.memory[b]! - this.memory[a]! || a - b);
  }

  /** The first of the streams into a host, -1 for none; `nextInto` gives the one after it. */
  firstInto(host: number): number {
    return this.#into[host]!;
  }

  nextInto(guest: number): number {
    return this.#after[guest]!;
  }

  /** Begins a stream; its rate is not known yet. */
  depart(guest: number, to: number, now: number): void {
    const first = this.#into[to]!;
    this.#after[guest] = first;
    this.#before[guest] = -1;
    if (first !== -1) this.#before[first] = guest;
    this.#into[to] = guest;
    this.#target[guest] = to;
    this.#done[guest] = 0;
    this.#since[guest] = now;
    this.#seconds[guest] = Infinity;
  }

  /** Changes a stream's rate; `seconds` is what all of the way takes at it. Gives what is left, in seconds. */
  accelerate(guest: number, now: number, rate: number, seconds: number): number {
    const elapsed = now - this.#since[guest]!;
    if (elapsed > 0 && this.#seconds[guest]! > 0) this.#done[guest] = Math.min(1, this.#done[guest]! + elapsed / this.#seconds[guest]!);
    this.#since[guest] = now;
    this.rate[guest] = rate;
    this.#seconds[guest] = seconds;
    return seconds === Infinity ? Infinity : (1 - this.#done[guest]!) * seconds;
  }

  /** Ends a stream; gives where it went. */
  release(guest: number): number {
    const to = this.#target[guest]!;
    const [before, after] = [this.#before[guest]!, this.#after[guest]!];
    if (before === -1) this.#into[to] = after;
    else this.#after[before] = after;
    if (after !== -1) this.#before[after] = before;
    this.#target[guest] = -1;
    this.rate[guest] = 0;
    return to;
  }

  /** Puts a guest onto a host. `remembered`: the host is one that is to be emptied. Gives `remembered`. */
  arrive(guest: number, host: number, remembered: boolean): boolean {
    this.location[guest] = host;
    if (remembered) (this.#arrived[host] ??= []).push(guest);
    return remembered;
  }

  /** Those of some guests of a host that are under way from it. */
  inFlightFrom(host: number, guests: readonly number[]): number[] {
    return guests.filter((guest) => this.location[guest] === host && this.#target[guest] !== -1);
  }
}
