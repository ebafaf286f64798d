import type { Trait } from "../../../engine/configuration.ts";
import type { UpdateSetting, UpdateSettingsTree } from "../../../formats/update-settings/index.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Workspace } from "../../workspace.ts";
import type { Carrier } from "./carrier.ts";
import type { Reach } from "./reach.ts";
import { hostsOf, neededOf } from "./reach.ts";

/** How a host comes to reboot or restart by itself. */
interface Habit {
  readonly by: string;
  readonly setting: UpdateSetting;
  readonly action: "restart" | "reboot";
  /** Why all do it at one moment; undefined: each at its own, with nothing between them. */
  readonly because?: string;
  /** What each of them does, behind `Each of these 6 storage hosts `. */
  readonly habit: string;
  readonly advice: string;
  /** Where only hosts of one kind suffer from it. */
  readonly only?: Trait;
}

type Get = (section: string, key: string) => UpdateSetting | undefined;

/** Zincati, locksmith, dnf-automatic and needrestart on several hosts that others depend on. */
export function automaticUpdates(workspace: Workspace, path: string): readonly Carrier[] {
  const document = workspace.document(path);
  if (document?.language !== "update-settings") return [];
  const { settings } = document.tree as UpdateSettingsTree;
  const get: Get = (section, key) => {
    const found = settings.filter((one) => one.section === section && one.key === key).at(-1);
    return found === undefined || found.conditional || found.value.includes(HOLE) ? undefined : found;
  };
  const habit = zincati(get, settings) ?? locksmith(get) ?? dnfAutomatic(get) ?? needrestart(get, document.text);
  const hosts = habit === undefined ? undefined : hostsOf(workspace, path);
  const reach = hosts === undefined ? undefined : neededOf(workspace, hosts, habit!.only);
  return habit === undefined || reach === undefined ? [] : [carrierOf(habit, reach, path)];
}

function carrierOf({ by, setting, action, because, habit, advice }: Habit, { hosts, units, confidence }: Reach, path: string): Carrier {
  const location = { path, range: setting.range };
  return {
    by,
    service: action === "reboot" ? "host" : "all daemons",
    kind: "host",
    action,
    units,
    hosts,
    wave: because === undefined ? undefined : { share: 1, because, advice, severity: "warning", location },
    passes: [],
    unchecked: because === undefined ? { severity: "info", location, message: `Each of these ${hosts.length} ${units} ${habit}. Nothing looks whether another one is down at that moment, or whether the one before came back well. ${advice}.` } : undefined,
    confidence,
  };
}

/** https://coreos.github.io/zincati/usage/updates-strategy/: `immediate` is the default; outside its windows `periodic` waits. */
function zincati(get: Get, settings: readonly UpdateSetting[]): Habit | undefined {
  const setting = get("updates", "strategy");
  const common = { by: "Zincati", action: "reboot" as const, advice: "Use the strategy fleet_lock, which lets as many reboot at once as the lock's server allows" };
  if (setting?.value === "immediate") return { ...common, setting, habit: "reboots as soon as it has an update" };
  if (setting?.value !== "periodic" || settings.some(({ value }) => value.includes(HOLE))) return undefined;
  return { ...common, setting, because: "what each has downloaded since the last window it installs when the next one opens, which is the same moment on all", habit: "" };
}

/** Flatcar's update.conf; `etcd-lock` takes a lock that the hosts share. */
function locksmith(get: Get): Habit | undefined {
  const setting = get("", "REBOOT_STRATEGY");
  if (setting?.value !== "reboot") return undefined;
  const window = get("", "LOCKSMITHD_REBOOT_WINDOW_START") ?? get("", "REBOOT_WINDOW_START");
  const common = { by: "locksmith", setting, action: "reboot" as const, advice: "Use etcd-lock, which takes a lock that the hosts share" };
  return window === undefined ? { ...common, habit: "reboots minutes after it has installed an update" } : { ...common, because: `each that has an update does so when the window opens, ${window.value}`, habit: "" };
}

/** dnf-automatic(8): `reboot`, and how. */
function dnfAutomatic(get: Get): Habit | undefined {
  const setting = get("commands", "reboot");
  if (setting === undefined || !/^when-(?:needed|changed)$/.test(setting.value)) return undefined;
  if (!/^(?:yes|true|1|on)$/i.test(get("commands", "apply_updates")?.value ?? "")) return undefined;
  const time = /\b(\d{1,2}:\d{2})\b/.exec(get("commands", "reboot_command")?.value ?? "")?.[1];
  const common = { by: "dnf-automatic", setting, action: "reboot" as const, advice: "Set reboot to never there, and reboot them one after the other with a check between" };
  return time === undefined ? { ...common, habit: "reboots by itself once its updates are installed, and the timer begins them all within one hour" } : { ...common, because: `reboot_command says ${time} on each of them`, habit: "" };
}

/** needrestart's automatic mode. Its own override_rc spares routing, IPsec and libvirt's daemons, and none of storage. */
function needrestart(get: Get, text: string): Habit | undefined {
  const setting = get("", "restart");
  if (setting?.value !== "a" || /\b(?:ceph|gluster|drbd)/.test(text.replace(/^[ \t]*#.*$/gm, ""))) return undefined;
  return {
    by: "needrestart",
    setting,
    action: "restart",
    only: "storage",
    habit: "restarts all daemons that use an upgraded library, those of the storage too, at the moment of the upgrade",
    advice: "List the storage daemons in override_rc with 0, and restart them in batches",
  };
}
