import type { AptConfTree, AptSetting } from "../../../formats/apt-conf/index.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Host } from "../../fleet/fleet.ts";
import type { Workspace } from "../../workspace.ts";
import type { Carrier } from "./carrier.ts";
import { hostsOf, neededOf } from "./reach.ts";

const REBOOT = "unattended-upgrade::automatic-reboot";
const TIME = "unattended-upgrade::automatic-reboot-time";

/** Reboots of unattended-upgrades on hosts that others depend on. */
export function unattendedUpgrades(workspace: Workspace, path: string): readonly Carrier[] {
  const reboot = settingOf(workspace, path, REBOOT);
  if (reboot === undefined) return [];
  const hosts = hostsOf(workspace, path);
  if (hosts === undefined) return [];
  const rebooting = hosts.filter((host) => /^(?:true|yes|on|1|enable|with)$/i.test(valueOn(workspace, path, reboot, host) ?? ""));
  const time = timeSetting(workspace, path);
  const byTime = new Map<string, Host[]>();
  for (const host of rebooting) {
    const at = time === undefined ? "now" : valueOn(workspace, time.path, time.setting, host);
    if (at === undefined) continue;
    byTime.set(at, [...(byTime.get(at) ?? []), host]);
  }
  const [first] = [...byTime].sort((a, b) => b[1].length - a[1].length);
  const reach = first === undefined ? undefined : neededOf(workspace, first[1]);
  if (reach === undefined) return [];
  const [at] = first!;
  const fixed = /^\d{1,2}:\d{2}$/.test(at);
  const location = { path, range: reboot.range };
  return [
    {
      by: "unattended-upgrades",
      service: "host",
      kind: "host",
      action: "reboot",
      units: reach.units,
      hosts: reach.hosts,
      wave: fixed
        ? {
            share: 1,
            because: `each that needs it does so at ${at}`,
            advice: "Turn Automatic-Reboot off there and reboot them one after the other, or give each its own time",
            severity: "warning",
            location: time!.path === path ? { path, range: time!.setting.range } : location,
          }
        : undefined,
      passes: [],
      unchecked: at === "now"
        ? {
            severity: "info",
            location,
            message: `Each of these ${reach.hosts.length} ${reach.units} reboots by itself as soon as its upgrade is done, and apt-daily-upgrade.timer begins all upgrades within one hour. Nothing looks whether another one is down at that moment. Turn Automatic-Reboot off there, and reboot them one after the other with a check between.`,
          }
        : undefined,
      confidence: reach.confidence,
    },
  ];
}

/** The last of a name counts, as everywhere in apt's configuration. */
function settingOf(workspace: Workspace, path: string, name: string): AptSetting | undefined {
  const document = workspace.document(path);
  if (document?.language !== "apt-conf") return undefined;
  const found = (document.tree as AptConfTree).settings.filter((setting) => setting.name.toLowerCase() === name).at(-1);
  return found?.conditional === true ? undefined : found;
}

/** The time, which may stand in another file of the same folder. */
function timeSetting(workspace: Workspace, path: string): { readonly path: string; readonly setting: AptSetting } | undefined {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const own = settingOf(workspace, path, TIME);
  if (own !== undefined) return { path, setting: own };
  for (const other of workspace.paths) {
    if (!other.startsWith(folder) || other === path || other.includes("/", folder.length)) continue;
    const setting = settingOf(workspace, other, TIME);
    if (setting !== undefined) return { path: other, setting };
  }
  return undefined;
}

/** A value on one host: as written, or the variable that alone stands for it; undefined where a template hides it. */
function valueOn(workspace: Workspace, path: string, { value, range }: AptSetting, host: Host): string | undefined {
  if (!value.includes(HOLE)) return value.trim();
  const name = /^\{\{-?\s*([A-Za-z_]\w*)\s*(?:\|\s*(?:lower|string|bool|bool\s*\|\s*lower)\s*)*-?\}\}$/.exec(workspace.text(path)!.slice(range.start, range.end).trim())?.[1];
  const known = name === undefined ? undefined : host.variables.get(name)?.value;
  return typeof known === "string" || typeof known === "boolean" || typeof known === "number" ? (String(known).includes("{{") ? undefined : String(known)) : undefined;
}
