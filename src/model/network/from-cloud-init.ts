import { isUnknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { YamlNode } from "../../formats/yaml/index.ts";
import { itemsOf, nodeAt } from "../../formats/yaml/index.ts";
import type { Draft } from "./draft.ts";
import type { Interface, InterfaceKind, Prefix, Route, Written } from "./network.ts";
import { familyOfRoute } from "./route.ts";
import type { SourceText } from "./source-text.ts";

const KINDS: Readonly<Record<string, InterfaceKind>> = { physical: "ethernet", bond: "bond", bridge: "bridge", vlan: "vlan", loopback: "loopback" };

/** cloud-init's network configuration, version 1: a list under `config`. False where the node is none. */
export function readCloudInit(node: YamlNode | undefined, source: SourceText, draft: Draft): boolean {
  const version = nodeAt(node, "version");
  const items = itemsOf(nodeAt(node, "config"));
  if (version?.kind !== "scalar" || version.value !== 1 || items.length === 0) return false;
  for (const item of items) {
    const type = source.scalar(nodeAt(item, "type"))?.value;
    if (type === "route") {
      draft.routes.push(routeOf(item, source, undefined));
      continue;
    }
    const kind = typeof type === "string" ? KINDS[type] : undefined;
    const name = source.scalar(nodeAt(item, "name"));
    if (kind === undefined || name === undefined) continue;
    const subnets = itemsOf(nodeAt(item, "subnets"));
    const members = itemsOf(nodeAt(item, kind === "bond" ? "bond_interfaces" : "bridge_interfaces")).flatMap((member) => reference(source.scalar(member), draft) ?? []);
    const id = source.scalarNumber(nodeAt(item, "vlan_id"));
    const link = reference(source.scalar(nodeAt(item, "vlan_link")), draft);
    const mtu = source.scalarNumber(nodeAt(item, "mtu"));
    const dynamic = subnets.some((subnet) => /dhcp|ipv6_slaac|dhcp6/.test(textOf(source, subnet, "type")));
    for (const subnet of subnets) for (const route of itemsOf(nodeAt(subnet, "routes"))) draft.routes.push(routeOf(route, source, name.value));
    draft.interfaces.push({
      name: name.value, kind, location: name.location, members,
      addresses: subnets.flatMap((subnet) => addressOf(subnet, source) ?? []),
      gateways: subnets.flatMap((subnet) => gatewayOf(subnet, source, name.value) ?? []),
      ...(mtu && { mtu }), ...(id && { vlan: { id, ...(link && { link }) } }), ...(dynamic && { dynamic }),
    } satisfies Interface);
  }
  return true;
}

function textOf(source: SourceText, node: YamlNode, key: string): string {
  const value = source.scalar(nodeAt(node, key))?.value;
  return typeof value === "string" ? value : "";
}

function addressOf(subnet: YamlNode, source: SourceText): Written<Maybe<Prefix>> | undefined {
  return source.scalarPrefix(nodeAt(subnet, "address"), source.scalar(nodeAt(subnet, "netmask") ?? nodeAt(subnet, "prefix")));
}

function gatewayOf(subnet: YamlNode, source: SourceText, device: Maybe<string>): Route | undefined {
  const via = source.scalar(nodeAt(subnet, "gateway"));
  return via && { to: "default", family: familyOfRoute("default", "", via), via, device, table: "main", location: via.location };
}

function routeOf(node: YamlNode, source: SourceText, device: Maybe<string> | undefined): Route {
  const to = nodeAt(node, "destination") ?? nodeAt(node, "network");
  const via = source.scalar(nodeAt(node, "gateway"));
  const metric = source.scalarNumber(nodeAt(node, "metric"))?.value;
  const prefix = source.scalarPrefix(to, source.scalar(nodeAt(node, "netmask") ?? nodeAt(node, "prefix")))?.value;
  const destination = prefix === undefined ? ("default" as const) : isUnknown(prefix) ? prefix : prefix.length === 0 ? ("default" as const) : prefix;
  return {
    to: destination, family: familyOfRoute(destination, to?.kind === "scalar" ? to.text : "", via), table: "main", location: source.at(to?.range ?? node.range),
    ...(via && { via }), ...(device !== undefined && { device }), ...(metric !== undefined && { metric }),
  };
}

function reference(written: Written<Maybe<string>> | undefined, draft: Draft): Written<Maybe<string>> | undefined {
  if (typeof written?.value === "string") draft.refer("interface", written.value, written.location);
  return written;
}
