import type { KernelVersion } from "../version.ts";
import { compareVersions } from "../version.ts";

/** The table of connections as the kernel makes it by itself. */
export interface TableSize {
  readonly buckets: number;
  readonly max: number;
}

const GIB = 2 ** 30;
/** Commit d532bcd0b269 (5.15): more buckets, and one entry for each. */
const ONE_EACH: KernelVersion = { major: 5, minor: 15 };
/** One bucket's list head; the entries of a bucket are found one by one. */
export const BYTES_PER_BUCKET = 8;
/** The slab's object as measured: 320 bytes on 4.4 to 5.4, 256 on 6.18, without extensions (nf_conntrack_init_start). */
export const BYTES_PER_ENTRY = 320;
/** Each entry is hashed twice, by both directions; beyond this many entries a bucket every packet walks long chains. */
export const ENTRIES_PER_BUCKET = 8;

/**
 * The default table for a host's memory in bytes: one bucket for each 16 KiB, shared by the size of a pointer, with a cap by
 * memory (net/netfilter/nf_conntrack_core.c, nf_conntrack_init_start). Up to 5.14 four entries a bucket, since 5.15 one.
 */
export function defaultTable(memory: number, kernel: KernelVersion): TableSize {
  const byMemory = Math.floor(memory / 16_384 / 8);
  if (compareVersions(kernel, ONE_EACH) >= 0) {
    const buckets = memory > 4 * GIB ? 262_144 : memory > GIB ? 65_536 : Math.max(1024, byMemory);
    return { buckets, max: buckets };
  }
  const buckets = memory > 4 * GIB ? 65_536 : memory > GIB ? 16_384 : Math.max(32, byMemory);
  return { buckets, max: buckets * 4 };
}

/** What every host with more than 1 GiB has at least, on any kernel. */
export const LEAST_DEFAULT = 65_536;
/** What every host with more than 4 GiB has. */
export const USUAL_DEFAULT = 262_144;
/** The most buckets that any kernel makes by itself. */
export const MOST_BUCKETS = 262_144;

/** Bytes that a full table takes. */
export function tableBytes(entries: number, buckets: number): number {
  return entries * BYTES_PER_ENTRY + buckets * BYTES_PER_BUCKET;
}

/** The next size that is worth setting: a power of two, and no less than the usual default. */
export function sizeFor(entries: number): number {
  return Math.max(USUAL_DEFAULT, 2 ** Math.ceil(Math.log2(Math.max(1, entries))));
}
