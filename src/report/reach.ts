import { isUnknown } from "../engine/unknown.ts";
import type { EditReach, ReachedHost } from "../model/fleet/change/reach.ts";
import { recordsOf } from "../model/fleet/records/read.ts";
import type { Workspace } from "../model/workspace.ts";
import type { Translate } from "./reviewed.ts";

/** Above so many changed files an edit is followed by itself and not together with the others. */
const MANY_FILES = 200;

/** HEAD; where many files differ from it, the present state with this file alone as it is in HEAD. */
export function baseFor(head: Workspace, workspace: Workspace, path: string): Workspace {
  const differ = workspace.paths.reduce((count, other) => (workspace.text(other) === head.text(other) ? count : count + 1), 0);
  return differ <= MANY_FILES ? head : workspace.with(new Map([[path, head.text(path)]]));
}

/** Every host that a file applies to, as a reach at its top; undefined where that is not known, or there is none. */
export function reachOfFile(workspace: Workspace, path: string): EditReach | undefined {
  const scope = workspace.fleet.scopeOf(path);
  if (isUnknown(scope) || scope.hosts.length === 0) return undefined;
  const groups = new Map<string, ReachedHost[]>();
  for (const host of scope.hosts) {
    const group = host.groups[0] ?? "all";
    groups.set(group, [...(groups.get(group) ?? []), { host, changed: false, services: [] }]);
  }
  const hosts = scope.hosts.length;
  return {
    range: { start: 0, end: 0 }, of: workspace.fleet.hosts.length, hosts, changed: 0, interrupted: 0, services: [], used: true,
    groups: [...groups].map(([name, members]) => ({ name, hosts: members })),
  };
}

/** A whole file's reach in a line. */
export function fileReachTitle({ hosts, of }: EditReach, t: Translate): string {
  return t("Applies to {0} of {1} hosts", hosts, of);
}

/** An edit's reach in a line. */
export function reachTitle({ hosts, of, changed, interrupted, services, used }: EditReach, workspace: Workspace, path: string, t: Translate): string {
  const parts = [hosts === 1 ? t("Reaches 1 of {0} hosts", of) : t("Reaches {0} of {1} hosts", hosts, of)];
  // What an agent applies (an ENC's answer, NetBox) reaches hosts without any task.
  const isRecord = (): boolean => recordsOf(workspace).in(path).length > 0;
  if (!used) parts.push(isRecord() ? t("applied from outside this repository") : t("read by no task here"));
  else if (changed < hosts) parts.push(t("{0} by plays here", changed));
  if (services.length === 1) parts.push(t("restarts {0} on {1}", services[0]!, interrupted));
  else if (services.length > 1) parts.push(t("restarts {0} services on {1}", services.length, interrupted));
  return parts.join(" · ");
}
