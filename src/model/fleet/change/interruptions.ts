import { compareText } from "../../../engine/finding.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import { batches } from "../../rollout/batches.ts";
import { onEveryHost } from "../../rollout/disruption.ts";
import type { Interruption } from "../../rollout/services.ts";
import { interruptionsOf } from "../../rollout/services.ts";
import { reader, standingOf } from "../../rollout/standing.ts";
import type { Host, Play, Task } from "../fleet.ts";
import { handlersOf } from "../handlers.ts";
import { conditionAt, valueAtStanding } from "../lookup.ts";
import { followersOf } from "../registered.ts";
import { truth } from "../values.ts";

const SERVICE_MODULES = new Set(["service", "systemd", "systemd_service", "sysvinit", "openrc", "rc_service"]);

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

/** A task that does something else on hosts because of a change. */
export interface Reach {
  readonly play: Play;
  readonly task: Task;
  /** Sorted by name. */
  readonly hosts: readonly Host[];
}

/** The services that these tasks, and those that run behind them, interrupt. */
export function interruptedBy(reaches: readonly Reach[]): HostInterruption[] {
  const found: HostInterruption[] = [];
  for (const { play, task, hosts } of reaches) {
    if (hosts.length === 0) continue;
    const silent = truth(task.keywords.get("changed_when")?.value) === false;
    for (const acting of new Set([task, ...(silent ? [] : [...handlersOf(play, task), ...followersOf(play, task)])])) {
      if (!onEveryHost(acting)) continue;
      const list = interruptionsOf(acting, reader(play, acting));
      const hit = list.length === 0 ? [] : hosts.filter((host) => mayRun(play, acting, host));
      if (hit.length > 0) found.push(...list.map((interruption) => ({ ...interruption, task: acting, causes: [task], play, hosts: hit })));
    }
  }
  return union(found);
}

/** A service that is restarted, whatever it is for, with the hosts on which it is. */
export interface Restart {
  readonly service: string;
  /** Sorted by name. */
  readonly hosts: readonly Host[];
}

/** Every service that these tasks, and those that run behind them, restart; by name. */
export function restartedBy(reaches: readonly Reach[]): Restart[] {
  const found = new Map<string, Host[]>();
  for (const { play, task, hosts } of reaches) {
    const silent = truth(task.keywords.get("changed_when")?.value) === false;
    for (const acting of new Set([task, ...(silent ? [] : [...handlersOf(play, task), ...followersOf(play, task)])])) {
      const read = reader(play, acting);
      const state = acting.args.get("state");
      const name = acting.args.get("name") ?? acting.args.get("service");
      if (!SERVICE_MODULES.has(acting.module) || state === undefined || name === undefined || read(state.value) !== "restarted") continue;
      const service = read(name.value)?.replace(/\.service$/, "");
      const hit = service === undefined ? [] : hosts.filter((host) => mayRun(play, acting, host));
      if (hit.length > 0) found.set(service!, [...(found.get(service!) ?? []), ...hit]);
    }
  }
  return allRestarts([...found].map(([service, hosts]) => ({ service, hosts })));
}

/** One entry for each service, by name. */
export function allRestarts(restarts: readonly Restart[]): Restart[] {
  const byService = new Map<string, Host[]>();
  for (const { service, hosts } of restarts) byService.set(service, [...(byService.get(service) ?? []), ...hosts]);
  return [...byService].map(([service, hosts]) => ({ service, hosts: sortedHosts(hosts) })).sort((a, b) => compareText(a.service, b.service));
}

/** False where a condition keeps the task from the host, whatever somebody sets who starts the play. */
export function mayRun(play: Play, task: Task, host: Host): boolean {
  return conditionAt(task.keywords.get("when")?.value, standingOf(play, task, host), true) !== false;
}

/**
 * How many of the hosts an interruption hits at the same moment: the largest batch of its play. All of them where the play
 * has no batches, or a template decides that says nothing here.
 */
export function atOnce({ play, hosts }: HostInterruption): number {
  const sizes = batchesOf(play, hosts);
  return isUnknown(sizes) ? hosts.length : Math.min(hosts.length, Math.max(0, ...sizes));
}

/** The batches of a play, one of whose steps runs on `hosts`. A templated `serial` counts with its default, as it is on the first host. */
export function batchesOf(play: Play, hosts: readonly Host[]): ReturnType<typeof batches> {
  const all = isUnknown(play.scope) ? hosts : play.scope.hosts;
  const serial = play.keywords.get("serial")?.value;
  return batches(serial === undefined ? undefined : valueAtStanding(serial, { play, host: all[0] }), all.length);
}

/**
 * Whether guests have to leave a virtualisation host before this: they lose their network or their host. A restart of the
 * firewall or of libvirtd leaves them running.
 */
export function disturbsGuests({ kind }: Interruption): boolean {
  return kind === "network" || kind === "host";
}

/** One entry for each task, play and service, with the hosts of all. */
export function union(list: readonly HostInterruption[]): HostInterruption[] {
  const byTask = new Map<Task, HostInterruption[]>();
  for (const item of list) {
    const known = byTask.get(item.task) ?? [];
    const index = known.findIndex((other) => other.service === item.service && other.play === item.play);
    if (index === -1) known.push(item);
    else {
      const same = known[index]!;
      known[index] = { ...same, hosts: sortedHosts([...same.hosts, ...item.hosts]), causes: [...new Set([...same.causes, ...item.causes])] };
    }
    byTask.set(item.task, known);
  }
  return [...byTask.values()].flat();
}

/** Each host once, by name. */
export function sortedHosts(hosts: readonly Host[]): Host[] {
  return [...new Map(hosts.map((host) => [host.name, host])).values()].sort((a, b) => compareText(a.name, b.name));
}
