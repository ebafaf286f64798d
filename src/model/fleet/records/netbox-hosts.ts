import type { Location } from "../../../engine/location.ts";
import type { YamlValue } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { Value, Variable } from "../fleet.ts";
import { isMapping } from "../values.ts";
import type { Netbox } from "./netbox.ts";
import { choiceOf, netboxOf, scalar, slugOf } from "./netbox.ts";
import type { NetboxObject } from "./netbox-object.ts";
import type { GuestRecord, HostRecord, RecordNote, SourceRecords } from "./record.ts";

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
  return { hosts, guests: onOnlyDevices(netbox, guests), notes };
}

/** Guests of which only the cluster is told run on its device, where it has only one. */
function onOnlyDevices(netbox: Netbox, guests: readonly GuestRecord[]): GuestRecord[] {
  const devices = new Map<string, Set<string>>();
  for (const objects of netbox.files.values()) {
    for (const object of objects) {
      const cluster = object.model === "dcim.device" ? netbox.reference(object, "virtualization.cluster", "cluster")?.name : undefined;
      const name = scalar(object.get("name")?.value);
      if (cluster !== undefined && name !== undefined) devices.set(cluster, (devices.get(cluster) ?? new Set()).add(name));
    }
  }
  return guests.map((guest) => {
    const on = guest.hypervisor === undefined && guest.cluster !== undefined ? devices.get(guest.cluster) : undefined;
    return on?.size === 1 ? { ...guest, hypervisor: [...on][0]! } : guest;
  });
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
