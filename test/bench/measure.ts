/** How often each thing is timed; the median is what counts. */
export const RUNS = 7;

/** The median time of `action` in milliseconds, after one run that does not count. */
export async function median(action: () => unknown): Promise<number> {
  await action();
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    await action();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[RUNS >> 1]!;
}

/** Prints measurements, and remembers which bound is broken. */
export class Sheet {
  readonly broken: string[] = [];

  /** A plain number, for the eye. */
  number(name: string, value: string): void {
    console.log(`${name.padEnd(58)} ${value}`);
  }

  /** How many times as long as `base` the action `large` takes. Past `bound` it is measured again: noise passes. */
  async growth(name: string, base: () => unknown, large: () => unknown, bound: number): Promise<void> {
    for (const again of [false, true]) {
      const [of, against] = [await median(large), await median(base)];
      this.ratio(name, of, against, `, bound ${bound}`);
      if (of <= bound * against) return;
      if (again) this.broken.push(`${name}: ${(of / against).toFixed(1)} times, bound ${bound}`);
    }
  }

  /** A ratio of two times in milliseconds. */
  ratio(name: string, of: number, against: number, note = ""): void {
    this.number(name, `${(of / against).toFixed(1)} times (${of.toFixed(1)} ms, ${against.toFixed(1)} ms${note})`);
  }
}
