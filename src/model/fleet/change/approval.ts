import type { Workspace } from "../../workspace.ts";
import { standingOf } from "../../rollout/standing.ts";
import type { Host, Task, Value } from "../fleet.ts";
import { conditionAt } from "../lookup.ts";
import type { HostInterruption } from "./effects.ts";

/** What people call the variable that somebody has to set before a step runs. */
const APPROVAL = /\b\w*(approv|confirm|acknowledg|consent|go_?ahead|i_am_sure|really|force_)\w*\b/i;

/** A step of a play with the tasks that set it off and the hosts on which it runs. */
export type Step = Pick<HostInterruption, "play" | "task" | "causes" | "hosts">;

/**
 * Whether something asks a human before the interruption on virtualisation hosts: a prompt of the play, a pause or an
 * assertion that comes first, a condition on an approval (the variable of `maintenance.approval`, one that is named so,
 * or any that only whoever starts the play can set), or one that leaves these hosts out. The condition may stand at the
 * step itself or at every task that sets it off.
 */
export function isGated(workspace: Workspace, interruption: Step): boolean {
  const { task, causes, play } = interruption;
  if (play.keywords.has("vars_prompt")) return true;
  if (waits(workspace, interruption, task) || causes.every((cause) => waits(workspace, interruption, cause))) return true;
  const at = play.tasks.indexOf(task);
  const earlier = at === -1 ? play.tasks : play.tasks.slice(0, at);
  return earlier.some((other) => {
    if (other.module === "pause") return other.args.has("prompt");
    if (other.module !== "assert" && other.module !== "fail") return false;
    if (mentionsApproval(workspace, workspace.textAt(other.location))) return true;
    const claim = other.args.get("that")?.value;
    return other.module === "assert" && claim !== undefined && refused(workspace, interruption, other, claim);
  });
}

/** Whether the task's own condition waits for a human, or leaves virtualisation hosts out. */
function waits(workspace: Workspace, interruption: Step, task: Task): boolean {
  const condition = keywordText(workspace, task, "when");
  if (mentionsApproval(workspace, condition)) return true;
  const groups = new Set(hypervisors(workspace, interruption).flatMap((host) => host.groups));
  if (/not\s+in\s+group(_name)?s\b/.test(condition) && [...groups].some((group) => condition.includes(group))) return true;
  const when = task.keywords.get("when")?.value;
  return when !== undefined && refused(workspace, interruption, task, when);
}

/** True where a condition is false on every virtualisation host as the repository stands: only a value from outside opens it. */
function refused(workspace: Workspace, interruption: Step, task: Task, condition: Value): boolean {
  const hosts = hypervisors(workspace, interruption);
  return hosts.length > 0 && hosts.every((host) => conditionAt(condition, standingOf(interruption.play, task, host)) === false);
}

function hypervisors(workspace: Workspace, { hosts }: Step): Host[] {
  return hosts.filter((host) => workspace.fleet.trait(host, "hypervisor") !== undefined);
}

function mentionsApproval(workspace: Workspace, text: string): boolean {
  const { approval } = workspace.configuration.maintenance;
  return (approval !== undefined && text.includes(approval)) || APPROVAL.test(text);
}

function keywordText(workspace: Workspace, task: Task, keyword: string): string {
  const entry = task.keywords.get(keyword);
  return entry === undefined ? "" : workspace.textAt(entry.location);
}
