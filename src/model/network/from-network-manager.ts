import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { UnitEntry, UnitTree } from "../../formats/network-manager/index.ts";
import { Draft } from "./draft.ts";
import type { InterfaceDraft } from "./draft.ts";
import type { Encapsulation, InterfaceKind, NetworkFile, Written } from "./network.ts";
import { endpoint, familyOfRoute, tableName } from "./route.ts";
import type { ValuePart } from "./section-file.ts";
import { partsOf, SectionFile } from "./section-file.ts";
import type { SourceText } from "./source-text.ts";
import { tunnelFrom } from "./tunnel.ts";

const KINDS: Readonly<Record<string, InterfaceKind>> = {
  ethernet: "ethernet", "802-3-ethernet": "ethernet", bridge: "bridge", bond: "bond", team: "bond", vlan: "vlan", dummy: "dummy", vrf: "vrf", "ip-tunnel": "tunnel", vxlan: "tunnel", wireguard: "tunnel", loopback: "loopback",
};
/** The numbers of `NMIPTunnelMode`. */
const MODES: readonly (Encapsulation | undefined)[] = [undefined, "ipip", "gre", "sit", "sit", "vti", "ip6tnl", "ip6tnl", "ip6gre", "vti", "gretap", "ip6gretap"];
/** What stands for no gateway. */
const UNSPECIFIED = /^(?:0\.0\.0\.0|::)$/;
const LINK = ["ethernet", "802-3-ethernet", "ip-tunnel", "wireguard", "infiniband", "wifi", "802-11-wireless"];

/** A connection of NetworkManager, nm-settings-keyfile(5). */
export function fromNetworkManager(source: SourceText): NetworkFile | undefined {
  const document = source.workspace.document(source.path);
  if (document?.language !== "network-manager") return undefined;
  const file = new SectionFile(source, document.tree as UnitTree);
  const type = file.written(["connection"], "type")?.value;
  if (type === undefined || isUnknown(type)) return undefined;
  const draft = new Draft();
  const own = file.written(["connection"], "interface-name");
  const place = own?.location ?? file.written(["connection"], "id")?.location ?? source.at({ start: 0, end: 0 });
  const kind = KINDS[type] ?? "other";
  const device = own === undefined || isUnknown(own.value) ? draft.add({ name: own?.value ?? unknown("the connection names no interface"), kind, location: place }) : draft.interface(own.value, own.location, kind);
  if (own === undefined) device.pattern = true;
  device.kind = kind;
  const mtu = file.number(LINK, "mtu");
  // 0 stands for the default.
  if (mtu !== undefined && mtu.value !== 0) device.mtu = mtu;
  for (const family of [4, 6] as const) readFamily(file, device, family, draft);
  readStack(file, device, type, draft);
  return draft.file(source.path, "networkmanager");
}

function readFamily(file: SectionFile, device: InterfaceDraft, family: 4 | 6, draft: Draft): void {
  const section = [`ipv${family}`];
  const { source } = file;
  const method = file.written(section, "method")?.value;
  if (method === undefined || isUnknown(method) || /^(?:auto|dhcp)$/.test(method)) device.dynamic = true;
  const gateways: Written<Maybe<string>>[] = [];
  for (const entry of file.all(section, /^address(?:es)?\d*$/)) {
    const [address, gateway] = fieldsOf(entry);
    if (address !== undefined) device.addresses.push(source.prefix(address.text, address.range));
    if (gateway !== undefined && !UNSPECIFIED.test(gateway.text)) gateways.push(source.written(gateway.text, gateway.range));
  }
  const gateway = file.written(section, "gateway");
  const table = file.written(section, "route-table")?.value;
  const metric = file.number(section, "route-metric")?.value;
  const never = file.written(section, "never-default")?.value;
  // A connection has one gateway: that of the address that is read last.
  for (const via of gateway === undefined ? gateways.slice(-1) : [gateway]) {
    if (never === "true") break;
    device.gateways.push({
      to: "default", family, via, device: device.name, table: tableName(table === undefined || table === "0" ? "main" : table), location: via.location,
      ...(typeof metric === "number" && { metric }),
    });
  }
  for (const entry of file.all(section, /^routes?\d+$/)) {
    const [to, ...rest] = fieldsOf(entry);
    if (to === undefined) continue;
    const destination = source.destination(to.text, to.range);
    // An empty gateway may be left out, so that the metric stands in its place.
    const cost = rest.find(({ text }) => /^\d+$/.test(text));
    const via = rest[0] === cost ? undefined : rest[0];
    const hop = via === undefined || UNSPECIFIED.test(via.text) ? undefined : source.written(via.text, via.range);
    const options = file.written(section, `${entry.key.toLowerCase()}_options`)?.value;
    const ownTable = typeof options === "string" ? /(?:^|,)table=(\d+)/.exec(options)?.[1] : undefined;
    draft.routes.push({
      to: destination, family: isUnknown(destination) || destination === "default" ? familyOfRoute(destination, to.text, hop) : destination.family, device: device.name,
      table: tableName(ownTable ?? (table === undefined || table === "0" ? "main" : table)), location: source.at(to.range),
      ...(hop && { via: hop }), ...(cost && { metric: source.number(cost.text, cost.range).value }),
    });
  }
  for (const { value, valueRange } of file.all(section, /^routing-rule\d+$/)) {
    const word = (name: string): string | undefined => new RegExp(`(?:^|\\s)${name}\\s+(\\S+)`).exec(value)?.[1];
    const [from, to, priority] = [word("from"), word("to"), word("priority")];
    draft.policyRules.push({
      table: tableName(word("table") ?? unknown("the rule names no table")), location: source.at(valueRange),
      ...(from !== undefined && { from }), ...(to !== undefined && { to }), ...(priority !== undefined && { priority: Number(priority) }),
    });
  }
}

/** The fields of an address or a route, the first one with its length, for which older versions wrote a field of its own: `192.0.2.7;24;192.0.2.1;`. */
function fieldsOf(entry: UnitEntry): ValuePart[] {
  const [first, second, ...rest] = partsOf(entry);
  if (first === undefined) return [];
  if (second === undefined) return [first];
  if (first.text.includes("/") || !entry.value.includes(";") || !/^\d{1,3}$/.test(second.text)) return [first, second, ...rest];
  return [{ text: `${first.text}/${second.text}`, range: { start: first.range.start, end: second.range.end } }, ...rest];
}

function readStack(file: SectionFile, device: InterfaceDraft, type: string, draft: Draft): void {
  const parent = byName(file.written([type], "parent"));
  if (parent !== undefined && !isUnknown(parent.value)) draft.refer("interface", parent.value, parent.location);
  const id = type === "vlan" ? file.number(["vlan"], "id") : undefined;
  if (id !== undefined) device.vlan = { id, ...(parent && { link: parent }) };
  const master = byName(file.written(["connection"], /^(?:master|controller)$/));
  if (master !== undefined && !isUnknown(master.value) && !isUnknown(device.name)) {
    const port = file.written(["connection"], /^(?:slave-type|port-type)$/)?.value;
    draft.refer("interface", master.value, master.location);
    if (port === "vrf") device.vrf = master;
    else draft.interface(master.value, master.location, port === "bridge" ? "bridge" : "bond").members.push({ value: device.name, location: master.location });
  }
  if (device.kind !== "tunnel") return;
  const number = file.number(["ip-tunnel"], "mode")?.value;
  const mode = type === "vxlan" || type === "wireguard" ? type : typeof number === "number" ? (MODES[number] ?? unknown("the mode is none that is known here")) : unknown("the tunnel has no mode that is known");
  const peers = file.sections.filter(({ name }) => name.startsWith("wireguard-peer.")).flatMap(({ entries }) => entries.filter(({ key }) => key === "endpoint"));
  const remote = file.written([type], "remote");
  device.tunnel = tunnelFrom({
    mode,
    local: file.written([type], "local"),
    remotes: [...(remote === undefined ? [] : [remote]), ...peers.map(({ value, valueRange }) => endpoint(file.source.written(value, valueRange))!)],
    key: file.written([type], type === "vxlan" ? "id" : "output-key"),
    underlay: parent,
  });
}

/** A connection may be meant by its UUID too, which tells no interface. */
function byName(written: Written<Maybe<string>> | undefined): Written<Maybe<string>> | undefined {
  return typeof written?.value === "string" && /^[\da-f]{8}-[\da-f]{4}-/i.test(written.value) ? undefined : written;
}
