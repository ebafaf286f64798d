import { isUnknown } from "../../../engine/unknown.ts";
import type { LibvirtTree } from "../../../formats/libvirt/index.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { XmlElement } from "../../../formats/xml.ts";
import type { YamlNode, YamlTree } from "../../../formats/yaml/index.ts";
import { entryOf, itemsOf, nodeAt, stringOf, valueOf } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { GuestRecord, HostRecord, SourceRecords } from "./record.ts";

const NONE: SourceRecords = { hosts: [], guests: [], notes: [] };

/** `hosts/kvm01/etc/libvirt/qemu/db01.xml`: the folder that holds a host's files. */
const LIBVIRT_TREE = /(?:^|\/)([^/]+)\/(?:etc\/)?libvirt\/(?:qemu\/)?[^/]+\.xml$/;
/** `libvirt/kvm01/db01.xml`: a folder for each host below one of them all. */
const BY_HOST = /(?:^|\/)(?:libvirt|vms|guests|domains)\/([^/]+)\/[^/]+\.xml$/;
const HOST_FOLDER = /(?:^|\/)(?:hosts|nodes|machines|servers|hypervisors)\/([^/]+)\/(?:[^/]+\/)*[^/]+\.xml$/;
/** Folders that are nobody's. */
const SHARED = /^(?:etc|files|templates|roles|tasks|all|common|default|defaults|shared|vms?|guests|domains|src|config|configs|libvirt|kvm|qemu)$/i;

/** What a libvirt domain takes: bytes by the unit of libvirt.org/formatdomain.html#memory-allocation, KiB without one. */
const UNITS: Readonly<Record<string, number>> = {
  b: 1, bytes: 1, kb: 1e3, k: 2 ** 10, kib: 2 ** 10, mb: 1e6, m: 2 ** 20, mib: 2 ** 20, gb: 1e9, g: 2 ** 30, gib: 2 ** 30, tb: 1e12, t: 2 ** 40, tib: 2 ** 40,
};

/** The guest that a libvirt domain is, on the host whose folder it lies in. */
export function libvirtRecords(workspace: Workspace, path: string): SourceRecords {
  const document = workspace.document(path);
  // Links for the start at boot repeat what is there already.
  if (document?.language !== "libvirt" || /\/autostart\//.test(path)) return NONE;
  const { domain } = document.tree as LibvirtTree;
  const name = domain && child(domain, "name");
  if (name === undefined || name.text.trim() === "" || name.text.includes(HOLE)) return NONE;
  const folder = [HOST_FOLDER, LIBVIRT_TREE, BY_HOST].map((place) => place.exec(path)?.[1]).find((found) => found !== undefined && !SHARED.test(found));
  const memory = child(domain!, "memory");
  const unit = UNITS[memory?.attributes.find((attribute) => attribute.name === "unit")?.value.trim().toLowerCase() ?? "kib"];
  const number = memory !== undefined && /^\s*\d+\s*$/.test(memory.text) ? Number(memory.text) : undefined;
  const bytes = number === undefined || unit === undefined ? undefined : number * unit;
  const guest: GuestRecord = {
    name: name.text.trim(),
    ...(folder !== undefined && { hypervisor: folder }),
    ...(bytes !== undefined && { memory: bytes }),
    location: { path, range: bytes === undefined ? name.textRange : memory!.textRange },
  };
  return { hosts: [], guests: [guest], notes: [] };
}

function child(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((one) => one.name === name);
}

/** Virtual machines of KubeVirt, on the node that their nodeSelector names. */
export function kubevirtRecords(workspace: Workspace, path: string): SourceRecords {
  if (!(workspace.text(path) ?? "").includes("kubevirt.io/")) return NONE;
  const document = workspace.document(path);
  if (document?.language !== "yaml" && document?.language !== "json") return NONE;
  const hosts = new Map<string, HostRecord>();
  const guests: GuestRecord[] = [];
  const open = [...(document.tree as YamlTree).documents].reverse();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    // `kubectl get vm -o yaml` wraps them into a list.
    if (entryOf(node, "items") !== undefined) open.push(...[...itemsOf(entryOf(node, "items")!.value)].reverse());
    const guest = kubevirtGuest(path, node);
    if (guest === undefined) continue;
    guests.push(guest.record);
    if (guest.node !== undefined) hosts.set(guest.record.hypervisor!, { name: guest.record.hypervisor!, aliases: [], groups: [], location: { path, range: guest.node.range }, variables: new Map() });
  }
  return { hosts: [...hosts.values()], guests, notes: [] };
}

function kubevirtGuest(path: string, node: YamlNode): { record: GuestRecord; node: YamlNode | undefined } | undefined {
  const kind = stringOf(entryOf(node, "kind")?.value);
  const version = stringOf(entryOf(node, "apiVersion")?.value) ?? "";
  if (!version.startsWith("kubevirt.io/") || (kind !== "VirtualMachine" && kind !== "VirtualMachineInstance")) return undefined;
  const spec = kind === "VirtualMachine" ? nodeAt(node, "spec", "template", "spec") : nodeAt(node, "spec");
  const name = nodeAt(node, "metadata", "name");
  const text = stringOf(name);
  // A machine that is not to run needs no migration.
  const running = nodeAt(node, "spec", "running");
  if (spec === undefined || text === undefined || stringOf(nodeAt(node, "spec", "runStrategy")) === "Halted" || (running !== undefined && valueOf(running) === false)) return undefined;
  const written = nodeAt(spec, "domain", "memory", "guest") ?? nodeAt(spec, "domain", "resources", "requests", "memory") ?? nodeAt(spec, "domain", "resources", "limits", "memory");
  const memory = written && quantity(valueOf(written));
  const host = nodeAt(spec, "nodeSelector", "kubernetes.io/hostname") ?? nodeAt(node, "status", "nodeName");
  const hypervisor = stringOf(host);
  const location = { path, range: memory === undefined ? name!.range : written!.range };
  return { record: { name: text, location, ...(hypervisor !== undefined && { hypervisor }), ...(memory !== undefined && { memory }) }, node: hypervisor === undefined ? undefined : host };
}

const BINARY: Readonly<Record<string, number>> = { ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30, ti: 2 ** 40, pi: 2 ** 50 };
const DECIMAL: Readonly<Record<string, number>> = { "": 1, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };

/** A quantity of Kubernetes in its base unit: `8Gi`, `2000M`, `1e9`. */
function quantity(value: unknown): number | undefined {
  if (typeof value === "number") return value >= 0 ? value : undefined;
  if (typeof value !== "string" || isUnknown(value)) return undefined;
  const match = /^(\d+(?:\.\d+)?(?:[eE]\d+)?)([KMGTP]i|[mkMGTP]|)$/.exec(value.trim());
  if (match === null) return undefined;
  const unit = BINARY[match[2]!.toLowerCase()] ?? DECIMAL[match[2]!];
  return unit === undefined ? undefined : Number(match[1]) * unit;
}
