import type { ClusterHost, Policy, Schedule, StayReason } from "./cluster.ts";
import { streamsOf } from "./evacuation.ts";
import { EventQueue } from "./event-queue.ts";
import { Guests } from "./guests.ts";
import { FreeSpace } from "./free-space.ts";
import { migrationSeconds } from "./migration.ts";
import { Record } from "./record.ts";

/** Where a host is in its maintenance. */
const IN_SERVICE = 0;
const PREPARING = 1;
const LEAVING = 2;
const WORKED_ON = 3;

/**
 * Plays a maintenance through, event by event. A guest that moves holds its memory on both ends until it has arrived;
 * the streams into one host share its link, and each has at most its part of the sender's. A target whose link is not
 * full is preferred. Guests leave largest first; one that finds no room waits until a host is back. Where nothing more
 * can happen, the host that waits longest gives up and keeps what it has. The time is proportional to the guests that
 * move, but for a logarithm.
 */
export function simulate(hosts: readonly ClusterHost[], policy: Policy): Schedule {
  return new Simulation(hosts, policy).run();
}

class Simulation {
  readonly #hosts: readonly ClusterHost[];
  readonly #policy: Policy;
  readonly #parallel: number;
  readonly #guests: Guests;
  readonly #record: Record;
  /** Ends of migrations, by the guest's number; then ends of preparation and work, by the host's. */
  readonly #events: EventQueue;
  /** Hosts with guests that wait for room and places to send them, by the smallest of these guests. */
  readonly #waiting: EventQueue;
  readonly #state: Uint8Array;
  /** Bytes neither used nor promised. */
  readonly #free: Float64Array;
  readonly #room: FreeSpace;
  /** The same, of hosts with a free share of their link only. */
  readonly #roomAndLink: FreeSpace;
  readonly #sending: Int32Array;
  readonly #receiving: Int32Array;
  readonly #staying: Int32Array;
  /** Guests that leave a host at the same time: no more than it has. */
  readonly #streams: Int32Array;
  /** Guests that have not been tried yet, and those that fit nowhere at present, smallest last. */
  readonly #queues: (number[] | undefined)[];
  readonly #tried: Int32Array;
  readonly #blocked: (number[] | undefined)[];
  readonly #turn: Int32Array;
  /** The host with the most memory, how much that is, and the most that another one has. */
  readonly #largest: readonly [host: number, memory: number, second: number];
  #now = 0;
  #out = 0;
  #next = 0;
  #oldest = 0;

  constructor(hosts: readonly ClusterHost[], policy: Policy) {
    const count = hosts.length;
    this.#hosts = hosts;
    this.#policy = policy;
    this.#parallel = Math.max(1, Math.floor(policy.parallel));
    this.#guests = new Guests(hosts);
    this.#events = new EventQueue(this.#guests.count + count);
    this.#waiting = new EventQueue(count);
    this.#state = new Uint8Array(count);
    this.#free = new Float64Array(count);
    this.#room = new FreeSpace(count);
    this.#roomAndLink = new FreeSpace(count);
    this.#sending = new Int32Array(count);
    this.#receiving = new Int32Array(count);
    this.#staying = new Int32Array(count);
    this.#streams = new Int32Array(count).fill(1);
    this.#queues = new Array<number[] | undefined>(count);
    this.#tried = new Int32Array(count);
    this.#blocked = new Array<number[] | undefined>(count);
    this.#turn = new Int32Array(count).fill(-1);
    policy.order.forEach((host, turn) => (this.#turn[host] = turn));
    this.#largest = twoLargest(hosts);
    this.#record = new Record(this.#guests, policy.order);
    for (const [host, { memory }] of hosts.entries()) {
      this.#free[host] = memory - this.#guests.used(host);
      this.#record.start(host, this.#free[host]);
      this.#offer(host);
    }
    this.#record.point(0, 0);
  }

  run(): Schedule {
    for (;;) {
      const { order, starts, concurrent } = this.#policy;
      const due = this.#next < order.length && this.#out < concurrent ? Math.max(this.#now, starts[this.#next]!) : Infinity;
      const event = this.#events.nextTime;
      if (event === Infinity && due === Infinity) {
        if (!this.#giveUp()) return this.#record.schedule();
      } else if (event <= due) {
        this.#now = event;
        this.#happen(this.#events.next);
      } else {
        this.#now = due;
        this.#start(order[this.#next++]!);
      }
    }
  }

  #happen(event: number): void {
    this.#events.remove(event);
    const host = event - this.#guests.count;
    if (host < 0) this.#arrive(event);
    else if (this.#state[host] === PREPARING) this.#leave(host);
    else this.#return(host);
  }

  #start(host: number): void {
    this.#state[host] = PREPARING;
    this.#out++;
    this.#record.gone(this.#turn[host]!, this.#now, this.#out, this.#free[host]!);
    this.#offer(host);
    this.#events.set(this.#guests.count + host, this.#now + this.#policy.preparation);
  }

  #leave(host: number): void {
    this.#state[host] = LEAVING;
    const queue = (this.#queues[host] = this.#guests.on(host));
    this.#streams[host] = streamsOf(queue.length, this.#parallel);
    this.#blocked[host] = [];
    this.#send(host);
  }

  /** Starts migrations while the host has places for them. */
  #send(host: number): void {
    const queue = this.#queues[host]!;
    const blocked = this.#blocked[host]!;
    while (this.#sending[host]! < this.#streams[host]!) {
      // Those that waited go first, smallest first: they hold up the host.
      const again = blocked.length > 0 && this.#room.most >= this.#guests.memory[blocked.at(-1)!]!;
      if (again) {
        this.#record.wait(this.#now, -1, -this.#guests.memory[blocked.at(-1)!]!);
        this.#migrate(blocked.pop()!, host);
      } else if (this.#tried[host]! < queue.length) {
        this.#try(queue[this.#tried[host]!++]!, host, blocked);
      } else break;
    }
    if (blocked.length > 0 && this.#sending[host]! < this.#streams[host]!) this.#waiting.set(host, this.#guests.memory[blocked.at(-1)!]!);
    else this.#waiting.remove(host);
    this.#whenEmpty(host);
  }

  #try(guest: number, host: number, blocked: number[]): void {
    const memory = this.#guests.memory[guest]!;
    const share = this.#hosts[host]!.bandwidth / this.#streams[host]!;
    const [largest, most, second] = this.#largest;
    const reason: StayReason | undefined = !(this.#guests.dirtyRate[guest]! < share) && memory > 0 ? "never-converges" : memory > (largest === host ? second : most) ? "fits-nowhere" : undefined;
    if (reason !== undefined) this.#stay(guest, host, reason);
    else if (this.#room.most >= memory) this.#migrate(guest, host);
    else {
      this.#record.wait(this.#now, 1, memory);
      let place = blocked.length;
      while (place > 0 && this.#guests.memory[blocked[place - 1]!]! < memory) place--;
      blocked.splice(place, 0, guest);
    }
  }

  #stay(guest: number, host: number, reason: StayReason): void {
    this.#staying[host]!++;
    this.#record.stay(guest, host, reason);
  }

  #migrate(guest: number, from: number): void {
    const memory = this.#guests.memory[guest]!;
    const to = this.#target(memory);
    this.#free[to]! -= memory;
    this.#sending[from]!++;
    this.#receiving[to]!++;
    this.#guests.depart(guest, to, this.#now);
    this.#offer(to);
    this.#record.promise(to, this.#now, memory, this.#free[to]!);
    this.#share(to);
  }

  #target(memory: number): number {
    const { placement } = this.#policy;
    const room = this.#roomAndLink.most >= memory ? this.#roomAndLink : this.#room;
    return placement === "first" ? room.first(memory) : room.roomiest(memory);
  }

  /** Gives every stream into a host its share, as one comes or goes: at most its part of the sender's link. */
  #share(to: number): void {
    const guests = this.#guests;
    const inbound = this.#hosts[to]!.bandwidth / this.#receiving[to]!;
    for (let guest = guests.firstInto(to); guest !== -1; guest = guests.nextInto(guest)) {
      const from = guests.location[guest]!;
      const rate = Math.min(this.#hosts[from]!.bandwidth / this.#streams[from]!, inbound);
      if (rate === guests.rate[guest]) continue;
      const seconds = migrationSeconds(guests.memory[guest]!, rate, guests.dirtyRate[guest]!, this.#policy.downtime);
      const left = guests.accelerate(guest, this.#now, rate, seconds);
      if (left === Infinity) this.#events.remove(guest);
      else this.#events.set(guest, this.#now + left);
    }
  }

  #arrive(guest: number): void {
    const from = this.#guests.location[guest]!;
    const to = this.#unbind(guest);
    this.#free[from]! += this.#guests.memory[guest]!;
    const leavesAgain = this.#guests.arrive(guest, to, this.#turn[to]! !== -1);
    this.#record.moved();
    if (leavesAgain && this.#state[to] === LEAVING) this.#queues[to]!.push(guest);
    this.#send(from);
    if (this.#state[to] === LEAVING) this.#send(to);
  }

  /** Takes a guest's stream off both links; gives where it went. */
  #unbind(guest: number): number {
    const to = this.#guests.release(guest);
    this.#events.remove(guest);
    this.#sending[this.#guests.location[guest]!]!--;
    this.#receiving[to]!--;
    this.#offer(to);
    this.#share(to);
    return to;
  }

  #whenEmpty(host: number): void {
    if (this.#state[host] !== LEAVING || this.#sending[host]! > 0 || this.#receiving[host]! > 0) return;
    if (this.#tried[host]! < this.#queues[host]!.length || this.#blocked[host]!.length > 0) return;
    if (this.#staying[host]! > 0) return this.#return(host);
    this.#state[host] = WORKED_ON;
    this.#record.empty(this.#turn[host]!, this.#now);
    this.#events.set(this.#guests.count + host, this.#now + this.#policy.work);
  }

  #return(host: number): void {
    this.#state[host] = IN_SERVICE;
    this.#out--;
    this.#queues[host] = this.#blocked[host] = undefined;
    this.#offer(host);
    this.#record.back(this.#turn[host]!, this.#now, this.#out, this.#free[host]!);
    this.#wake();
  }

  /** Lets those go on that wait for room, as long as there is some. */
  #wake(): void {
    while (this.#waiting.size > 0 && this.#waiting.nextTime <= this.#room.most) {
      const host = this.#waiting.next;
      this.#waiting.remove(host);
      this.#send(host);
    }
  }

  /** Ends the maintenance of the host that waits longest, when nothing else can happen. False where none is left. */
  #giveUp(): boolean {
    const { order } = this.#policy;
    while (this.#oldest < this.#next && this.#state[order[this.#oldest]!] !== LEAVING) this.#oldest++;
    if (this.#oldest >= this.#next) return false;
    const host = order[this.#oldest]!;
    this.#waiting.remove(host);
    for (const guest of this.#blocked[host]!) {
      this.#record.wait(this.#now, -1, -this.#guests.memory[guest]!);
      this.#stay(guest, host, "no-room");
    }
    const stalled = this.#guests.inFlightFrom(host, this.#queues[host]!);
    const targets = new Set<number>();
    for (const guest of stalled) {
      const to = this.#unbind(guest);
      this.#free[to]! += this.#guests.memory[guest]!;
      if (this.#state[to] === IN_SERVICE) this.#record.unpromise(this.#guests.memory[guest]!);
      this.#offer(to);
      this.#stay(guest, host, "stalled");
      targets.add(to);
    }
    for (const guest of this.#queues[host]!.slice(this.#tried[host]!)) this.#stay(guest, host, "stalled");
    this.#return(host);
    for (const to of [...targets].sort((a, b) => a - b)) this.#whenEmpty(to);
    this.#wake();
    return true;
  }

  /** Shows others how much room a host has for them. */
  #offer(host: number): void {
    const room = this.#state[host] === IN_SERVICE ? this.#free[host]! : -1;
    this.#room.set(host, room);
    this.#roomAndLink.set(host, this.#receiving[host]! < this.#parallel ? room : -1);
  }
}

/** The host with the most memory, how much that is, and the most that another one has. */
function twoLargest(hosts: readonly ClusterHost[]): [number, number, number] {
  let [host, most, second] = [-1, -1, -1];
  for (const [index, { memory }] of hosts.entries()) {
    if (memory > most) [host, most, second] = [index, memory, most];
    else if (memory > second) second = memory;
  }
  return [host, most, second];
}
