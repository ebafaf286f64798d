/**
 * How long it takes to work off what piled up for `duration` (any unit of time, also of the answer), when work comes in at
 * the rate `arriving` and is done at the rate `capacity`. Infinity where it never gets less.
 */
export function drainTime(duration: number, arriving: number, capacity: number): number {
  return capacity <= arriving ? Infinity : (duration * arriving) / (capacity - arriving);
}
