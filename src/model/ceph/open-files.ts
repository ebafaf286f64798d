import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Host } from "../fleet/fleet.ts";
import { allSysctls, effectiveSysctl } from "../kernel/effective.ts";
import { allLimits } from "../kernel/limits.ts";
import { parseInteger } from "../kernel/number.ts";
import type { Placement } from "../kernel/placement.ts";
import { placements, reaches } from "../kernel/placement.ts";
import { resolveWithPlace } from "../written/reference.ts";
import { holds } from "../written/standing.ts";
import type { Workspace } from "../workspace.ts";
import type { OsdCount } from "./osds.ts";
import { osdsOf } from "./osds.ts";

/** What ceph-osd@.service ships as LimitNOFILE since systemd units replaced the init script. */
export const PACKAGED_LIMIT = 1_048_576;

/** A number with its place; `sure` is false where the place is not known to reach the host. */
export interface Placed {
  readonly value: number;
  readonly location: Location;
  readonly sure: boolean;
}

/** How many files an OSD may have open, and where that is said. */
export interface OsdLimit extends Partial<Placed> {
  readonly value: number;
  /** The template that takes it from a variable. */
  readonly through?: Location;
  /** What sets it: the unit, the packaged unit, or ceph.conf's option, which systemd's units do not heed. */
  readonly by: "unit" | "packaged" | "max open files";
}

/** The sum of one host: all its OSDs' open files against the kernel's table. */
export interface OpenFilesSum {
  readonly host: Host;
  readonly osds: OsdCount;
  readonly limit: OsdLimit;
  /** `fs.file-max`. */
  readonly fileMax: Placed;
  /** `fs.nr_open`, where the repository sets it. */
  readonly nrOpen?: Placed;
  /** OSDs × open files that one of them may have. */
  readonly total: number;
}

/** The sum of every host whose OSDs and fs.file-max the repository tells; in the order of hosts. */
export function openFilesSums(workspace: Workspace): readonly OpenFilesSum[] {
  return workspace.data(sums).found;
}

/** Why the sum of some hosts is not known, by the file that hides a part of it. */
export function openFilesUnknown(workspace: Workspace): ReadonlyMap<string, string> {
  return workspace.data(sums).hidden;
}

function sums(workspace: Workspace): { readonly found: readonly OpenFilesSum[]; readonly hidden: ReadonlyMap<string, string> } {
  const found: OpenFilesSum[] = [];
  const hidden = new Map<string, string>();
  for (const host of workspace.fleet.hosts) {
    const osds = osdsOf(workspace, host);
    const fileMax = osds && sysctlNumber(workspace, host, "fs.file-max");
    if (osds === undefined || fileMax === undefined) continue;
    const nrOpen = sysctlNumber(workspace, host, "fs.nr_open");
    const limit = limitOf(workspace, host);
    if ("hides" in limit) {
      hidden.set(limit.hides, limit.reason);
      continue;
    }
    const each = Math.min(limit.value, nrOpen?.value ?? Infinity);
    // Without a number for one OSD there is no sum: `infinity` is whatever fs.nr_open allows.
    const bounded = Number.isFinite(each) ? each : PACKAGED_LIMIT;
    found.push({ host, osds, limit: { ...limit, value: bounded }, fileMax, ...(nrOpen ? { nrOpen } : {}), total: osds.count * bounded });
  }
  return { found, hidden };
}

/** A number that a sysctl has on a host. Where nothing tells the scope of the only file that sets it: that file's. */
function sysctlNumber(workspace: Workspace, host: Host, key: string): Placed | undefined {
  const effective = effectiveSysctl(workspace, host, key);
  if (effective === undefined) return undefined;
  if (!isUnknown(effective)) {
    const value = parseInteger(effective.value);
    return value === undefined ? undefined : { value, location: effective.location, sure: true };
  }
  const candidates = allSysctls(workspace).filter(({ setting }) => setting.key === key && isUnknown(setting.scope) && setting.source !== "variable");
  const only = candidates.length === 1 ? candidates[0]! : undefined;
  if (only === undefined || typeof only.setting.value !== "string" || only.setting.conditional) return undefined;
  const value = parseInteger(only.setting.value);
  return value === undefined ? undefined : { value, location: { path: only.path, range: only.setting.valueRange }, sure: false };
}

/** The open files that one OSD of a host may have. */
function limitOf(workspace: Workspace, host: Host): OsdLimit | Hidden {
  const written = unitLimit(workspace, host) ?? confLimit(workspace, host);
  if (written !== undefined) return written;
  const own = workspace.derive(unitsOfOsds).find((path) => placements(workspace, path).some(({ scope }) => reaches(scope, host) !== false));
  return own === undefined ? PACKAGED : { hides: own, reason: "this unit stands in for the packaged one and sets no limit of open files" };
}

const PACKAGED: OsdLimit = { value: PACKAGED_LIMIT, by: "packaged" };

/** The units of OSDs that the repository brings whole, by path. */
function unitsOfOsds(workspace: Workspace): readonly string[] {
  return workspace.paths.filter((path) => {
    if (workspace.document(path)?.language !== "systemd-unit") return false;
    return placements(workspace, path).some(({ destination }) => !isUnknown(destination) && /\/ceph-osd(?:@[^/]*)?\.service$/.test(destination));
  });
}

/** A file that sets the limit in a way that the text does not tell. */
interface Hidden {
  readonly hides: string;
  readonly reason: string;
}

function unitLimit(workspace: Workspace, host: Host): OsdLimit | Hidden | undefined {
  let last: OsdLimit | undefined;
  for (const { path, limit } of allLimits(workspace)) {
    if (isUnknown(limit.unit) || !/^ceph-osd(@|\b)/.test(limit.unit)) continue;
    const holding = limit.conditional ? undefined : holds(workspace, path, host, limit.conditions);
    const there = holding === false ? false : presence(limit.placements, host);
    if (there === false || (there === undefined && last?.sure === true)) continue;
    if (holding !== true && there === true) return { hides: path, reason: "a condition decides how many files an OSD may open" };
    if (holding !== true) continue;
    const place = { path, range: limit.valueRange };
    const resolved = isUnknown(limit.value) ? resolveWithPlace(workspace, path, limit.valueText, host) : undefined;
    if (resolved !== undefined && isUnknown(resolved)) {
      if (there === true) return { hides: path, reason: `how many files an OSD may open is unknown: ${resolved.unknown}` };
      continue;
    }
    const value = resolved === undefined ? (limit.value as number) : (parseInteger(resolved.value.split(":").at(-1)!) ?? NaN);
    if (!Number.isNaN(value)) last = { value, by: "unit", location: resolved?.location ?? place, ...(resolved?.location ? { through: place } : {}), sure: there === true };
  }
  return last;
}

function confLimit(workspace: Workspace, host: Host): OsdLimit | undefined {
  for (const section of ["osd", "global"]) {
    for (const { path, subject } of workspace.subjects("ceph")) {
      const there = reaches(subject.scope, host);
      if (there === false) continue;
      const setting = subject.settings.findLast((one) => one.option === "max_open_files" && one.section === section && one.kind !== "variable" && !one.conditional);
      if (setting === undefined) continue;
      const resolved = isUnknown(setting.value) ? resolveWithPlace(workspace, path, setting.valueText, host) : { value: setting.value };
      const value = isUnknown(resolved) ? undefined : parseInteger(resolved.value);
      const place = isUnknown(resolved) || !("location" in resolved) ? undefined : resolved.location;
      // 0 leaves the limit of the shell that starts the daemon.
      if (value !== undefined && value > 0) {
        const written = { path, range: setting.valueRange };
        return { value, by: "max open files", location: place ?? written, ...(place ? { through: written } : {}), sure: there === true };
      }
    }
  }
  return undefined;
}

function presence(placements: readonly Placement[], host: Host): boolean | undefined {
  const answers = placements.map(({ scope }) => reaches(scope, host));
  return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false;
}
