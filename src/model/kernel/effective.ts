import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Host } from "../fleet/fleet.ts";
import { baseName } from "../fleet/paths.ts";
import type { Workspace } from "../workspace.ts";
import { globMatches, isGlob, normaliseKey } from "./key.ts";
import { reaches } from "./placement.ts";
import { resolve } from "../written/reference.ts";
import { holds } from "../written/standing.ts";
import type { SysctlSetting } from "./sysctl.ts";

/** What a host ends up with for one key, and where it is written. */
export interface EffectiveSysctl {
  readonly key: string;
  readonly value: string;
  /** The value's place in the repository. */
  readonly location: Location;
  /** It is set again at every boot. */
  readonly persistent: boolean;
  readonly setting: SysctlSetting;
}

interface Placed {
  readonly path: string;
  readonly setting: SysctlSetting;
  readonly destination: Maybe<string>;
  /** False: nothing tells whether it reaches the host. */
  readonly sure: boolean;
}

/** Every sysctl of the repository with its file, in the order of paths. */
export function allSysctls(workspace: Workspace): readonly { readonly path: string; readonly setting: SysctlSetting }[] {
  return workspace.memo(collect);
}

function collect(workspace: Workspace): readonly { readonly path: string; readonly setting: SysctlSetting }[] {
  return workspace.subjects("sysctl").flatMap(({ path, subject }) => subject.settings.map((setting) => ({ path, setting })));
}

/** sysctl.d(5): a file hides those of the same name in later folders. */
const FOLDERS = ["/etc/sysctl.d/", "/run/sysctl.d/", "/usr/local/lib/sysctl.d/", "/usr/lib/sysctl.d/", "/lib/sysctl.d/"];

/**
 * The value of `key` that the repository gives `host`: undefined where nothing sets it, Unknown where a template, a
 * condition or an unknown scope decides, or where procps and systemd-sysctl would end up with different ones.
 */
export function effectiveSysctl(workspace: Workspace, host: Host, key: string): Maybe<EffectiveSysctl> | undefined {
  const wanted = normaliseKey(key);
  const placed: Placed[] = [];
  for (const { path, setting } of allSysctls(workspace)) {
    if (setting.source === "variable") continue;
    if (setting.key !== wanted && !(isGlob(setting.key) && globMatches(setting.key, wanted))) continue;
    for (const { destination, scope } of setting.placements) {
      const there = reaches(scope, host);
      if (there !== false && !(setting.conditions && holds(workspace, path, host, setting.conditions) === false)) placed.push({ path, setting, destination, sure: there === true });
    }
  }
  const sure = placed.filter((one) => one.sure);
  if (sure.length === 0) {
    const possible = placed[0];
    return possible && unknown(`nothing tells whether ${possible.path}, which sets ${wanted}, reaches ${host.name}`);
  }
  const persistent = sure.filter(({ setting }) => setting.persistent);
  const files = persistent.length > 0 ? persistent : sure;
  const bySystemd = winner(wanted, files, "systemd");
  const byProcps = winner(wanted, files, "procps");
  if (bySystemd === undefined && byProcps === undefined) return undefined;
  const one = valueFor(workspace, host, wanted, bySystemd);
  if (bySystemd === byProcps) return one;
  const other = valueFor(workspace, host, wanted, byProcps);
  if (one === undefined || other === undefined || isUnknown(one) || isUnknown(other) || one.value !== other.value) {
    return unknown(`systemd-sysctl and procps give ${wanted} different values on ${host.name}`);
  }
  return one;
}

function valueFor(workspace: Workspace, host: Host, key: string, placed: Placed | undefined): Maybe<EffectiveSysctl> | undefined {
  const written = placed?.setting.value;
  if (placed === undefined || written === undefined) return undefined;
  const { path, setting } = placed;
  const holding = setting.conditions === undefined ? !setting.conditional : holds(workspace, path, host, setting.conditions) === true;
  if (!holding) return unknown(`a condition decides whether ${path} sets ${key}`);
  const value = isUnknown(written) ? resolve(workspace, path, setting.valueText, host) : written;
  if (isUnknown(value)) return value;
  return { key, value, location: { path, range: setting.valueRange }, persistent: setting.persistent, setting };
}

/** The setting that a loader applies last. A key's own line beats every glob, wherever it stands. */
function winner(key: string, placed: readonly Placed[], loader: "systemd" | "procps"): Placed | undefined {
  const ordered = inLoadOrder(placed, loader);
  let explicit: Placed | undefined;
  let glob: Placed | undefined;
  let excluded = false;
  for (const one of ordered) {
    if (one.setting.key !== key) glob = one;
    else if (one.setting.value !== undefined) explicit = one;
    else {
      excluded = true;
      // systemd-sysctl keeps the exclusion under the key itself, and so forgets what stood there.
      if (loader === "systemd") explicit = undefined;
    }
  }
  return explicit ?? (excluded ? undefined : glob);
}

function inLoadOrder(placed: readonly Placed[], loader: "systemd" | "procps"): Placed[] {
  const hidden = (destination: string): boolean => {
    const name = baseName(destination);
    const rank = FOLDERS.findIndex((folder) => destination.startsWith(folder));
    return placed.some((other) => {
      if (isUnknown(other.destination) || baseName(other.destination) !== name) return false;
      const otherRank = FOLDERS.findIndex((folder) => (other.destination as string).startsWith(folder));
      return otherRank !== -1 && otherRank < rank;
    });
  };
  return placed
    .filter(({ destination }) => isUnknown(destination) || !hidden(destination))
    .map((one, index) => ({ one, index, name: sortName(one, loader) }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.index - b.index))
    .map(({ one }) => one);
}

/** procps reads /etc/sysctl.conf last; systemd-sysctl knows it only as a link, sysctl.d/99-sysctl.conf. */
function sortName({ destination, path }: Placed, loader: "systemd" | "procps"): string {
  if (isUnknown(destination)) return baseName(path);
  if (destination === "/etc/sysctl.conf") return loader === "procps" ? "\uFFFF" : "99-sysctl.conf";
  return baseName(destination);
}
