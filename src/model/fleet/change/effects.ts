import { compareText } from "../../../engine/finding.ts";
import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import { batches } from "../../rollout/batches.ts";
import { onEveryHost } from "../../rollout/disruption.ts";
import type { Interruption } from "../../rollout/services.ts";
import { interruptionsOf } from "../../rollout/services.ts";
import { reader, standingOf } from "../../rollout/standing.ts";
import type { Workspace } from "../../workspace.ts";
import type { Host, Play, Task } from "../fleet.ts";
import { handlersOf } from "../handlers.ts";
import { conditionAt } from "../lookup.ts";
import { followersOf } from "../registered.ts";
import type { Consumers, Use } from "./consumers.ts";
import { consumersOf, withDependents } from "./consumers.ts";
import type { VariableChange } from "./variables.ts";
import { changedVariables } from "./variables.ts";

/** A service that hosts interrupt because of a change, all of a batch together. */
export interface HostInterruption extends Interruption {
  /** The task or handler that does it. */
  readonly task: Task;
  /** The tasks whose change sets it off; the task itself where it reads what changed. */
  readonly causes: readonly Task[];
  readonly play: Play;
  /** Sorted by name. */
  readonly hosts: readonly Host[];
}

/** What one cause in a change sets off. */
export interface Effect {
  /** `variables`: names whose values change; `file`: a template, file, task or handler that is itself different. */
  readonly cause: { readonly kind: "variables"; readonly names: readonly string[] } | { readonly kind: "file" };
  /** Where the cause is written; in the base where it is gone from the head. */
  readonly location: Location;
  /** Further places of the same cause. */
  readonly also: readonly Location[];
  /** Hosts whose configuration changes, sorted by name. */
  readonly hosts: readonly Host[];
  /** False where no task of the repository reads what changed; a role that is kept elsewhere still may. */
  readonly used: boolean;
  readonly interruptions: readonly HostInterruption[];
}

/** What the change from `before` to `after` sets off on hosts that both sides have; one entry for each cause. */
export function effectsOf(before: Workspace, after: Workspace): readonly Effect[] {
  const known = after.memo(reviews);
  let effects = known.get(before);
  if (effects === undefined) known.set(before, (effects = [...ofVariables(before, after, after.memo(consumersOf)), ...ofFiles(before, after)]));
  return effects;
}

/** Several rules ask for the same change. */
function reviews(): WeakMap<Workspace, readonly Effect[]> {
  return new WeakMap();
}

/** Edits of the same variables are one cause, however many files they are in. */
function ofVariables(before: Workspace, after: Workspace, consumers: Consumers): Effect[] {
  const changes = changedVariables(before, after);
  if (changes.length === 0) return [];
  const defined = definitions(after);
  const causes = new Map<string, VariableChange[]>();
  for (const change of changes) {
    const list = causes.get(change.name);
    if (list === undefined) causes.set(change.name, [change]);
    else list.push(change);
  }
  const effects: Effect[] = [];
  for (const [name, list] of causes) {
    const hosts = sortedHosts(list.flatMap((change) => change.hosts));
    const readers = [...withDependents(new Set([name]), defined)].flatMap((dependent) => consumers.get(dependent) ?? []);
    // A handler runs only once a task has changed something: what it alone reads changes no host.
    const uses = readers.filter(({ play, task }) => !play.handlers.includes(task));
    if (uses.length === 0 && readers.length > 0) continue;
    const [first, ...rest] = list;
    effects.push({
      cause: { kind: "variables", names: [name] },
      location: smallest(before, after, first!),
      also: rest.map((change) => smallest(before, after, change)),
      hosts,
      used: uses.length > 0,
      interruptions: interruptions(uses, hosts),
    });
  }
  return merge(effects);
}

/** Variables of one file that reach the same hosts are one cause. */
function merge(effects: readonly Effect[]): Effect[] {
  const merged = new Map<string, Effect>();
  for (const effect of effects) {
    const key = `${effect.location.path}\0${effect.used}\0${effect.hosts.map((host) => host.name).join()}`;
    const other = merged.get(key);
    if (other === undefined || other.cause.kind !== "variables" || effect.cause.kind !== "variables") merged.set(key, effect);
    else {
      merged.set(key, {
        ...other,
        cause: { kind: "variables", names: [...other.cause.names, ...effect.cause.names] },
        also: [...other.also, effect.location, ...effect.also],
        interruptions: union([...other.interruptions, ...effect.interruptions]),
      });
    }
  }
  return [...merged.values()];
}

/** The files that differ and that tasks bring to hosts. */
function ofFiles(before: Workspace, after: Workspace): Effect[] {
  const effects: Effect[] = [];
  for (const path of after.paths) {
    const text = after.text(path)!;
    const old = before.text(path);
    if (old === undefined || old === text) continue;
    const deployments = after.fleet.deployments.filter((deployment) => deployment.source === path);
    const tasks = new Set(deployments.map((deployment) => deployment.task));
    const uses = after.fleet.plays.flatMap((play) => play.tasks.filter((task) => tasks.has(task)).map((task) => ({ play, task })));
    if (uses.length === 0) continue;
    const hosts = sortedHosts(deployments.flatMap(({ scope }) => (scope === undefined || isUnknown(scope) ? [] : scope.hosts)));
    if (hosts.length === 0) continue;
    effects.push({
      cause: { kind: "file" },
      location: { path, range: firstDifference(old, text) },
      also: [],
      hosts,
      used: true,
      interruptions: interruptions(uses, hosts),
    });
  }
  return effects;
}

/** The services that these tasks, and those that run behind them, interrupt on those of `hosts` that their plays reach. */
function interruptions(uses: readonly Use[], hosts: readonly Host[]): HostInterruption[] {
  const found: HostInterruption[] = [];
  for (const { play, task } of uses) {
    const scope = play.scope;
    const names = scope === undefined || isUnknown(scope) ? undefined : new Set(scope.hosts.map((host) => host.name));
    const reached = names === undefined ? [] : hosts.filter((host) => names.has(host.name) && mayRun(play, task, host));
    if (reached.length === 0) continue;
    for (const acting of new Set([task, ...handlersOf(play, task), ...followersOf(play, task)])) {
      if (!onEveryHost(acting)) continue;
      const list = interruptionsOf(acting, reader(play, acting));
      const hit = list.length === 0 ? [] : reached.filter((host) => mayRun(play, acting, host));
      if (hit.length > 0) found.push(...list.map((interruption) => ({ ...interruption, task: acting, causes: [task], play, hosts: hit })));
    }
  }
  return union(found);
}

/** False where a condition keeps the task from the host, whatever somebody sets who starts the play. */
function mayRun(play: Play, task: Task, host: Host): boolean {
  return conditionAt(task.keywords.get("when")?.value, standingOf(play, task, host), true) !== false;
}

/**
 * How many of the hosts an interruption hits at the same moment: the largest batch of its play. All of them where the play
 * has no batches, or a template decides.
 */
export function atOnce({ play, hosts }: HostInterruption): number {
  const sizes = batches(play.keywords.get("serial")?.value, isUnknown(play.scope) ? hosts.length : play.scope.hosts.length);
  return isUnknown(sizes) ? hosts.length : Math.min(hosts.length, Math.max(0, ...sizes));
}

/**
 * Whether guests have to leave a virtualisation host before this: they lose their network or their host. A restart of the
 * firewall or of libvirtd leaves them running.
 */
export function disturbsGuests({ kind }: Interruption): boolean {
  return kind === "network" || kind === "host";
}

/** One entry for each task and service, with the hosts of all. */
function union(list: readonly HostInterruption[]): HostInterruption[] {
  const byTask = new Map<Task, HostInterruption[]>();
  for (const item of list) {
    const same = byTask.get(item.task)?.find((other) => other.service === item.service);
    if (same === undefined) byTask.set(item.task, [...(byTask.get(item.task) ?? []), item]);
    else {
      const hosts = sortedHosts([...same.hosts, ...item.hosts]);
      const causes = [...new Set([...same.causes, ...item.causes])];
      byTask.set(item.task, byTask.get(item.task)!.map((other) => (other === same ? { ...other, hosts, causes } : other)));
    }
  }
  return [...byTask.values()].flat();
}

function sortedHosts(hosts: readonly Host[]): Host[] {
  return [...new Map(hosts.map((host) => [host.name, host])).values()].sort((a, b) => compareText(a.name, b.name));
}

/** The source text of every variable of every host, for what refers to what. */
function definitions(workspace: Workspace): Map<string, string[]> {
  const seen = new Set<string>();
  const texts = new Map<string, string[]>();
  for (const host of workspace.fleet.hosts) {
    for (const [name, { location }] of host.variables) {
      const key = `${location.path}\0${location.range.start}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const text = workspace.textAt(location);
      if (text.includes("{{")) texts.set(name, [...(texts.get(name) ?? []), text]);
    }
  }
  return texts;
}

/** The part of a variable's text that differs, whole lines; all of it where it is new, moved or gone. */
function smallest(before: Workspace, after: Workspace, change: VariableChange): Location {
  const { location, before: was, after: is } = change;
  if (was === undefined || is === undefined || was.location.path !== is.location.path) return location;
  const old = before.textAt(was.location);
  const text = after.textAt(location);
  const { start, end } = firstDifference(old, text);
  if (start === end) return location;
  return { path: location.path, range: { start: location.range.start + start, end: location.range.start + end } };
}

/** The lines of `text` that lie between what both texts begin with and what both end with; the last line where none does. */
function firstDifference(old: string, text: string): { start: number; end: number } {
  const before = old.split("\n");
  const after = text.split("\n");
  let head = 0;
  while (head < after.length && head < before.length && after[head] === before[head]) head++;
  let tail = 0;
  while (tail < after.length - head && tail < before.length - head && after.at(-1 - tail) === before.at(-1 - tail)) tail++;
  const lines = after.slice(head, after.length - tail);
  const first = lines.length === 0 ? Math.max(0, Math.min(head, after.length - 1)) : head;
  const shown = lines.length === 0 ? [after[first] ?? ""] : lines;
  const start = after.slice(0, first).reduce((sum, line) => sum + line.length + 1, 0);
  const raw = shown.join("\n");
  const indent = /^\s*/.exec(raw)![0].length;
  return { start: start + (indent < raw.length ? indent : 0), end: start + raw.trimEnd().length };
}
