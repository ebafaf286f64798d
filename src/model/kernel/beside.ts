import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Location } from "../../engine/location.ts";
import type { Workspace } from "../workspace.ts";
import { allSysctls, effectiveSysctl } from "./effective.ts";
import { globPattern, isGlob } from "./key.ts";
import type { Loaded } from "./loading/load.ts";
import { load } from "./loading/load.ts";
import type { SysctlFile, SysctlSetting } from "./sysctl.ts";

/** A value with its place. */
export interface Beside {
  readonly value: string;
  readonly location: Location;
}

/**
 * What the hosts of `setting`, of the file `path`, have for `key`. Where they are not known: what the same file leaves behind. undefined: nothing sets it; Unknown: another file may.
 */
export function beside(workspace: Workspace, path: string, { scope }: Pick<SysctlSetting, "scope">, key: string): Maybe<Beside> | undefined {
  if (!isUnknown(scope) && scope.hosts.length > 0) {
    const effective = effectiveSysctl(workspace, scope.hosts[0]!, key);
    return effective === undefined || isUnknown(effective) ? effective : { value: effective.value, location: effective.location };
  }
  const file = workspace.subject("sysctl", path);
  const own = file && loadedOf(file).lineOf(key);
  if (own !== undefined) {
    if (isUnknown(own.value)) return own.value;
    return own.conditional ? unknown(`a condition decides ${key} in ${path}`) : { value: own.value!, location: { path, range: own.valueRange } };
  }
  const elsewhere = workspace.derive(keysOfOpenFiles);
  return elsewhere.has(key) || elsewhere.globs.some((glob) => glob.test(key)) ? unknown(`another file sets ${key}, and nothing tells its hosts`) : undefined;
}

const known = new WeakMap<SysctlFile, Loaded<SysctlSetting>>();

/** What one file alone leaves behind; every line of it asks. */
function loadedOf(file: SysctlFile): Loaded<SysctlSetting> {
  let loaded = known.get(file);
  if (loaded === undefined) known.set(file, (loaded = load(file.settings.filter(({ source }) => source !== "variable" && source !== "container"), "systemd")));
  return loaded;
}

/** No repository has so many; each key is tried against all. */
const MOST_GLOBS = 1000;

/** The keys that files of unknown hosts set. */
function keysOfOpenFiles(workspace: Workspace): { has(key: string): boolean; readonly globs: readonly RegExp[] } {
  const keys = new Set<string>();
  for (const { setting } of allSysctls(workspace)) if (isUnknown(setting.scope) || setting.scope.hosts.length === 0) keys.add(setting.key);
  return { has: (key) => keys.has(key), globs: [...keys].filter(isGlob).slice(0, MOST_GLOBS).map((glob) => globPattern(glob)) };
}
