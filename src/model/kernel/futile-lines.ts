import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import { inLoadOrder, sysctlsOn } from "./effective.ts";
import { globPattern, isGlob } from "./key.ts";
import { folderRank, isRead } from "./loading/order.ts";
import type { SysctlSetting } from "./sysctl.ts";

/** A place in one of sysctl.d's folders that is not read at boot. */
export interface UnreadPlace {
  readonly destination: string;
  /** Its name starts with a dot: procps reads it. */
  readonly hidden: boolean;
  /** Only a tree that mirrors a host's says so; a package may rename what it installs. */
  readonly byTree: boolean;
}

/** Where a setting of the file `path` goes to a name that is not read; undefined: it is read, or nobody can tell. */
export function unreadPlace(path: string, { placements }: SysctlSetting): UnreadPlace | undefined {
  let found: UnreadPlace | undefined;
  for (const { destination } of placements) {
    if (isUnknown(destination) || folderRank(destination) === -1 || isRead(destination, "systemd")) return undefined;
    // Marks for a build, as in `60-net.conf#package`.
    if (!/^[\w.+@/-]+$/.test(destination)) return undefined;
    found ??= { destination, hidden: isRead(destination, "procps"), byTree: path.endsWith(destination) || path === destination.slice(1) };
  }
  return found;
}

interface Line {
  readonly path: string;
  readonly setting: SysctlSetting;
}

/**
 * The line of a single key that keeps a glob, read after it, from giving that key its own other value. Of the same hosts,
 * or where they are not known of the same file. A glob that a distribution ships is meant to be beaten.
 */
export function beatenBy(workspace: Workspace, path: string, glob: SysctlSetting): Line | undefined {
  if (!isGlob(glob.key) || typeof glob.value !== "string" || !glob.persistent) return undefined;
  if (typeof glob.destination === "string" && folderRank(glob.destination) > 2) return undefined;
  const pattern = globPattern(glob.key);
  for (const line of linesBefore(workspace, path, glob)) {
    const { setting } = line;
    if (isGlob(setting.key) || typeof setting.value !== "string" || setting.value === glob.value || setting.conditional) continue;
    if (pattern.test(setting.key)) return line;
  }
  return undefined;
}

function linesBefore(workspace: Workspace, path: string, glob: SysctlSetting): readonly Line[] {
  if (!isUnknown(glob.scope) && glob.scope.hosts.length > 0) {
    const lines = inLoadOrder(sysctlsOn(workspace, glob.scope.hosts[0]!).filter(({ setting }) => setting.persistent), "systemd");
    return lines.slice(0, Math.max(0, lines.findIndex((one) => one.path === path && one.setting.range.start === glob.range.start)));
  }
  const settings = workspace.subject("sysctl", path)?.settings ?? [];
  return settings.filter(({ range, source }) => source !== "variable" && range.start < glob.range.start).map((setting) => ({ path, setting }));
}
