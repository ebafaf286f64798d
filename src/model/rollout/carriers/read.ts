import type { Workspace } from "../../workspace.ts";
import type { CarrierFile } from "./carrier.ts";
import { automaticUpdates } from "./automatic-updates.ts";
import { cronFiles, cronTasks } from "./cron.ts";
import { daemonSets } from "./daemon-sets.ts";
import { kured } from "./kured.ts";
import { roleVariables } from "./role-variables.ts";
import { timers } from "./timers.ts";
import { unattendedUpgrades } from "./unattended-upgrades.ts";
import { workloads } from "./workloads.ts";

const READERS = [daemonSets, workloads, kured, unattendedUpgrades, roleVariables, automaticUpdates, timers, cronFiles, cronTasks];

/** What a file rolls out by other means than plays; undefined where it does not. */
export function readCarriers(workspace: Workspace, path: string): CarrierFile | undefined {
  const carriers = READERS.flatMap((reader) => reader(workspace, path));
  return carriers.length === 0 ? undefined : { carriers };
}
