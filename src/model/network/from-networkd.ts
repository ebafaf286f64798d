import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { UnitSection } from "../../formats/networkd/index.ts";
import { familyOf } from "./address.ts";
import { Draft } from "./draft.ts";
import type { InterfaceDraft } from "./draft.ts";
import type { InterfaceKind, NetworkFile, Route, Tunnel, Written } from "./network.ts";
import type { NetworkdSections } from "./networkd-sections.ts";
import { dropInParent, linksBeside, sectionsOf, STACKED } from "./networkd-sections.ts";
import { endpoint, familyOfRoute, tableName } from "./route.ts";
import type { SourceText } from "./source-text.ts";
import { peersOf } from "./peers.ts";
import { encapsulationOf, tunnelFrom } from "./tunnel.ts";

const KINDS: Readonly<Record<string, InterfaceKind>> = { bridge: "bridge", bond: "bond", vlan: "vlan", dummy: "dummy", vrf: "vrf" };
/** As many names of one [Match] are told apart. */
const MOST_NAMES = 16;

/** systemd.network(5), systemd.netdev(5), systemd.link(5). A device gets what the files beside it say of its link and MTU. */
export function fromNetworkd(source: SourceText): NetworkFile | undefined {
  const sections = sectionsOf(source);
  if (sections === undefined) return undefined;
  const draft = new Draft();
  const parent = dropInParent(source);
  if (sections.kind === "netdev") readDevice(sections, parent, draft);
  else if (sections.kind === "link") readLink(sections, parent, draft);
  else readNetworkSections(sections, parent, draft);
  return draft.file(source.path, "networkd");
}

function readDevice(sections: NetworkdSections, parent: NetworkdSections | undefined, draft: Draft): void {
  const name = sections.last("NetDev", "Name") ?? parent?.last("NetDev", "Name");
  if (name === undefined) return;
  const kind = (sections.last("NetDev", "Kind") ?? parent?.last("NetDev", "Kind"))?.value;
  const word = isUnknown(kind) || kind === undefined ? "" : kind.toLowerCase();
  const device = isUnknown(name.value) ? draft.add({ name: name.value, kind: "other", location: name.location }) : draft.interface(name.value, name.location);
  const mode = encapsulationOf(word);
  device.kind = mode === undefined ? (KINDS[word] ?? "other") : "tunnel";
  if (sections.conditional) device.conditional = true;
  const beside = isUnknown(name.value) ? undefined : linksBeside(sections.source, name.value);
  const configured = beside?.configured ?? [];
  const mtu = configured.map((one) => one.bytes("Link", "MTUBytes")).find((found) => found !== undefined) ?? sections.bytes("NetDev", "MTUBytes");
  if (mtu !== undefined) device.mtu = mtu;
  // The link under a device is written in the link's own file: VLAN=, Tunnel=.
  const link = beside?.below;
  const id = numberOf(sections.last("VLAN", "Id"));
  if (word === "vlan" && id !== undefined) device.vlan = { id, ...(link && { link }) };
  if (mode !== undefined) device.tunnel = tunnelOf(sections, mode, link);
}

function tunnelOf(sections: NetworkdSections, mode: Tunnel["mode"], underlay: Written<Maybe<string>> | undefined): Tunnel {
  const own = mode === "vxlan" ? "VXLAN" : mode === "geneve" ? "GENEVE" : mode === "l2tp" ? "L2TP" : "Tunnel";
  const remote = sections.last(own, "Remote", "Group");
  const remotes = mode === "wireguard" ? sections.all("WireGuardPeer", "Endpoint").map(({ value, valueRange }) => endpoint(sections.source.written(value, valueRange))!) : remote === undefined || remote.value === "any" ? [] : [remote];
  const local = sections.last(own, "Local");
  const limit = sections.last("Tunnel", "EncapsulationLimit")?.value;
  const wrapped = sections.last("Tunnel", "FooOverUDP")?.value;
  const kind = sections.last("Tunnel", "Encapsulation")?.value;
  const options = {
    ...(limit === "none" && { encapsulationLimit: false }),
    ...(typeof wrapped === "string" && /^(?:yes|true|on|1)$/i.test(wrapped) && { udp: kind === "GenericUDPEncapsulation" ? ("gue" as const) : ("fou" as const) }),
  };
  return tunnelFrom({
    mode,
    // `Local=any`, and `Local=dhcp4` and the like, name no address.
    local: local !== undefined && !isUnknown(local.value) && familyOf(local.value.replace(/\/.*$/, "")) === undefined ? undefined : local,
    remotes,
    ...(mode === "wireguard" && { peers: peersOf(sections.source, sections.sections("WireGuardPeer")) }),
    key: sections.last("Tunnel", "Key", "OutputKey") ?? sections.last("VXLAN", "VNI", "Id") ?? sections.last("GENEVE", "Id"),
    underlay,
    ...(Object.keys(options).length > 0 && { options }),
  });
}

function readLink(sections: NetworkdSections, parent: NetworkdSections | undefined, draft: Draft): void {
  const mtu = sections.bytes("Link", "MTUBytes");
  const renamed = sections.last("Link", "Name") ?? parent?.last("Link", "Name");
  if (mtu === undefined && renamed === undefined) return;
  const matched = renamed === undefined ? [...sections.words("Match", "OriginalName"), ...(parent?.words("Match", "OriginalName") ?? [])] : [renamed];
  for (const device of devices(matched, sections, draft)) {
    if (mtu !== undefined) device.mtu = mtu;
    if (device.kind === "other") device.kind = "ethernet";
  }
}

function readNetworkSections(sections: NetworkdSections, parent: NetworkdSections | undefined, draft: Draft): void {
  const own = sections.words("Match", "Name");
  const matched = own.length > 0 ? own : (parent?.words("Match", "Name") ?? []);
  const made = devices(matched, sections, draft);
  const { source } = sections;
  for (const device of made) {
    if (sections.conditional) device.conditional = true;
    const mtu = sections.bytes("Link", "MTUBytes");
    if (mtu !== undefined) device.mtu = mtu;
    const addresses = [...sections.all("Network", "Address"), ...sections.all("Address", "Address")];
    for (const { value, valueRange } of addresses) {
      // An unspecified address stands for any free network of that length.
      if (/^(?:0\.0\.0\.0|::)\//.test(value.trim())) device.dynamic = true;
      else device.addresses.push(source.prefix(value, valueRange));
    }
    const dhcp = [sections.last("Network", "DHCP"), sections.last("Network", "IPv6AcceptRA")];
    if (dhcp.some((one) => one !== undefined && (isUnknown(one.value) || !/^(?:no|false|off|0)$/i.test(one.value)))) device.dynamic = true;
    for (const { value, valueRange, conditional } of sections.all("Network", "Gateway")) {
      const via = source.written(value, valueRange);
      if (isLearnt(via)) continue;
      device.gateways.push({ to: "default", family: familyOfRoute("default", "", via), via, device: device.name, table: "main", location: via.location, ...(conditional && { conditional }) });
    }
    const vrf = sections.last("Network", "VRF");
    if (vrf !== undefined) device.vrf = vrf;
    for (const route of sections.sections("Route")) if (!isLearnt(sections.last(route, "Gateway"))) draft.routes.push(routeOf(route, sections, device));
  }
  if (made.every(({ pattern }) => pattern !== true)) joinMasters(made, sections, draft);
  for (const { value, location } of sections.words("Network", ...STACKED, "VRF")) if (!isUnknown(value)) draft.refer("interface", value, location);
  for (const rule of sections.sections("RoutingPolicyRule")) readRule(rule, sections, draft);
}

/** `Gateway=_dhcp4` and `_ipv6ra` stand for the gateway that the network tells. */
function isLearnt(via: Written<Maybe<string>> | undefined): boolean {
  return typeof via?.value === "string" && /^_|^dhcp4$|^ipv6ra$/.test(via.value);
}

/** `Bridge=` and `Bond=` of a link's file make it a member of that device. */
function joinMasters(links: readonly InterfaceDraft[], sections: NetworkdSections, draft: Draft): void {
  for (const key of ["Bridge", "Bond", "BatmanAdvanced"] as const) {
    const master = sections.last("Network", key);
    if (master === undefined || isUnknown(master.value) || master.value === "") continue;
    draft.refer("interface", master.value, master.location);
    if (key === "BatmanAdvanced") continue;
    const device = draft.interface(master.value, master.location, key === "Bridge" ? "bridge" : "bond");
    for (const { name } of links) device.members.push({ value: name, location: master.location });
  }
}

/** The interfaces that [Match] names; one of unknown name where it matches by something else. */
function devices(names: readonly Written<Maybe<string>>[], sections: NetworkdSections, draft: Draft): InterfaceDraft[] {
  const range = sections.sections("Match")[0]?.range ?? sections.sections("Network", "Link")[0]?.range ?? { start: 0, end: 0 };
  if (names.length === 0) return [draft.add({ name: unknown("the file matches interfaces by something else than their names"), kind: "other", location: sections.source.at(range), pattern: true })];
  return names.slice(0, MOST_NAMES).map(({ value, location }) => {
    if (isUnknown(value)) return draft.add({ name: value, kind: "other", location });
    const device = draft.interface(value, location);
    if (isPattern(value)) device.pattern = true;
    return device;
  });
}

function isPattern(name: string): boolean {
  return /[*?[!]/.test(name);
}

function routeOf(section: UnitSection, sections: NetworkdSections, device: InterfaceDraft): Route {
  const { source } = sections;
  const to = sections.all(section, "Destination").at(-1);
  const via = sections.last(section, "Gateway");
  const destination = to === undefined ? ("default" as const) : source.destination(to.value, to.valueRange);
  const metric = numberOf(sections.last(section, "Metric"))?.value;
  const type = sections.last(section, "Type")?.value;
  const onLink = sections.last(section, "GatewayOnLink", "GatewayOnlink")?.value;
  const mtu = sections.bytes(section, "MTUBytes");
  return {
    to: destination,
    family: familyOfRoute(destination, to?.value ?? "", via),
    device: device.name,
    table: tableName(sections.last(section, "Table")?.value ?? "main"),
    location: via?.location ?? source.at(to?.valueRange ?? section.range),
    ...(via && { via }), ...(metric !== undefined && { metric }), ...(mtu && { mtu }),
    ...(typeof type === "string" && type !== "unicast" && { type }),
    ...(typeof onLink === "string" && /^(?:yes|true|on|1)$/i.test(onLink) && { onLink: true }),
    ...(section.entries.length > 0 && section.entries.every(({ conditional }) => conditional) && { conditional: true }),
  };
}

function readRule(section: UnitSection, sections: NetworkdSections, draft: Draft): void {
  const [from, to] = [sections.last(section, "From")?.value, sections.last(section, "To")?.value];
  const priority = numberOf(sections.last(section, "Priority"))?.value;
  draft.policyRules.push({
    table: tableName(sections.last(section, "Table")?.value ?? "main"), location: sections.source.at(section.range),
    ...(from !== undefined && { from }), ...(to !== undefined && { to }), ...(priority !== undefined && { priority }),
  });
}

function numberOf(written: Written<Maybe<string>> | undefined): Written<Maybe<number>> | undefined {
  if (written === undefined || isUnknown(written.value)) return written as Written<Maybe<number>> | undefined;
  return { value: /^\d{1,9}$/.test(written.value) ? Number(written.value) : unknown(`${written.value.slice(0, 60)} is no number`), location: written.location };
}
