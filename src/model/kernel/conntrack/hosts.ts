import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import { osdsOf } from "../../ceph/osds.ts";
import type { Ruleset } from "../../firewall/ruleset.ts";
import { cephHosts, trackedCeph } from "../../firewall/tracking/ceph.ts";
import { isStateful } from "../../firewall/tracking/index.ts";
import type { Host } from "../../fleet/fleet.ts";
import { isMapping } from "../../fleet/values.ts";
import type { Workspace } from "../../workspace.ts";
import { effectiveSysctl } from "../effective.ts";
import { memoryOf } from "../memory.ts";
import { parseInteger } from "../number.ts";
import type { CephLoad, Demand } from "./demand.ts";
import { demand } from "./demand.ts";
import type { TableSize } from "./size.ts";
import { LEAST_DEFAULT, defaultTable } from "./size.ts";

/** How many entries the table holds. */
export const CONNTRACK_MAX = "net.netfilter.nf_conntrack_max";
/** How many lists they hang in. */
export const CONNTRACK_BUCKETS = "net.netfilter.nf_conntrack_buckets";

/** The table of one host. */
export interface Table {
  /** Entries; 0: no limit. */
  readonly max: number;
  /** Where it is set; undefined: the kernel's default. */
  readonly location?: Location;
  /** The default for its memory and kernel, where both are known. */
  readonly byDefault?: TableSize;
  /** A default that neither memory nor kernel tell: the least that a host of more than 1 GiB has. */
  readonly guessed: boolean;
}

/** A host whose firewall tracks a cluster's connections, and the sum. */
export interface TrackedHost {
  readonly host: Host;
  readonly ruleset: Ruleset;
  readonly table: Table;
  readonly load: CephLoad;
  readonly demand: Demand;
  /** False: part of the load is a lower bound, since nothing tells it. */
  readonly whole: boolean;
  /** What says how many OSDs there are. */
  readonly from?: Location;
}

/** The table of connections that a host has; undefined where its value is hidden. */
export function tableOf(workspace: Workspace, host: Host): Table | undefined {
  const memory = memoryOf(workspace, host);
  const kernel = workspace.fleet.kernel(host);
  const byDefault = memory === undefined || isUnknown(kernel) ? undefined : defaultTable(memory.bytes, kernel);
  const set = effectiveSysctl(workspace, host, CONNTRACK_MAX);
  if (set !== undefined) {
    const max = isUnknown(set) ? undefined : parseInteger(set.value);
    return max === undefined || isUnknown(set) ? undefined : { max, location: set.location, ...(byDefault ? { byDefault } : {}), guessed: false };
  }
  return { max: byDefault?.max ?? LEAST_DEFAULT, ...(byDefault ? { byDefault } : {}), guessed: byDefault === undefined };
}

/** Every host whose stateful rules see Ceph's connections: its storage hosts, and the hypervisors whose guests use it. */
export function trackedHosts(workspace: Workspace): { readonly found: readonly TrackedHost[]; readonly hidden: ReadonlyMap<string, string> } {
  return workspace.derive(collect);
}

interface Cluster {
  readonly osds: ReadonlyMap<string, { readonly count: number; readonly location: Location }>;
  readonly allOsds: number;
  readonly most: number;
  /** Guests of all hypervisors. */
  readonly guests: number;
  /** Every storage host's OSDs and every hypervisor's guests are known. */
  readonly whole: boolean;
}

function clusterOf(workspace: Workspace): Cluster {
  const osds = new Map<string, { count: number; location: Location }>();
  let [allOsds, most, guests, whole] = [0, 0, 0, true];
  for (const host of workspace.fleet.hosts) {
    const count = workspace.fleet.trait(host, "storage") === undefined ? undefined : osdsOf(workspace, host);
    if (count !== undefined) {
      osds.set(host.name, count);
      allOsds += count.count;
      most = Math.max(most, count.count);
    }
    if (workspace.fleet.trait(host, "hypervisor") === undefined) continue;
    const own = guestsOn(workspace, host);
    guests += own ?? 1;
    if (own === undefined) whole = false;
  }
  return { osds, allOsds, most, guests, whole };
}

/** A hypervisor's guests: a list or mapping of them, or their number. */
function guestsOn(workspace: Workspace, host: Host): number | undefined {
  const value = workspace.fleet.fact(host, "virtualMachines")?.value;
  if (value === undefined || isUnknown(value)) return undefined;
  if (typeof value === "number") return value;
  return Array.isArray(value) ? value.length : isMapping(value) ? Object.keys(value).length : undefined;
}

function collect(workspace: Workspace): { readonly found: readonly TrackedHost[]; readonly hidden: ReadonlyMap<string, string> } {
  const found: TrackedHost[] = [];
  const hidden = new Map<string, string>();
  const seen = new Set<string>();
  for (const { path, subject: ruleset } of workspace.subjects("firewall")) {
    if (!isStateful(ruleset)) continue;
    const scope = workspace.fleet.scopeOf(path);
    if (isUnknown(scope)) continue;
    const cluster = workspace.derive(clusterOf);
    if (cluster.allOsds === 0) continue;
    const storage = new Set(cephHosts(workspace, path).map(({ name }) => name));
    const { ports, unknown: open } = trackedCeph(workspace, path);
    if (ports.length === 0 || open) continue;
    for (const host of scope.hosts) {
      const own = storage.has(host.name) ? cluster.osds.get(host.name) : undefined;
      const guests = workspace.fleet.trait(host, "hypervisor") === undefined ? undefined : guestsOn(workspace, host);
      if ((own === undefined && guests === undefined) || seen.has(host.name)) continue;
      seen.add(host.name);
      const table = tableOf(workspace, host);
      if (table === undefined) {
        hidden.set(path, `${CONNTRACK_MAX} of ${host.name} is not known`);
        continue;
      }
      const load: CephLoad = { osds: own?.count ?? 0, allOsds: cluster.allOsds, osdsOfOneHost: cluster.most, clients: own === undefined ? guests! : cluster.guests };
      found.push({ host, ruleset, table, load, demand: demand(load), whole: own === undefined || cluster.whole, ...(own ? { from: own.location } : {}) });
    }
  }
  return { found, hidden };
}
