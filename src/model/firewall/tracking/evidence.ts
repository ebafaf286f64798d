import { isUnknown } from "../../../engine/unknown.ts";
import type { Host } from "../../fleet/fleet.ts";
import type { Workspace } from "../../workspace.ts";
import type { FirewallRule, Ruleset } from "../ruleset.ts";
import { acceptsPorts } from "./accepted.ts";
import type { PortInterval } from "./ports.ts";

/** Why the hosts behind a ruleset are taken to hold connections for days, whose loss stops I/O. */
export interface LongLived {
  /** `storage`: disks of others hang on them; `database`: sessions do. */
  readonly kind: "storage" | "database";
  /** As a clause without full stop, for a message. */
  readonly why: string;
  /** Hosts that are known to be storage servers; empty where the ruleset alone speaks. */
  readonly hosts: readonly Host[];
}

/** Monitors (msgr2, msgr1), then OSDs, managers and metadata servers; see `osdPorts` for the upper end. */
export const CEPH_MONITORS: readonly PortInterval[] = [
  [3300n, 3300n],
  [6789n, 6789n],
];

/**
 * The range in which OSDs listen (ms_bind_port_min and _max): up to 7300 until Pacific, to 7568 since Quincy. `major` is
 * Ceph's major version; undefined takes what every release has.
 */
export function osdPorts(major: number | undefined): PortInterval {
  return [6800n, major !== undefined && major >= 17 ? 7568n : 7300n];
}

/** A range of more ports than this is not meant for one service. */
const NARROW = 64n;

/** Whether a named interval is Ceph's: a monitor's port (3300 alone is others' too), or the range of the OSDs. */
export function isCephPort([low, high]: PortInterval): boolean {
  if (low <= 6789n && 6789n <= high) return high - low <= 1100n;
  return low >= 6790n && low <= 6810n && high >= 7000n && high <= 7900n;
}

function isPortOf(ports: readonly PortInterval[]): (interval: PortInterval) => boolean {
  return ([low, high]) => high - low <= NARROW && ports.some(([from, to]) => low <= to && from <= high);
}

const STORAGE_PORTS: readonly (readonly [string, readonly PortInterval[]])[] = [
  ["iSCSI", [[3260n, 3260n]]],
  ["NFS", [[2049n, 2049n]]],
  ["DRBD", [[7788n, 7799n]]],
  ["GlusterFS", [[24007n, 24008n]]],
  ["NVMe over TCP", [[4420n, 4420n]]],
];

const DATABASE_PORTS: readonly (readonly [string, readonly PortInterval[]])[] = [
  ["PostgreSQL", [[5432n, 5432n]]],
  ["MySQL", [[3306n, 3306n]]],
  ["Galera", [[4567n, 4568n]]],
  ["MongoDB", [[27017n, 27019n]]],
  ["Redis", [[6379n, 6379n]]],
  ["Cassandra", [[7000n, 7001n], [9042n, 9042n]]],
  ["Kafka", [[9092n, 9094n]]],
  ["RabbitMQ", [[5671n, 5672n]]],
  ["etcd", [[2379n, 2380n]]],
];

/** The evidence that a ruleset guards long-lived internal connections: its hosts' trait, else the ports that it accepts. */
export function longLived(workspace: Workspace, ruleset: Ruleset): LongLived | undefined {
  const hosts = storageHosts(workspace, ruleset.path);
  if (hosts.length > 0) return { kind: "storage", why: workspace.fleet.trait(hosts[0]!, "storage")!.why, hosts };
  if (acceptsPorts(ruleset, isCephPort).length > 0) return { kind: "storage", why: "the ruleset accepts Ceph", hosts: [] };
  for (const [kind, table] of [["storage", STORAGE_PORTS], ["database", DATABASE_PORTS]] as const) {
    const service = table.find(([, ports]) => acceptsPorts(ruleset, isPortOf(ports)).length > 0);
    if (service !== undefined) return { kind, why: `the ruleset accepts ${service[0]}`, hosts: [] };
  }
  return undefined;
}

/** The rules that accept ports of one service with connections of days, by number. */
export function longLivedAccepts(ruleset: Ruleset): readonly LongLivedAccepts[] {
  let known = ACCEPTS.get(ruleset);
  if (known === undefined) ACCEPTS.set(ruleset, (known = findAccepts(ruleset)));
  return known;
}

/** A service with connections of days, and the rules that accept its ports. */
export interface LongLivedAccepts {
  readonly service: string;
  readonly rules: readonly FirewallRule[];
}

/** Several rules ask for them. */
const ACCEPTS = new WeakMap<Ruleset, readonly LongLivedAccepts[]>();

function findAccepts(ruleset: Ruleset): LongLivedAccepts[] {
  const named = [...STORAGE_PORTS, ...DATABASE_PORTS].map(([service, ports]) => [service, isPortOf(ports)] as const);
  return [["Ceph", isCephPort] as const, ...named].flatMap(([service, asked]) => {
    const rules = acceptsPorts(ruleset, asked);
    return rules.length === 0 ? [] : [{ service, rules }];
  });
}

/** The storage servers among the hosts that a file reaches. */
function storageHosts(workspace: Workspace, path: string): readonly Host[] {
  const scope = workspace.fleet.scopeOf(path);
  return isUnknown(scope) ? [] : scope.hosts.filter((host) => workspace.fleet.trait(host, "storage") !== undefined);
}
