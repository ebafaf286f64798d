/** How a lab's mix of versions stands to production's. All shares are from 0 to 1. */
export interface MixComparison {
  /** What the two mixes have in common: 1 less the total variation distance. */
  readonly overlap: number;
  /** Share of production's hosts whose version no lab host has. */
  readonly uncovered: number;
  /** Share of production's pairs of hosts, each drawn on its own, of which both versions are in the lab. */
  readonly pairCoverage: number;
  /** The versions behind `uncovered`, the most common first. */
  readonly missing: readonly string[];
}

/** Compares two mixes: hosts, or shares of hosts, by version. Empty ones have nothing in common. */
export function compareMixes(production: ReadonlyMap<string, number>, lab: ReadonlyMap<string, number>): MixComparison {
  const p = shares(production);
  const l = shares(lab);
  let overlap = 0;
  let covered = 0;
  for (const [version, share] of p) {
    const there = l.get(version) ?? 0;
    overlap += Math.min(share, there);
    if (there > 0) covered += share;
  }
  const missing = [...p].filter(([version]) => !((l.get(version) ?? 0) > 0)).sort((a, b) => b[1] - a[1]).map(([version]) => version);
  return { overlap, uncovered: p.size === 0 ? 0 : 1 - covered, pairCoverage: covered * covered, missing };
}

function shares(mix: ReadonlyMap<string, number>): Map<string, number> {
  const total = [...mix.values()].reduce((sum, count) => sum + count, 0);
  return new Map([...mix].filter(([, count]) => count > 0).map(([version, count]) => [version, count / total]));
}
