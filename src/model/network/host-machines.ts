import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import { networkOfHost } from "./host-network.ts";
import type { Machine } from "./machines.ts";
import { machineOf, machinesOf } from "./machines.ts";
import { renderingsOf } from "./rendered/on-hosts.ts";
import { networkTasks } from "./rendered/placements.ts";

/** Of the hosts that one file reaches, so many are looked at: what is wrong with its tunnels shows on the first of them. */
const HOSTS = 50;

/**
 * The machines that a file is a part of: as its own text and that of the files beside it say, then each host that gets it,
 * with its variables in the templates and in what other files say of it; of hosts for which a template is the same, one.
 */
export function machinesFor(workspace: Workspace, path: string): readonly Machine[] {
  const own = machineOf(workspace, path);
  if (own === undefined) return [];
  const scope = workspace.fleet.scopeOf(path);
  const some = isUnknown(scope) || !(isTemplate(workspace, path) || own.files.some(({ source }) => source === "ansible")) ? [] : scope.hosts.slice(0, HOSTS);
  const hosts = new Set([...some, ...renderingsOf(workspace, path).map(({ host }) => host)]);
  return [own, ...[...hosts].map((host) => networkOfHost(workspace, host))];
}

function isTemplate(workspace: Workspace, path: string): boolean {
  return /\{\{|\{%/.test(workspace.text(path) ?? "");
}

/** Every machine with a tunnel: those that files show, and the inventory's hosts. */
export function tunnelMachines(workspace: Workspace): readonly Machine[] {
  return workspace.derive(collect);
}

function collect(workspace: Workspace): readonly Machine[] {
  const found = [...machinesOf(workspace)];
  if (workspace.derive(networkTasks).length > 0 || workspace.subjects("network").some(({ subject }) => subject.interfaces.some(({ tunnel }) => tunnel !== undefined))) {
    found.push(...workspace.fleet.hosts.map((host) => networkOfHost(workspace, host)));
  }
  return found.filter(({ interfaces }) => [...interfaces.values()].some(({ tunnel }) => tunnel !== undefined));
}
