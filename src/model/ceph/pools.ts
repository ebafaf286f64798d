import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import type { CephSetting, CephSettings } from "./settings.ts";
import { effectiveSetting } from "./settings.ts";

/** How many copies of its data a pool keeps, or needs to accept writes. */
export interface PoolNumber {
  readonly setting: CephSetting;
  readonly value: number;
  /** The pool's name; undefined: every pool that is made without its own. */
  readonly pool?: string;
  /** One copy, and the file says beside it that this is meant: whoever wrote it knows. */
  readonly deliberate: boolean;
}

/**
 * What a file says of pools' `size` or `min_size`: the defaults that the monitors take for new pools (from their own
 * section before [global]), and single pools' own. Pools known to be erasure coded are left out: their size is k+m.
 */
export function poolNumbers({ settings }: CephSettings, which: "size" | "min_size"): PoolNumber[] {
  const numbers: PoolNumber[] = [];
  const option = `osd_pool_default_${which}`;
  const type = effectiveSetting(settings, "mon", "osd_pool_default_type");
  const used = new Set([effectiveSetting(settings, "mon", option), ...settings.filter((one) => one.option === option && ofMonitor(one))]);
  for (const setting of settings) {
    const isDefault = setting.kind !== "pool" && setting.option === option;
    const isPool = setting.kind === "pool" && setting.option === which;
    if (!isPool && !(isDefault && used.has(setting))) continue;
    if (isDefault && type !== undefined && type.value !== "replicated") continue;
    if (isUnknown(setting.value) || !/^\d+$/.test(setting.value)) continue;
    if (isPool && setting.erasure === true) continue;
    const pool = isPool && !isUnknown(setting.section) ? { pool: setting.section } : {};
    const deliberate = which === "size" && setting.value === "1" && (setting.deliberate === true || settings.some(allowsOneCopy));
    numbers.push({ setting, value: Number(setting.value), ...pool, deliberate });
  }
  return numbers;
}

/** What a cluster needs before it takes pools of one copy without a protest (mon.yaml.in). */
function allowsOneCopy({ option, value }: CephSetting): boolean {
  if (isUnknown(value)) return false;
  return option === "mon_allow_pool_size_one" ? /^(true|yes|on|1)$/i.test(value) : option === "mon_warn_on_pool_no_redundancy" && /^(false|no|off|0)$/i.test(value);
}

/** `[mon.a]`, or a variable that a template uses for one of the monitors' sections. */
function ofMonitor({ section, kind }: CephSetting): boolean {
  return !isUnknown(section) && (section.startsWith("mon.") || (kind === "variable" && (section === "global" || section === "mon")));
}

/** True where the file is known to reach hosts of a laboratory only. */
export function onlyLaboratory(workspace: Workspace, { scope }: CephSettings): boolean {
  if (isUnknown(scope) || scope.hosts.length === 0) return false;
  return scope.hosts.every((host) => workspace.fleet.trait(host, "lab") !== undefined);
}
