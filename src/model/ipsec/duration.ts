const UNITS: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 };

/** Seconds of `30s`, `5m`, `1h`, `1d` or a bare number, as strongSwan and Libreswan read them; undefined: no time. */
export function seconds(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(text.trim());
  return match ? Number(match[1]) * (match[2] === undefined ? 1 : UNITS[match[2]]!) : undefined;
}

/** Seconds of racoon's `number unit`: `sec`, `secs`, `second`, `min`, `minutes`, `hour`, `hours`; undefined: no time. */
export function racoonSeconds(number: string, unit: string | undefined): number | undefined {
  if (!/^\d+$/.test(number)) return undefined;
  const match = /^(sec|secs|second|seconds|min|mins|minute|minutes|hour|hours)$/i.exec(unit ?? "sec");
  return match ? Number(number) * UNITS[match[1]![0]!.toLowerCase()]! : undefined;
}
