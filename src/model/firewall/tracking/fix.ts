import type { TextEdit } from "../../../engine/fix.ts";
import type { Host } from "../../fleet/fleet.ts";
import { loadsAtBoot } from "../../kernel/modules.ts";
import { placements, reaches } from "../../kernel/placement.ts";
import type { Workspace } from "../../workspace.ts";
import { CONNTRACK_MODULE, LIBERAL } from "./switches.ts";

/**
 * The edits that set be_liberal on hosts for good: a line in a sysctl file that all of them get already, and where nothing
 * loads the module ahead of it, one in a modules-load file that all get. undefined where no such file is evident.
 */
export function setLiberal(workspace: Workspace, hosts: readonly Host[], near: string): readonly TextEdit[] | undefined {
  if (hosts.length === 0) return undefined;
  const sysctl = fileOnAll(workspace, hosts, "sysctl", near);
  if (sysctl === undefined) return undefined;
  const edits = [append(workspace, sysctl, `${LIBERAL} = 1`)];
  if (hosts.every((host) => loadsAtBoot(workspace, host, CONNTRACK_MODULE)?.sure)) return edits;
  const modules = fileOnAll(workspace, hosts, "modules-load", near);
  return modules === undefined ? undefined : [...edits, append(workspace, modules, CONNTRACK_MODULE)];
}

/** A file of a language that every one of the hosts gets; of several, the one that shares most of its path with `near`. */
function fileOnAll(workspace: Workspace, hosts: readonly Host[], language: "sysctl" | "modules-load", near: string): string | undefined {
  let best: { path: string; shared: number } | undefined;
  for (const path of workspace.paths) {
    if (workspace.language(path) !== language) continue;
    const places = placements(workspace, path);
    if (!hosts.every((host) => places.some(({ scope }) => reaches(scope, host) === true))) continue;
    const shared = commonFolders(path, near);
    if (best === undefined || shared > best.shared) best = { path, shared };
  }
  return best?.path;
}

function commonFolders(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  let count = 0;
  while (count < left.length - 1 && left[count] === right[count]) count++;
  return count;
}

function append(workspace: Workspace, path: string, line: string): TextEdit {
  const text = workspace.text(path) ?? "";
  const end = text.length;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return { path, range: { start: end, end }, newText: `${text === "" || text.endsWith("\n") ? "" : newline}${line}${newline}` };
}
