import { isUnknown } from "../../engine/unknown.ts";
import { handlersOf } from "../fleet/handlers.ts";
import type { Host, Play, Task } from "../fleet/fleet.ts";
import { conditionAt } from "../fleet/lookup.ts";
import type { Workspace } from "../workspace.ts";
import { allLab } from "./lab.ts";
import type { Interruption, ServiceKind } from "./services.ts";
import { actionsOf } from "./services.ts";
import { standingOf, reader } from "./standing.ts";
import { truth } from "../fleet/values.ts";

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
  readonly disruptions: readonly Disruption[];
}

/** The plays of `path` that interrupt services on more than one host that matters, or on hosts that nobody can count. */
export function disruptivePlays(workspace: Workspace, path: string): readonly DisruptivePlay[] {
  return workspace.memo(allDisruptive).get(path) ?? [];
}

function allDisruptive(workspace: Workspace): Map<string, DisruptivePlay[]> {
  const result = new Map<string, DisruptivePlay[]>();
  for (const play of workspace.fleet.plays) {
    const hosts = hostsOf(workspace, play);
    if (hosts === "not asked") continue;
    const all = disruptionsOf(play);
    const disruptions = all.filter((disruption) => hosts?.some((host) => reaches(play, disruption, host)) !== false);
    if (disruptions.length === 0) continue;
    const hit = hosts?.filter((host) => disruptions.some((disruption) => reaches(play, disruption, host)));
    if (hit !== undefined && (hit.length < 2 || allLab(workspace, hit))) continue;
    result.set(play.location.path, [...(result.get(play.location.path) ?? []), { play, hosts: hit, total: hosts?.length ?? 0, disruptions }]);
  }
  return result;
}

/** The play's hosts; undefined: a group that no inventory here lists; "not asked": one host, a lab, or a template's choice. */
function hostsOf(workspace: Workspace, play: Play): readonly Host[] | undefined | "not asked" {
  if (isUnknown(play.hostsPattern)) return "not asked";
  if (truth(play.keywords.get("run_once")?.value) === true || Number(play.keywords.get("throttle")?.value) === 1) return "not asked";
  if (/^local$/.test(String(play.keywords.get("connection")?.value))) return "not asked";
  if (isUnknown(play.scope)) {
    // A dotted name or an index is one host; a bare word may be a group.
    return workspace.fleet.hosts.length === 0 && /^[\w:&!,* -]+$/.test(play.hostsPattern) && !/^(localhost|\d+)$/.test(play.hostsPattern) ? undefined : "not asked";
  }
  const { hosts, assumed } = play.scope;
  // Whoever starts it may name one host.
  if (assumed !== undefined) return "not asked";
  return hosts.length < 2 || allLab(workspace, hosts) ? "not asked" : hosts;
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
const ONE_HOST = /inventory_hostname\s*==|(\[\s*0\s*\]|\|\s*first\b)/;

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
export function spokenDisruptions(disruptions: readonly Disruption[]): string {
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
