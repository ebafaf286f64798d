import { isUnknown } from "../../engine/unknown.ts";
import type { Host } from "../fleet/fleet.ts";
import { factOf } from "../fleet/facts.ts";
import type { Workspace } from "../workspace.ts";

/** By what hosts are told apart: a fault may hit one kind of them only. */
export type Stratum = "kernel" | "os" | "role" | "site" | "rack";

/** The hosts of one kind, one value of it. */
export interface Layer {
  readonly stratum: Stratum;
  /** `5.10`, `debian 12`, the group's name, … */
  readonly value: string;
  readonly hosts: readonly Host[];
}

/** Names under which inventories keep the operating system, of which the first that is there counts. */
const OS = ["os", "os_version", "operating_system", "distribution", "distro", "ansible_distribution", "os_release", "platform", "image"];
const OS_RELEASE = ["distribution_version", "ansible_distribution_version", "ansible_distribution_major_version", "os_major_version"];
/** Groups whose hosts are the first on purpose, and those that hold everybody. */
const NO_ROLE = /^(?:all|ungrouped|canar(?:y|ies)|pilot|early|first|batch_?\d*|wave_?\d*|ring_?\d*)$/i;

/**
 * Hosts by kernel, operating system, role (the nearest groups that together hold them all), site and rack. A stratum of
 * which some host's value is not known is left out.
 */
export function layersOf(workspace: Workspace, hosts: readonly Host[]): readonly Layer[] {
  const kernel = (host: Host): string | undefined => {
    const found = workspace.fleet.kernel(host);
    return isUnknown(found) ? undefined : `${found.major}.${found.minor}`;
  };
  const fact = (name: "site" | "rack") => (host: Host): string | undefined => plain(factOf(host, name, workspace)?.value);
  return [
    ...divided("kernel", hosts, kernel),
    ...divided("os", hosts, osOf),
    ...divided("role", hosts, (host) => roleOf(workspace, hosts, host)),
    ...divided("site", hosts, fact("site")),
    ...divided("rack", hosts, fact("rack")),
  ];
}

/** The layers of which none of the first `count` hosts is, in strata that the others make up. */
export function leftOut(layers: readonly Layer[], first: readonly Host[]): readonly Layer[] {
  const tested = new Set(first.map(({ name }) => name));
  return layers.filter(({ hosts }) => !hosts.some(({ name }) => tested.has(name)));
}

function divided(stratum: Stratum, hosts: readonly Host[], valueOf: (host: Host) => string | undefined): Layer[] {
  const byValue = new Map<string, Host[]>();
  for (const host of hosts) {
    const value = valueOf(host);
    if (value === undefined) return [];
    const list = byValue.get(value);
    if (list === undefined) byValue.set(value, [host]);
    else list.push(host);
  }
  // A value of its own for each host is no stratum.
  if (byValue.size < 2 || (stratum !== "rack" && byValue.size === hosts.length)) return [];
  return [...byValue].map(([value, members]) => ({ stratum, value, hosts: members }));
}

function osOf(host: Host): string | undefined {
  const first = (names: readonly string[]): string | undefined => names.map((name) => plain(host.variables.get(name)?.value)).find((value) => value !== undefined);
  const name = first(OS);
  const release = first(OS_RELEASE);
  return name === undefined ? undefined : release === undefined ? name : `${name} ${release}`;
}

/** The nearest group of a host that does not hold all hosts of the play. */
function roleOf(workspace: Workspace, hosts: readonly Host[], host: Host): string | undefined {
  const group = host.groups.find((name) => {
    if (NO_ROLE.test(name)) return false;
    const members = new Set(workspace.fleet.groups.get(name)?.hosts ?? []);
    return !hosts.every((other) => members.has(other.name));
  });
  return group;
}

function plain(value: unknown): string | undefined {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;
}
