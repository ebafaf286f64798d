/** A kernel's version as two numbers. */
export interface KernelVersion {
  readonly major: number;
  readonly minor: number;
}

/** `4.15` or `2.6.x` as numbers; undefined where the text is none. Everything of 2.x counts as 2.6. */
export function parseVersion(text: string): KernelVersion | undefined {
  const match = /(\d+)\.(\d+)/.exec(text);
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2]) };
}

/** Negative where `a` is older than `b`, 0 where they are the same. */
export function compareVersions(a: KernelVersion, b: KernelVersion): number {
  return a.major - b.major || a.minor - b.minor;
}

/** The oldest kernel that kernel.org still maintains: what a host whose kernel is not known has at least. */
export const OLDEST_MAINTAINED_KERNEL: KernelVersion = { major: 5, minor: 10 };
