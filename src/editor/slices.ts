/** How long a stretch of work may hold the extension host's thread, in ms. */
const SLICE = 12;

/** Who waits for work, and may tell it to stop. */
export interface Waiting {
  stopped(): boolean;
  /** Called with the share that is done, from 0 to 1. */
  progress(share: number): void;
}

/** Takes steps, `expected` in all, for as long as nobody notices, then lets the extension host do something else. Undefined once stopped. */
export async function inSlices<T>(steps: Generator<void, T>, expected: number, { stopped, progress }: Waiting): Promise<T | undefined> {
  let until = performance.now() + SLICE;
  for (let taken = 1; ; taken++) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() < until) continue;
    progress(Math.min(1, taken / expected));
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (stopped()) return undefined;
    until = performance.now() + SLICE;
  }
}
