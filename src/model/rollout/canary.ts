/** The probability that at least one of `n` hosts shows a fault that hits the share `p` of hosts, each on its own. */
export function detection(p: number, n: number): number {
  return 1 - (1 - p) ** n;
}

/** The same for a fleet of `fleet` hosts of which exactly `faulty` have the fault: drawn without putting back. */
export function detectionInFleet(fleet: number, faulty: number, n: number): number {
  let missed = 1;
  for (let i = 0; i < n; i++) missed *= Math.max(0, fleet - faulty - i) / (fleet - i);
  return 1 - missed;
}

/** How many hosts show a fault of share `p` with probability `confidence`. */
export function hostsToDetect(p: number, confidence: number): number {
  return Math.ceil(Math.log(1 - confidence) / Math.log(1 - p));
}

/** The largest share of faulty hosts that `n` sound ones leave possible, at 95 %. */
export function largestShareLeft(n: number): number {
  return 1 - 0.05 ** (1 / n);
}
