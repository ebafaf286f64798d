import { changedPaths } from "../../../engine/review.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import { openFilesSums, openFilesUnknown } from "../../../model/ceph/open-files.ts";
import { cephHosts } from "../../../model/firewall/tracking/ceph.ts";
import type { Host } from "../../../model/fleet/fleet.ts";
import { CONNTRACK_MAX, tableOf, trackedHosts } from "../../../model/kernel/conntrack/hosts.ts";
import type { Workspace } from "../../../model/workspace.ts";
import type { Reviewed } from "../../reviewed.ts";

/** What some hosts that are alike ask of a limit. */
export interface DemandRow {
  readonly of: "connections" | "files";
  readonly hosts: readonly string[];
  /** What the row is about where no host is known: a key, a file. */
  readonly name?: string;
  /** Undefined: nothing tells it. `steady` is a part of `worst`. */
  readonly demand: { readonly steady: number | undefined; readonly worst: number } | undefined;
  /** True where the demand may be more than that. */
  readonly isLeast: boolean;
  /** Undefined: nothing tells it; Infinity: none. */
  readonly limit: number | undefined;
  /** The kernel's default, as nothing sets it. */
  readonly isDefault: boolean;
  /** What it was before the change, where that differs. */
  readonly limitWas: number | undefined;
  /** Why a part is not known. */
  readonly reason: string | undefined;
}

/** Rules about a table of connections or of open files. */
const CONNECTIONS = new Set(["sysctl/conntrack-table-too-small", "firewall/tracked-storage-traffic"]);
const FILES = new Set(["ceph/open-files-overcommit"]);
const LOWERED = "sysctl/limit-lowered";
const FILE_LIMITS = /^(?:fs\.file-max|fs\.nr_open|(?:Default)?LimitNOFILE)$/;

/** Demand and limits of the hosts that findings are about, or whose demand or limit the change alters. */
export function demandRows(reviewed: Reviewed): DemandRow[] {
  const rows = [...connections(reviewed), ...files(reviewed), ...lowered(reviewed)];
  const known = new Set(rows.filter(({ hosts, demand }) => hosts.length > 0 && demand !== undefined).map(({ of, limit }) => `${of} ${limit}`));
  return merged(rows.filter(({ of, name, limit, demand }) => name === undefined || demand !== undefined || !known.has(`${of} ${limit}`)));
}

/** Fingerprints of the findings whose numbers these are. */
export function demandFindings({ report }: Reviewed): string[] {
  return report.findings.filter(({ rule, data }) => CONNECTIONS.has(rule) || FILES.has(rule) || (rule === LOWERED && kindOf(data["limit"]) !== undefined)).map(({ fingerprint }) => fingerprint);
}

function kindOf(limit: unknown): DemandRow["of"] | undefined {
  return limit === CONNTRACK_MAX ? "connections" : FILE_LIMITS.test(String(limit)) ? "files" : undefined;
}

function connections(reviewed: Reviewed): DemandRow[] {
  const { before, after, report } = reviewed;
  const { found, hidden } = trackedHosts(after);
  const isSaid = report.findings.some(({ rule }) => CONNECTIONS.has(rule));
  const old = new Map((before === undefined ? [] : trackedHosts(before).found).map((one) => [one.host.name, one]));
  const rows = found.flatMap(({ host, table, demand, whole }): DemandRow[] => {
    const was = old.get(host.name);
    const isChanged = before !== undefined && (was === undefined || was.table.max !== table.max || was.demand.worst !== demand.worst);
    if (!isSaid && !isChanged) return [];
    return [{ of: "connections", hosts: [host.name], demand, isLeast: !whole, limit: boundless(table.max), isDefault: table.location === undefined, limitWas: was === undefined || was.table.max === table.max ? undefined : boundless(was.table.max), reason: undefined }];
  });
  if (!isSaid) return rows;
  const counted = new Set(found.map(({ host }) => host.name));
  return [...rows, ...uncounted(reviewed, counted), ...[...hidden].map(([path, reason]) => unknownRow("connections", reviewed.shown(path), reason))];
}

/** Storage hosts whose connections are tracked, and of which nobody can tell how many there are. */
function uncounted({ after, report, shown }: Reviewed, counted: ReadonlySet<string>): DemandRow[] {
  const paths = after.paths.filter((path) => report.findings.some(({ rule, location }) => rule === "firewall/tracked-storage-traffic" && location.path === shown(path)));
  const hosts = new Map(paths.flatMap((path) => cephHosts(after, path)).map((host): [string, Host] => [host.name, host]));
  return [...hosts.values()].filter(({ name }) => !counted.has(name)).map((host): DemandRow => {
    const table = tableOf(after, host);
    return { of: "connections", hosts: [host.name], demand: undefined, isLeast: false, limit: table && boundless(table.max), isDefault: table !== undefined && table.location === undefined, limitWas: undefined, reason: undefined };
  });
}

/** 0 stands for no limit. */
function boundless(max: number): number {
  return max === 0 ? Infinity : max;
}

function files({ before, after, report, shown }: Reviewed): DemandRow[] {
  const isSaid = report.findings.some(({ rule }) => FILES.has(rule));
  const old = new Map((before === undefined ? [] : openFilesSums(before)).map((sum) => [sum.host.name, sum]));
  const rows = openFilesSums(after).flatMap(({ host, fileMax, total }): DemandRow[] => {
    const was = old.get(host.name);
    const isChanged = before !== undefined && (was === undefined || was.fileMax.value !== fileMax.value || was.total !== total);
    if (!isSaid && !isChanged) return [];
    return [{ of: "files", hosts: [host.name], demand: { steady: undefined, worst: total }, isLeast: false, limit: fileMax.value, isDefault: false, limitWas: was === undefined || was.fileMax.value === fileMax.value ? undefined : was.fileMax.value, reason: undefined }];
  });
  const touched = before === undefined ? new Set<string>() : new Set(changedPaths(before, after));
  const hidden = [...openFilesUnknown(after)].filter(([path]) => isSaid || touched.has(path));
  return [...rows, ...hidden.map(([path, reason]) => unknownRow("files", shown(path), reason))];
}

function unknownRow(of: DemandRow["of"], name: string, reason: string): DemandRow {
  return { of, hosts: [], name, demand: undefined, isLeast: false, limit: undefined, isDefault: false, limitWas: undefined, reason };
}

/** Limits that a change lowers, or that are below the kernel's own: of these only the limit is known. */
function lowered({ report }: Reviewed): DemandRow[] {
  return report.findings.flatMap(({ rule, data }): DemandRow[] => {
    const [limit, least] = [data["limit"], data["least"]];
    const base = { hosts: [], demand: undefined, isLeast: false, isDefault: false, reason: undefined };
    if (rule === "sysctl/conntrack-table-too-small" && typeof least === "number" && typeof data["max"] === "number") return [{ ...base, of: "connections", name: CONNTRACK_MAX, limit: data["max"], limitWas: undefined }];
    const of = rule === LOWERED ? kindOf(limit) : undefined;
    if (of === undefined || typeof data["after"] !== "number") return [];
    return [{ ...base, of, name: String(limit), limit: data["after"], limitWas: typeof data["before"] === "number" ? data["before"] : undefined }];
  });
}

/** Hosts with the same numbers are one row; the ones with the least left first. */
function merged(rows: readonly DemandRow[]): DemandRow[] {
  const found = new Map<string, DemandRow>();
  for (const row of rows) {
    const key = JSON.stringify([row.of, row.name, row.demand?.steady, row.demand?.worst, String(row.limit), String(row.limitWas), row.isLeast, row.isDefault, row.reason]);
    const known = found.get(key);
    found.set(key, known === undefined ? row : { ...known, hosts: [...known.hosts, ...row.hosts] });
  }
  const filled = ({ demand, limit }: DemandRow): number => (demand === undefined || limit === undefined ? -1 : demand.worst / limit);
  return [...found.values()].sort((a, b) => filled(b) - filled(a));
}

/** What these hosts are called together: a host, or the nearest group that all are in. */
export function hostsName(workspace: Workspace, names: readonly string[]): string | undefined {
  const hosts = names.flatMap((name) => workspace.fleet.host(name) ?? []);
  const [first] = hosts;
  if (first === undefined) return undefined;
  if (hosts.length === 1) return first.name;
  return first.groups.find((group) => hosts.every((host) => host.groups.includes(group)) && !isUnknown(group));
}
