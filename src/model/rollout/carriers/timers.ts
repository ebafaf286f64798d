import { isUnknown } from "../../../engine/unknown.ts";
import type { UnitEntry, UnitTree } from "../../../formats/systemd-unit/index.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Workspace } from "../../workspace.ts";
import type { Carrier } from "./carrier.ts";
import { carriersAt } from "./moment.ts";
import { hostsOf } from "./reach.ts";
import type { Scheduled } from "./scheduled.ts";
import { scheduledBy, waitsByHost } from "./scheduled.ts";

const TEMPLATE = /\.(?:j2|jinja2?|erb|tmpl|epp|in)$/;
/** systemd.timer(5): a timer elapses within this of its time, in seconds. */
const ACCURACY = 60;

/** What distributions' own timers start, and how they spread it (seconds): a drop-in changes only what it says. */
const DISTRIBUTED: { readonly [timer: string]: { readonly does: Scheduled; readonly delay: number } } = {
  "apt-daily-upgrade.timer": { does: { service: "all packages", kind: "host", action: "upgrade" }, delay: 3600 },
  "dnf-automatic.timer": { does: { service: "all packages", kind: "host", action: "upgrade" }, delay: 3600 },
  "dnf-automatic-install.timer": { does: { service: "all packages", kind: "host", action: "upgrade" }, delay: 3600 },
  "transactional-update.timer": { does: { service: "all packages", kind: "host", action: "upgrade" }, delay: 7200 },
};

/** Timers that start restarts, upgrades or reboots on several hosts at one moment. */
export function timers(workspace: Workspace, path: string): readonly Carrier[] {
  const tree = unit(workspace, path);
  if (tree === undefined || !tree.sections.some(({ name }) => name === "Timer")) return [];
  const timer = timerNameOf(workspace, path);
  if (timer === undefined) return [];
  const { name, isDropIn } = timer;
  // A drop-in of a timer that is here too counts there.
  if (isDropIn && unitPath(workspace, name, path) !== undefined) return [];
  const entries = [...entriesIn(tree, "Timer"), ...(isDropIn ? [] : dropIns(workspace, path))];
  const distributed = DISTRIBUTED[name];
  const calendar = entries.filter(({ key, value }) => key === "OnCalendar" && value !== "").at(-1);
  const delayEntry = entries.filter(({ key }) => key === "RandomizedDelaySec").at(-1);
  const at = calendar !== undefined && entriesIn(tree, "Timer").includes(calendar) ? calendar : distributed === undefined ? undefined : delayEntry;
  if (at === undefined || at.value.includes(HOLE) || at.conditional) return [];
  const spreads = [
    seconds(entries, "RandomizedDelaySec", distributed?.delay ?? 0),
    seconds(entries, "RandomizedOffsetSec", 0),
    seconds(entries, "AccuracySec", ACCURACY),
  ];
  if (spreads.some((spread) => spread === undefined || spread > ACCURACY)) return [];
  const hosts = hostsOf(workspace, path);
  if (hosts === undefined) return [];
  const actions = distributed === undefined ? actionsOf(workspace, path, name, entries) : [distributed.does];
  return carriersAt(workspace, {
    by: `The timer ${name}`,
    hosts,
    actions,
    because: calendar === undefined ? "RandomizedDelaySec is 0" : `OnCalendar=${calendar.value} is the same moment on each of them, and RandomizedDelaySec ${delayEntry === undefined ? "is not set" : `is ${delayEntry.value || "0"}`}`,
    advice: "Set RandomizedDelaySec so that they come one after the other, or start it from a playbook in batches",
    location: { path, range: at.valueRange },
  });
}

function unit(workspace: Workspace, path: string): UnitTree | undefined {
  const document = workspace.document(path);
  return document?.language === "systemd-unit" ? (document.tree as UnitTree) : undefined;
}

function entriesIn({ sections }: UnitTree, section: string): UnitEntry[] {
  return sections.flatMap(({ name, entries }) => (name === section ? entries : []));
}

/** The name that the file has on the host: where it is put, else its own. */
function timerNameOf(workspace: Workspace, path: string): { readonly name: string; readonly isDropIn: boolean } | undefined {
  const destinations = workspace.fleet.deployments.flatMap(({ source, destination }) => (source === path && !isUnknown(destination) ? [destination] : []));
  for (const place of [...destinations, path.replace(TEMPLATE, "")]) {
    const match = /([^/]+\.timer)(\.d\/[^/]+\.conf)?$/.exec(place);
    if (match !== null) return { name: match[1]!, isDropIn: match[2] !== undefined };
  }
  return undefined;
}

function dropIns(workspace: Workspace, path: string): UnitEntry[] {
  const folder = `${path.replace(TEMPLATE, "")}.d/`;
  return workspace.paths.filter((other) => other.startsWith(folder)).flatMap((other) => entriesIn(unit(workspace, other) ?? { sections: [] }, "Timer"));
}

/** A unit's file: beside `path` or above it, else the only one of its name. */
function unitPath(workspace: Workspace, name: string, path: string): string | undefined {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const named = workspace.paths.filter((other) => other !== path && other.slice(other.lastIndexOf("/") + 1).replace(TEMPLATE, "") === name);
  return named.find((other) => other.slice(0, other.lastIndexOf("/") + 1) === folder) ?? (named.length === 1 ? named[0] : undefined);
}

/** What the unit that a timer starts does; nothing where that is not here. */
function actionsOf(workspace: Workspace, path: string, timer: string, entries: readonly UnitEntry[]): readonly Scheduled[] {
  const name = entries.filter(({ key }) => key === "Unit").at(-1)?.value ?? timer.replace(/\.timer$/, ".service");
  const service = unitPath(workspace, name, path);
  const tree = service === undefined ? undefined : unit(workspace, service);
  if (tree === undefined) return name === "reboot.target" ? [{ service: "host", kind: "host", action: "reboot" }] : [];
  const section = entriesIn(tree, "Service");
  // Conditions and ExecCondition decide on each host anew.
  if (section.some(({ key }) => key === "ExecCondition")) return [];
  const waits = section.filter(({ key }) => key === "ExecStartPre").some(({ value }) => waitsByHost(value));
  const starts = section.filter(({ key, conditional }) => key === "ExecStart" && !conditional);
  return waits ? [] : starts.flatMap(({ value }) => scheduledBy(value.replace(/^[@\-:+!|]+/, "").replaceAll(HOLE, "x")));
}

const UNITS: { readonly [unit: string]: number } = {
  us: 1e-6, usec: 1e-6, ms: 1e-3, msec: 1e-3, s: 1, sec: 1, second: 1, seconds: 1, m: 60, min: 60, minute: 60, minutes: 60,
  h: 3600, hr: 3600, hour: 3600, hours: 3600, d: 86400, day: 86400, days: 86400, w: 604800, week: 604800, weeks: 604800,
};

/** A span of systemd.time(7) in seconds; undefined where a template hides it or nobody can read it. */
function seconds(entries: readonly UnitEntry[], key: string, otherwise: number): number | undefined {
  const entry = entries.filter((one) => one.key === key).at(-1);
  if (entry === undefined) return otherwise;
  const text = entry.value.trim();
  if (text === "") return 0;
  const parts = /(\d+(?:\.\d+)?)[ \t]*([a-z]*)/g;
  if (entry.conditional || text.replace(parts, "").trim() !== "") return undefined;
  let total = 0;
  for (const [, number, name] of text.matchAll(parts)) {
    const unit = UNITS[name === "" ? "s" : name!];
    if (typeof unit !== "number") return undefined;
    total += Number(number) * unit;
  }
  return total;
}
