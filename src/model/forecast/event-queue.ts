/**
 * Events by time (or whatever else is to come in order); each has a number of its own and can be moved or taken back.
 * Equal times come in order of the numbers.
 */
export class EventQueue {
  readonly #heap: Int32Array;
  readonly #place: Int32Array;
  readonly #time: Float64Array;
  #size = 0;

  /** For events with numbers below `count`. */
  constructor(count: number) {
    this.#heap = new Int32Array(count);
    this.#place = new Int32Array(count).fill(-1);
    this.#time = new Float64Array(count);
  }

  get size(): number {
    return this.#size;
  }

  /** The number of the next event; meaningless where `size` is 0. */
  get next(): number {
    return this.#heap[0]!;
  }

  /** The time of the next event; Infinity where there is none. */
  get nextTime(): number {
    return this.#size === 0 ? Infinity : this.#time[this.#heap[0]!]!;
  }

  /** Puts an event at a time, whether it was in the queue or not. */
  set(event: number, time: number): void {
    let place = this.#place[event]!;
    this.#time[event] = time;
    if (place === -1) {
      place = this.#size++;
      this.#put(event, place);
    }
    this.#down(this.#up(place));
  }

  /** Takes an event out; nothing happens where it is not in. */
  remove(event: number): void {
    const place = this.#place[event]!;
    if (place === -1) return;
    this.#place[event] = -1;
    const last = this.#heap[--this.#size]!;
    if (last === event) return;
    this.#put(last, place);
    this.#down(this.#up(place));
  }

  #put(event: number, place: number): void {
    this.#heap[place] = event;
    this.#place[event] = place;
  }

  #before(a: number, b: number): boolean {
    const difference = this.#time[a]! - this.#time[b]!;
    return difference < 0 || (difference === 0 && a < b);
  }

  #up(from: number): number {
    let place = from;
    const event = this.#heap[place]!;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#before(event, this.#heap[parent]!)) break;
      this.#put(this.#heap[parent]!, place);
      place = parent;
    }
    this.#put(event, place);
    return place;
  }

  #down(from: number): void {
    let place = from;
    const event = this.#heap[place]!;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#before(this.#heap[child + 1]!, this.#heap[child]!)) child++;
      if (!this.#before(this.#heap[child]!, event)) break;
      this.#put(this.#heap[child]!, place);
      place = child;
    }
    this.#put(event, place);
  }
}
