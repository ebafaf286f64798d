/** What a number in `premortem.yaml` counts. */
export type Quantity = "size" | "rate" | "duration";

const BINARY: Record<string, number> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };
const DECIMAL: Record<string, number> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

const SECONDS: Record<string, number> = {
  ms: 0.001,
  s: 1, sec: 1, second: 1, seconds: 1,
  m: 60, min: 60, minute: 60, minutes: 60,
  h: 3600, hour: 3600, hours: 3600,
  d: 86_400, day: 86_400, days: 86_400,
  w: 604_800, week: 604_800, weeks: 604_800,
};

/** An example of each, for messages and the documentation. */
export const EXAMPLE: Record<Quantity, string> = { size: "64 GiB", rate: "10 Gbit/s", duration: "90 min" };

/**
 * Reads a quantity: a bare number is bytes, bytes a second, or seconds; `kB`, `MB` are decimal and `KiB`, `MiB` binary
 * (IEC 80000-13); rates in bits are converted. Several durations add up: `1h 30min`. Undefined where it is none.
 */
export function parseQuantity(text: string, quantity: Quantity): number | undefined {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed);
  switch (quantity) {
    case "duration":
      return duration(trimmed);
    case "size":
      return bytes(/^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)B$/i.exec(trimmed), false);
    case "rate": {
      const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)(b|bits?|bytes?)(?:\/s|ps)$/i.exec(trimmed);
      // `Gbit/s`, `Gb/s` and `Gbps` are bits by convention, `GB/s` is bytes.
      return bytes(match, match !== null && (/^bits?$/i.test(match[4]!) || match[4] === "b"));
    }
  }
}

function bytes(match: RegExpExecArray | null, bits: boolean): number | undefined {
  if (match === null) return undefined;
  const [, number, prefix, binary] = match;
  const factor = (binary === "" ? DECIMAL : BINARY)[prefix!.toLowerCase()]!;
  return (Number(number) * factor) / (bits ? 8 : 1);
}

function duration(text: string): number | undefined {
  let total = 0;
  let rest = text;
  while (rest !== "") {
    const match = /^(\d+(?:\.\d+)?)\s*([a-z]+)\s*/i.exec(rest);
    const factor = match === null ? undefined : SECONDS[match[2]!.toLowerCase()];
    if (!match || factor === undefined) return undefined;
    total += Number(match[1]) * factor;
    rest = rest.slice(match[0].length);
  }
  return text === "" ? undefined : total;
}
