import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Play, Task } from "../fleet/fleet.ts";
import { seconds } from "../ipsec/duration.ts";
import type { Renewal } from "../ipsec/connection.ts";
import type { Workspace } from "../workspace.ts";
import { reader } from "./standing.ts";

/** A time that must pass before a fault of the configuration or the daemon can show. */
export interface Timer {
  /** For a person: `IKE renewal of mesh`, `DHCP lease`. */
  readonly name: string;
  readonly seconds: number;
  readonly location: Location;
}

/** The timers in the files that a play puts onto its hosts: renewals and expiries of associations, DHCP leases. */
export function timersOf(workspace: Workspace, play: Play): readonly Timer[] {
  const places = new Set(play.tasks.map(placeOf));
  const sources = new Set(workspace.fleet.deployments.filter(({ task }) => places.has(placeOf(task))).map(({ source }) => source));
  return [...sources].flatMap((path) => timersIn(workspace, path));
}

function placeOf({ location }: Task): string {
  return `${location.path}:${location.range.start}`;
}

/** The timers that one file sets. */
export function timersIn(workspace: Workspace, path: string): readonly Timer[] {
  const connections = workspace.subject("ipsec", path)?.connections ?? [];
  const timers = connections.flatMap(({ name, location, ikeRenewal, childRenewal }) => {
    const of = (what: string, renewal: typeof ikeRenewal): Timer[] => {
      const after = isUnknown(renewal) ? Infinity : end(renewal);
      return after === Infinity ? [] : [{ name: `the renewal of the ${what} association (${name})`, seconds: after, location: (isUnknown(renewal) ? undefined : renewal.location) ?? location }];
    };
    return [...of("IKE", ikeRenewal), ...of("child", childRenewal)];
  });
  return [...timers, ...leases(workspace, path)];
}

function end({ window, expiry }: Renewal): number {
  return window?.latest ?? expiry;
}

/** dhcpd.conf(5): `default-lease-time 600;`. dnsmasq(8): `dhcp-range=192.0.2.50,192.0.2.150,12h`. Kea: `"valid-lifetime": 4000`. */
const LEASES = /^[ \t]*(?:(?:default|max)-lease-time[ \t]+(\d+)[ \t]*;|dhcp-range=[^\n#]*?,(\d+[smhd]?)[ \t]*(?:#.*)?$|"(?:max-)?valid-lifetime"[ \t]*:[ \t]*(\d+))/gm;

function leases(workspace: Workspace, path: string): Timer[] {
  if (!/dhcp|dnsmasq|kea/i.test(path)) return [];
  const text = workspace.text(path) ?? "";
  return [...text.matchAll(LEASES)].flatMap((match) => {
    const written = match[1] ?? match[2] ?? match[3]!;
    const time = seconds(written);
    const start = match.index + match[0].indexOf(written);
    // A bare number behind a range may be a prefix length.
    if (time === undefined || (match[2] !== undefined && /^\d{1,3}$/.test(written))) return [];
    return [{ name: "a DHCP lease", seconds: time, location: { path, range: { start, end: start + written.length } } }];
  });
}

/** A task that lets time pass, with the most that it can take, in seconds. */
export interface Wait {
  readonly task: Task;
  readonly seconds: number;
  /** It always takes that long: a pause, not a check that ends when all is well. */
  readonly fixed: boolean;
  readonly location: Location;
}

/** How long a task waits; undefined: it does not. "unknown": for a person, or a time that a template decides. */
export function waitOf(play: Play, task: Task): Wait | "unknown" | undefined {
  const read = reader(play, task);
  const number = (name: string): number | "unknown" | undefined => {
    const argument = task.args.get(name);
    if (argument === undefined) return undefined;
    const text = read(argument.value);
    return text === undefined || !/^\d+(?:\.\d+)?$/.test(text.trim()) ? "unknown" : Number(text);
  };
  const keyword = (name: string, preset: number): number => {
    const value = task.keywords.get(name)?.value;
    const text = value === undefined ? String(preset) : read(value);
    return text === undefined ? NaN : Number(text);
  };
  const made = (time: number, fixed: boolean, location: Location): Wait | "unknown" => (Number.isFinite(time) ? { task, seconds: time, fixed, location } : "unknown");
  if (task.module === "pause") {
    const [minutes, some] = [number("minutes"), number("seconds")];
    // Without a time it waits for a person, who decides how long.
    if (minutes === "unknown" || some === "unknown" || (minutes === undefined && some === undefined)) return "unknown";
    return made((minutes ?? 0) * 60 + (some ?? 0), true, (task.args.get("minutes") ?? task.args.get("seconds"))!.location);
  }
  if (task.module === "wait_for" || task.module === "wait_for_connection") {
    const [timeout, delay] = [number("timeout") ?? (task.module === "wait_for" ? 300 : 600), number("delay") ?? 0];
    if (timeout === "unknown" || delay === "unknown") return "unknown";
    // With nothing to wait for it only sleeps (ansible.builtin.wait_for).
    const sleeps = task.module === "wait_for" && !["port", "path", "host"].some((name) => task.args.has(name));
    return made(sleeps ? timeout : Math.max(timeout, delay), sleeps, (task.args.get("timeout") ?? task.args.get("delay"))?.location ?? task.location);
  }
  if (task.keywords.has("until") || task.keywords.has("retries")) return made(keyword("retries", 3) * keyword("delay", 5), false, task.location);
  const argument = task.args.get("_raw_params") ?? task.args.get("cmd");
  if (/^(?:command|shell|raw)$/.test(task.module) && argument !== undefined) {
    const slept = /(?:^|[;&|]\s*)sleep\s+(\d+(?:\.\d+)?[smhd]?)\b/.exec(read(argument.value) ?? "")?.[1];
    const time = slept === undefined ? undefined : seconds(slept);
    if (time !== undefined) return made(time, true, argument.location);
  }
  return undefined;
}
