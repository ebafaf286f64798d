import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { YamlNode } from "../../formats/yaml/index.ts";
import { entriesOf, itemsOf, nodeAt } from "../../formats/yaml/index.ts";
import { familyOf, prefixFrom } from "./address.ts";
import { kindOfName } from "./draft.ts";
import type { Draft, InterfaceDraft } from "./draft.ts";
import type { Prefix, Route, Written } from "./network.ts";
import { endpoint, familyOfRoute, tableName } from "./route.ts";
import type { SourceText } from "./source-text.ts";
import { encapsulationOf, tunnelFrom } from "./tunnel.ts";
import type { VariableReader } from "./variable-nodes.ts";
import { firstOf, interfaceReference, isAbsent, scalarsOf } from "./variable-nodes.ts";

/** Keys under which roles and network operating systems' resource modules keep the parts of an interface. */
const NAMES = ["ifname", "device", "interface_name", "interface", "iface", "dev", "name"];
const ADDRESSES = ["address", "addresses", "ip_address", "ip_addresses", "ipaddr", "ipaddress", "ip", "ipv4", "ipv6", "ip4", "ip6", "ipv4_address", "ipv6_address", "ipv4_addresses", "ipv6_addresses", "cidr"];
const MASKS = ["netmask", "prefix", "prefixlen", "prefix_length", "mask", "ipv4_netmask"];
const GATEWAYS = ["gateway", "gateway4", "gateway6", "gw", "gw4", "gw6", "default_gateway", "ipv4_gateway", "ipv6_gateway"];
const MEMBERS = ["bridge_ports", "bond_slaves", "bond_interfaces", "bridge_interfaces", "slaves", "ports", "members", "interfaces"];
const LINKS = ["vlan_raw_device", "raw_device", "vlandev", "parent", "link", "base_interface"];
const VLANS = ["vlan_id", "vlanid", "vid", "vlan"];
const LOCALS = ["local", "local_ip", "local_address", "tunnel_local", "source", "src"];
const REMOTES = ["remote", "remote_ip", "remote_address", "tunnel_remote", "endpoint", "destination", "dst", "remotes"];
/** Variables of other names hold hosts, containers or services, which have addresses too. */
const SPEAKING = /interface|(?:^|_)nics?(?:$|_)|ether|bond|bridge|vlan|tunnel|(?:^|_)gre(?:$|_)|wireguard|(?:^|_)wg(?:$|_)|vxlan|svis/i;
/** What has to do with interfaces without being one. */
const OTHERS = /(?:peers?|clients?|users?|rules|routes|zones?|hosts?|servers?|routers?|neighbou?rs?|groups?)$/i;
/** Linux allows 15 characters; switches write `GigabitEthernet1/0/1`. */
const NAME = /^[A-Za-z][\w.:@/-]{0,31}$/;

/** A list of interfaces, or a mapping from their names, in the keys that most roles share. */
export const readInterfaces: VariableReader = ({ name, node, source }, draft) => {
  const named = node.kind === "mapping";
  const entries = named ? entriesOf(node).map(({ value, key, keyRange }) => ({ item: value, own: source.written(key, keyRange) })) : itemsOf(node).map((item) => ({ item, own: source.scalar(firstOf(item, NAMES)) }));
  if (entries.length === 0 || entries.some(({ item, own }) => item.kind !== "mapping" || own === undefined)) return false;
  const speaking = SPEAKING.test(name) && !OTHERS.test(name);
  if (!speaking && (named || !entries.every(({ item }) => firstOf(item, NAMES.slice(0, 5)) !== undefined))) return false;
  if (entries.some(({ own }) => !isUnknown(own!.value) && !NAME.test(own!.value))) return false;
  if (!entries.some(({ item }) => isInterface(item, source))) return false;
  for (const { item, own } of entries) if (!isAbsent(item, source)) readInterface(item, own!, name, source, draft);
  return true;
};

/** An MTU or an address: what an interface has and other things of that name have not. */
function isInterface(item: YamlNode, source: SourceText): boolean {
  if (source.scalarNumber(nodeAt(item, "mtu")) !== undefined) return true;
  return ADDRESSES.some((key) => addressNodes(nodeAt(item, key)).some(({ node }) => {
    const text = source.scalar(node)?.value;
    return text !== undefined && (isUnknown(text) || prefixFrom(text) !== undefined || text === "dhcp");
  }));
}

function readInterface(item: YamlNode, own: Written<Maybe<string>>, variable: string, source: SourceText, draft: Draft): void {
  const name = own.value;
  const device = isUnknown(name) ? draft.add({ name, kind: "other", location: own.location }) : draft.interface(name, own.location);
  const mtu = source.scalarNumber(nodeAt(item, "mtu"));
  if (mtu !== undefined) device.mtu = mtu;
  const proto = source.scalar(firstOf(item, ["bootproto", "method", "proto"]))?.value;
  if (proto === "dhcp" || proto === "auto") device.dynamic = true;
  const mask = source.scalar(firstOf(item, MASKS));
  for (const key of ADDRESSES) {
    for (const { node, around } of addressNodes(nodeAt(item, key))) {
      const written = interfaceAddress(node, source.scalar(around && firstOf(around, MASKS)) ?? mask, source);
      if (written === "dhcp") device.dynamic = true;
      else if (written !== undefined) device.addresses.push(written);
    }
    const block = nodeAt(item, key);
    if (block?.kind === "mapping") readGateways(block, device, source);
  }
  readGateways(item, device, source);
  readStack(item, device, variable, source, draft);
  for (const route of [...itemsOf(nodeAt(item, "routes")), ...itemsOf(nodeAt(item, "route"))]) if (route.kind === "mapping") draft.routes.push(routeOf(route, name, source));
}

interface AddressNode {
  readonly node: YamlNode;
  /** The mapping that holds it, where that is not the interface's own. */
  readonly around?: YamlNode;
}

/** The scalars below an address key: itself, a list, mappings with an address in them. */
function addressNodes(node: YamlNode | undefined): AddressNode[] {
  if (node === undefined) return [];
  if (node.kind === "scalar") return [{ node }];
  const parts = node.kind === "mapping" ? [node] : node.items;
  return parts.flatMap((part): AddressNode[] => {
    if (part.kind === "scalar") return [{ node: part }];
    return scalarsOf(firstOf(part, ["address", "addresses", "ip", "ip_address", "cidr"])).map((inner) => ({ node: inner, around: part }));
  });
}

/** An address with its length; without one the text tells no network. */
function interfaceAddress(node: YamlNode, mask: Written<Maybe<string>> | undefined, source: SourceText): Written<Maybe<Prefix>> | "dhcp" | undefined {
  const text = source.scalar(node)?.value;
  if (text === undefined) return undefined;
  if (isUnknown(text) || text.includes("/") || mask !== undefined) return source.scalarPrefix(node, mask);
  if (/^(?:dhcp|auto)\w*$/i.test(text)) return "dhcp";
  if (familyOf(text) === undefined) return undefined;
  return { value: unknown(`${text} has no length`), location: source.at(node.range) };
}

function readGateways(item: YamlNode, device: InterfaceDraft, source: SourceText): void {
  for (const key of GATEWAYS) {
    const via = source.scalar(nodeAt(item, key));
    if (via === undefined || (!isUnknown(via.value) && familyOf(via.value) === undefined)) continue;
    const metric = source.scalarNumber(nodeAt(item, "metric"))?.value;
    device.gateways.push({ to: "default", family: familyOfRoute("default", "", via), via, device: device.name, table: "main", location: via.location, ...(metric !== undefined && { metric }) });
  }
}

/** What it stands upon, and what stands upon it. */
function readStack(item: YamlNode, device: InterfaceDraft, variable: string, source: SourceText, draft: Draft): void {
  const link = interfaceReference(firstOf(item, LINKS), source, draft);
  const vlan = source.scalarNumber(firstOf(item, /vlan/i.test(variable) ? [...VLANS, "id"] : VLANS));
  if (vlan !== undefined && !isUnknown(vlan.value)) {
    device.vlan = { id: vlan, ...(link && { link }) };
    device.kind = "vlan";
  }
  for (const member of scalarsOf(firstOf(item, MEMBERS))) {
    const written = interfaceReference(member, source, draft);
    if (written !== undefined) device.members.push(written);
  }
  if (/bridge/i.test(variable)) device.kind = "bridge";
  else if (/bond/i.test(variable)) device.kind = "bond";
  const word = source.scalar(firstOf(item, ["tunnel_mode", "mode", "type", "kind"]))?.value;
  const mode = typeof word === "string" ? encapsulationOf(word) : undefined;
  if (mode === undefined) {
    if (typeof word === "string" && /^(?:bridge|bond|vlan|dummy|vrf)$/.test(word)) device.kind = word as "bridge" | "bond" | "vlan" | "dummy" | "vrf";
    else if (device.kind === "other" && !isUnknown(device.name)) device.kind = kindOfName(device.name);
    return;
  }
  device.kind = "tunnel";
  device.tunnel = tunnelFrom({
    mode, local: source.scalar(firstOf(item, LOCALS)), key: source.scalar(firstOf(item, ["key", "vni", "id"])), underlay: link,
    remotes: scalarsOf(firstOf(item, REMOTES)).flatMap((node) => endpoint(source.scalar(node)) ?? []),
  });
}

function routeOf(node: YamlNode, device: Maybe<string>, source: SourceText): Route {
  const to = firstOf(node, ["to", "dest", "destination", "network", "prefix", "dst", "subnet", "target"]);
  const mask = source.scalar(firstOf(node, ["netmask", "mask", "prefix_length"]));
  const via = source.scalar(firstOf(node, ["via", "gateway", "gw", "next_hop", "nexthop"]));
  const metric = source.scalarNumber(nodeAt(node, "metric"))?.value;
  const written = to?.kind === "scalar" ? (mask === undefined ? source.destination(to.text, to.range) : source.scalarPrefix(to, mask)!.value) : unknown("the route has no destination");
  const destination = !isUnknown(written) && written !== "default" && written.length === 0 ? "default" : written;
  return {
    to: destination, family: familyOfRoute(destination, to?.kind === "scalar" ? to.text : "", via), device,
    table: tableName(source.scalar(nodeAt(node, "table"))?.value ?? "main"), location: source.at(to?.range ?? node.range),
    ...(via && { via }), ...(metric !== undefined && { metric }),
  };
}
