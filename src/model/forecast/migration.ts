/** One guest's live migration, with sizes in bytes, rates in bytes per second and times in seconds. */
export interface Migration {
  readonly memory: number;
  readonly bandwidth: number;
  /** How fast the running guest rewrites its memory. */
  readonly dirtyRate: number;
  /** How long it may stand still for the last round. */
  readonly downtime: number;
}

/** How the live migration of one guest goes. */
export interface MigrationForecast {
  /** False where the guest dirties its memory as fast as the link takes it, or faster than 30 rounds can catch up. */
  readonly converges: boolean;
  /** Rounds of copying before the last one. */
  readonly rounds: number;
  /** Seconds until the guest runs on the target; Infinity where it never gets there. */
  readonly seconds: number;
  /** Seconds for which the guest stands still. */
  readonly pause: number;
}

/** QEMU gives up shrinking the rest long before this; more rounds change nothing that a forecast shows. */
const MOST_ROUNDS = 30;

/**
 * Pre-copy migration: each round sends what was dirtied during the one before, so round i takes (M/B)·r^i with r = D/B,
 * until the rest fits into the allowed pause. Liu, Jin, Xu, Liao, HPDC 2011, doi 10.1145/1996130.1996154.
 */
export function migrate({ memory, bandwidth, dirtyRate, downtime }: Migration): MigrationForecast {
  if (memory <= 0) return { converges: true, rounds: 0, seconds: 0, pause: 0 };
  const ratio = dirtyRate / bandwidth;
  const seconds = migrationSeconds(memory, bandwidth, dirtyRate, downtime);
  if (ratio <= 0) return { converges: true, rounds: 1, seconds, pause: 0 };
  if (!(ratio < 1)) return { converges: false, rounds: MOST_ROUNDS, seconds, pause: Infinity };
  const needed = roundsUntil(downtime, memory, bandwidth, ratio);
  const rounds = Math.min(needed, MOST_ROUNDS);
  return { converges: needed <= MOST_ROUNDS, rounds, seconds, pause: (memory / bandwidth) * ratio ** rounds };
}

/** The seconds of `migrate` alone, for those who ask a million times. */
export function migrationSeconds(memory: number, bandwidth: number, dirtyRate: number, downtime: number): number {
  if (memory <= 0) return 0;
  const first = memory / bandwidth;
  const ratio = dirtyRate / bandwidth;
  if (ratio <= 0) return first;
  if (!(ratio < 1)) return Infinity;
  const rounds = Math.min(roundsUntil(downtime, memory, bandwidth, ratio), MOST_ROUNDS);
  return (first * (1 - ratio ** (rounds + 1))) / (1 - ratio);
}

/** Rounds until the rest can be sent within the pause. */
function roundsUntil(downtime: number, memory: number, bandwidth: number, ratio: number): number {
  return Math.max(0, Math.ceil(Math.log((downtime * bandwidth) / memory) / Math.log(ratio)));
}
