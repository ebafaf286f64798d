import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Host } from "../fleet/fleet.ts";
import { baseName } from "../fleet/paths.ts";
import type { Workspace } from "../workspace.ts";
import { resolve } from "../written/reference.ts";
import { holds } from "../written/standing.ts";
import { globPattern, isGlob, normaliseKey } from "./key.ts";
import type { LoadedLine } from "./loading/load.ts";
import { load } from "./loading/load.ts";
import type { Loader } from "./loading/order.ts";
import { SYSCTL_CONF, SYSCTL_CONF_LINK, folderRank, loadOrder } from "./loading/order.ts";
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

/** A sysctl that reaches a host, or may. */
export interface PlacedSysctl extends LoadedLine {
  readonly path: string;
  readonly setting: SysctlSetting;
  readonly destination: Maybe<string>;
  /** False: nothing tells whether it reaches the host. */
  readonly sure: boolean;
  /** Where the key is a glob. */
  readonly pattern?: RegExp;
  /** When the task that writes it runs, among all tasks; 0 for what no task is known to write. */
  readonly run: number;
}

/** Every sysctl of the repository with its file, in the order of paths. */
export function allSysctls(workspace: Workspace): readonly { readonly path: string; readonly setting: SysctlSetting }[] {
  return workspace.data(collect);
}

function collect(workspace: Workspace): readonly { readonly path: string; readonly setting: SysctlSetting }[] {
  return workspace.subjects("sysctl").flatMap(({ path, subject }) => subject.settings.map((setting) => ({ path, setting })));
}

interface Index {
  readonly byHost: ReadonlyMap<string, readonly PlacedSysctl[]>;
  /** Those of which nothing tells the hosts. */
  readonly open: readonly PlacedSysctl[];
}

function index(workspace: Workspace): Index {
  const byHost = new Map<string, PlacedSysctl[]>();
  const open: PlacedSysctl[] = [];
  const runOf = runOrder(workspace);
  for (const { path, setting } of allSysctls(workspace)) {
    if (setting.source === "variable" || setting.source === "container") continue;
    const pattern = isGlob(setting.key) ? { pattern: globPattern(setting.key) } : {};
    for (const { destination, scope } of setting.placements) {
      const placed = { path, setting, destination, key: setting.key, value: setting.value, ...pattern, run: setting.task === undefined ? 0 : runOf(setting.task) };
      if (isUnknown(scope)) {
        open.push({ ...placed, sure: false });
        continue;
      }
      const one = { ...placed, sure: true };
      for (const { name } of scope.hosts) {
        const list = byHost.get(name);
        if (list === undefined) byHost.set(name, [one]);
        else list.push(one);
      }
    }
  }
  // Of two tasks that write a key into one file, the later leaves its value.
  for (const list of byHost.values()) if (list.some(({ run }) => run > 0)) list.sort((a, b) => a.run - b.run);
  return { byHost, open };
}

/** When a task first runs, by the order of plays and of their tasks; 0 where none is known to run it. */
function runOrder(workspace: Workspace): (task: Location) => number {
  const byPath = new Map<string, { readonly range: Location["range"]; readonly at: number }[]>();
  let at = 0;
  for (const play of workspace.fleet.plays) {
    for (const { location } of [...play.tasks, ...play.handlers]) {
      const list = byPath.get(location.path) ?? [];
      if (list.length === 0) byPath.set(location.path, list);
      list.push({ range: location.range, at: ++at });
    }
  }
  return ({ path, range }) => byPath.get(path)?.findLast((one) => one.range.start <= range.start && range.start < one.range.end)?.at ?? 0;
}

/** Every sysctl that surely gets onto a host, in the order of the repository's files; a condition may still decide. */
export function sysctlsOn(workspace: Workspace, host: Host): readonly PlacedSysctl[] {
  return workspace.data(index).byHost.get(host.name) ?? [];
}

/** Every sysctl of which nothing tells the hosts. */
export function openSysctls(workspace: Workspace): readonly PlacedSysctl[] {
  return workspace.data(index).open;
}

/**
 * The value of `key` that the repository gives `host`: undefined where nothing sets it, Unknown where a template, a
 * condition or an unknown scope decides, or where procps and systemd-sysctl would end up with different ones.
 */
export function effectiveSysctl(workspace: Workspace, host: Host, key: string): Maybe<EffectiveSysctl> | undefined {
  const wanted = normaliseKey(key);
  const concerns = ({ path, setting, pattern }: PlacedSysctl): boolean =>
    (setting.key === wanted || pattern?.test(wanted) === true) && !(setting.conditions && holds(workspace, path, host, setting.conditions) === false);
  const sure = sysctlsOn(workspace, host).filter(concerns);
  if (sure.length === 0) {
    const possible = workspace.data(index).open.find(concerns);
    return possible && unknown(`nothing tells whether ${possible.path}, which sets ${wanted}, reaches ${host.name}`);
  }
  const bySystemd = winnerOf(wanted, sure, "systemd");
  const byProcps = winnerOf(wanted, sure, "procps");
  if (bySystemd === undefined && byProcps === undefined) return undefined;
  const one = valueOn(workspace, host, wanted, bySystemd);
  if (bySystemd === byProcps) return one;
  const other = valueOn(workspace, host, wanted, byProcps);
  if (one === undefined || other === undefined || isUnknown(one) || isUnknown(other) || one.value !== other.value) {
    return unknown(`systemd-sysctl and procps give ${wanted} different values on ${host.name}`);
  }
  return one;
}

/** What one placed setting gives a key on a host. */
export function valueOn(workspace: Workspace, host: Host, key: string, placed: PlacedSysctl | undefined): Maybe<EffectiveSysctl> | undefined {
  const written = placed?.setting.value;
  if (placed === undefined || written === undefined) return undefined;
  const { path, setting } = placed;
  const holding = setting.conditions === undefined ? !setting.conditional : holds(workspace, path, host, setting.conditions) === true;
  if (!holding) return unknown(`a condition decides whether ${path} sets ${key}`);
  const value = isUnknown(written) ? resolve(workspace, path, setting.valueText, host) : written;
  if (isUnknown(value)) return value;
  return { key, value, location: { path, range: setting.valueRange }, persistent: setting.persistent, setting };
}

/** The setting that a loader writes last for a key: of those that outlast a boot, where there are any. */
export function winnerOf(key: string, placed: readonly PlacedSysctl[], loader: Loader): PlacedSysctl | undefined {
  const persistent = placed.filter(({ setting }) => setting.persistent);
  return load(inLoadOrder(persistent.length > 0 ? persistent : placed, loader), loader).lineOf(key);
}

/**
 * Settings in the order in which a loader reads them. Those of a file that goes to an unknown place are sorted by the
 * name that it has in the repository. A profile of tuned comes first: once it is applied, tuned has sysctl.d applied again
 * (tuned-main.conf, reapply_sysctl).
 */
export function inLoadOrder(placed: readonly PlacedSysctl[], loader: Loader): PlacedSysctl[] {
  const profiles: PlacedSysctl[] = [];
  const read = new Map<string, PlacedSysctl[]>();
  const others = new Map<string, PlacedSysctl[]>();
  for (const one of placed) {
    const { destination, path } = one;
    if (isUnknown(destination)) push(others, path, one);
    else if (/\/tuned\//.test(destination)) profiles.push(one);
    else if (destination === SYSCTL_CONF || folderRank(destination) !== -1) push(read, destination, one);
    else push(others, destination, one);
  }
  if (loader === "systemd" && read.has(SYSCTL_CONF) && !read.has(SYSCTL_CONF_LINK)) read.set(SYSCTL_CONF_LINK, read.get(SYSCTL_CONF)!);
  const slots = loadOrder(read.keys(), loader).map((path) => ({ name: path === SYSCTL_CONF ? LAST : baseName(path), lines: read.get(path)! }));
  // Neither loader reads these by itself; whoever has them loaded, they count by their names.
  for (const [path, lines] of others) slots.push({ name: baseName(path), lines });
  if (others.size > 0) slots.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return [...profiles, ...slots.flatMap(({ lines }) => lines)];
}

/** Sorts behind every name. */
const LAST = "\uFFFF";

function push(map: Map<string, PlacedSysctl[]>, key: string, one: PlacedSysctl): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [one]);
  else list.push(one);
}
