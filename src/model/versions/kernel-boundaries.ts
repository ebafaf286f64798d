import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { TRAITS } from "../../engine/configuration.ts";
import type { Ruleset } from "../firewall/ruleset.ts";
import { longLived } from "../firewall/tracking/evidence.ts";
import { era } from "../firewall/reload/losses.ts";
import { exposure } from "../firewall/tracking/exposure.ts";
import { isStateful, statefulPlace } from "../firewall/tracking/index.ts";
import type { Host } from "../fleet/fleet.ts";
import { allSysctls } from "../kernel/effective.ts";
import { loadedModules } from "../kernel/modules.ts";
import type { KernelVersion } from "../kernel/version.ts";
import type { Workspace } from "../workspace.ts";
import { kernelsOf } from "./kernels.ts";

/** A kernel version from which on something behaves differently that configurations rely on. */
export interface KernelBoundary {
  readonly since: KernelVersion;
  /** What changed, as a sentence that begins with "Since X" and goes on in the message; no full stop. */
  readonly change: string;
  /** What it means for hosts on both sides, as a sentence without full stop. */
  readonly consequence: string;
  readonly instead: string;
  readonly source: string;
  /** The places of the repository that rely on it, each with the hosts of one role. */
  readonly relied: (workspace: Workspace) => readonly Reliance[];
}

/** A place of the repository that behaves differently on the two sides of a boundary. */
export interface Reliance {
  readonly location: Location;
  /** Hosts of one role, which should behave alike. */
  readonly hosts: readonly Host[];
  /** `storage hosts`, `hosts that get nftables.conf`. */
  readonly role: string;
  /** False where the effect depends on more than the text tells, such as how a ruleset is loaded. */
  readonly certain: boolean;
}

/** The boundaries that are known, oldest first. */
export const KERNEL_BOUNDARIES: readonly KernelBoundary[] = [
  {
    since: { major: 4, minor: 9 },
    change: "there is the congestion control BBR",
    consequence: "older kernels refuse the setting and keep their own, so that hosts of one role share a link unequally",
    instead: "Bring all of them to one side, or set it only where the kernel has it.",
    source: "Linux 0f8782ea1497 (net/ipv4/tcp_bbr.c, 4.9)",
    relied: (workspace) => sysctlValue(workspace, "net.ipv4.tcp_congestion_control", "bbr"),
  },
  {
    since: { major: 4, minor: 10 },
    change: "connection tracking works only while a rule asks for it, so that it forgets what passes while the rules are away",
    consequence: "the same reload of the firewall keeps established connections on one side and drops them on the other, and a test on one says nothing of the other",
    instead: "Bring all of them to one side, or set net.netfilter.nf_conntrack_tcp_be_liberal to 1 on all.",
    source: "Linux 0c66dc1ea3f0 (hooks per namespace, 4.10), 4d3a57f23dec (4.14), f94e63801ab2 (windows are reset, 4.19)",
    relied: (workspace) => workspace.data(trackedConnections),
  },
  {
    since: { major: 4, minor: 19 },
    change: "connection tracking resets the windows of connections when its rules come back",
    consequence: "the same reload of the firewall drops established connections on the older side and keeps most on the newer, and a test on one says nothing of the other",
    instead: "Bring all of them to one side, or set net.netfilter.nf_conntrack_tcp_be_liberal to 1 on all.",
    source: "Linux f94e63801ab2 (net/netfilter/nf_conntrack_proto.c, 4.19)",
    relied: (workspace) => workspace.data(trackedConnections),
  },
  {
    since: { major: 4, minor: 19 },
    change: "the modules nf_conntrack_ipv4 and nf_conntrack_ipv6 are part of nf_conntrack and no longer there",
    consequence: "loading them at boot fails on the newer side, and what waits for them does not start",
    instead: "Load nf_conntrack, which both sides have.",
    source: "Linux a0ae2562c6c4 (net/netfilter/nf_conntrack_l3proto_ipv4.c, 4.19)",
    relied: (workspace) => bootModules(workspace, /^nf_conntrack_ipv[46]$/),
  },
  {
    since: { major: 5, minor: 2 },
    change: "tables of family inet may hold nat chains",
    consequence: "older kernels refuse the ruleset as a whole, so that those hosts run with the rules from before or with none",
    instead: "Write the nat chains in tables of families ip and ip6, or bring all of them to one side.",
    source: "nftables wiki: Performing Network Address Translation (NAT), inet family since 5.2",
    relied: inetNat,
  },
];

function trackedConnections(workspace: Workspace): Reliance[] {
  return workspace.subjects("firewall").flatMap(({ subject }): Reliance[] => {
    if (!isStateful(subject)) return [];
    const evidence = longLived(workspace, subject);
    if (evidence === undefined) return [];
    const reached = workspace.fleet.scopeOf(subject.path);
    // How each host would take a reload is dear, and of no interest where all of them take it alike.
    if (isUnknown(reached) || new Set(kernelsOf(workspace, reached.hosts).map(({ kernel }) => era(kernel))).size < 2) return [];
    const { hosts } = exposure(workspace, subject.path);
    // A kernel that accepts what lies outside the window, and a load in one transaction, behave alike everywhere.
    const judged = hosts.filter(({ host, switches }) => host !== undefined && !switches.liberal.on && switches.liberal.state !== "hidden");
    if (judged.every(({ losses }) => losses !== undefined && losses.lost === "none" && losses.certain)) return [];
    if (judged.every(({ reload }) => reload?.method === "atomic")) return [];
    const exposed = judged.map(({ host }) => host!);
    const storage = exposed.filter((host) => evidence.hosts.includes(host));
    return byTrait(workspace, storage.length > 0 ? storage : exposed, place(subject), judged.some(({ reload }) => reload !== undefined && reload.method !== "unknown"));
  });
}

function place(ruleset: Ruleset): Location {
  return { path: ruleset.path, range: statefulPlace(ruleset)! };
}

/** Hosts of different traits are different roles; those without one are none. */
function byTrait(workspace: Workspace, hosts: readonly Host[], location: Location, certain: boolean): Reliance[] {
  const roles = TRAITS.filter((trait) => trait !== "lab" && trait !== "production").flatMap((trait): Reliance[] => {
    const some = hosts.filter((host) => workspace.fleet.trait(host, trait) !== undefined);
    return some.length < 2 ? [] : [{ location, hosts: some, role: `${trait} hosts`, certain }];
  });
  return roles.length > 0 ? roles.slice(0, 1) : [{ location, hosts, role: "hosts that get this ruleset", certain }];
}

function inetNat(workspace: Workspace): Reliance[] {
  return workspace.subjects("firewall").flatMap(({ subject }): Reliance[] => {
    if (subject.dialect !== "nftables") return [];
    const chain = subject.tables.find(({ family }) => family === "inet")?.chains.find(({ type }) => type === "nat");
    const scope = chain === undefined ? undefined : workspace.fleet.scopeOf(subject.path);
    if (chain === undefined || scope === undefined || isUnknown(scope)) return [];
    return [{ location: { path: subject.path, range: chain.range }, hosts: scope.hosts, role: "hosts that get this ruleset", certain: true }];
  });
}

function bootModules(workspace: Workspace, name: RegExp): Reliance[] {
  return loadedModules(workspace).flatMap((module): Reliance[] => {
    if (!name.test(module.name) || module.conditional || isUnknown(module.scope)) return [];
    return [{ location: module.location, hosts: module.scope.hosts, role: "hosts that load it", certain: true }];
  });
}

function sysctlValue(workspace: Workspace, key: string, value: string): Reliance[] {
  return allSysctls(workspace).flatMap(({ path, setting }): Reliance[] => {
    if (setting.key !== key || setting.value !== value || setting.conditional) return [];
    const scope = setting.scope ?? workspace.fleet.scopeOf(path);
    if (isUnknown(scope)) return [];
    return [{ location: { path, range: setting.valueRange }, hosts: scope.hosts, role: "hosts that get this setting", certain: true }];
  });
}
