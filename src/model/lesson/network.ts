import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Interface, Network, Prefix, Written } from "../network/network.ts";
import type { Workspace } from "../workspace.ts";
import type { Element, Found, ObjectType, Thing } from "./element.ts";
import { scopeFields, thing } from "./element.ts";

interface NetworkItem {
  readonly path: string;
  readonly network: Network;
}

/** An interface in the file that first speaks of it. */
interface InterfaceItem {
  readonly workspace: Workspace;
  readonly path: string;
  readonly interface: Interface;
}

/** A network as conditions see it. */
export const networkType: ObjectType<NetworkItem> = {
  name: "Network",
  summary: "A network as a list of all networks holds it.",
  fields: {
    path: { type: "string", summary: "The file.", read: ({ path }) => path },
    prefix: { type: "string", summary: "`192.0.2.0/24`.", read: ({ network }) => prefixText(network.prefix) },
    family: { type: "int", summary: "4 or 6.", read: ({ network }) => through(network.prefix, ({ family }) => family) },
    length: { type: "int", summary: "The prefix's length.", unit: "bits", read: ({ network }) => through(network.prefix, ({ length }) => length) },
    name: { type: "string", summary: "Its name; empty where it has none.", read: ({ network }) => network.name ?? "" },
    gateway: { type: "string", summary: "Its gateway; absent where none is written.", read: ({ network }) => network.gateway?.value },
    vlan: { type: "int", summary: "Its VLAN; absent where none is written.", read: ({ network }) => network.vlan },
    mtu: { type: "int", summary: "Its MTU; absent where none is written.", unit: "bytes", read: ({ network }) => network.mtu?.value },
    list: { type: "string", summary: "The variable that lists it; empty where no variable does.", read: ({ network }) => network.list ?? "" },
    scope: { type: "string", summary: "What keeps equal prefixes apart: a VRF, a site; empty where nothing does.", read: ({ network }) => network.scope ?? "" },
    isContainer: { type: "bool", summary: "It only groups the networks inside it.", read: ({ network }) => network.isContainer === true },
    members: { type: "list<string>", summary: "The hosts that the text lists as in it.", read: ({ network }) => (network.members ?? []).map(({ value }) => value) },
    addresses: { type: "list<string>", summary: "The addresses in it that the text lists.", read: ({ network }) => (network.addresses ?? []).map(({ value }) => value) },
  },
};

/** An interface as conditions see it. */
export const interfaceType: ObjectType<InterfaceItem> = {
  name: "Interface",
  summary: "A network interface as one file configures it.",
  fields: {
    path: { type: "string", summary: "The file.", read: ({ path }) => path },
    source: { type: "string", summary: "What configures it: `netplan`, `networkd`, `ifupdown`, `networkmanager`, `wg-quick`, `cloud-init`, `ansible`, `netbox`, `enc` or `shell`.", read: ({ workspace, path }) => workspace.subject("network", path)?.source },
    name: { type: "string", summary: "Its name, or the pattern that stands for several.", read: (item) => item.interface.name },
    kind: { type: "string", summary: "`ethernet`, `bond`, `bridge`, `vlan`, `tunnel`, `loopback`, `dummy`, `vrf`, or `other` where the text does not tell.", read: (item) => item.interface.kind },
    mtu: { type: "int", summary: "Its MTU; absent where none is written.", unit: "bytes", read: (item) => item.interface.mtu?.value },
    addresses: { type: "list<string>", summary: "Its addresses with their lengths: `192.0.2.7/24`.", read: (item) => item.interface.addresses.map(({ value }) => prefixText(value)) },
    gateways: { type: "list<string>", summary: "Its default gateways.", read: (item) => item.interface.gateways.flatMap(({ via }) => (via === undefined ? [] : [via.value])) },
    members: { type: "list<string>", summary: "Ports of a bridge or bond.", read: (item) => item.interface.members.map(({ value }) => value) },
    vlan: { type: "int", summary: "Its 802.1Q tag; absent for others.", read: (item) => item.interface.vlan?.id.value },
    link: { type: "string", summary: "The interface that a VLAN is on; absent for others.", read: (item) => item.interface.vlan?.link?.value },
    tunnel: { type: "string", summary: "How a tunnel wraps packets: `gre`, `vxlan`, `wireguard`, …; empty for what is none.", read: (item) => item.interface.tunnel?.mode ?? "" },
    remotes: { type: "list<string>", summary: "Addresses of a tunnel's other ends.", read: (item) => (item.interface.tunnel?.remotes ?? []).map(({ value }) => value) },
    isDynamic: { type: "bool", summary: "DHCP or router advertisements may give it more than is written.", read: (item) => item.interface.dynamic === true },
    isConditional: { type: "bool", summary: "A template decides whether it is there.", read: (item) => item.interface.conditional === true },
    isPattern: { type: "bool", summary: "Its name is a pattern, or stands for whatever has other properties.", read: (item) => item.interface.pattern === true },
    ...scopeFields<InterfaceItem>(({ workspace, path }) => workspace.fleet.scopeOf(path), ({ workspace }) => workspace),
  },
};

/** Networks. */
export const network: Element = {
  name: "network",
  variable: "network",
  type: networkType as ObjectType<never>,
  source: "NetBox's prefixes, node classifiers, and variables that list networks",
  subject: "network",
  parts: { gateway: "The gateway.", mtu: "The MTU." },
  examplePath: "group_vars/all.yml",
  find: networksIn,
};

/** Interfaces. */
export const networkInterface: Element = {
  name: "interface",
  variable: "interface",
  type: interfaceType as ObjectType<never>,
  source: "netplan, systemd-networkd, ifupdown, NetworkManager, wg-quick, cloud-init, variables, commands of scripts",
  subject: "network",
  parts: { mtu: "The MTU." },
  examplePath: "etc/netplan/60-example.yaml",
  find: interfacesIn,
};

/** The networks that one file lists. */
export function networksIn(workspace: Workspace, path: string): readonly Found[] {
  return (workspace.subject("network", path)?.networks ?? []).flatMap((one) =>
    one.location.path !== path ? [] : [{ value: thing(networkType, { path, network: one }), path, range: one.location.range, parts: { gateway: here(one.gateway, path), mtu: here(one.mtu, path) } }],
  );
}

/** The interfaces that one file configures. */
export function interfacesIn(workspace: Workspace, path: string): readonly Found[] {
  return (workspace.subject("network", path)?.interfaces ?? []).flatMap((one) =>
    one.location.path !== path ? [] : [{ value: interfaceThing(workspace, one), path, range: one.location.range, parts: { mtu: here(one.mtu, path) } }],
  );
}

/** An interface as conditions see it. */
export function interfaceThing(workspace: Workspace, one: Interface): Thing {
  return thing(interfaceType, { workspace, path: one.location.path, interface: one });
}

function here(written: Written<unknown> | undefined, path: string): Found["range"] | undefined {
  return written?.location.path === path ? written.location.range : undefined;
}

function through(prefix: Maybe<Prefix>, read: (prefix: Prefix) => unknown): unknown {
  return isUnknown(prefix) ? prefix : read(prefix);
}

/** A prefix as text. */
export function prefixText(prefix: Maybe<Prefix>): unknown {
  return through(prefix, ({ address, length }) => `${address}/${length}`);
}
