import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Host } from "../fleet/fleet.ts";
import { baseName } from "../fleet/paths.ts";
import type { Workspace } from "../workspace.ts";
import type { PlacedSysctl } from "./effective.ts";
import { inLoadOrder, sysctlsOn, valueOn } from "./effective.ts";
import { isGlob } from "./key.ts";
import { machines } from "./machines.ts";
import { load } from "./loading/load.ts";
import { SYSCTL_CONF, folderRank, isRead } from "./loading/order.ts";
import type { SysctlSetting } from "./sysctl.ts";

/** Why a value that a file gives is not the one that hosts end up with. */
export interface Override {
  /**
   * `later`: another file, or a later task, gives another value; `hidden`: its whole file is hidden by one of the same
   * name; `order`: its file was numbered to be the last, but names are no numbers; `loaders`: procps leaves the one value
   * and systemd-sysctl the other; `erased`: a later `-key` makes systemd-sysctl forget it.
   */
  readonly kind: "later" | "hidden" | "order" | "loaders" | "erased";
  /** What wins, or erases. */
  readonly by: PlacedSysctl;
  readonly value: string;
  /** What the key gets; undefined: the kernel's default. */
  readonly effective?: string;
  /** 0: the files are one tree, laid out as on a machine, whose hosts are not known. */
  readonly hosts: number;
}

/** Every setting that known hosts, or the machine of a tree of files, get and that does not hold on them. */
export function overrides(workspace: Workspace): ReadonlyMap<SysctlSetting, Override> {
  return workspace.data(collect);
}

function collect(workspace: Workspace): ReadonlyMap<SysctlSetting, Override> {
  const found = new Map<SysctlSetting, Override>();
  const trees = machines(workspace).flatMap(({ host, placed }) => (host === undefined ? [{ host, all: placed }] : []));
  for (const { host, all } of [...workspace.fleet.hosts.map((one) => ({ host: one, all: sysctlsOn(workspace, one) })), ...trees]) {
    const byKey = new Map<string, PlacedSysctl[]>();
    for (const placed of all) {
      if (!placed.setting.persistent || isGlob(placed.key)) continue;
      const list = byKey.get(placed.key);
      if (list === undefined) byKey.set(placed.key, [placed]);
      else list.push(placed);
    }
    for (const [key, placed] of byKey) if (placed.length > 1) judge(workspace, host, key, placed, found);
  }
  return found;
}

function judge(workspace: Workspace, host: Host | undefined, key: string, placed: readonly PlacedSysctl[], found: Map<SysctlSetting, Override>): void {
  const systemd = load(inLoadOrder(placed, "systemd"), "systemd").lineOf(key);
  const procps = load(inLoadOrder(placed, "procps"), "procps").lineOf(key);
  const value = (one: PlacedSysctl | undefined): string | undefined => {
    if (host === undefined) return one === undefined || one.setting.conditional || typeof one.setting.value !== "string" ? undefined : one.setting.value;
    const known: Maybe<{ readonly value: string }> | undefined = valueOn(workspace, host, key, one);
    return known === undefined || isUnknown(known) ? undefined : known.value;
  };
  const add = (loser: PlacedSysctl, kind: Override["kind"], by: PlacedSysctl, own: string, effective: string | undefined): void => {
    const before = found.get(loser.setting);
    if (before !== undefined && before.kind !== kind) return;
    found.set(loser.setting, { kind, by: before?.by ?? by, value: own, ...(effective === undefined ? {} : { effective }), hosts: (before?.hosts ?? 0) + (host === undefined ? 0 : 1) });
  };
  const eraser = inLoadOrder(placed, "systemd").findLast((one) => one.value === undefined);
  for (const one of placed) {
    const own = value(one);
    if (own === undefined) continue;
    if (one === procps && systemd === undefined && eraser !== undefined) {
      add(one, "erased", eraser, own, undefined);
      continue;
    }
    if (systemd === undefined || procps === undefined) continue;
    const [bySystemd, byProcps] = [value(systemd), value(procps)];
    if (bySystemd === undefined || byProcps === undefined) continue;
    if (bySystemd !== byProcps) {
      if (one === procps) add(one, "loaders", systemd, own, bySystemd);
      continue;
    }
    if (one === systemd || own === bySystemd || one.path === systemd.path && one.setting.source === "file") continue;
    const kind = kindOf(one, systemd);
    if (kind !== undefined) add(one, kind, systemd, own, bySystemd);
  }
}

/** How `winner` beats `loser`; undefined where it is meant to: a file of /etc against one that a package ships, or a profile. */
function kindOf(loser: PlacedSysctl, winner: PlacedSysctl): Override["kind"] | undefined {
  const [from, to] = [loser.destination, winner.destination];
  if (isUnknown(from) || isUnknown(to)) return undefined;
  if (from === to) return "later";
  if (from === SYSCTL_CONF || to === SYSCTL_CONF) return "later";
  if (!isRead(from, "procps") || !isRead(to, "procps")) return undefined;
  const [own, other] = [folderRank(from), folderRank(to)];
  if (baseName(from) === baseName(to)) return own > other && own < 2 ? "hidden" : undefined;
  if (own > other && own >= 2) return undefined;
  return numbered(from) > numbered(to) ? "order" : "later";
}

/** The number that a name begins with; NaN without one, which compares as false. */
function numbered(path: string): number {
  return Number.parseInt(baseName(path), 10);
}
