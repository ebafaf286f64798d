import { compareText } from "../../engine/finding.ts";
import type { Location } from "../../engine/location.ts";
import { compareVersions } from "../kernel/version.ts";
import type { Workspace } from "../workspace.ts";
import type { KernelBoundary, Reliance } from "./kernel-boundaries.ts";
import { KERNEL_BOUNDARIES } from "./kernel-boundaries.ts";
import type { KernelHost } from "./kernels.ts";
import { kernelsOf } from "./kernels.ts";

/** Hosts of one role that stand on both sides of a boundary on which the repository relies. */
export interface DividedRole {
  readonly boundary: KernelBoundary;
  readonly reliance: Reliance;
  readonly older: readonly KernelHost[];
  readonly newer: readonly KernelHost[];
  /** Hosts of the role whose kernel nobody tells. */
  readonly unknown: number;
  /** Where the kernel of the smaller side is written. */
  readonly location: Location;
}

/** Every role that a boundary divides, by the file in which the smaller side's kernel is written. */
export function dividedRoles(workspace: Workspace): ReadonlyMap<string, readonly DividedRole[]> {
  return workspace.data(divide);
}

function divide(workspace: Workspace): Map<string, DividedRole[]> {
  const found = new Map<string, DividedRole>();
  for (const boundary of KERNEL_BOUNDARIES) {
    for (const reliance of boundary.relied(workspace)) {
      const known = kernelsOf(workspace, reliance.hosts);
      const older = known.filter(({ kernel }) => compareVersions(kernel, boundary.since) < 0);
      const newer = known.filter(({ kernel }) => compareVersions(kernel, boundary.since) >= 0);
      if (older.length === 0 || newer.length === 0) continue;
      const smaller = older.length < newer.length ? older : newer;
      const [first] = [...smaller].sort((a, b) => compareText(a.kernel.location.path, b.kernel.location.path) || a.kernel.location.range.start - b.kernel.location.range.start);
      // One place, one role and one reason are said once, by the oldest boundary that divides it.
      const key = `${boundary.instead}\0${known.map(({ host }) => host.name).join()}`;
      if (found.has(key)) continue;
      found.set(key, { boundary, reliance, older, newer, unknown: reliance.hosts.length - known.length, location: first!.kernel.location });
    }
  }
  const byPath = new Map<string, DividedRole[]>();
  for (const one of found.values()) byPath.set(one.location.path, [...(byPath.get(one.location.path) ?? []), one]);
  return byPath;
}

/** `12 hosts with 4.4, 8 with 4.15`: how many hosts run which kernel, the most common first. */
export function spokenKernels(hosts: readonly KernelHost[]): string {
  const counts = new Map<string, number>();
  for (const { kernel } of hosts) counts.set(`${kernel.major}.${kernel.minor}`, (counts.get(`${kernel.major}.${kernel.minor}`) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || compareText(a[0], b[0]));
  return sorted.map(([version, count], index) => `${count}${index === 0 ? (count === 1 ? " host" : " hosts") : ""} with ${version}`).join(", ");
}
