import { isUnknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { YamlNode } from "../../formats/yaml/index.ts";
import { itemsOf, nodeAt } from "../../formats/yaml/index.ts";
import type { Draft } from "./draft.ts";
import type { InterfaceKind, Prefix, Route, Written } from "./network.ts";
import { familyOfRoute, tableName } from "./route.ts";
import type { SourceText } from "./source-text.ts";
import type { VariableReader } from "./variable-nodes.ts";
import { interfaceReference, isAbsent, scalarsOf } from "./variable-nodes.ts";

const KINDS: Readonly<Record<string, InterfaceKind>> = { ethernet: "ethernet", bridge: "bridge", bond: "bond", team: "bond", vlan: "vlan", dummy: "dummy", infiniband: "other", macvlan: "other", wireless: "other" };

/** `network_connections` of the role network of Linux System Roles, by that name or by its form: `type`, and `ip` or a controller. */
export const readConnections: VariableReader = ({ name, node, source }, draft) => {
  const items = itemsOf(node);
  const fits = (item: YamlNode): boolean => nodeAt(item, "type") !== undefined && ["ip", "controller", "master", "interface_name"].some((key) => nodeAt(item, key) !== undefined);
  if (items.length === 0 || !(name === "network_connections" || items.every(fits))) return false;
  const interfaces = interfacesOfProfiles(items, source);
  for (const item of items) if (!isAbsent(item, source)) readConnection(item, interfaces, source, draft);
  return true;
};

function readConnection(item: YamlNode, interfaces: ReadonlyMap<string, Maybe<string>>, source: SourceText, draft: Draft): void {
  const own = source.scalar(nodeAt(item, "interface_name")) ?? source.scalar(nodeAt(item, "name"));
  if (own === undefined) return;
  const type = source.scalar(nodeAt(item, "type"))?.value;
  const kind = typeof type === "string" ? (KINDS[type] ?? "other") : "other";
  const device = isUnknown(own.value) ? draft.add({ name: own.value, kind, location: own.location }) : draft.interface(own.value, own.location, kind);
  device.kind = kind;
  const mtu = source.scalarNumber(nodeAt(item, "mtu"));
  if (mtu !== undefined) device.mtu = mtu;
  const ip = nodeAt(item, "ip");
  for (const address of scalarsOf(nodeAt(ip, "address"))) device.addresses.push(source.scalarPrefix(address)!);
  const auto = nodeAt(ip, "auto_gateway");
  for (const family of [4, 6] as const) {
    const via = source.scalar(nodeAt(ip, `gateway${family}`));
    // `auto_gateway: no` is ipv4.never-default: no default route comes of the gateway.
    if (via === undefined || (auto?.kind === "scalar" && auto.value === false)) continue;
    const metric = source.scalarNumber(nodeAt(ip, `route_metric${family}`))?.value;
    device.gateways.push({ to: "default", family, via, device: own.value, table: "main", location: via.location, ...(metric !== undefined && { metric }) });
  }
  // Without addresses of their own, profiles take what DHCP and routers give.
  if (ip === undefined ? controllerOf(item) === undefined : [nodeAt(ip, "dhcp4"), nodeAt(ip, "auto6")].some((node) => node?.kind === "scalar" && node.value === true)) device.dynamic = true;
  for (const route of itemsOf(nodeAt(ip, "route"))) draft.routes.push(routeOf(route, own.value, source));
  for (const rule of itemsOf(nodeAt(ip, "routing_rule"))) readRule(rule, source, draft);
  const id = source.scalarNumber(nodeAt(item, "vlan", "id") ?? nodeAt(item, "vlan_id"));
  const parent = interfaceReference(nodeAt(item, "parent"), source, draft);
  if (id !== undefined) device.vlan = { id, ...(parent && { link: named(parent, interfaces) }) };
  const controller = interfaceReference(controllerOf(item), source, draft);
  if (controller === undefined || isUnknown(controller.value)) return;
  const master = named(controller, interfaces);
  if (isUnknown(master.value)) return;
  draft.interface(master.value, controller.location).members.push({ value: own.value, location: controller.location });
}

function controllerOf(item: YamlNode): YamlNode | undefined {
  return nodeAt(item, "controller") ?? nodeAt(item, "master");
}

/** The interfaces of those profiles that are not called like them. */
function interfacesOfProfiles(items: readonly YamlNode[], source: SourceText): ReadonlyMap<string, Maybe<string>> {
  const interfaces = new Map<string, Maybe<string>>();
  for (const item of items) {
    const name = source.scalar(nodeAt(item, "name"))?.value;
    const own = source.scalar(nodeAt(item, "interface_name"))?.value;
    if (typeof name === "string" && own !== undefined && !interfaces.has(name)) interfaces.set(name, own);
  }
  return interfaces;
}

/** A profile is referred to by its own name, and its interface may have another one. */
function named(written: Written<Maybe<string>>, interfaces: ReadonlyMap<string, Maybe<string>>): Written<Maybe<string>> {
  const value = isUnknown(written.value) ? undefined : interfaces.get(written.value);
  return value === undefined ? written : { value, location: written.location };
}

function routeOf(node: YamlNode, device: Maybe<string>, source: SourceText): Route {
  const to = nodeAt(node, "network");
  const length = source.scalar(nodeAt(node, "prefix"));
  const prefix = source.scalarPrefix(to, length)?.value;
  const via = source.scalar(nodeAt(node, "gateway"));
  const metric = source.scalarNumber(nodeAt(node, "metric"))?.value;
  const destination: Maybe<"default" | Prefix> = prefix === undefined ? "default" : !isUnknown(prefix) && prefix.length === 0 ? "default" : prefix;
  return {
    to: destination, family: familyOfRoute(destination, to?.kind === "scalar" ? to.text : "", via), device,
    table: tableName(source.scalar(nodeAt(node, "table"))?.value ?? "main"), location: source.at(to?.range ?? node.range),
    ...(via && { via }), ...(metric !== undefined && { metric }),
  };
}

function readRule(node: YamlNode, source: SourceText, draft: Draft): void {
  const [from, to] = [source.scalar(nodeAt(node, "from"))?.value, source.scalar(nodeAt(node, "to"))?.value];
  const priority = source.scalarNumber(nodeAt(node, "priority"))?.value;
  draft.policyRules.push({
    table: tableName(source.scalar(nodeAt(node, "table"))?.value ?? "main"), location: source.at(node.range),
    ...(from !== undefined && { from }), ...(to !== undefined && { to }), ...(priority !== undefined && { priority }),
  });
}
