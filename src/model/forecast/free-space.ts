/** How much room each of many hosts has, so that a place for a guest is found in a few steps. Unit: bytes. */
export class FreeSpace {
  /** A tree of maxima: the leaves from `#leaves` on are the hosts, each inner node is the larger of its two. */
  readonly #most: Float64Array;
  readonly #leaves: number;

  /** For hosts with numbers below `count`; none of them takes anything yet. */
  constructor(count: number) {
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(1, count)));
    this.#most = new Float64Array(2 * this.#leaves).fill(-1);
  }

  /** The room of the host that has the most; negative where none takes anything. */
  get most(): number {
    return this.#most[1]!;
  }

  /** Says how much room a host has; a negative number takes it out of the choice. */
  set(host: number, room: number): void {
    const most = this.#most;
    let node = this.#leaves + host;
    if (most[node] === room) return;
    most[node] = room;
    while (node > 1) {
      const larger = Math.max(most[node]!, most[node ^ 1]!);
      node >>= 1;
      if (most[node] === larger) return;
      most[node] = larger;
    }
  }

  /** The host with the most room, the first of several; -1 where it has less than `size`. */
  roomiest(size: number): number {
    const most = this.#most;
    const room = most[1]!;
    if (room < size) return -1;
    let node = 1;
    while (node < this.#leaves) node = most[2 * node] === room ? 2 * node : 2 * node + 1;
    return node - this.#leaves;
  }

  /** The first host with room for `size`; -1 where there is none. */
  first(size: number): number {
    const most = this.#most;
    if (most[1]! < size) return -1;
    let node = 1;
    while (node < this.#leaves) node = most[2 * node]! >= size ? 2 * node : 2 * node + 1;
    return node - this.#leaves;
  }
}
