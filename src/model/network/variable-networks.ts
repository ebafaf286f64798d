import { isUnknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { YamlNode } from "../../formats/yaml/index.ts";
import { entriesOf, itemsOf, nodeAt } from "../../formats/yaml/index.ts";
import { networkOf, prefixFrom } from "./address.ts";
import type { Draft } from "./draft.ts";
import type { Written } from "./network.ts";
import type { SourceText } from "./source-text.ts";
import type { VariableNode, VariableReader } from "./variable-nodes.ts";
import { firstOf } from "./variable-nodes.ts";

const PREFIXES = ["prefix", "cidr", "subnet", "network", "net", "range", "ipv4", "ipv6", "ipv4_prefix", "ipv6_prefix", "ipv4_network", "ipv6_network", "ipv4_cidr", "ipv6_cidr", "prefix4", "prefix6", "prefix_v4", "prefix_v6", "subnet4", "subnet6", "ip_range"];
const GATEWAYS = ["gateway", "gw", "router", "gateway4", "gateway6", "gateway_ip", "ipv4_gateway", "ipv6_gateway"];
const VLANS = ["vlan", "vlan_id", "vlanid", "vid", "tag"];
const MEMBERS = ["peers", "members", "hosts", "nodes"];
/** What a network has and an entry of an access list has not. */
const COMPANIONS = [...GATEWAYS, ...VLANS, ...MEMBERS, "mtu", "dhcp", "dhcp_range", "dhcp_start", "pool", "netmask", "domain", "vrf"];
const HOST = /^[A-Za-z][\w.-]*$/;

/** A list of networks, or a mapping from their names: prefixes with a gateway, a VLAN, members, … beside them. */
export const readNetworks: VariableReader = (variable, draft) => {
  const { node, source } = variable;
  const entries = node.kind === "mapping" ? entriesOf(node).map(({ key, value }) => ({ item: value, key })) : itemsOf(node).map((item) => ({ item, key: undefined }));
  const networks = entries.filter(({ item }) => isNetwork(item, source));
  if (networks.length === 0 || networks.length * 2 < entries.length) return false;
  for (const { item, key } of networks) readNetwork(item, key, variable, draft);
  return true;
};

/** The `svis` of Arista's AVD: a VLAN with its network's gateway on every leaf, `scope` its VRF. */
export const readSwitchedInterfaces: VariableReader = ({ name, node, source, scope, variable: list }, draft) => {
  const items = itemsOf(node).filter((item) => nodeAt(item, "id") !== undefined);
  if (name !== "svis" || items.length === 0) return false;
  for (const item of items) {
    const vlan = source.scalarNumber(nodeAt(item, "id"))?.value;
    const mtu = source.scalarNumber(nodeAt(item, "mtu"));
    const label = source.scalar(nodeAt(item, "name"))?.value;
    for (const key of ["ip_address_virtual", "ip_address", "ipv6_address_virtual"]) {
      const address = source.scalarPrefix(nodeAt(item, key));
      if (address === undefined) continue;
      const gateway = isUnknown(address.value) ? address.value : address.value.address;
      draft.networks.push({
        prefix: isUnknown(address.value) ? address.value : networkOf(address.value), gateway: { value: gateway, location: address.location }, location: address.location,
        ...(vlan !== undefined && { vlan }), ...(mtu && { mtu }), ...(typeof label === "string" && { name: label }), ...(scope !== undefined && { scope }), ...(list !== undefined && { list }),
      });
    }
  }
  return true;
};

function isNetwork(item: YamlNode, source: SourceText): boolean {
  if (item.kind !== "mapping" || firstOf(item, COMPANIONS) === undefined) return false;
  return PREFIXES.some((key) => isPrefix(nodeAt(item, key), source));
}

/** A scalar with an address and a length; addresses alone are hosts'. */
function isPrefix(node: YamlNode | undefined, source: SourceText): boolean {
  const text = source.scalar(node)?.value;
  return typeof text === "string" && prefixFrom(text, false) !== undefined;
}

function readNetwork(item: YamlNode, key: string | undefined, { source, scope: around, variable: list }: VariableNode, draft: Draft): void {
  const members = membersOf(item, source, draft);
  const vlan = source.scalarNumber(firstOf(item, VLANS))?.value;
  const mtu = source.scalarNumber(nodeAt(item, "mtu"));
  const scope = source.scalar(firstOf(item, ["vrf", "site", "tenant"]))?.value ?? around;
  const label = source.scalar(nodeAt(item, "name"))?.value ?? key;
  for (const prefixKey of PREFIXES) {
    const node = nodeAt(item, prefixKey);
    if (!isPrefix(node, source)) continue;
    const prefix = source.scalarPrefix(node)!;
    const family = isUnknown(prefix.value) ? undefined : prefix.value.family;
    const gateway = GATEWAYS.map((name) => source.scalar(nodeAt(item, name))).find((one) => one !== undefined && (isUnknown(one.value) || prefixFrom(one.value)?.family === family));
    draft.networks.push({
      prefix: prefix.value, location: prefix.location, ...(gateway && { gateway }), ...(vlan !== undefined && { vlan }), ...(mtu && { mtu }),
      ...(typeof scope === "string" && { scope }), ...(typeof label === "string" && { name: label }), ...(members.length > 0 && { members }), ...(list !== undefined && { list }),
    });
  }
}

/** Names of hosts; they must be in the inventory. */
function membersOf(item: YamlNode, source: SourceText, draft: Draft): Written<string>[] {
  const members: Written<string>[] = [];
  for (const node of MEMBERS.flatMap((key) => itemsOf(nodeAt(item, key)))) {
    const written: Written<Maybe<string>> | undefined = source.scalar(node);
    if (written === undefined || isUnknown(written.value) || !HOST.test(written.value)) continue;
    members.push({ value: written.value, location: written.location });
    draft.refer("host", written.value, written.location);
  }
  return members;
}
