import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import type { Beside } from "./beside.ts";
import { beside } from "./beside.ts";
import type { InterfaceKey } from "./interface-key.ts";
import { interfaceKey, sibling } from "./interface-key.ts";
import { isGlob } from "./key.ts";
import { parseInteger } from "./number.ts";
import type { SysctlSetting } from "./sysctl.ts";

/** Why a value of one interface, or of `all`, does not do what it says. */
export type Futile =
  /** The kernel never reads `all`, nor copies it. `instead`: what says the same for interfaces, where it is said. */
  | { readonly kind: "all-unread"; readonly key: InterfaceKey; readonly instead?: Beside }
  /** The effective value is 1 while either `all` or the interface is: `other`, at `with` where that is written, still is. */
  | { readonly kind: "other-still-on"; readonly key: InterfaceKey; readonly other: string; readonly with?: Beside }
  /** It takes both `all` and the interface to be 1: `all` is not. */
  | { readonly kind: "other-still-off"; readonly key: InterfaceKey; readonly other: string; readonly with?: Beside }
  /** The greater of `all` and the interface counts, and `all` is greater. */
  | { readonly kind: "less-than-all"; readonly key: InterfaceKey; readonly with: Beside };

/** What `conf.all` starts with where it differs from what interfaces start with (net/ipv4/devinet.c, ipv4_devconf). */
const ALL_DEFAULTS: Record<string, number> = { accept_source_route: 0 };

/**
 * What makes one of net.ipv4.conf or net.ipv6.conf futile: include/linux/inetdevice.h (IN_DEV_ORCONF, IN_DEV_ANDCONF,
 * IN_DEV_MAXCONF) and net/ipv6/addrconf.c, which copies and reads few of `all`. undefined: nothing, or nobody can tell.
 */
export function futile(workspace: Workspace, path: string, setting: SysctlSetting): Futile | undefined {
  const key = interfaceKey(setting.key);
  if (key === undefined || isGlob(key.name) || typeof setting.value !== "string") return undefined;
  const value = parseInteger(setting.value);
  if (value === undefined) return undefined;
  const look = (name: string): ReturnType<typeof beside> => beside(workspace, path, setting, sibling(key, name));
  const { combination = "" } = key.facts;
  if (key.name === "all" && (combination === "inert" || combination === "iface-only")) {
    const instead = look("default");
    return { kind: "all-unread", key, ...(instead !== undefined && !isUnknown(instead) && instead.value === setting.value ? { instead } : {}) };
  }
  if (key.family === "ipv6") return undefined;
  const other = key.name === "all" ? "default" : "all";
  if (combination === "max" && key.name !== "all") {
    const all = look("all");
    if (all === undefined || isUnknown(all)) return undefined;
    return (parseInteger(all.value) ?? 0) > value ? { kind: "less-than-all", key, with: all } : undefined;
  }
  const either = combination === "or" || (combination === "and-if-forwarding-else-or" && !mayForward(workspace, path, setting));
  if (either && value === 0) {
    const found = look(other);
    if (found !== undefined && isUnknown(found)) return undefined;
    const standing = found === undefined ? startsWith(key, other) : parseInteger(found.value);
    return standing === 1 ? { kind: "other-still-on", key, other, ...(found ? { with: found } : {}) } : undefined;
  }
  if (combination === "and" && value === 1 && key.name !== "all") {
    const all = look("all");
    if (all !== undefined && isUnknown(all)) return undefined;
    const standing = all === undefined ? startsWith(key, "all") : parseInteger(all.value);
    return standing === 0 ? { kind: "other-still-off", key, other: "all", ...(all ? { with: all } : {}) } : undefined;
  }
  return undefined;
}

function startsWith({ leaf, facts }: InterfaceKey, name: string): number | undefined {
  const start = facts.default;
  return name === "all" && leaf in ALL_DEFAULTS ? ALL_DEFAULTS[leaf] : typeof start === "number" ? start : undefined;
}

/** Where hosts forward, `all` alone switches redirects off. */
function mayForward(workspace: Workspace, path: string, setting: SysctlSetting): boolean {
  return ["net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding"].some((key) => {
    const found = beside(workspace, path, setting, key);
    return found !== undefined && (isUnknown(found) || parseInteger(found.value) !== 0);
  });
}
