import type { Location } from "../../engine/location.ts";
import { parseCommands, type ShellTree } from "../../formats/shell/index.ts";
import type { Task } from "../fleet/fleet.ts";
import { actionsOf } from "../rollout/services.ts";
import { commandActions } from "../rollout/commands.ts";
import type { Read } from "../rollout/task-values.ts";
import type { Workspace } from "../workspace.ts";

/** How a command configures the network anew. */
export type NetworkRestart = "ifupdown" | "networkd" | "netplan" | "networkmanager" | "wicked";

/** A place that configures all interfaces of a host anew. */
export interface NetworkRestartAt {
  readonly how: NetworkRestart;
  /** As the text names it: `networking`, `netplan apply`. */
  readonly name: string;
  readonly location: Location;
}

/** Services that hold the configuration of every interface. */
const SERVICES: readonly (readonly [NetworkRestart, RegExp])[] = [
  ["ifupdown", /^(networking|network|ifupdown2?)$/],
  ["networkd", /^systemd-networkd$/],
  ["networkmanager", /^(NetworkManager|network-?manager)$/],
  ["wicked", /^wicked(d)?$/],
  ["netplan", /^netplan$/],
];

/** Whether a restart of the service touches every interface; undefined: it is another kind of service. */
export function networkRestart(service: string): NetworkRestart | undefined {
  const plain = service.trim().replace(/\.service$/, "");
  return SERVICES.find(([, pattern]) => pattern.test(plain))?.[0];
}

/** What a task itself configures anew; none for a reload, or for one interface. */
export function networkRestartsOf(task: Task, read: Read): readonly NetworkRestartAt[] {
  return actionsOf(task, read).flatMap(({ service, action, certain, location }) => {
    const how = certain && (action === "restart" || action === "stop") ? networkRestart(service) : undefined;
    return how === undefined ? [] : [{ how, name: service, location }];
  });
}

/** The commands of a shell script that configure every interface anew. */
export function networkRestartsIn(workspace: Workspace, path: string): readonly NetworkRestartAt[] {
  const document = workspace.document(path);
  if (document?.language !== "shell") return [];
  return (document.tree as ShellTree).commands.flatMap(({ range }) => {
    const text = document.text.slice(range.start, range.end);
    // Nothing else is worth parsing a second time.
    if (!/network|netplan|ifdown|ifup|wicked/i.test(text) || parseCommands(text).length === 0) return [];
    return commandActions(text).flatMap(({ service, action }) => {
      const how = action === "restart" || action === "stop" ? networkRestart(service) : undefined;
      return how === undefined ? [] : [{ how, name: service, location: { path, range } }];
    });
  });
}
