import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Host, Value, Variable } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";

/** How many OSDs a host runs, and what says so. */
export interface OsdCount {
  readonly count: number;
  readonly location: Location;
  /** For a person: `osds = 8`, `6 entries of lvm_volumes`. */
  readonly how: string;
}

/** ceph-ansible's lists, each entry one OSD (`devices` is multiplied by `osds_per_device`), and usual names of counts. */
const LISTS = ["lvm_volumes", "devices", "osd_devices", "ceph_osd_devices", "ceph_devices", "osd_disks", "ceph_osd_disks"];
const COUNTS = ["osds", "osd_count", "ceph_osds", "ceph_osd_count", "num_osds", "osds_per_host", "osds_per_node", "osd_per_host"];

/** The OSDs of a host: from what premortem.yaml maps, else from usual variables, else from ceph.conf's sections with its name. */
export function osdsOf(workspace: Workspace, host: Host): OsdCount | undefined {
  const mapped = workspace.fleet.fact(host, "osds");
  if (mapped !== undefined) {
    const count = ofVariable(mapped, host);
    if (count !== undefined) return count;
  }
  for (const name of [...COUNTS, ...LISTS]) {
    const variable = host.variables.get(name);
    const count = variable && ofVariable(variable, host);
    if (count !== undefined) return count;
  }
  return ofSections(workspace, host);
}

function ofVariable(variable: Variable, host: Host): OsdCount | undefined {
  const { name, value, location } = variable;
  if (isUnknown(value) || value === null || typeof value === "boolean") return undefined;
  if (typeof value === "number" || typeof value === "string") {
    if (!/^\d+$/.test(String(value))) return undefined;
    return positive({ count: Number(value), location, how: `${name} = ${value}` });
  }
  const entries = Array.isArray(value) ? (value as readonly Value[]).length : Object.keys(value).length;
  const perDevice = name.endsWith("devices") ? Number(host.variables.get("osds_per_device")?.value ?? 1) : 1;
  const factor = Number.isInteger(perDevice) && perDevice > 0 ? perDevice : 1;
  const how = factor === 1 ? `${entries} entries of ${name}` : `${entries} entries of ${name}, ${factor} OSDs each`;
  return positive({ count: entries * factor, location, how });
}

/** `[osd.3]` with `host = NAME`, as clusters made by hand have it. */
function ofSections(workspace: Workspace, host: Host): OsdCount | undefined {
  const short = host.name.split(".")[0]!;
  const ofHost = workspace.data(sectionsByHost);
  const found = ofHost.get(host.name) ?? ofHost.get(short);
  return found && { count: found.size, location: [...found.values()][0]!, how: `${found.size} [osd.N] sections` };
}

function sectionsByHost(workspace: Workspace): ReadonlyMap<string, ReadonlyMap<string, Location>> {
  const byHost = new Map<string, Map<string, Location>>();
  for (const { path, subject } of workspace.subjects("ceph")) {
    for (const { section, option, value, kind, valueRange } of subject.settings) {
      if (kind !== "conf" || option !== "host" || isUnknown(section) || isUnknown(value) || !/^osd\.\d+$/.test(section)) continue;
      const sections = byHost.get(value) ?? new Map<string, Location>();
      byHost.set(value, sections.set(section, { path, range: valueRange }));
    }
  }
  return byHost;
}

function positive(count: OsdCount): OsdCount | undefined {
  return count.count > 0 ? count : undefined;
}
