import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import { interfaceKey } from "./interface-key.ts";
import type { Machine, MachineValue } from "./machines.ts";
import { hasFile, machines, valueOf } from "./machines.ts";
import { parseInteger } from "./number.ts";
import type { SignPattern } from "./signs.ts";
import { signs } from "./signs.ts";

const LEAF = "rp_filter";

/** Why the way back from a machine may not be the way that packets came. */
export interface Asymmetry {
  readonly what: string;
  readonly location: Location;
}

/** A machine that drops what comes by another interface than the way back, where that is to be expected. */
export interface StrictPath {
  readonly machine: Machine;
  /** The key that makes it strict. */
  readonly key: string;
  readonly value: MachineValue;
  readonly reasons: readonly Asymmetry[];
  /** False: it may as well have one way only. */
  readonly sure: boolean;
}

/** Every machine with an effective rp_filter of 1 and routing by policy, by several ways or by a pod network. */
export function strictPaths(workspace: Workspace): readonly StrictPath[] {
  return workspace.data(collect);
}

function collect(workspace: Workspace): readonly StrictPath[] {
  return machines(workspace).flatMap((machine) => {
    const strict = strictBy(workspace, machine);
    if (strict === undefined) return [];
    const reasons = reasonsOf(workspace, machine);
    return reasons.length === 0 ? [] : [{ machine, ...strict, reasons, sure: reasons.some(({ what }) => !what.startsWith(DYNAMIC)) }];
  });
}

/**
 * What makes a machine strict: the greater of `all` and the interface counts, 1 is strict and 2 loose (ip-sysctl.rst). Where
 * `all` leaves the choice to interfaces and some have their own value, somebody has chosen.
 */
function strictBy(workspace: Workspace, machine: Machine): { readonly key: string; readonly value: MachineValue } | undefined {
  const read = (name: string): { number: number; value?: MachineValue } | undefined => {
    const found = valueOf(workspace, machine, `net.ipv4.conf.${name}.${LEAF}`);
    if (found === undefined) return { number: 0 };
    const number = isUnknown(found) ? undefined : parseInteger(found.value);
    return number === undefined ? undefined : { number, value: found as MachineValue };
  };
  const own = machine.placed.flatMap(({ setting }) => {
    const key = interfaceKey(setting.key);
    return key?.family === "ipv4" && key.leaf === LEAF && !["all", "default", "*"].includes(key.name) && typeof setting.value === "string" ? [parseInteger(setting.value) ?? 0] : [];
  });
  const [all, each] = [read("all"), read("default")];
  if (all === undefined || each === undefined || all.number > 1 || each.number > 1) return undefined;
  if (all.number === 1) return own.some((number) => number > 1) ? undefined : { key: `net.ipv4.conf.all.${LEAF}`, value: all.value! };
  if (each.number === 1) return own.some((number) => number !== 1) ? undefined : { key: `net.ipv4.conf.default.${LEAF}`, value: each.value! };
  return undefined;
}

/** With one uplink it is symmetric all the same. */
const DYNAMIC = "dynamic routing";
const NETWORK = /netplan|\.network(\.j2)?$|interfaces|ifupdown|nmconnection|\.sh(\.j2)?$|route|rule|\.ya?ml(\.j2)?$|\.service(\.j2)?$/;
const SIGNS: readonly SignPattern[] = [
  { name: "policy routing", in: NETWORK, pattern: /(?:^|[\s;&"'=/])ip[ \t]+(?:-[46][ \t]+)?rule[ \t]+add\b|^[ \t]*routing-policy:|^\[RoutingPolicyRule\]|^routing-rule\d+=/m },
  { name: "a VRF", in: NETWORK, pattern: /^[ \t]*Kind[ \t]*=[ \t]*vrf\b|^[ \t]*vrfs:[ \t]*$|\btype[ \t]+vrf[ \t]+table\b/m },
  { name: "a route with several next hops", in: NETWORK, pattern: /\bnexthop[ \t]+via\b[^\n]*\bnexthop[ \t]+via\b|^[ \t]*MultiPathRoute[ \t]*=/m },
  { name: "direct server return", in: /keepalived|ipvs|lvs/, pattern: /^[ \t]*(?:lb_kind|lvs_method)[ \t]+DR\b/m },
  { name: DYNAMIC, in: /(^|[/._-])(bird|frr|quagga|bgpd|ospfd|zebra)[\w.-]*/, pattern: /^[ \t]*(?:router[ \t]+(?:bgp|ospf)\b|protocol[ \t]+(?:bgp|ospf)\b)/m },
];
/** Pod networks; their files seldom tell which hosts they are for, but only hosts with containers have pods. */
const PODS: readonly SignPattern[] = [{ name: "a pod network by Cilium", in: /\.(ya?ml|json|sh|tf|conf|conflist)(\.j2)?$|cilium/, pattern: /\bcilium\b/i }];

function signsOfRouting(workspace: Workspace): ReturnType<typeof signs> {
  return signs(workspace, SIGNS);
}

function signsOfPods(workspace: Workspace): ReturnType<typeof signs> {
  return signs(workspace, PODS);
}

function reasonsOf(workspace: Workspace, machine: Machine): Asymmetry[] {
  const reasons: Asymmetry[] = workspace.data(signsOfRouting).filter(({ path }) => hasFile(workspace, machine, path) === true);
  const containers = machine.host !== undefined && workspace.fleet.trait(machine.host, "container") !== undefined;
  for (const sign of workspace.data(signsOfPods)) {
    const there = hasFile(workspace, machine, sign.path);
    if (there === true || (there === undefined && containers)) reasons.push(sign);
  }
  return reasons;
}
