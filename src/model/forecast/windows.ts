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

/** The least time in which all are done with `concurrent` at once: a bound, no schedule can be shorter. */
export function shortestPeriod(durations: readonly number[], concurrent: number): number {
  const sum = durations.reduce((total, duration) => total + duration, 0);
  return Math.max(0, ...durations, sum / Math.max(1, concurrent));
}
