import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { handlersOf } from "../fleet/handlers.ts";
import type { Host, Play, Task, Value } from "../fleet/fleet.ts";
import { conditionAt, valueAtStanding } from "../fleet/lookup.ts";
import type { Workspace } from "../workspace.ts";
import { batches } from "./batches.ts";
import { allLab } from "./lab.ts";
import type { Interruption, ServiceKind } from "./services.ts";
import { actionsOf } from "./services.ts";
import { standingOf, reader } from "./standing.ts";
import { suggested } from "../fleet/traits.ts";
import { listOf, truth } from "../fleet/values.ts";

/** A task or handler of a play that interrupts a service on every host of the play. */
export interface Disruption extends Interruption {
  readonly task: Task;
  /** The tasks that notify it, where it is a handler. */
  readonly notifiedBy: readonly Task[];
  /** Of a stop: the tasks that start the service again. */
  readonly startedBy: readonly Task[];
}

/** A play that interrupts services on several hosts. */
export interface DisruptivePlay {
  readonly play: Play;
  /** The hosts that are interrupted; undefined where there is no inventory to count them. */
  readonly hosts: readonly Host[] | undefined;
  /** All hosts of the play: those that `serial` divides. */
  readonly total: number;
  readonly all: readonly Host[];
  /** What `serial` says on its hosts; undefined: there is none. */
  readonly serial: { readonly value: Maybe<Value>; readonly location: Location } | undefined;
  /** Hosts of each batch; Unknown where a template decides. */
  readonly sizes: Maybe<readonly number[]>;
  /** The expression whose default gives the hosts, which whoever starts the play may replace. */
  readonly assumed?: string;
  readonly disruptions: readonly Disruption[];
}

/** A play that interrupts services on hosts that only a run can tell. */
export interface UncountedPlay {
  readonly play: Play;
  readonly reason: string;
  readonly disruptions: readonly Disruption[];
}

/** The plays of `path` that interrupt services on more than one host that matters, or on hosts that nobody can count. */
export function disruptivePlays(workspace: Workspace, path: string): readonly DisruptivePlay[] {
  return workspace.derive(allDisruptive).found.get(path) ?? [];
}

/** The plays of `path` that interrupt services on hosts that a template or a prompt chooses. */
export function uncountedPlays(workspace: Workspace, path: string): readonly UncountedPlay[] {
  return workspace.derive(allDisruptive).uncounted.get(path) ?? [];
}

function allDisruptive(workspace: Workspace): { readonly found: ReadonlyMap<string, DisruptivePlay[]>; readonly uncounted: ReadonlyMap<string, UncountedPlay[]> } {
  const found = new Map<string, DisruptivePlay[]>();
  const uncounted = new Map<string, UncountedPlay[]>();
  const add = <T>(map: Map<string, T[]>, path: string, one: T): void => void map.set(path, [...(map.get(path) ?? []), one]);
  for (const play of workspace.fleet.plays) {
    const hosts = hostsOf(workspace, play);
    if (hosts === "not asked") continue;
    const all = disruptionsOf(play);
    if (isUnknown(hosts)) {
      if (all.length > 0) add(uncounted, play.location.path, { play, reason: hosts.unknown, disruptions: all });
      continue;
    }
    const disruptions = all.filter((disruption) => hosts?.some((host) => reaches(play, disruption, host)) !== false);
    if (disruptions.length === 0) continue;
    const hit = hosts?.filter((host) => disruptions.some((disruption) => reaches(play, disruption, host)));
    if (hit !== undefined && (hit.length < 2 || allLab(workspace, hit))) continue;
    const total = hosts?.length ?? 0;
    const serial = serialOf(play, hosts?.[0]);
    const sizes = serial !== undefined && isUnknown(serial.value) ? serial.value : batches(serial?.value, total);
    const assumed = isUnknown(play.scope) ? undefined : play.scope.assumed;
    add(found, play.location.path, { play, hosts: hit, total, all: hosts ?? [], serial, sizes, disruptions, ...(assumed !== undefined && { assumed }) });
  }
  return { found, uncounted };
}

/** `serial` with its templates as they are on the play's hosts. What only the command line gives stays Unknown. */
function serialOf(play: Play, host: Host | undefined): DisruptivePlay["serial"] {
  const keyword = play.keywords.get("serial");
  if (keyword === undefined) return undefined;
  const text = JSON.stringify(keyword.value);
  if (!text.includes("{{")) return { value: keyword.value, location: keyword.location };
  const value = valueAtStanding(keyword.value, { play, host });
  const given = /\{\{-?\s*(\w+)/.exec(text)?.[1];
  const isDefault = given !== undefined && !play.variables.has(given) && host?.variables.has(given) !== true;
  if (isUnknown(value)) return { value, location: keyword.location };
  return { value: isDefault ? unknown(`serial of the play "${play.name}" is left to whoever gives ${given}`) : value, location: keyword.location };
}

/** The play's hosts; undefined: a group that no inventory here lists; Unknown: a template's choice; "not asked": one host, or a lab. */
function hostsOf(workspace: Workspace, play: Play): Maybe<readonly Host[]> | undefined | "not asked" {
  if (truth(play.keywords.get("run_once")?.value) === true || Number(play.keywords.get("throttle")?.value) === 1) return "not asked";
  if (/^local$/.test(String(play.keywords.get("connection")?.value))) return "not asked";
  if (isUnknown(play.hostsPattern)) return ONE_HOST.test(workspace.textAt(play.hostsLocation)) ? "not asked" : play.hostsPattern;
  if (play.tasks.some(asksForLimit)) return "not asked";
  if (isUnknown(play.scope)) {
    // A dotted name or an index is one host; a bare word may be a group.
    if (workspace.fleet.hosts.length > 0 || !/^[\w:&!,* -]+$/.test(play.hostsPattern) || /^(localhost|\d+)$/.test(play.hostsPattern)) return "not asked";
    const names = play.hostsPattern.split(/[:,&!\s]+/).filter((name) => name !== "");
    return names.some((name) => workspace.derive(groupsMadeByTasks).has(name)) || names.every((name) => suggested(name, "lab")) ? "not asked" : undefined;
  }
  const { hosts } = play.scope;
  return hosts.length < 2 || allLab(workspace, hosts) ? "not asked" : hosts;
}

/** True for a task that fails where the play was started on too many hosts. */
function asksForLimit({ module, args, keywords }: Task): boolean {
  if (module === "assert") return LIMITED.test(JSON.stringify(args.get("that")?.value ?? args.get("_raw_params")?.value ?? ""));
  return (module === "fail" || (module === "meta" && /end_play/.test(String(args.get("_raw_params")?.value)))) && LIMITED.test(JSON.stringify(keywords.get("when")?.value ?? ""));
}

/** Groups that tasks fill while a playbook runs, mostly with the one host that somebody named. */
function groupsMadeByTasks(workspace: Workspace): ReadonlySet<string> {
  const tasks = workspace.fleet.plays.flatMap((play) => play.tasks.filter(({ module }) => module === "add_host" || module === "group_by"));
  return new Set(tasks.flatMap(({ args }) => ["groups", "groupname", "group", "key"].flatMap((name) => listOf(args.get(name)?.value).flatMap((value) => String(value).split(",").map((one) => one.trim())))));
}

/** False where a condition certainly keeps the disruption from the host. */
function reaches(play: Play, { task, notifiedBy, startedBy, action }: Disruption, host: Host): boolean {
  const may = (one: Task): boolean => conditionAt(one.keywords.get("when")?.value, standingOf(play, one, host)) !== false;
  return may(task) && (notifiedBy.length === 0 || notifiedBy.some(may)) && (action !== "stop" || startedBy.some(may));
}

/** What the play's tasks, and the handlers that they notify, interrupt on all its hosts. */
function disruptionsOf(play: Play): Disruption[] {
  const found: Disruption[] = [];
  // A rescue runs where something has failed already.
  const tasks = play.tasks.filter((task) => onEveryHost(task) && task.blocks?.some(({ part }) => part === "rescue") !== true);
  const notifiers = new Map<Task, Task[]>();
  for (const task of tasks) for (const handler of handlersOf(play, task)) notifiers.set(handler, [...(notifiers.get(handler) ?? []), task]);
  const acting = [...tasks, ...[...notifiers.keys()].filter(onEveryHost)];
  const done = new Map(acting.map((task) => [task, actionsOf(task, reader(play, task))]));
  const starters = (service: string): Task[] => acting.filter((task) => done.get(task)!.some((one) => one.action === "start" && one.service === service));
  for (const task of acting) {
    for (const { action, ...rest } of done.get(task)!) {
      if (action === "reload" || action === "start") continue;
      const startedBy = action === "stop" ? starters(rest.service) : [];
      // Stopped for good is taken out of service; only what comes back was meant to stay up.
      if (action === "stop" && startedBy.length === 0) continue;
      found.push({ ...rest, action, task, notifiedBy: notifiers.get(task) ?? [], startedBy });
    }
  }
  return found;
}

/** `when` conditions that leave one host of the play. */
const ONE_HOST = /inventory_hostname\s*==|(\[\s*0\s*\]|\|\s*first\b)|\bansible_limit\b|play_hosts(?:_all)?\s*\|\s*(?:length|count)\b/;
/** Names of what somebody asked for when the play was started, and of how many hosts that is. */
const LIMITED = /\bansible_limit\b|\b(?:ansible_)?play_(?:hosts(?:_all)?|batch)\b[^"']*?(?:length|count)\b/;

/** False for tasks that run on one host, one after the other, elsewhere, only on request, or never. */
export function onEveryHost({ keywords }: Task): boolean {
  if (truth(keywords.get("run_once")?.value) === true || keywords.has("delegate_to") || keywords.has("local_action")) return false;
  if (Number(keywords.get("throttle")?.value) === 1) return false;
  const tags = keywords.get("tags")?.value;
  if ((Array.isArray(tags) ? tags : String(tags ?? "").split(",")).some((tag) => String(tag).trim() === "never")) return false;
  const when = keywords.get("when")?.value;
  const conditions = (Array.isArray(when) ? when : [when]).map((condition) => (typeof condition === "object" ? "" : String(condition ?? "")));
  return !conditions.some((condition) => condition === "false" || condition === "False" || ONE_HOST.test(condition));
}

const KIND_NAMES: Record<ServiceKind, string> = {
  ipsec: "the IPsec keying daemon",
  firewall: "the firewall",
  network: "the network",
  storage: "storage",
  hypervisor: "the hypervisor",
  host: "the host",
};
const VERBS = { restart: "restarts", stop: "stops and starts", upgrade: "upgrades", reboot: "reboots" } as const;

/** `upgrades and restarts racoon (the IPsec keying daemon), and reboots the host`: each service once, in order, those of one fate together. */
export function spokenDisruptions(disruptions: readonly Pick<Interruption, "service" | "kind" | "action">[]): string {
  const services = new Map<string, { kind: ServiceKind; verbs: Set<string> }>();
  for (const { service, kind, action } of disruptions) {
    const entry = services.get(service) ?? { kind, verbs: new Set<string>() };
    entry.verbs.add(VERBS[action]);
    services.set(service, entry);
  }
  const fates = new Map<string, { kind: ServiceKind; verbs: string; names: string[] }>();
  for (const [service, { kind, verbs: set }] of services) {
    const verbs = [...set].join(" and ");
    const fate = fates.get(`${kind} ${verbs}`) ?? { kind, verbs, names: [] };
    fate.names.push(service);
    fates.set(`${kind} ${verbs}`, fate);
  }
  const parts = [...fates.values()].map(({ kind, verbs, names }) => `${verbs} ${kind === "host" ? "the host" : `${together(names)} (${KIND_NAMES[kind]})`}`);
  return parts.length > 3 ? `${parts.slice(0, 2).join(", ")} and interrupts ${parts.length - 2} more` : parts.join(", and ");
}

function together(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(", ")} and ${names.at(-1)!}`;
}
