import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { NoRoom } from "../forecast/capacity.ts";
import { withoutRoom } from "../forecast/capacity.ts";
import type { Workspace } from "../workspace.ts";
import { configuredPlace } from "./configured-place.ts";
import { hypervisorsOf } from "./hypervisors.ts";
import type { MaintenanceNeed, PlannedWindow } from "./maintenance.ts";
import { plannedWindow } from "./maintenance.ts";
import type { MigrationLimits } from "./migration-limits.ts";
import { migrationLimits } from "./migration-limits.ts";

/** A window that is written at one place, and the virtualisation hosts that have it. */
export interface WrittenWindow {
  readonly location: Location;
  readonly window: PlannedWindow;
  readonly needs: readonly MaintenanceNeed[];
}

/** Guests that are written at one place, and the hosts that have them: one host, or several of one kind. */
export interface WrittenGuests {
  readonly location: Location;
  readonly needs: readonly MaintenanceNeed[];
  /** Those of these hosts that could not be emptied even if they were the only one. */
  readonly noRoom: readonly { readonly need: MaintenanceNeed; readonly why: NoRoom }[];
}

/** What one file says about the maintenance of virtualisation hosts. */
export interface MaintenanceFile {
  readonly windows: readonly WrittenWindow[];
  readonly guests: readonly WrittenGuests[];
  /** In premortem.yaml: all virtualisation hosts of which the need is known, where it is that of all. */
  readonly all: readonly MaintenanceNeed[];
  /** What the settings of a cluster in this file allow one migration. */
  readonly limits: readonly MigrationLimits[];
}

/** What a file says about the maintenance of virtualisation hosts; undefined where it says nothing of it. */
export function readMaintenance(workspace: Workspace, path: string): MaintenanceFile | undefined {
  const limits = migrationLimits(workspace, path);
  const file = workspace.derive(maintenanceFiles).get(path);
  return limits.length === 0 ? file : { windows: [], guests: [], all: [], ...file, limits };
}

/** What each file says about the maintenance of virtualisation hosts that are certainly such. */
function maintenanceFiles(workspace: Workspace): ReadonlyMap<string, MaintenanceFile> {
  const files = new Map<string, MaintenanceFile & { windows: WrittenWindow[]; guests: WrittenGuests[] }>();
  const { migration, variables } = workspace.configuration;
  // To know which hosts have guests costs a look at all of them: only where somebody told how they migrate.
  if (migration.bandwidth === undefined && variables.migrationLink === undefined) return files;
  const fileOf = (path: string) => {
    let file = files.get(path);
    if (file === undefined) files.set(path, (file = { windows: [], guests: [], all: [], limits: [] }));
    return file;
  };
  const { hosts, needs, cluster, unknownRoom } = workspace.derive(hypervisorsOf);
  const windows = new Map<string, WrittenWindow & { needs: MaintenanceNeed[] }>();
  const guests = new Map<string, WrittenGuests & { needs: MaintenanceNeed[]; noRoom: { need: MaintenanceNeed; why: NoRoom }[] }>();
  const all: MaintenanceNeed[] = [];
  const noRoom = unknownRoom === undefined && hosts.length > 1 ? withoutRoom(cluster) : new Map<number, NoRoom>();
  for (const [index, host] of hosts.entries()) {
    const need = needs.get(host.name)!;
    if (isUnknown(need) || workspace.fleet.trait(host, "hypervisor")?.certain !== true) continue;
    all.push(need);
    const written = entry(guests, need.location, () => ({ location: need.location, needs: [], noRoom: [] }));
    written.needs.push(need);
    const why = noRoom.get(index);
    if (why !== undefined) written.noRoom.push({ need, why });
    const window = plannedWindow(workspace, host);
    if (isUnknown(window)) continue;
    const location = window.location ?? configuredPlace(workspace, "maintenance", "window");
    if (location !== undefined) entry(windows, location, () => ({ location, window, needs: [] })).needs.push(need);
  }
  for (const one of windows.values()) fileOf(one.location.path).windows.push(one);
  for (const one of guests.values()) fileOf(one.location.path).guests.push(one);
  const configuration = configuredPlace(workspace, "maintenance", "period");
  if (configuration !== undefined && all.length > 0 && all.length === hosts.length) {
    files.set(configuration.path, { ...fileOf(configuration.path), all });
  }
  for (const file of files.values()) file.windows.sort((a, b) => a.location.range.start - b.location.range.start);
  return files;
}

function entry<T>(map: Map<string, T>, { path, range }: Location, make: () => T): T {
  const key = `${path}\0${range.start}\0${range.end}`;
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
