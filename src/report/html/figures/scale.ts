/** A number's place on an axis that begins at zero, or at a number below it. */
export interface Scale {
  readonly least: number;
  readonly most: number;
  (value: number): number;
}

/** Maps `least`…`most` to the pixels `from`…`to`; what lies beyond is drawn at the end. */
export function linear(least: number, most: number, from: number, to: number): Scale {
  const width = most > least ? most - least : 1;
  const place = (value: number): number => from + ((Math.min(most, Math.max(least, value)) - least) / width) * (to - from);
  return Object.assign(place, { least, most });
}

/** Round numbers from 0 up to `most`, about `wanted` of them; `base` 1024 for bytes. */
export function ticks(most: number, wanted: number, base: 10 | 1024 = 10): number[] {
  if (!(most > 0)) return [0];
  const raw = most / Math.max(1, wanted);
  const unit = base === 10 ? 10 ** Math.floor(Math.log10(raw)) : 1024 ** Math.max(0, Math.floor(Math.log2(raw) / 10));
  const steps = base === 10 ? [1, 2, 5, 10] : [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
  const step = Math.max(base === 10 && most >= 1 ? 1 : 0, unit * (steps.find((one) => one * unit >= raw) ?? steps.at(-1)!));
  return upTo(most, step);
}

const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** Round times from 0 up to `most` seconds, about `wanted` of them. */
export function timeTicks(most: number, wanted: number): number[] {
  if (!(most > 0)) return [0];
  const raw = most / Math.max(1, wanted);
  const days = 86_400;
  const step = TIME_STEPS.find((one) => one >= raw) ?? [1, 2, 5, 10].map((factor) => factor * days * 10 ** Math.floor(Math.log10(raw / days))).find((one) => one >= raw)!;
  return upTo(most, step);
}

function upTo(most: number, step: number): number[] {
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, index) => index * step);
}
