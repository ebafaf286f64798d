import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { UnitTree } from "../../formats/systemd-unit/index.ts";
import type { Workspace } from "../workspace.ts";
import { effectiveSysctl } from "./effective.ts";
import { isGlob } from "./key.ts";
import { keyFacts } from "./keys.ts";
import { parseInteger } from "./number.ts";
import type { SysctlSetting } from "./sysctl.ts";

/** A limit that is less after a change than before. */
export interface Lowered {
  /** The key, or the unit's directive. */
  readonly name: string;
  readonly before: number;
  readonly after: number;
  /** In the changed files where it is written there; of the files before the change, where its line is gone with its file. */
  readonly location: Location;
  /** Where it stood before. */
  readonly was: Location;
  /** The line is gone, and the default takes its place. */
  readonly byDefault: boolean;
  /** 0: the hosts are not known. */
  readonly hosts: number;
}

/** Limits of the kernel of which programs take as much as there is; too little of them fails a program, not the write. */
const KEYS = [
  "fs.file-max",
  "fs.nr_open",
  "fs.aio-max-nr",
  "fs.inotify.max_user_instances",
  "fs.inotify.max_user_watches",
  "kernel.pid_max",
  "kernel.threads-max",
  "vm.max_map_count",
  "net.core.somaxconn",
  "net.netfilter.nf_conntrack_max",
  "net.ipv4.neigh.default.gc_thresh3",
  "net.ipv6.neigh.default.gc_thresh3",
];
const LIMITED = new Set(KEYS);
/** systemd.exec(5), systemd.resource-control(5). */
const DIRECTIVES = new Set(["LimitNOFILE", "LimitNPROC", "LimitMEMLOCK", "TasksMax"]);
const SUFFIXES: Record<string, number> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Every limit that the change lowers. */
export function loweredLimits(before: Workspace, after: Workspace, changed: readonly string[]): Lowered[] {
  return [...ofHosts(before, after, changed), ...ofFiles(before, after, changed), ...ofUnits(before, after, changed)];
}

function ofHosts(before: Workspace, after: Workspace, changed: readonly string[]): Lowered[] {
  const found = new Map<string, Lowered>();
  const touched = new Set(changed);
  for (const host of after.fleet.hosts) {
    const old = before.fleet.host(host.name);
    if (old === undefined) continue;
    for (const key of KEYS) {
      const was = effectiveSysctl(before, old, key);
      if (was === undefined || isUnknown(was)) continue;
      const now = effectiveSysctl(after, host, key);
      if (now !== undefined && isUnknown(now)) continue;
      const from = parseInteger(was.value);
      const to = now === undefined ? defaultOf(key) : parseInteger(now.value);
      if (from === undefined || to === undefined || to >= from) continue;
      const location = now === undefined ? standIn(after, was.location) : (variableOf(after, touched, key, now.value) ?? now.location);
      const name = `${key} ${from} ${to} ${location.path} ${location.range.start}`;
      const known = found.get(name);
      found.set(name, { name: key, before: from, after: to, location, was: was.location, byDefault: now === undefined, hosts: (known?.hosts ?? 0) + 1 });
    }
  }
  return [...found.values()];
}

/** A default that no memory and no kernel decides. */
function defaultOf(key: string): number | undefined {
  const facts = keyFacts(key);
  return typeof facts?.default === "number" && facts.defaults === undefined ? facts.default : undefined;
}

/** The variable of a changed file that gives the key this value. */
function variableOf(workspace: Workspace, changed: ReadonlySet<string>, key: string, value: string): Location | undefined {
  for (const path of changed) {
    const setting = workspace.subject("sysctl", path)?.settings.find((one) => one.source === "variable" && one.key === key && one.value === value);
    if (setting !== undefined) return { path, range: setting.valueRange };
  }
  return undefined;
}

/** The beginning of the file that had the line; the line itself, where the file is gone. */
function standIn(after: Workspace, was: Location): Location {
  const text = after.text(was.path);
  return text === undefined ? was : { path: was.path, range: { start: 0, end: /^[^\r\n]*/.exec(text)![0].length } };
}

/** Files whose hosts are not known, each by itself. */
function ofFiles(before: Workspace, after: Workspace, changed: readonly string[]): Lowered[] {
  return changed.flatMap((path) => {
    const old = lastByKey(before, path);
    return [...lastByKey(after, path)].flatMap(([key, setting]): Lowered[] => {
      const was = old.get(key);
      if (was === undefined || setting.conditional) return [];
      const [from, to] = [numberOf(was), numberOf(setting)];
      if (from === undefined || to === undefined || to >= from) return [];
      return [{ name: key, before: from, after: to, location: { path, range: setting.valueRange }, was: { path, range: was.valueRange }, byDefault: false, hosts: 0 }];
    });
  });
}

function lastByKey(workspace: Workspace, path: string): ReadonlyMap<string, SysctlSetting> {
  const found = new Map<string, SysctlSetting>();
  for (const setting of workspace.subject("sysctl", path)?.settings ?? []) {
    if (!LIMITED.has(setting.key) || isGlob(setting.key) || setting.source === "container") continue;
    if (isUnknown(setting.scope) || setting.scope.hosts.length === 0) found.set(setting.key, setting);
  }
  return found;
}

function numberOf({ value }: SysctlSetting): number | undefined {
  return typeof value === "string" ? parseInteger(value) : undefined;
}

interface Directive {
  readonly soft: number;
  readonly hard: number;
  readonly location: Location;
}

function ofUnits(before: Workspace, after: Workspace, changed: readonly string[]): Lowered[] {
  return changed.flatMap((path) => {
    const old = directives(before, path);
    return [...directives(after, path)].flatMap(([name, now]): Lowered[] => {
      const was = old.get(name);
      if (was === undefined) return [];
      const [from, to] = now.hard < was.hard ? [was.hard, now.hard] : [was.soft, now.soft];
      return to >= from ? [] : [{ name, before: from, after: to, location: now.location, was: was.location, byDefault: false, hosts: 0 }];
    });
  });
}

/** The last of each limit in a unit or drop-in; one number is both the soft and the hard limit. */
function directives(workspace: Workspace, path: string): ReadonlyMap<string, Directive> {
  const found = new Map<string, Directive>();
  const document = workspace.document(path);
  if (document?.language !== "systemd-unit") return found;
  for (const { name, entries } of (document.tree as UnitTree).sections) {
    if (name !== "Service" && name !== "Slice" && name !== "Manager") continue;
    for (const { key, value, valueRange, conditional } of entries) {
      if (!DIRECTIVES.has(key.replace(/^Default/, "")) || conditional) continue;
      const [soft, hard = soft] = value.split(":").map((part) => limit(part.trim()));
      if (soft !== undefined && hard !== undefined) found.set(key, { soft, hard, location: { path, range: valueRange } });
    }
  }
  return found;
}

function limit(text: string): number | undefined {
  if (text === "infinity") return Infinity;
  const match = /^(\d+)([KMGT])?$/.exec(text);
  return match === null ? undefined : Number(match[1]) * (match[2] === undefined ? 1 : SUFFIXES[match[2]]!);
}
