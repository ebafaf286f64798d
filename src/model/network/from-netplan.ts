import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { YamlEntry, YamlNode, YamlTree } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf, nodeAt } from "../../formats/yaml/index.ts";
import { readCloudInit } from "./from-cloud-init.ts";
import { Draft } from "./draft.ts";
import type { Interface, InterfaceKind, NetworkFile, Prefix, Route, Tunnel, Written } from "./network.ts";
import { endpoint, familyOfRoute, tableName } from "./route.ts";
import type { SourceText } from "./source-text.ts";
import { yamlPeers } from "./peers.ts";
import { encapsulationOf, tunnelFrom } from "./tunnel.ts";

/** Device sections of netplan(5), and what their entries are. */
const SECTIONS: Readonly<Record<string, InterfaceKind>> = {
  ethernets: "ethernet", bonds: "bond", bridges: "bridge", vlans: "vlan", tunnels: "tunnel", vrfs: "vrf",
  "dummy-devices": "dummy", wifis: "other", modems: "other", "virtual-ethernets": "other", "nm-devices": "other",
};
const OTHERS = new Set(["version", "renderer", "openvswitch"]);

/** Whether a node is the mapping below `network:`: device sections, and nothing that is not netplan's. */
export function isNetplan(node: YamlNode | undefined): boolean {
  const entries = entriesOf(node);
  const known = entries.filter(({ key }) => key in SECTIONS || OTHERS.has(key));
  const devices = known.some(({ key, value }) => key in SECTIONS && value.kind === "mapping" && entriesOf(value).every((one) => one.value.kind !== "sequence"));
  const versioned = entries.some(({ key, value }) => key === "version" && value.kind === "scalar" && value.value === 2);
  return devices && (versioned || known.length === entries.length);
}

/** netplan's YAML, of whatever name, and cloud-init's network configuration of both versions. */
export function fromNetplan(source: SourceText): NetworkFile | undefined {
  const document = source.workspace.document(source.path);
  if (document?.language !== "yaml") return undefined;
  const draft = new Draft();
  let cloudInit = /(^|\/)network[-_]config([.-]|$)/.test(source.path);
  for (const root of (document.tree as YamlTree).documents) {
    const network = nodeAt(root, "network") ?? (cloudInit ? root : undefined);
    if (isNetplan(network)) readNetplan(network!, source, draft);
    else if (readCloudInit(network, source, draft)) cloudInit = true;
  }
  return draft.file(source.path, cloudInit ? "cloud-init" : "netplan");
}

/** Reads the mapping below `network:`. */
export function readNetplan(network: YamlNode, source: SourceText, draft: Draft): void {
  // netplan reads entry by entry, so that sections of one name add up.
  const written = network.kind === "mapping" ? network.entries : [];
  const sections = Object.keys(SECTIONS).flatMap((section) => written.filter(({ key }) => key === section));
  const devices = sections.flatMap(({ key, value }) => entriesOf(value).map((entry) => ({ entry, section: key })));
  const reader = new NetplanReader(source, draft, devices.map(({ entry }) => entry), entriesOf(nodeAt(network, "vrfs")));
  for (const pair of itemsOf(nodeAt(network, "openvswitch", "ports"))) reader.patchPorts(pair);
  for (const { entry, section } of devices) {
    // Wi-Fi and the like may say what applies to all: `renderer` stands beside the devices.
    if (entry.key !== "renderer" || entry.value.kind === "mapping") reader.device(entry, SECTIONS[section]!);
  }
}

class NetplanReader {
  readonly #source: SourceText;
  readonly #draft: Draft;
  /** The interface's own name by the name that the file calls it. */
  readonly #names = new Map<string, { name: string; pattern: boolean }>();

  /** The VRF of each interface that one lists, by the name that the file calls it. */
  readonly #vrfs = new Map<string, Written<Maybe<string>>>();

  constructor(source: SourceText, draft: Draft, entries: readonly YamlEntry[], vrfs: readonly YamlEntry[]) {
    this.#source = source;
    this.#draft = draft;
    for (const { key, keyRange, value } of vrfs) {
      for (const member of itemsOf(nodeAt(value, "interfaces"))) {
        const name = source.scalar(member)?.value;
        if (typeof name === "string") this.#vrfs.set(name, source.written(key, keyRange));
      }
    }
    for (const { key, value } of entries) {
      const renamed = source.scalar(nodeAt(value, "set-name"))?.value;
      const matched = source.scalar(nodeAt(value, "match", "name"))?.value;
      const name = typeof renamed === "string" ? renamed : typeof matched === "string" ? matched : key;
      const pattern = renamed === undefined && entryOf(value, "match") !== undefined && (matched === undefined || /[*?[]/.test(name));
      this.#names.set(key, { name, pattern });
    }
  }

  device({ key, keyRange, value: node }: YamlEntry, kind: InterfaceKind): void {
    const source = this.#source;
    const { name: own, pattern } = this.#names.get(key)!;
    const name = own === key ? source.text(key, keyRange) : own;
    const device = name;
    const table = kind === "vrf" ? source.scalar(nodeAt(node, "table"))?.value : undefined;
    const mtu = source.scalarNumber(nodeAt(node, "mtu"));
    const dynamic = ["dhcp4", "dhcp6", "accept-ra"].some((option) => mayBeOn(source, nodeAt(node, option)));
    const below = this.#interfaces(nodeAt(node, "interfaces"));
    // A VRF has interfaces, but they are no ports of one segment.
    const members = kind === "vrf" ? [] : below;
    const vrf = this.#vrfs.get(key);
    const gateways = ([4, 6] as const).flatMap((family) => {
      const via = source.scalar(nodeAt(node, `gateway${family}`));
      return via === undefined ? [] : [{ to: "default" as const, family, via, device, table: "main", location: via.location, ...(source.conditional(via.location.range) && { conditional: true }) }];
    });
    const vlan = kind === "vlan" ? this.#vlan(node) : undefined;
    const tunnel = kind === "tunnel" ? this.#tunnel(node) : undefined;
    const result: Interface = {
      name, kind, location: source.at(keyRange), addresses: this.#addresses(nodeAt(node, "addresses")), gateways, members,
      ...(mtu && { mtu }), ...(vlan && { vlan }), ...(tunnel && { tunnel }), ...(dynamic && { dynamic }), ...(pattern && { pattern }), ...(vrf && { vrf }),
      ...(source.conditional(keyRange) && { conditional: true }),
    };
    this.#draft.interfaces.push(result);
    // Of a pair of virtual Ethernet devices each names the other; a virtual function names its physical one.
    this.#name(nodeAt(node, "peer"));
    if (kind === "ethernet") this.#name(nodeAt(node, "link"));
    for (const item of itemsOf(nodeAt(node, "routes"))) this.#draft.routes.push(this.#route(item, device, table));
    for (const item of itemsOf(nodeAt(node, "routing-policy"))) this.#policy(item, table);
  }

  /** Open vSwitch's patch ports, which come in pairs. */
  patchPorts(pair: YamlNode): void {
    for (const port of itemsOf(pair)) {
      const name = this.#source.scalar(port);
      if (name !== undefined) this.#draft.add({ name: name.value, kind: "other", location: name.location });
    }
  }

  /** A list of addresses; one with options is a mapping from the address to them. */
  #addresses(node: YamlNode | undefined): Written<Maybe<Prefix>>[] {
    return itemsOf(node).flatMap((item) => {
      const [only] = entriesOf(item);
      const written = item.kind === "scalar" ? this.#source.scalarPrefix(item) : only && this.#source.prefix(only.key, only.keyRange);
      return written === undefined ? [] : [written];
    });
  }

  #interfaces(node: YamlNode | undefined): Written<Maybe<string>>[] {
    return itemsOf(node).flatMap((item) => this.#name(item) ?? []);
  }

  /** The interface that an id means, which then must exist. */
  #name(node: YamlNode | undefined): Written<Maybe<string>> | undefined {
    const written = this.#source.scalar(node);
    if (written === undefined || isUnknown(written.value)) return written;
    const name = this.#names.get(written.value)?.name ?? written.value;
    this.#draft.refer("interface", name, written.location);
    return { value: name, location: written.location };
  }

  #vlan(node: YamlNode): Interface["vlan"] {
    const id = this.#source.scalarNumber(nodeAt(node, "id"));
    const link = this.#name(nodeAt(node, "link"));
    return id && { id, ...(link && { link }) };
  }

  #tunnel(node: YamlNode): Tunnel {
    const source = this.#source;
    const mode = source.scalar(nodeAt(node, "mode"))?.value ?? unknown("the tunnel has no mode");
    const key = nodeAt(node, "key") ?? nodeAt(node, "keys");
    const wireguard = mode === "wireguard";
    const remote = source.scalar(nodeAt(node, "remote"));
    const remotes = wireguard ? itemsOf(nodeAt(node, "peers")).flatMap((peer) => endpoint(source.scalar(nodeAt(peer, "endpoint"))) ?? []) : remote ? [remote] : [];
    const limit = source.scalar(nodeAt(node, "encapsulation-limit"))?.value;
    return tunnelFrom({
      mode: isUnknown(mode) ? mode : (encapsulationOf(mode) ?? unknown(`${mode} is no mode of a tunnel that is known here`)),
      local: source.scalar(nodeAt(node, "local")),
      remotes,
      ...(wireguard && { peers: yamlPeers(source, nodeAt(node, "peers")) }),
      key: wireguard ? undefined : source.scalar(nodeAt(node, "id") ?? (key?.kind === "mapping" ? (nodeAt(key, "output") ?? nodeAt(key, "input")) : key)),
      underlay: this.#name(nodeAt(node, "link")),
      ...(limit === "none" && { options: { encapsulationLimit: false } }),
    });
  }

  #route(node: YamlNode, device: Maybe<string>, vrfTable: Maybe<string> | undefined): Route {
    const source = this.#source;
    const to = nodeAt(node, "to");
    const via = source.scalar(nodeAt(node, "via"));
    const destination = to?.kind === "scalar" ? source.destination(to.text, to.range) : unknown("the route has no destination");
    const metric = source.scalarNumber(nodeAt(node, "metric"))?.value;
    const type = source.scalar(nodeAt(node, "type"))?.value;
    const mtu = source.scalarNumber(nodeAt(node, "mtu"));
    const table = source.scalar(nodeAt(node, "table"))?.value ?? vrfTable ?? "main";
    return {
      to: destination,
      family: familyOfRoute(destination, to?.kind === "scalar" ? to.text : "", via),
      device,
      table: tableName(table),
      location: source.at(to?.range ?? node.range),
      ...(via && { via }),
      ...(metric !== undefined && { metric }),
      ...(typeof type === "string" && type !== "unicast" && { type }),
      ...(mayBeOn(source, nodeAt(node, "on-link")) && { onLink: true }),
      ...(mtu && { mtu }),
      ...(source.conditional(node.range) && { conditional: true }),
    };
  }

  #policy(node: YamlNode, vrfTable: Maybe<string> | undefined): void {
    const value = (key: string): Maybe<string> | undefined => this.#source.scalar(nodeAt(node, key))?.value;
    const [from, to] = [value("from"), value("to")];
    const priority = this.#source.scalarNumber(nodeAt(node, "priority"))?.value;
    this.#draft.policyRules.push({
      table: tableName(value("table") ?? vrfTable ?? "main"),
      location: this.#source.at(node.range),
      ...(from !== undefined && { from }), ...(to !== undefined && { to }), ...(priority !== undefined && { priority }),
      ...(this.#source.conditional(node.range) && { conditional: true }),
    });
  }
}

function mayBeOn(source: SourceText, node: YamlNode | undefined): boolean {
  const value = source.scalar(node)?.value;
  return value !== undefined && (isUnknown(value) || /^(?:yes|y|true|on|1)$/i.test(value));
}
