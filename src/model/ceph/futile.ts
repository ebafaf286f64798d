import type { Range } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { HOLE } from "../../formats/template/jinja.ts";
import type { CephConfTree } from "../../formats/ceph-conf/index.ts";
import type { Workspace } from "../workspace.ts";
import { MCLOCK_LIMITS, MCLOCK_SLEEPS, overridesMclock, schedulesWithMclock } from "./mclock.ts";
import type { DaemonType, OptionFacts } from "./options.ts";
import { optionFacts } from "./options.ts";
import { releaseFor } from "./release.ts";
import { daemonsOf, sectionMeant } from "./sections.ts";
import type { CephSetting, CephSettings } from "./settings.ts";

/** A setting without effect, and why. */
export interface Futile {
  readonly range: Range;
  readonly message: string;
  readonly severity: "warning" | "info";
  readonly reason: "section" | "reader" | "duplicate" | "mclock" | "created" | "file";
  readonly related?: { readonly range: Range; readonly message: string };
}

/** Also read by OSDs, whatever the schema says of monitors (osd/OSD.cc, OSD::get_max_pgs_per_osd). */
const MORE_READERS: ReadonlySet<string> = new Set(["mon_max_pg_per_osd"]);

/** Every setting of a file that no daemon will ever act on. */
export function futileSettings(workspace: Workspace, path: string, ceph: CephSettings): Futile[] {
  const found = sectionsOfNobody(workspace, path);
  const release = releaseFor(workspace, path, ceph.scope);
  const mclock = schedulesWithMclock(workspace, release);
  const override = overridesMclock(workspace);
  const seen = new Map<string, CephSetting>();
  for (const setting of ceph.settings) {
    const { option, kind, section, rawOption, optionRange, value } = setting;
    const facts = optionFacts(option);
    if (kind === "pool" || kind === "variable" || facts === undefined || isUnknown(section)) continue;
    const daemons = daemonsOf(section);
    if (daemons.length === 0) continue;
    const readers = readersBeside(facts, daemons);
    if (readers !== undefined) {
      found.push({ range: optionRange, reason: "reader", severity: isSure(facts) ? "warning" : "info", message: `Only ${listed(readers)} ${readers.length === 1 && readers[0] !== "client" ? "reads" : "read"} ${rawOption}, so in [${section}] it does nothing. Set it in [${readers[0]!}] or [global].` });
      continue;
    }
    if (kind === "command" && facts.flags.includes("no_mon_update")) {
      const cluster = facts.flags.includes("cluster_create");
      found.push({ range: optionRange, reason: cluster ? "created" : "file", severity: "warning", message: cluster ? `${option} is read when a cluster is made, and never again: this command changes nothing. ${commandFor(option)}` : `Daemons need ${option} before they can ask the monitors, so they never take it from there. Set it in ceph.conf.` });
      continue;
    }
    if (mclock && daemons.includes("osd")) {
      if (kind === "command" && MCLOCK_LIMITS.has(option) && !override) {
        found.push({ range: optionRange, reason: "mclock", severity: "warning", message: `mclock, which OSDs schedule with by default since Quincy, refuses to change ${option} at run time. Choose an osd_mclock_profile, or set osd_mclock_override_recovery_settings to true first.` });
      } else if (MCLOCK_SLEEPS.has(option) && !isUnknown(value) && Number(value) !== 0) {
        found.push({ range: optionRange, reason: "mclock", severity: "warning", message: `mclock, which OSDs schedule with by default since Quincy, sets ${rawOption} to 0 in every case: ${String(value)} has no effect. Choose an osd_mclock_profile instead.` });
      }
    }
    if (kind === "conf" && !setting.conditional) {
      const place = `${section}\0${option}`;
      const earlier = seen.get(place);
      seen.set(place, setting);
      if (earlier !== undefined && !isUnknown(value) && !isUnknown(earlier.value) && earlier.value !== value) {
        found.push({ range: earlier.optionRange, reason: "duplicate", severity: "warning", message: `${earlier.rawOption} = ${earlier.value} has no effect: the same section sets it to ${value === "" ? "nothing" : value} further down, and the last line counts. Remove one of them.`, related: { range: setting.range, message: "this one counts" } });
      }
    }
  }
  return found;
}

/** Values that a change gives to options which nothing reads again once the cluster or the OSD is there. */
export function decidedAtCreation(before: CephSettings, after: CephSettings): Futile[] {
  const place = ({ section, option, kind }: CephSetting): string => `${kind} ${JSON.stringify(section)} ${option}`;
  const old = new Map(before.settings.map((setting) => [place(setting), setting.value]));
  return after.settings.flatMap((setting): Futile[] => {
    const { option, optionRange, rawOption, kind, value, section } = setting;
    const was = old.get(place(setting));
    const facts = optionFacts(option);
    if (kind === "pool" || was === undefined || isUnknown(was) || isUnknown(value) || was === value || facts === undefined || daemonsOf(section).length === 0) return [];
    if (facts.flags.includes("cluster_create")) return [{ range: optionRange, reason: "created", severity: "warning", message: `${rawOption} is read when a cluster is made: changing it from ${was} to ${value} changes nothing in one that runs. ${commandFor(option)}` }];
    if (facts.flags.includes("create")) return [{ range: optionRange, reason: "created", severity: "warning", message: `${rawOption} is read when an OSD is made: OSDs that exist keep ${was}, and only new ones take ${value}. Make the others anew, one failure domain at a time, or expect both.` }];
    return [];
  });
}

/** `[OSD]`, `[osd0]`, `[rgw]`: sections that look like a daemon's and are none. */
function sectionsOfNobody(workspace: Workspace, path: string): Futile[] {
  const document = workspace.document(path);
  if (document?.language !== "ceph-conf") return [];
  return (document.tree as CephConfTree).sections.flatMap(({ name, nameRange, entries }): Futile[] => {
    if (name.includes(HOLE)) return [];
    const mask = /^(mon|mgr|osd|mds|client)\/(\S+)$/.exec(name);
    const meant = sectionMeant(name);
    if (mask === null && meant === undefined) return [];
    const why = mask === null ? `No daemon has the name "${name}", so what stands in this section has no effect.` : `Masks count in the monitors' database only: in a file, no daemon reads [${name}].`;
    return [{ range: nameRange, reason: "section", severity: entries.length === 0 ? "info" : "warning", message: `${why} ${mask === null ? `Write [${meant!}].` : `Use ceph config set ${name}.`}` }];
  });
}

/** Who reads an option, where none of a section's daemons does. */
function readersBeside({ readers, name }: OptionFacts, daemons: readonly DaemonType[]): readonly DaemonType[] | undefined {
  if (readers === undefined || MORE_READERS.has(name) || daemons.some((daemon) => readers.includes(daemon))) return undefined;
  // Managers and metadata servers are clients too: their modules use the client libraries.
  return readers.includes("client") && daemons.some((daemon) => daemon === "mgr" || daemon === "mds") ? undefined : readers;
}

/** Where the name itself says who reads it, or the documentation of pools does. */
function isSure({ name, readers }: OptionFacts): boolean {
  return readers!.every((reader) => reader === "client" ? /^(rgw|rbd|client)_/.test(name) : name.startsWith(`${reader}_`) || (reader === "mon" && name.startsWith("osd_pool_default_")));
}

function listed(readers: readonly DaemonType[]): string {
  const names: Record<DaemonType, string> = { mon: "the monitor", mgr: "the manager", osd: "the OSD", mds: "the metadata server", client: "clients" };
  return readers.map((reader) => names[reader]).join(" and ");
}

function commandFor(option: string): string {
  const ratio = /^mon_osd_(nearfull|backfillfull|full)_ratio$/.exec(option)?.[1];
  if (ratio !== undefined) return `Use ceph osd set-${ratio}-ratio.`;
  return option === "mon_initial_members" ? "Use ceph mon add and ceph mon remove." : option === "mgr_initial_modules" ? "Use ceph mgr module enable." : "Change what it stood for by command.";
}
