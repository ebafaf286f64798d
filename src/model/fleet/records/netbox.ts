import type { Location } from "../../../engine/location.ts";
import type { YamlValue } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { Value, Variable } from "../fleet.ts";
import { folderOf } from "../paths.ts";
import { isMapping } from "../values.ts";
import type { NetboxObject } from "./netbox-object.ts";
import { NETBOX_YAML, netboxObjects } from "./netbox-object.ts";
import type { GuestRecord, HostRecord, RecordNote, SourceRecords } from "./record.ts";

/** What a field that names another object stands for. */
export interface NetboxReference {
  readonly name: string;
  readonly slug: string;
  readonly object: NetboxObject | undefined;
}

/** The exports of a repository. Objects of one folder refer to each other, by keys or by names. */
export class Netbox {
  /** The objects of each file that has any, in the order of the text. */
  readonly files: ReadonlyMap<string, readonly NetboxObject[]>;
  readonly #byId = new Map<string, NetboxObject>();
  readonly #byName = new Map<string, NetboxObject>();
  #interfaces: Map<NetboxObject, NetboxObject[]> | undefined;

  constructor(files: ReadonlyMap<string, readonly NetboxObject[]>) {
    this.files = files;
    for (const [path, objects] of files) {
      for (const object of objects) {
        for (const place of [path, folderOf(path)]) {
          if (object.id !== undefined) this.#byId.set(`${place}\0${object.model}\0${object.id}`, object);
          for (const name of ["name", "slug"]) {
            const field = object.get(name);
            if (typeof field?.value === "string") this.#byName.set(`${place}\0${object.model}\0${field.value}`, object);
          }
        }
      }
    }
  }

  /** The interfaces of a device or virtual machine, in the order of the exports. */
  interfacesOf(owner: NetboxObject): readonly NetboxObject[] {
    if (this.#interfaces === undefined) {
      this.#interfaces = new Map();
      for (const objects of this.files.values()) {
        for (const object of objects) {
          const device = object.model === "dcim.interface" ? "dcim.device" : object.model === "virtualization.vminterface" ? "virtualization.virtualmachine" : undefined;
          const found = device && this.reference(object, device, "device", "virtual_machine")?.object;
          if (found === undefined) continue;
          const list = this.#interfaces.get(found);
          if (list === undefined) this.#interfaces.set(found, [object]);
          else list.push(object);
        }
      }
    }
    return this.#interfaces.get(owner) ?? [];
  }

  /** The object of `model` that a field of `from` names: a key, a nested object, or a name. */
  reference(from: NetboxObject, model: string, ...fields: readonly string[]): NetboxReference | undefined {
    const value = from.get(...fields)?.value;
    if (value === undefined) return undefined;
    const path = from.location.path;
    const text = isMapping(value) ? (scalar(value["id"]) ?? scalar(value["name"]) ?? scalar(value["slug"])) : Array.isArray(value) ? scalar((value as readonly YamlValue[])[0]) : scalar(value);
    if (text === undefined) return undefined;
    const object = this.#find(path, model, text) ?? (isMapping(value) ? this.#find(path, model, scalar(value["slug"]) ?? scalar(value["name"]) ?? "") : undefined);
    const nested = isMapping(value) ? value : undefined;
    const name = scalar(object?.get("name")?.value) ?? scalar(nested?.["name"]) ?? scalar(nested?.["display"]) ?? scalar(nested?.["slug"]) ?? (nested === undefined && !/^\d+$/.test(text) ? text : undefined);
    // A bare number whose object is not in the export names nothing.
    if (name === undefined) return undefined;
    const slug = scalar(object?.get("slug")?.value) ?? scalar(nested?.["slug"]) ?? slugOf(name);
    return { name, slug, object };
  }

  #find(path: string, model: string, text: string): NetboxObject | undefined {
    for (const place of [path, folderOf(path)]) {
      const key = `${place}\0${model}\0${text}`;
      // A site may well be called 7; its key comes first.
      const found = this.#byId.get(key) ?? this.#byName.get(key);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Every NetBox export of the workspace. */
export function netboxOf(workspace: Workspace): Netbox {
  return workspace.derive(readExports);
}

function readExports(workspace: Workspace): Netbox {
  const files = new Map<string, readonly NetboxObject[]>();
  for (const path of workspace.paths) {
    if (!/\.(?:json|csv)$/i.test(path) && !NETBOX_YAML.test(path)) continue;
    const objects = workspace.derive(netboxObjects, path);
    if (objects.length > 0) files.set(path, objects);
  }
  return new Netbox(files);
}

/** A choice is text, or `{ value, label }` in the API; pages begin it with a capital. */
export function choiceOf(value: YamlValue | undefined): string | undefined {
  return (isMapping(value) ? scalar(value["value"]) : scalar(value))?.toLowerCase();
}

/** The groups of a host, as NetBox's inventory plugin for Ansible names them, with the model and the field of each. */
const GROUPS: readonly (readonly [string, string, string, readonly string[]])[] = [
  ["sites", "site", "dcim.site", ["site"]],
  ["location", "location", "dcim.location", ["location"]],
  ["racks", "rack", "dcim.rack", ["rack"]],
  ["device_roles", "device_role", "dcim.devicerole", ["role", "device_role"]],
  ["tenants", "tenant", "tenancy.tenant", ["tenant"]],
  ["platforms", "platform", "dcim.platform", ["platform"]],
  ["cluster", "cluster", "virtualization.cluster", ["cluster"]],
];

/** Devices and virtual machines of the exports as hosts, and the machines' places as guests. */
export function netboxRecords(workspace: Workspace): SourceRecords {
  const netbox = netboxOf(workspace);
  const hosts: HostRecord[] = [];
  const guests: GuestRecord[] = [];
  const notes: RecordNote[] = [];
  for (const [path, objects] of netbox.files) {
    const tags = tagsOf(netbox, objects);
    const seen = new Map<string, string | undefined>();
    let unnamed = 0;
    for (const object of objects) {
      const isVirtual = object.model === "virtualization.virtualmachine";
      if (!isVirtual && object.model !== "dcim.device") continue;
      const name = scalar(object.get("name")?.value);
      if (name === undefined) {
        unnamed++;
        continue;
      }
      if (seen.has(name)) {
        if (seen.get(name) !== object.id) notes.push({ path, reason: `NetBox has the name ${name} more than once; the first one counts` });
        continue;
      }
      seen.set(name, object.id);
      const record = hostOf(netbox, object, name, isVirtual, tags.get(`${object.model}\0${object.id}`));
      hosts.push(record);
      // A machine that does not run needs no migration.
      if (isVirtual && !/^(?:offline|planned|decommissioning)$/.test(choiceOf(object.get("status")?.value) ?? "")) guests.push(guestOf(netbox, object, name));
    }
    if (unnamed > 0) notes.push({ path, reason: `${unnamed} devices have no name and are left out` });
  }
  return { hosts, guests, notes };
}

function hostOf(netbox: Netbox, object: NetboxObject, name: string, isVirtual: boolean, fixtureTags: readonly string[] | undefined): HostRecord {
  const { path } = object.location;
  const origin = isVirtual ? "NetBox virtual machine" : "NetBox device";
  const variables = new Map<string, Variable>();
  const put = (variable: string, value: Value | undefined, range = object.location.range): void => {
    if (value !== undefined) variables.set(variable, { name: variable, value, location: { path, range }, origin });
  };
  const groups: string[] = [];
  for (const [group, variable, model, fields] of GROUPS) {
    const reference = netbox.reference(object, model, ...fields);
    if (reference === undefined) continue;
    groups.push(`${group}_${model === "virtualization.cluster" ? reference.name : reference.slug}`);
    put(variable, model === "dcim.rack" || model === "virtualization.cluster" ? reference.name : reference.slug, object.get(...fields)!.range);
  }
  const tags = fixtureTags ?? listedTags(object);
  for (const tag of tags) groups.push(`tags_${tag}`);
  if (tags.length > 0) put("tags", tags);
  if (isVirtual) groups.push("is_virtual");
  put("is_virtual", isVirtual);
  const status = object.get("status");
  put("status", choiceOf(status?.value), status?.range);
  for (const [field, unit] of [["memory", "memory_mb"], ["vcpus", "vcpus"], ["disk", "disk"]] as const) {
    const found = object.get(field);
    const number = found && numberOf(found.value);
    if (number !== undefined) put(unit, number, found!.range);
  }
  for (const field of ["primary_ip4", "primary_ip6", "primary_ip"]) {
    const address = addressOf(netbox, object, field);
    if (address !== undefined) put(field, address.replace(/\/\d+$/, ""), object.get(field)?.range);
  }
  const host = variables.get("primary_ip")?.value ?? variables.get("primary_ip4")?.value ?? variables.get("primary_ip6")?.value;
  put("ansible_host", host);
  for (const [field, as] of [["custom_fields", "custom_fields"], ["custom_field_data", "custom_fields"], ["config_context", "config_context"], ["local_context_data", "local_context_data"]] as const) {
    const found = object.get(field);
    if (isMapping(found?.value) && Object.keys(found.value).length > 0) put(as, found.value, found.range);
  }
  const interfaces = netbox.interfacesOf(object);
  if (interfaces.length > 0) put("interfaces", interfaces.map(interfaceOf), interfaces[0]!.location.range);
  const dns = scalar(object.get("dns_name")?.value) ?? dnsOf(netbox, object);
  return { name, aliases: dns === undefined ? [] : [dns], groups, location: object.location, variables };
}

const INTERFACE_FIELDS = ["name", "type", "speed", "mtu", "enabled", "mgmt_only", "mac_address"];

function interfaceOf(object: NetboxObject): Value {
  return Object.fromEntries(
    INTERFACE_FIELDS.flatMap((name): [string, Value][] => {
      const value = object.get(name)?.value;
      return value === undefined ? [] : [[name, name === "type" ? (choiceOf(value) ?? value) : value]];
    }),
  );
}

function guestOf(netbox: Netbox, object: NetboxObject, name: string): GuestRecord {
  const device = netbox.reference(object, "dcim.device", "device");
  const cluster = netbox.reference(object, "virtualization.cluster", "cluster");
  const memory = object.get("memory");
  const megabytes = memory && numberOf(memory.value);
  const location: Location = megabytes === undefined ? object.location : { path: object.location.path, range: memory!.range };
  return {
    name,
    location,
    ...(device && { hypervisor: device.name }),
    ...(cluster && { cluster: cluster.name }),
    // NetBox counts megabytes; hypervisors are given powers of two.
    ...(megabytes !== undefined && { memory: megabytes * 2 ** 20 }),
  };
}

function addressOf(netbox: Netbox, object: NetboxObject, field: string): string | undefined {
  const value = object.get(field)?.value;
  const nested = isMapping(value) ? scalar(value["address"]) : undefined;
  return nested ?? scalar(netbox.reference(object, "ipam.ipaddress", field)?.object?.get("address")?.value) ?? (typeof value === "string" && /^[\da-f.:]+(?:\/\d+)?$/i.test(value) && /[.:]/.test(value) ? value : undefined);
}

function dnsOf(netbox: Netbox, object: NetboxObject): string | undefined {
  const address = netbox.reference(object, "ipam.ipaddress", "primary_ip4", "primary_ip6")?.object;
  return scalar(address?.get("dns_name")?.value);
}

function listedTags(object: NetboxObject): string[] {
  const value = object.get("tags")?.value;
  if (typeof value === "string") return value.split(/[\s,]+/).filter(Boolean).map(slugOf);
  if (!Array.isArray(value)) return [];
  return (value as readonly YamlValue[]).flatMap((tag) => (isMapping(tag) ? (scalar(tag["slug"]) ?? scalar(tag["name"]) ?? []) : (scalar(tag) ?? [])));
}

/** `dumpdata` keeps tags apart: each use of one names the model and key of what has it. */
function tagsOf(netbox: Netbox, objects: readonly NetboxObject[]): Map<string, string[]> {
  const tags = new Map<string, string[]>();
  for (const object of objects) {
    if (object.model !== "extras.taggeditem") continue;
    const type = object.get("content_type")?.value;
    const tag = netbox.reference(object, "extras.tag", "tag");
    if (!Array.isArray(type) || tag === undefined) continue;
    const key = `${(type as readonly YamlValue[]).map(String).join(".")}\0${scalar(object.get("object_id")?.value)}`;
    tags.set(key, [...(tags.get(key) ?? []), tag.slug]);
  }
  return tags;
}

/** A number of megabytes or of pieces; later pages write `4.0 GB`. */
function numberOf(value: YamlValue): number | undefined {
  const sized = typeof value === "string" ? /^(\d+(?:\.\d+)?)\s*([MGT])i?B$/i.exec(value) : null;
  if (sized !== null) return Number(sized[1]) * { m: 1, g: 1024, t: 1024 ** 2 }[sized[2]!.toLowerCase()]!;
  const number = typeof value === "string" && /^[\d,]+(?:\.\d+)?$/.test(value) ? Number(value.replaceAll(",", "")) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : undefined;
}

function scalar(value: YamlValue | undefined): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

function slugOf(name: string): string {
  return name.trim().toLowerCase().replace(/[^\w\s-]/g, "").replace(/[\s-]+/g, "-");
}
