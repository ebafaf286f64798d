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
