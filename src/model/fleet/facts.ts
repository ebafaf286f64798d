import type { Configuration, HostVariable } from "../../engine/configuration.ts";
import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { member } from "../../formats/template/evaluate.ts";
import type { Host, Value, Variable } from "./fleet.ts";

/** Names under which sites keep these values, and the names of Ansible's own facts. */
const USUAL: Record<HostVariable, readonly string[]> = {
  kernel: ["kernel", "kernel_version", "ansible_kernel", "kernel_release", "linux_kernel", "linux_kernel_version", "ansible_facts.kernel"],
  memory: ["ansible_memtotal_mb", "memory_mb", "memory_mib", "memory_gb", "memory_gib", "mem_size", "ram_mb", "ram_gb", "memory", "ram", "ansible_facts.memtotal_mb"],
  virtualMachines: ["virtual_machines", "vms", "guests", "libvirt_vms", "kvm_vms", "kvm_guests", "virt_guests", "instances"],
  osds: ["osds", "osd_count", "osds_per_host", "ceph_osd_count", "num_osds", "lvm_volumes", "osd_devices", "ceph_osd_devices", "ceph_devices", "devices"],
};
/** Without these words around them, such names mean something else on hosts that store nothing. */
const AMBIGUOUS = new Set(["devices", "instances", "guests"]);

/** The value that `premortem.yaml` maps to `name`, or the one under a usual name; undefined where there is none. */
export function factOf(host: Host, name: HostVariable, configuration: Configuration): Variable | undefined {
  const mapped = configuration.variables[name];
  if (mapped !== undefined) return variableAt(host, mapped);
  for (const usual of USUAL[name]) {
    const found = variableAt(host, usual);
    if (found === undefined || found.value === null) continue;
    if (AMBIGUOUS.has(usual) && !Array.isArray(found.value)) continue;
    return found;
  }
  return undefined;
}

/** A variable by its name or dotted path. */
export function variableAt(host: Host, path: string): Variable | undefined {
  const whole = host.variables.get(path);
  if (whole !== undefined) return whole;
  const [first = "", ...rest] = path.split(".");
  const variable = rest.length === 0 ? undefined : host.variables.get(first);
  if (variable === undefined) return undefined;
  let value: Value | undefined = variable.value;
  for (const key of rest) value = member(value, key);
  return value === undefined ? undefined : { ...variable, name: path, value };
}

/**
 * A host's kernel as `uname -r` begins; Unknown with the reason where no variable tells. `written` is the text of the
 * value: as a number, 4.10 has lost its zero.
 */
export function kernelOf(host: Host, fact: Variable | undefined, written: string): Maybe<{ major: number; minor: number; text: string; location: Location }> {
  if (fact === undefined) return unknown(`no variable tells the kernel of ${host.name}`);
  if (isUnknown(fact.value)) return unknown(`the kernel of ${host.name} is hidden: ${fact.value.unknown}`);
  const isNumber = typeof fact.value === "number";
  const text = isNumber && /^\d+(?:\.\d+)?$/.test(written) ? written : String(fact.value);
  if (isNumber && text !== written && /\.\d$/.test(text)) return unknown(`the kernel of ${host.name} is the number ${text}, which may have lost a zero`);
  const match = typeof fact.value === "object" ? null : /(?:^|[^\d.])(\d{1,2})\.(\d{1,3})(?!\d)/.exec(text);
  if (match === null) return unknown(`the kernel of ${host.name} is written as ${JSON.stringify(fact.value)}, which is no version`);
  return { major: Number(match[1]), minor: Number(match[2]), text, location: fact.location };
}

