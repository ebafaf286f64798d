import type { Location } from "../../../engine/location.ts";
import type { Host } from "../../fleet/fleet.ts";
import type { Workspace } from "../../workspace.ts";
import type { Carrier } from "./carrier.ts";
import { neededOf } from "./reach.ts";
import type { Scheduled } from "./scheduled.ts";

/** Something that the clock starts on several hosts at the same moment. */
export interface Moment {
  /** `This timer`, `This cron job`. */
  readonly by: string;
  readonly hosts: readonly Host[];
  readonly actions: readonly Scheduled[];
  /** `it starts at 04:00 on each of them`. */
  readonly because: string;
  readonly advice: string;
  readonly location: Location;
}

/**
 * The carriers that a moment makes: restarts of services that hosts depend on; reboots and upgrades where others depend on
 * the hosts themselves.
 */
export function carriersAt(workspace: Workspace, { by, hosts, actions, because, advice, location }: Moment): Carrier[] {
  const carriers = actions.flatMap((action): Carrier[] => {
    const reach = neededOf(workspace, hosts);
    if (action.kind === "host" && reach === undefined) return [];
    const all = reach !== undefined && reach.hosts.length === hosts.length;
    return [
      {
        by,
        ...action,
        units: action.kind === "host" || all ? reach!.units : "hosts",
        hosts: action.kind === "host" ? reach!.hosts : hosts,
        wave: { share: 1, because, advice, severity: "warning", location },
        passes: [],
        unchecked: undefined,
        confidence: action.kind === "host" ? reach!.confidence : "certain",
      },
    ];
  });
  // What reboots is down whatever else it does.
  const reboot = carriers.find(({ action }) => action === "reboot");
  return reboot === undefined ? carriers.slice(0, 1) : [reboot];
}
