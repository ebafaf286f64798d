import type { Play, Task, Value } from "../fleet/fleet.ts";
import { truth } from "../fleet/values.ts";

/** Modules that wait for or ask after something, and fail where it is not so. */
const CHECKING = /^(wait_for|wait_for_connection|uri|assert|fail|pause|service_facts|get_url|script|mysql_info|postgresql_ping|k8s_info|ceph_\w+|nagios|zabbix_\w+|consul\w*|ping|net_ping|package_facts|libvirt\w*|virt|expect|raw)$/;
/** Words of commands that ask after a state. */
const ASKING = /\b(is-active|is-system-running|status|statusall|list-sas|show-sa|show|stats|health|healthy|check|verify|test|ping|arping|curl|wget|nc|dig|probe|virsh|ceph|vtysh|birdc|grep|stat|log)\b|--check|\bswanctl\b|\bracoonctl\b/;
/** Words of an included file or role that say that it checks. */
const CHECK_NAME = /check|health|verif|valid|test|wait|assert|smoke|probe|monitor|ready|drain|status/i;

/** True for a task that fails where the host or its service is not well, so that the batch stops there. */
export function isGate(task: Task): boolean {
  const { module, keywords } = task;
  if (keywords.has("until") || keywords.has("failed_when")) return !ignored(task);
  if (/^(include_tasks|import_tasks|include_role|import_role|include)$/.test(module)) {
    return [...task.args.values()].some(({ value }) => CHECK_NAME.test(JSON.stringify(value)));
  }
  // A wait by the clock fails nowhere; one with a prompt is for a human, who looks.
  if (module === "pause" && (task.args.has("seconds") || task.args.has("minutes")) && !task.args.has("prompt")) return false;
  if (module === "wait_for" && !task.args.has("port") && !task.args.has("path")) return false;
  if (CHECKING.test(module)) return !ignored(task);
  if (/^(command|shell)$/.test(module)) return !ignored(task) && (ASKING.test(text(task)) || CHECK_NAME.test(task.name ?? ""));
  // A module of the repository's own, or one that we do not know, by what the task is called.
  return task.name !== undefined && CHECK_NAME.test(task.name) && !/^(service|systemd|systemd_service|copy|template|file|apt|yum|dnf|package|sysctl|set_fact|debug)$/.test(module);
}

/** True for a check whose failure is ignored, though it would stop the batch. */
export function isIgnoredGate(task: Task): boolean {
  if (truth(task.keywords.get("ignore_errors")?.value) !== true || !ignored(task)) return false;
  return isGate({ ...task, keywords: new Map([...task.keywords].filter(([name]) => name !== "ignore_errors")) });
}

/**
 * True where a task stands in a block whose rescue ends well: the host then counts as sound, whatever failed in the block,
 * and neither a check behind the block nor the rescue itself stops the batches.
 */
export function isRescuedForGood(play: Play, task: Task): boolean {
  const block = task.blocks?.findLast(({ part, rescued }) => part === "block" && rescued);
  if (block === undefined) return false;
  const within = (other: Task, part: "block" | "rescue"): boolean => other.blocks?.some((one) => one.part === part && one.location.path === block.location.path && one.location.range.start === block.location.range.start) === true;
  const rescue = play.tasks.filter((other) => within(other, "rescue"));
  if (rescue.some((other) => isGate(other) || other.module === "meta" || /^(?:include|import)/.test(other.module))) return false;
  const last = play.tasks.findLastIndex((other) => within(other, "block") || within(other, "rescue"));
  return !play.tasks.slice(last + 1).some(isGate);
}

/** True where a task's failure counts for nothing and nobody keeps its result to judge it later. */
export function ignored({ keywords }: Task): boolean {
  if (keywords.has("register")) return false;
  return truth(keywords.get("ignore_errors")?.value) === true || truth(keywords.get("failed_when")?.value) === false;
}

/**
 * The gates of a play that run behind `disruption`. Handlers run at the end of their section (pre_tasks; roles and tasks;
 * post_tasks) or at `meta: flush_handlers`, so a check among the tasks comes before a restart that a handler makes.
 */
export function gatesBehind(play: Play, disruption: Task, notifiedBy: readonly Task[]): Task[] {
  const sequence = play.tasks;
  if (!play.handlers.includes(disruption)) {
    const at = sequence.indexOf(disruption);
    return [...sequence.slice(at + 1), ...play.handlers].filter(isGate);
  }
  const last = Math.max(...notifiedBy.map((task) => sequence.indexOf(task)));
  const section = sequence[last]?.section;
  const later = sequence.slice(last + 1);
  const flush = later.findIndex((task) => task.module === "meta" && /flush_handlers/.test(text(task)));
  const runs = flush === -1 ? later.findIndex((task) => sectionOf(task) !== sectionOf({ section })) : flush;
  const behind = runs === -1 ? [] : later.slice(runs);
  return [...behind, ...play.handlers.filter((handler) => handler !== disruption)].filter(isGate);
}

/** Roles run with the tasks, and so do their handlers. */
function sectionOf({ section }: { section: Task["section"] | undefined }): string {
  return section === "roles" ? "tasks" : (section ?? "");
}

function text(task: Task): string {
  return [...task.args.values()].map(({ value }) => plain(value)).join(" ");
}

function plain(value: Value): string {
  return typeof value === "string" ? value : Array.isArray(value) ? value.map((part) => plain(part as Value)).join(" ") : "";
}
