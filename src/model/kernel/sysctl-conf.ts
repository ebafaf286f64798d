import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import { SYSCTL_CONF, SYSCTL_CONF_LINK } from "./loading/order.ts";
import type { SysctlSetting } from "./sysctl.ts";

/** Why /etc/sysctl.conf is not read when a host boots. */
export interface Unread {
  /** How many hosts of the setting are known to have such a system; 0: only that the repository is for it as well. */
  readonly hosts: number;
  /** What says so. */
  readonly location: Location;
}

/** Debian's release that came without /etc/sysctl.conf and without the link to it (its systemd and procps changelogs, 2024). */
const RELEASE = /^(?:debian[-_ /:]?)?(?:13(?:\.\d+)?|trixie)$/i;
const ABOUT_SYSTEM = /distribution|release|codename|debian|suite|dist\b|(^|_)os($|_)/i;
const OTHER = /ubuntu|rhel|red.?hat|centos|alma|rocky|fedora|suse|alpine|bookworm|bullseye|buster|noble|jammy|focal/i;

/** Where a setting goes to /etc/sysctl.conf on hosts whose system no longer reads that at boot; undefined: nothing says so. */
export function unreadAtBoot(workspace: Workspace, setting: SysctlSetting): Unread | undefined {
  if (setting.destination !== SYSCTL_CONF || !setting.persistent || workspace.derive(linkIsMade)) return undefined;
  let found: Unread | undefined;
  const hosts = isUnknown(setting.scope) ? [] : setting.scope.hosts;
  let others = 0;
  const names = new Map<string, boolean>();
  const isAboutSystem = (name: string): boolean => {
    let about = names.get(name);
    if (about === undefined) names.set(name, (about = ABOUT_SYSTEM.test(name)));
    return about;
  };
  for (const host of hosts) {
    const variables = [...host.variables.keys()].filter(isAboutSystem).map((name) => host.variables.get(name)!);
    if (variables.some(({ value }) => (typeof value === "string" || typeof value === "number") && OTHER.test(String(value)))) {
      others++;
      continue;
    }
    const said = variables.find(({ value }) => (typeof value === "string" || typeof value === "number") && RELEASE.test(String(value)));
    if (said !== undefined) found = { hosts: (found?.hosts ?? 0) + 1, location: found?.location ?? said.location };
  }
  if (found !== undefined || (others > 0 && others === hosts.length)) return found;
  const sources = workspace.data(sourcesOfRelease);
  return sources && { hosts: 0, location: sources };
}

/** A package source or a variable for the release by its name, anywhere. */
function sourcesOfRelease(workspace: Workspace): Location | undefined {
  for (const path of workspace.paths) {
    const at = workspace.text(path)!.search(/\btrixie\b/);
    if (at !== -1) return { path, range: { start: at, end: at + "trixie".length } };
  }
  return undefined;
}

/** Whether the repository makes the link, or a file in its place. */
function linkIsMade(workspace: Workspace): boolean {
  return workspace.paths.some((path) => path.endsWith(SYSCTL_CONF_LINK.slice(1)) || workspace.text(path)!.includes(SYSCTL_CONF_LINK));
}
