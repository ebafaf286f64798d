import type { Trait } from "../../engine/configuration.ts";
import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import type { MixComparison } from "./kernel-mix.ts";
import { compareMixes } from "./kernel-mix.ts";

/** The kernels of the lab hosts of one role, beside those of its other hosts. */
export interface LabMix {
  /** `storage`, or undefined for all hosts together. */
  readonly role: Trait | undefined;
  /** Hosts by kernel (major.minor). */
  readonly production: ReadonlyMap<string, number>;
  readonly lab: ReadonlyMap<string, number>;
  readonly comparison: MixComparison;
  /** Hosts of the role outside the lab whose kernel is not known. */
  readonly unknown: number;
  /** A kernel that many hosts have and of which the lab has one host only: two of them never meet there. */
  readonly alone: { readonly kernel: string; readonly share: number } | undefined;
  /** The lab's group; its first host where no group is the lab's alone. */
  readonly location: Location;
}

const ROLES: readonly Trait[] = ["storage", "hypervisor", "router", "container"];
/** Hosts of these roles keep connections with each other, so that pairs count. */
const CONNECTED: readonly (Trait | undefined)[] = ["storage", "hypervisor"];
/** A smaller share of production is not what a fault is first seen on. */
const MUCH = 0.2;

/** Every role that has both lab and other hosts with known kernels. */
export function labMixes(workspace: Workspace): readonly LabMix[] {
  return workspace.derive(compareLabs);
}

function compareLabs(workspace: Workspace): LabMix[] {
  const { fleet } = workspace;
  const lab = fleet.hosts.filter((host) => fleet.trait(host, "lab") !== undefined && fleet.trait(host, "production") === undefined);
  if (lab.length === 0) return [];
  const set = new Set(lab);
  const declared = fleet.hosts.filter((host) => !set.has(host) && fleet.trait(host, "production") !== undefined);
  const others = declared.length > 0 ? declared : fleet.hosts.filter((host) => !set.has(host));
  const roles = ROLES.flatMap((role) => mixOf(workspace, role, withTrait(workspace, lab, role), withTrait(workspace, others, role)) ?? []);
  if (roles.length > 0) return roles;
  return [mixOf(workspace, undefined, lab, others)].filter((one) => one !== undefined);
}

function withTrait(workspace: Workspace, hosts: readonly Host[], trait: Trait): Host[] {
  return hosts.filter((host) => workspace.fleet.trait(host, trait) !== undefined);
}

function mixOf(workspace: Workspace, role: Trait | undefined, lab: readonly Host[], others: readonly Host[]): LabMix | undefined {
  if (lab.length === 0 || others.length < 2) return undefined;
  const [inLab, unknownInLab] = count(workspace, lab);
  const [production, unknown] = count(workspace, others);
  // A lab host of any kernel may cover what seems to be missing; and of a few hosts nobody knows the mix.
  if (unknownInLab > 0 || unknown * 2 > others.length) return undefined;
  const known = others.length - unknown;
  const alone = !CONNECTED.includes(role)
    ? undefined
    : [...production].map(([kernel, hosts]) => ({ kernel, share: hosts / known, hosts })).find(({ kernel, share, hosts }) => hosts > 1 && share >= MUCH && inLab.get(kernel) === 1);
  return { role, production, lab: inLab, comparison: compareMixes(production, inLab), unknown, alone: alone && { kernel: alone.kernel, share: alone.share }, location: placeOf(workspace, lab) };
}

function count(workspace: Workspace, hosts: readonly Host[]): [Map<string, number>, number] {
  const kernels = new Map<string, number>();
  let unknown = 0;
  for (const host of hosts) {
    const kernel = workspace.fleet.kernel(host);
    if (isUnknown(kernel)) unknown++;
    else kernels.set(`${kernel.major}.${kernel.minor}`, (kernels.get(`${kernel.major}.${kernel.minor}`) ?? 0) + 1);
  }
  return [kernels, unknown];
}

/** The largest group that has lab hosts only. */
function placeOf(workspace: Workspace, lab: readonly Host[]): Location {
  const { fleet } = workspace;
  const names = new Set(fleet.hosts.filter((host) => fleet.trait(host, "lab") !== undefined).map(({ name }) => name));
  const groups = [...fleet.groups.values()].filter(({ hosts }) => hosts.length > 0 && hosts.every((host) => names.has(host)) && lab.some(({ name }) => hosts.includes(name)));
  const largest = groups.reduce<(typeof groups)[number] | undefined>((best, group) => (best === undefined || group.hosts.length > best.hosts.length ? group : best), undefined);
  return largest?.location ?? lab[0]!.location;
}
