/** Planned times against true ones, in seconds. */

/** What one host's maintenance really needs: preparation, evacuation and the work itself. */
export function neededWindow(preparation: number, evacuation: number, work: number): number {
  return preparation + evacuation + work;
}

/**
 * How many hosts are out at once when windows of `slot` seconds follow one another and each really takes `duration`:
 * every host starts on time, whether the ones before are done or not.
 */
export function simultaneous(hosts: number, slot: number, duration: number): number {
  if (hosts === 0 || duration <= 0) return 0;
  if (slot <= 0 || duration === Infinity) return hosts;
  return Math.min(hosts, Math.ceil(duration / slot));
}

/** The most windows that are open at once when they start at `starts` (never falling) and really take `durations`. */
export function mostAtOnce(starts: readonly number[], durations: readonly number[]): number {
  const ends = starts.map((start, index) => start + durations[index]!).sort((a, b) => a - b);
  let [most, ended] = [0, 0];
  for (const [index, start] of starts.entries()) {
    while (ended < ends.length && ends[ended]! <= start) ended++;
    most = Math.max(most, index + 1 - Math.min(ended, index + 1));
  }
  return most;
}

/** The least time in which all are done with `concurrent` at once: a bound, no schedule can be shorter. */
export function shortestPeriod(durations: readonly number[], concurrent: number): number {
  let [sum, longest] = [0, 0];
  for (const duration of durations) {
    sum += duration;
    longest = Math.max(longest, duration);
  }
  return Math.max(longest, sum / Math.max(1, concurrent));
}
