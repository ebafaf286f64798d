import type { Schedule } from "./cluster.ts";

/** From `time` (seconds) on, so many hosts are out, and so many bytes are free on the others. */
export interface Step {
  readonly time: number;
  readonly out: number;
  readonly free: number;
}

/**
 * A timeline with at most two steps for each of `parts` equal parts of its time: where more happens in one, first the worst of
 * it, then how it ends, so that what lasts is drawn as it is.
 */
export function sampled({ timeline: { time, out, free } }: Schedule, parts: number): Step[] {
  const length = (time.at(-1) ?? 0) / parts || 1;
  const steps: Step[] = [];
  for (let from = 0; from < time.length; ) {
    const end = (Math.floor(time[from]! / length) + 1) * length;
    let until = from + 1;
    while (until < time.length && time[until]! < end) until++;
    const last = until - 1;
    let [most, least] = [0, Infinity];
    for (let index = from; index < until; index++) {
      most = Math.max(most, out[index]!);
      least = Math.min(least, free[index]!);
    }
    steps.push({ time: time[from]!, out: most, free: least });
    if (last > from) steps.push({ time: time[last]!, out: out[last]!, free: free[last]! });
    from = until;
  }
  return steps;
}
