import type { HostVariable, Trait } from "../../engine/configuration.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Host, Scope } from "../fleet/fleet.ts";
import { effectiveSysctl, sysctlsOn } from "../kernel/effective.ts";
import { memoryOf } from "../kernel/memory.ts";
import { networkOfHost } from "../network/host-network.ts";
import type { Workspace } from "../workspace.ts";
import type { Element, Found, ObjectType, Thing } from "./element.ts";
import { Lookup, thing, traitsOf } from "./element.ts";
import { interfaceThing } from "./network.ts";

interface Item {
  readonly workspace: Workspace;
  readonly host: Host;
}

const values = new WeakMap<Host, ReadonlyMap<string, unknown>>();

/** A host as conditions see it. */
export const hostType: ObjectType<Item> = {
  name: "Host",
  summary: "A host of the inventory, with the variables that it ends up with.",
  fields: {
    path: { type: "string", summary: "The file that first names it.", read: ({ host }) => host.location.path },
    name: { type: "string", summary: "Its name in the inventory.", read: ({ host }) => host.name },
    groups: { type: "list<string>", summary: "Every group that it is in, nearest first, `all` last.", read: ({ host }) => host.groups },
    isFirstOfGroup: { type: "bool", summary: "It is the first, by name, of its nearest group: what holds for all of them is told once so.", read: (item) => groupOf(item)[0] === item.host.name },
    groupSize: { type: "int", summary: "How many hosts its nearest group has.", read: (item) => groupOf(item).length },
    traits: { type: "list<string>", summary: "What it is, from premortem.yaml or from its groups' names: `storage`, `hypervisor`, `router`, `container`, `lab`, `production`.", read: ({ workspace, host }) => traitsOf(workspace, [host]) },
    reasons: { type: "map<string, string>", summary: "Why it is that, by trait: `group docker is named so`, `premortem.yaml lists group kvm`, `it gets a container runtime (package docker-ce)`.", read: ({ workspace, host }) => new Lookup((trait) => workspace.fleet.trait(host, trait as Trait)?.why, () => traitsOf(workspace, [host])) },
    kernel: { type: "string", summary: "The kernel's version, as `uname -r` begins.", read: ({ workspace, host }) => textOf(workspace.fleet.kernel(host)) },
    memory: { type: "int", summary: "Its memory; absent where no variable tells.", unit: "bytes", read: ({ workspace, host }) => hidden(workspace, host, "memory") ?? rounded(memoryOf(workspace, host)?.bytes) },
    guests: { type: "int", summary: "How many virtual machines run on it; absent where no variable tells.", read: ({ workspace, host }) => countOf(workspace, host, "virtualMachines") },
    osds: { type: "int", summary: "How many OSDs it has; absent where no variable tells.", read: ({ workspace, host }) => countOf(workspace, host, "osds") },
    site: { type: "string", summary: "Where it stands; absent where no variable tells.", read: ({ workspace, host }) => wordOf(workspace, host, "site") },
    rack: { type: "string", summary: "The rack; absent where no variable tells.", read: ({ workspace, host }) => wordOf(workspace, host, "rack") },
    sysctls: { type: "map<string, string>", summary: "The kernel parameters that the repository gives it, by key. Ask \"KEY\" in host.sysctls first.", read: ({ workspace, host }) => sysctlsOf(workspace, host) },
    interfaces: { type: "list<Interface>", summary: "Its interfaces, as all that reaches it configures them.", read: ({ workspace, host }) => [...networkOfHost(workspace, host).interfaces.values()].map((one) => interfaceThing(workspace, one)) },
    variables: { type: "map<string, dyn>", summary: "Its variables from the inventory, group_vars and host_vars, by name. Ask has(host.variables.NAME) first.", read: ({ host }) => variablesOf(host) },
  },
};

/** The field that gives the hosts themselves, of what reaches some; their names are among scopeFields. */
export function machinesField<T>(scopeOf: (of: T) => Maybe<Scope>, workspaceOf: (of: T) => Workspace): ObjectType<T>["fields"] {
  const read = (of: T): unknown => {
    const scope = scopeOf(of);
    return isUnknown(scope) ? scope : scope.hosts.map((one) => hostThing(workspaceOf(of), one));
  };
  return { machines: { type: "list<Host>", summary: "The hosts that it reaches, with what is known of each.", read } };
}

function hostThing(workspace: Workspace, one: Host): Thing {
  return thing(hostType, { workspace, host: one });
}

/** Hosts. */
export const host: Element = {
  name: "host",
  variable: "host",
  type: hostType as ObjectType<never>,
  source: "inventories of Ansible, NetBox and node classifiers",
  subject: "syntax",
  parts: {},
  examplePath: "inventory/hosts.ini",
  find: (workspace, path) => workspace.derive(byPath).get(path) ?? [],
};

/** The hosts that a file names first. */
export function hostsIn(workspace: Workspace, path: string): readonly Found[] {
  return host.find(workspace, path);
}

function byPath(workspace: Workspace): ReadonlyMap<string, readonly Found[]> {
  const found = new Map<string, Found[]>();
  for (const one of workspace.fleet.hosts) {
    const { path, range } = one.location;
    const list = found.get(path) ?? [];
    if (list.length === 0) found.set(path, list);
    list.push({ value: hostThing(workspace, one), path, range, parts: {} });
  }
  return found;
}

function variablesOf(one: Host): ReadonlyMap<string, unknown> {
  let known = values.get(one);
  if (known === undefined) values.set(one, (known = new Map([...one.variables].map(([name, { value }]) => [name, value]))));
  return known;
}

function groupOf({ workspace, host: { name, groups } }: Item): readonly string[] {
  return workspace.fleet.groups.get(groups[0] ?? "all")?.hosts ?? [name];
}

function sysctlsOf(workspace: Workspace, one: Host): Lookup {
  return new Lookup(
    (key) => {
      const effective = effectiveSysctl(workspace, one, key);
      return effective === undefined || isUnknown(effective) ? effective : effective.value;
    },
    () => [...new Set(sysctlsOn(workspace, one).map(({ key }) => key))],
  );
}

function textOf(kernel: ReturnType<Workspace["fleet"]["kernel"]>): unknown {
  return isUnknown(kernel) ? kernel : kernel.text;
}

function hidden(workspace: Workspace, one: Host, name: HostVariable): unknown {
  const value = workspace.fleet.fact(one, name)?.value;
  return isUnknown(value) ? value : undefined;
}

function countOf(workspace: Workspace, one: Host, name: HostVariable): unknown {
  const value = workspace.fleet.fact(one, name)?.value;
  if (value === undefined || isUnknown(value)) return value;
  if (typeof value === "number") return rounded(value);
  return typeof value === "object" && value !== null ? Object.keys(value).length : undefined;
}

function wordOf(workspace: Workspace, one: Host, name: HostVariable): unknown {
  const value = workspace.fleet.fact(one, name)?.value;
  if (value === undefined || isUnknown(value)) return value;
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined || !Number.isFinite(value) ? undefined : Math.round(value);
}
