import fc from "fast-check";

/** Choices of one generated thing, all of which fast-check makes. */
export interface Dice {
  /** 0 inclusive to 1 exclusive. */
  next(): number;
  readonly pick: <T>(list: readonly T[]) => T;
  readonly chance: (share: number) => boolean;
  /** Between `least` and `most` things. */
  readonly many: <T>(least: number, most: number, make: () => T) => T[];
  /** Different ones of a list, `least` (default 1) to `most`, in the list's order. */
  readonly some: <T>(list: readonly T[], most: number, least?: number) => T[];
}

/** Without fast-check's bias towards small numbers: here every choice is worth as much. */
const evenly = (): fc.Arbitrary<number> => fc.noBias(fc.nat(2 ** 30 - 1));

/** As many things as wanted, made with dice; the same seed gives the same ones. */
export function generated<T>(make: (dice: Dice) => T, count: number, seed: number): T[] {
  const arbitrary = fc.gen().map((choose) => {
    const next = (): number => choose(evenly) / 2 ** 30;
    const pick = <E>(list: readonly E[]): E => list[Math.floor(next() * list.length)]!;
    const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
    return make({
      next,
      pick,
      chance: (share) => next() < share,
      many: (least, most, one) => Array.from({ length: between(least, most) }, one),
      some: (list, most, least = 1) => {
        const wanted = Math.min(list.length, between(least, most));
        const chosen = new Set<number>();
        while (chosen.size < wanted) chosen.add(Math.floor(next() * list.length));
        return [...chosen].sort((a, b) => a - b).map((i) => list[i]!);
      },
    });
  });
  return fc.sample(arbitrary, { numRuns: count, seed });
}
