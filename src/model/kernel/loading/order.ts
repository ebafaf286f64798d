/** The two programs that set sysctls from files: systemd-sysctl at boot, `sysctl --system` of procps by hand and by roles. */
export type Loader = "systemd" | "procps";

/** sysctl.d(5): the folders that both read, by rank; a file hides those of the same name in later ones. */
const FOLDERS = ["/etc/sysctl.d/", "/run/sysctl.d/", "/usr/local/lib/sysctl.d/", "/usr/lib/sysctl.d/", "/lib/sysctl.d/"];

/** The file that procps reads last of all, and that systemd-sysctl knows only where a link in sysctl.d leads to it. */
export const SYSCTL_CONF = "/etc/sysctl.conf";

/** The link to it that distributions had: Debian until 12, Fedora and its kin still. */
export const SYSCTL_CONF_LINK = "/etc/sysctl.d/99-sysctl.conf";

/** True for a folder's file whose name the loader reads: `.conf` at its end; systemd-sysctl leaves out hidden files. */
export function isRead(path: string, loader: Loader): boolean {
  const folder = folderRank(path);
  if (folder === -1) return false;
  const name = path.slice(FOLDERS[folder]!.length);
  return !name.includes("/") && name.endsWith(".conf") && (loader === "procps" || !name.startsWith("."));
}

/** The place of a path's folder in the order of precedence, 0 the strongest; -1 where sysctls are not read from it. */
export function folderRank(path: string): number {
  return FOLDERS.findIndex((folder) => path.startsWith(folder));
}

/**
 * The files of `paths`, absolute on a host, in the order in which a loader reads them: by name across all folders, as
 * strcmp(3) sorts; of two with one name, only the one of the stronger folder (systemd src/basic/conf-files.c; procps
 * src/sysctl.c, PreloadSystem).
 */
export function loadOrder(paths: Iterable<string>, loader: Loader): string[] {
  const byName = new Map<string, string>();
  let conf = false;
  for (const path of paths) {
    if (path === SYSCTL_CONF) conf = true;
    if (!isRead(path, loader)) continue;
    const name = path.slice(path.lastIndexOf("/") + 1);
    const other = byName.get(name);
    if (other === undefined || folderRank(path) < folderRank(other)) byName.set(name, path);
  }
  const ordered = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  return conf && loader === "procps" ? [...ordered, SYSCTL_CONF] : ordered;
}
