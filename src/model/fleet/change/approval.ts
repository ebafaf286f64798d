import type { Location } from "../../../engine/location.ts";
import type { Workspace } from "../../workspace.ts";
import type { Task } from "../fleet.ts";
import type { HostInterruption } from "./effects.ts";

/** What people call the variable that somebody has to set before a step runs. */
const APPROVAL = /\b\w*(approv|confirm|acknowledg|consent|go_?ahead|i_am_sure|really|force_)\w*\b/i;

/**
 * Whether something asks a human before the interruption on virtualisation hosts: a condition on an approval (the
 * variable of `maintenance.approval`, or one that is named so), a condition that leaves these hosts out, a prompt of the
 * play, or a pause or an assertion that comes first.
 */
export function isGated(workspace: Workspace, { task, play, hosts }: HostInterruption): boolean {
  if (play.keywords.has("vars_prompt")) return true;
  const condition = keywordText(workspace, task, "when");
  if (mentionsApproval(workspace, condition)) return true;
  const groups = new Set(hosts.flatMap((host) => (workspace.fleet.trait(host, "hypervisor") === undefined ? [] : host.groups)));
  if (/not\s+in\s+group(_name)?s\b/.test(condition) && [...groups].some((group) => condition.includes(group))) return true;
  const at = play.tasks.indexOf(task);
  const earlier = at === -1 ? play.tasks : play.tasks.slice(0, at);
  return earlier.some((other) => {
    if (other.module === "pause") return other.args.has("prompt");
    if (other.module !== "assert" && other.module !== "fail") return false;
    return mentionsApproval(workspace, textOf(workspace, other.location));
  });
}

function mentionsApproval(workspace: Workspace, text: string): boolean {
  const { approval } = workspace.configuration.maintenance;
  return (approval !== undefined && text.includes(approval)) || APPROVAL.test(text);
}

function keywordText(workspace: Workspace, task: Task, keyword: string): string {
  const entry = task.keywords.get(keyword);
  return entry === undefined ? "" : textOf(workspace, entry.location);
}

function textOf(workspace: Workspace, { path, range }: Location): string {
  return (workspace.text(path) ?? "").slice(range.start, range.end);
}
