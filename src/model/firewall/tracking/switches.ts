import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Host } from "../../fleet/fleet.ts";
import type { EffectiveSysctl } from "../../kernel/effective.ts";
import { effectiveSysctl } from "../../kernel/effective.ts";
import { loadsAtBoot } from "../../kernel/modules.ts";
import type { Workspace } from "../../workspace.ts";

/** Lets packets out of the window pass as ESTABLISHED (nf_conntrack-sysctl.rst). */
export const LIBERAL = "net.netfilter.nf_conntrack_tcp_be_liberal";

/** Picks up connections whose SYN was not seen (nf_conntrack-sysctl.rst). */
export const LOOSE = "net.netfilter.nf_conntrack_tcp_loose";
/** Both keys exist only while this module is loaded. */
export const CONNTRACK_MODULE = "nf_conntrack";

/** How one of conntrack's switches stands on a host after its next boot. */
export interface Switch {
  readonly on: boolean;
  /**
   * `default`: nothing sets it; `set`; `runtime-only`: set by a command that does not last; `module-late`: set at boot before
   * the module that has the key; `hidden`: a template or an unknown scope decides, and `on` is a guess.
   */
  readonly state: "default" | "set" | "runtime-only" | "module-late" | "hidden";
  /** Where it is written. */
  readonly location?: Location;
  /** Of `hidden`: the reason. */
  readonly reason?: string;
}

/** Both switches as a host has them. */
export interface Switches {
  readonly liberal: Switch;
  readonly loose: Switch;
}

/** conntrack's two switches on a host, or for a host of which nothing is known. */
export function switchesOf(workspace: Workspace, host: Host | undefined): Switches {
  return { liberal: read(workspace, host, LIBERAL, false), loose: read(workspace, host, LOOSE, true) };
}

function read(workspace: Workspace, host: Host | undefined, key: string, byDefault: boolean): Switch {
  const value = host === undefined ? anywhere(workspace, key) : effectiveSysctl(workspace, host, key);
  if (value === undefined) return { on: byDefault, state: "default" };
  if (isUnknown(value)) return { on: byDefault, state: "hidden", reason: value.unknown };
  const on = Number(value.value) !== 0;
  const { location } = value;
  if (on === byDefault) return { on, state: "set", location };
  if (!value.persistent) return { on: byDefault, state: "runtime-only", location };
  // systemd-sysctl.service runs after systemd-modules-load.service and long before the rules load the module themselves.
  const late = host !== undefined && loadsAtBoot(workspace, host, CONNTRACK_MODULE) === undefined;
  return late ? { on: byDefault, state: "module-late", location } : { on, state: "set", location };
}

/** Without hosts, a value counts wherever the repository sets it. */
function anywhere(workspace: Workspace, key: string): EffectiveSysctl | { readonly unknown: string } | undefined {
  for (const { path, subject } of workspace.subjects("sysctl")) {
    const setting = subject.settings.findLast((one) => one.key === key && one.value !== undefined);
    if (setting === undefined || setting.value === undefined) continue;
    if (isUnknown(setting.value) || setting.conditional) return { unknown: `a template decides ${key} in ${path}` };
    return { key, value: setting.value, location: { path, range: setting.valueRange }, persistent: setting.persistent, setting };
  }
  return undefined;
}
