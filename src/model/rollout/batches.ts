import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Value } from "../fleet/fleet.ts";

/** One entry of `serial`: a number of hosts, or a share of them in per cent. */
export type BatchSize = { readonly hosts: number } | { readonly percent: number };

/**
 * What `serial` says: a number, a percentage, or a list of them. Nothing and 0 mean everybody at once, as in Ansible
 * (executor/playbook_executor.py, _get_serialized_batches).
 */
export function batchSizes(serial: Value | undefined): Maybe<readonly BatchSize[]> {
  const entries: readonly Value[] = Array.isArray(serial) ? (serial as readonly Value[]) : serial === undefined || serial === null ? [] : [serial];
  const sizes: BatchSize[] = [];
  for (const entry of entries) {
    if (isUnknown(entry)) return entry;
    const match = /^\s*(-?\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(String(entry));
    if (!match || typeof entry === "object") return unknown("serial is decided by a template");
    const number = Number(match[1]);
    sizes.push(match[2] === "%" ? { percent: number } : { hosts: number });
  }
  return sizes;
}

/** How a play's hosts are divided: the number of hosts of each batch, in order. The last size repeats until all are done. */
export function batches(serial: Value | undefined, hosts: number): Maybe<readonly number[]> {
  const sizes = batchSizes(serial);
  if (isUnknown(sizes)) return sizes;
  const result: number[] = [];
  for (let left = hosts, i = 0; left > 0; i++) {
    const size = sizes[Math.min(i, sizes.length - 1)];
    const wanted = size === undefined ? 0 : inHosts(size, hosts);
    const taken = wanted <= 0 ? left : Math.min(wanted, left);
    result.push(taken);
    left -= taken;
  }
  return result;
}

/** Ansible's pct_to_int: a share of all of the play's hosts, rounded down, at least one. Integers, so that 29 % of 100 is 29. */
function inHosts(size: BatchSize, hosts: number): number {
  if ("hosts" in size) return Math.trunc(size.hosts);
  return Math.trunc((size.percent * hosts) / 100) || 1;
}

/** What stops a play. */
export interface Brakes {
  /** `max_fail_percentage`; undefined: the play stops when a whole batch has failed. */
  readonly maxFailPercentage?: number;
  readonly anyErrorsFatal?: boolean;
}

/** The number of failed hosts in a batch of `size` at which the play stops; Infinity: it never does. The percentage must be exceeded. */
export function failuresToStop(size: number, { maxFailPercentage, anyErrorsFatal }: Brakes): number {
  if (anyErrorsFatal === true) return 1;
  if (maxFailPercentage === undefined) return size;
  const needed = Math.floor((size * maxFailPercentage) / 100) + 1;
  return needed > size ? Infinity : needed;
}

/** What a failing change reaches before the play stops. */
export interface Exposure {
  /** Hosts that the change reaches before the play stops. */
  readonly touched: number;
  /** Those of them on which it fails. */
  readonly failed: number;
}

/** How far a play gets whose change fails on the share `p` of hosts, evenly spread. `sizes`: its batches. */
export function exposure(sizes: readonly number[], p: number, brakes: Brakes): Exposure {
  let touched = 0;
  let failed = 0;
  for (const size of sizes) {
    const before = Math.round(touched * p);
    touched += size;
    failed = Math.round(touched * p);
    if (failed - before >= failuresToStop(size, brakes)) break;
  }
  return { touched, failed };
}
