/** How long the server works before it looks for messages, in ms. */
const SLICE = 12;

/** Takes steps, and now and then lets messages in: a cancellation is one. Undefined once `cancelled`. `seen` gets what a slice's last step gave. */
export async function inSlices<S, T>(steps: Iterator<S, T>, cancelled: () => boolean = () => false, seen: (step: S) => void = () => {}): Promise<T | undefined> {
  let until = performance.now() + SLICE;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() < until) continue;
    seen(step.value);
    await new Promise((resolve) => setImmediate(resolve));
    if (cancelled()) return undefined;
    until = performance.now() + SLICE;
  }
}

/** The same steps, each of which gives its number, from 1. */
export function* counted<T>(steps: Generator<void, T>): Generator<number, T> {
  for (let seen = 1; ; seen++) {
    const step = steps.next();
    if (step.done === true) return step.value;
    yield seen;
  }
}
