import type { Location, Range } from "../../engine/location.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Scope, Task, Value } from "../fleet/fleet.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import { normaliseKey } from "./key.ts";
import type { SysctlSetting } from "./sysctl.ts";

/** Where ansible.posix.sysctl writes without `sysctl_file`. */
const DEFAULT_FILE = "/etc/sysctl.conf";

interface ScopedTask {
  readonly task: Task;
  readonly scopes: readonly Maybe<Scope>[];
}

/** Tasks by the file that they are written in, each once, with the hosts of every play that runs it. */
function tasksByPath(workspace: Workspace): ReadonlyMap<string, readonly ScopedTask[]> {
  const byPlace = new Map<string, { task: Task; scopes: Maybe<Scope>[] }>();
  for (const play of workspace.fleet.plays) {
    for (const task of [...play.tasks, ...play.handlers]) {
      const place = `${task.location.path}\0${task.location.range.start}`;
      const known = byPlace.get(place);
      if (known === undefined) byPlace.set(place, { task, scopes: [play.scope] });
      else known.scopes.push(play.scope);
    }
  }
  const byPath = new Map<string, ScopedTask[]>();
  for (const entry of byPlace.values()) {
    const { path } = entry.task.location;
    byPath.set(path, [...(byPath.get(path) ?? []), entry]);
  }
  return byPath;
}

/** The sysctls that Ansible tasks of one file set. */
export function taskSettings(workspace: Workspace, path: string): SysctlSetting[] {
  const settings: SysctlSetting[] = [];
  for (const { task, scopes } of workspace.memo(tasksByPath).get(path) ?? []) {
    if (task.module === "sysctl") settings.push(...ofModule(task, scopes, workspace));
  }
  return settings;
}

function ofModule(task: Task, scopes: readonly Maybe<Scope>[], workspace: Workspace): SysctlSetting[] {
  const name = task.args.get("name") ?? task.args.get("key");
  const value = task.args.get("value") ?? task.args.get("val");
  if (name === undefined || typeof name.value !== "string" || plain(task.args.get("state")?.value) === "absent") return [];
  const file = task.args.get("sysctl_file");
  const destination = file === undefined ? DEFAULT_FILE : typeof file.value === "string" ? file.value : unknown(`the task's sysctl_file is a template`);
  const valueLocation = value?.location ?? name.location;
  return [
    {
      key: normaliseKey(name.value),
      rawKey: name.value,
      keyRange: unquoted(workspace, name.location),
      value: value === undefined ? "" : (plain(value.value) ?? unknown(`the task's value is a template`)),
      valueText: workspace.text(valueLocation.path)?.slice(valueLocation.range.start, valueLocation.range.end) ?? "",
      valueRange: unquoted(workspace, valueLocation),
      range: task.location.range,
      ignoreErrors: plain(task.args.get("ignoreerrors")?.value) === "true",
      conditional: task.keywords.has("when"),
      persistent: true,
      destination,
      scope: union(scopes),
      placements: scopes.map((scope) => ({ destination, scope })),
      source: "task",
    },
  ];
}

/** YAML's scalars as the module writes them into the file: its booleans become 1 and 0. */
function plain(value: Value | undefined): string | undefined {
  if (value === undefined || value === null || isUnknown(value) || typeof value === "object") return undefined;
  return String(value);
}

/** The text between the quotes of a YAML scalar. */
function unquoted(workspace: Workspace, { path, range }: Location): Range {
  const text = workspace.text(path) ?? "";
  const first = text[range.start];
  const quoted = (first === '"' || first === "'") && range.end - range.start > 1 && text[range.end - 1] === first;
  return quoted ? { start: range.start + 1, end: range.end - 1 } : range;
}

/** All hosts of several scopes; Unknown where one of them is. */
function union(scopes: readonly Maybe<Scope>[]): Maybe<Scope> {
  const known: Scope[] = [];
  for (const scope of scopes) {
    if (isUnknown(scope)) return scope;
    known.push(scope);
  }
  if (known.length === 1) return known[0]!;
  const hosts = new Map(known.flatMap((scope) => scope.hosts.map((host) => [host.name, host] as const)));
  return { hosts: [...hosts.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), how: known.map(({ how }) => how).join("; ") };
}
