import type { Location } from "../../../engine/location.ts";
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
  const location = { path, range: reboot.range };
  const carriers = rebootCarriers(workspace, byTime, location, time?.path === path ? { path, range: time.setting.range } : undefined);
  // Without new kernels a reboot is rarely due.
  return holdsKernels(workspace, path) ? carriers.map((carrier) => ({ ...carrier, wave: carrier.wave && { ...carrier.wave, severity: "info" as const } })) : carriers;
}

function holdsKernels(workspace: Workspace, path: string): boolean {
  const { settings } = workspace.document(path)!.tree as AptConfTree;
  return settings.some(({ name, value, conditional }) => name.toLowerCase() === "unattended-upgrade::package-blacklist" && !conditional && /^\^?linux-(?!firmware)/.test(value));
}

/** What hosts that reboot at the times of `byTime` make up; `at`: where a common time is written. */
export function rebootCarriers(workspace: Workspace, byTime: ReadonlyMap<string, readonly Host[]>, location: Location, at: Location | undefined): readonly Carrier[] {
  const reaches = [...byTime].flatMap(([when, hosts]) => {
    const reach = neededOf(workspace, hosts);
    return reach === undefined ? [] : [{ when, reach }];
  });
  const [largest] = reaches.sort((a, b) => b.reach.hosts.length - a.reach.hosts.length);
  if (largest === undefined) return [];
  const { when, reach } = largest;
  const fixed = /^\d{1,2}:\d{2}$/.test(when);
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
            because: `each that needs it does so at ${when}`,
            advice: "Turn Automatic-Reboot off there and reboot them one after the other, or give each its own time",
            severity: "warning",
            location: at ?? location,
          }
        : undefined,
      passes: [],
      unchecked: when === "now"
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
