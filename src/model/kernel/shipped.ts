import { baseName } from "../fleet/paths.ts";
import type { Workspace } from "../workspace.ts";
import { isRead } from "./loading/order.ts";
import { parseInteger } from "./number.ts";
import type { SysctlSetting } from "./sysctl.ts";

/** Upstream's sysctl.d/50-default.conf, of which Debian's packages have none. */
const NAME = "50-default.conf";
/** It sets these by pattern and takes `all` out with a line `-key`. The kernel has 0 for each. */
const ERASED = new Set(["net.ipv4.conf.all.rp_filter", "net.ipv4.conf.all.accept_source_route", "net.ipv4.conf.all.promote_secondaries"]);

/** The file of systemd that would erase a setting of /etc at boot, where it is installed; undefined: none. */
export function shippedEraser(workspace: Workspace, { key, value, destination, conditional }: SysctlSetting): string | undefined {
  if (!ERASED.has(key) || typeof value !== "string" || conditional || parseInteger(value) === 0 || typeof destination !== "string") return undefined;
  if (!isRead(destination, "systemd") || baseName(destination) >= NAME) return undefined;
  return workspace.derive(bringsItsOwn) ? undefined : NAME;
}

/** A file of the same name stands in for it. */
function bringsItsOwn(workspace: Workspace): boolean {
  return workspace.paths.some((path) => baseName(path) === NAME);
}
