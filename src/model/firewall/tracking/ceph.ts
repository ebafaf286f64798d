import { isUnknown } from "../../../engine/unknown.ts";
import { RELEASE_NAMES } from "../../ceph/options.ts";
import type { Host } from "../../fleet/fleet.ts";
import type { Workspace } from "../../workspace.ts";
import type { Ruleset } from "../ruleset.ts";
import { acceptsPorts } from "./accepted.ts";
import { isStateful, untracked } from "./index.ts";
import { CEPH_MONITORS, isCephPort, osdPorts } from "./evidence.ts";
import type { PortInterval } from "./ports.ts";
import { intersect, subtract, union } from "./ports.ts";

/** Ceph's ports as this repository's release has them, and those that every release has. */
export function cephPorts(workspace: Workspace): { readonly all: PortInterval[]; readonly sure: PortInterval[] } {
  const sure = [...CEPH_MONITORS, osdPorts(undefined)];
  return { sure, all: [...CEPH_MONITORS, osdPorts(cephMajor(workspace))] };
}

/** Ceph's major version as premortem.yaml gives it, by name or by number. */
function cephMajor(workspace: Workspace): number | undefined {
  const release = workspace.configuration.cephRelease?.toLowerCase();
  if (release === undefined) return undefined;
  const major = RELEASE_NAMES[release] ?? Number.parseInt(release, 10);
  return Number.isNaN(major) ? undefined : major;
}

/** The hosts of a ruleset that run Ceph: storage servers in a repository that speaks of Ceph. */
export function cephHosts(workspace: Workspace, path: string): readonly Host[] {
  const scope = workspace.fleet.scopeOf(path);
  if (isUnknown(scope)) return [];
  const configured = workspace.derive(speaksOfCeph);
  return scope.hosts.filter((host) => workspace.fleet.trait(host, "storage") !== undefined && (configured || hasOsds(workspace, host)));
}

function speaksOfCeph(workspace: Workspace): boolean {
  return workspace.subjects("ceph").length > 0 || workspace.subjects("firewall").some(({ subject }) => acceptsPorts(subject, isCephPort).length > 0);
}

function hasOsds(workspace: Workspace, host: Host): boolean {
  const { why } = workspace.fleet.trait(host, "storage")!;
  return /\b(ceph|osds?)\b/i.test(why.replace(/[_-]/g, " ")) || host.groups.some((group) => /(^|[_-])(ceph|osds?)($|[_-])/i.test(group)) || workspace.fleet.fact(host, "osds") !== undefined;
}

/**
 * The rulesets that are loaded on the same hosts as one of them, itself among them. Where its hosts are not known: those
 * next to it in its folder, or with `sure` itself alone.
 */
export function rulesetsBeside(workspace: Workspace, path: string, sure = false): readonly Ruleset[] {
  const scope = workspace.fleet.scopeOf(path);
  const names = isUnknown(scope) ? undefined : new Set(scope.hosts.map(({ name }) => name));
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  return workspace.subjects("firewall").flatMap(({ path: other, subject }) => {
    if (other === path) return [subject];
    if (names === undefined) return !sure && other.slice(0, other.lastIndexOf("/") + 1) === folder ? [subject] : [];
    const there = workspace.fleet.scopeOf(other);
    return (isUnknown(there) ? !sure : there.hosts.some(({ name }) => names.has(name))) ? [subject] : [];
  });
}

/** Which of Ceph's ports a packet that opens a connection gets tracked on. */
export interface TrackedCeph {
  /** Of those that every release uses. */
  readonly ports: readonly PortInterval[];
  /** Of those that only this repository's release uses, where the others are exempt. */
  readonly beyond: readonly PortInterval[];
  /** A set or a template hides what is exempt. */
  readonly unknown: boolean;
}

/** The Ceph ports that stay tracked on the hosts of a ruleset: for connections to them, since those are what the host accepts. */
export function trackedCeph(workspace: Workspace, path: string): TrackedCeph {
  const exempt = untracked(rulesetsBeside(workspace, path), "prerouting", "dport");
  const { all, sure } = cephPorts(workspace);
  const left = subtract(all, exempt.ports);
  const ports = intersect(left, sure);
  return { ports, beyond: subtract(left, union(sure)), unknown: exempt.unknown };
}

/** Whether another stateful ruleset on the same hosts is the one that speaks of Ceph's ports. */
export function spokenForElsewhere(workspace: Workspace, ruleset: Ruleset): boolean {
  if (acceptsPorts(ruleset, isCephPort).length > 0) return false;
  return rulesetsBeside(workspace, ruleset.path).some((other) => other.path !== ruleset.path && isStateful(other) && acceptsPorts(other, isCephPort).length > 0);
}
