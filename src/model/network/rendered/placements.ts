import type { Maybe } from "../../../engine/unknown.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Language } from "../../../formats/format.ts";
import { recognise } from "../../../formats/index.ts";
import type { Deployment, Host, Play, Task } from "../../fleet/fleet.ts";
import type { Standing } from "../../fleet/lookup.ts";
import { conditionAt, textAtStanding } from "../../fleet/lookup.ts";
import { loopOf } from "../../fleet/loops.ts";
import { baseName } from "../../fleet/paths.ts";
import { namesSetBy } from "../../fleet/registered.ts";
import type { Workspace } from "../../workspace.ts";

/** Files of networks by the place that they are put to. Scripts and units are told by what they say. */
const LANGUAGES: ReadonlySet<Language> = new Set<Language>(["ifupdown", "networkd", "network-manager", "wg-quick", "shell", "systemd-unit"]);
const PROGRAM = /\b(?:ip|ifconfig|route|brctl|vconfig)\b/;

/** A task that puts configuration of networks onto hosts, in one play. */
export interface NetworkTask {
  readonly play: Play;
  readonly task: Task;
  readonly deployments: readonly Deployment[];
  /** Names of the hosts that get one of them. */
  readonly hosts: ReadonlySet<string>;
}

/** A file of the repository, where it goes on a host, and what the task's loop says there. */
export interface Placement {
  readonly source: string;
  /** Without its slash. */
  readonly destination: string;
  readonly standing: Standing;
  /** A condition that the repository does not decide may keep it away. */
  readonly undecided: boolean;
}

/** Whether a file of that text, put there, configures networks. */
export function isOfNetworks(destination: string, text: string): boolean {
  const language = recognise(destination, text.slice(0, 4096));
  if (language === "yaml") return /(?:^|\/)etc\/netplan\/[^/]+\.ya?ml$/.test(destination);
  if (language === undefined || !LANGUAGES.has(language)) return false;
  return (language !== "shell" && language !== "systemd-unit") || PROGRAM.test(text);
}

/** The tasks that put configuration of networks onto hosts, in the order in which plays run them. */
export function networkTasks(workspace: Workspace): readonly NetworkTask[] {
  const byTask = new Map<Task, Deployment[]>();
  for (const deployment of workspace.fleet.deployments) {
    const { task, source, destination } = deployment;
    if ((task.module !== "template" && task.module !== "copy") || isUnknown(destination) || isUnknown(deployment.scope)) continue;
    if (!isOfNetworks(withoutSlash(destination), workspace.text(source) ?? "")) continue;
    const list = byTask.get(task);
    if (list === undefined) byTask.set(task, [deployment]);
    else list.push(deployment);
  }
  if (byTask.size === 0) return [];
  const hosts = new Map([...byTask].map(([task, list]) => [task, new Set(list.flatMap(({ scope }) => (isUnknown(scope) ? [] : scope.hosts.map(({ name }) => name))))]));
  return workspace.fleet.plays.flatMap((play) => (isUnknown(play.scope) ? [] : [...play.tasks, ...play.handlers]).flatMap((task) => {
    const deployments = byTask.get(task);
    return deployments === undefined ? [] : [{ play, task, deployments, hosts: hosts.get(task)! }];
  }));
}

/** Each file that is put onto hosts, with the first place where that is one of networks' configuration. */
export function networkSources(workspace: Workspace, _: string, previous: ReadonlyMap<string, string> | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { deployments } of workspace.derive(networkTasks)) {
    for (const { source, destination } of deployments) if (!isUnknown(destination) && !found.has(source)) found.set(source, withoutSlash(destination));
  }
  const same = previous?.size === found.size && [...found].every(([path, place]) => previous.get(path) === place);
  return same ? previous : found;
}

/** What one task puts onto one host. */
export function placementsOn(workspace: Workspace, { play, task, deployments }: NetworkTask, host: Host): readonly Placement[] {
  const role = task.role === undefined ? undefined : play.ran.find(({ name }) => name === task.role);
  const standing: Standing = { play, role, task, host, set: namesSetBy(play) };
  const when = task.keywords.get("when")?.value;
  const looped = [...task.keywords.keys()].some((key) => key === "loop" || key.startsWith("with_"));
  if (!looped && conditionAt(when, standing) === false) return [];
  return loopOf(workspace, task, standing, []).flatMap((items) => {
    const there = items === undefined ? standing : { ...standing, items };
    const holds = conditionAt(when, there);
    const to = destinationOf(task, there);
    if (holds === false || isUnknown(to)) return [];
    const source = textAtStanding(task.args.get("src")?.value ?? null, there);
    const found = deployments.find((one) => one.destination === (to.endsWith("/") ? to + baseName(one.source) : to) && !isUnknown(source) && one.source.endsWith(baseName(source)) && isFor(one, host));
    return found === undefined ? [] : [{ source: found.source, destination: withoutSlash(found.destination as string), standing: there, undecided: isUnknown(holds) }];
  });
}

function destinationOf(task: Task, standing: Standing): Maybe<string> {
  return textAtStanding(task.args.get("dest")?.value ?? task.args.get("path")?.value ?? null, standing);
}

const names = new WeakMap<Deployment, ReadonlySet<string>>();

function isFor(deployment: Deployment, { name }: Host): boolean {
  if (isUnknown(deployment.scope)) return false;
  let known = names.get(deployment);
  if (known === undefined) names.set(deployment, (known = new Set(deployment.scope.hosts.map((host) => host.name))));
  return known.has(name);
}

function withoutSlash(path: string): string {
  return path.replace(/^\/+/, "");
}
