import type { HostVariable } from "../../engine/configuration.ts";
import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { member } from "../../formats/template/evaluate.ts";
import type { Workspace } from "../workspace.ts";
import type { Host, Value, Variable } from "./fleet.ts";
import { namedGuests, recordOf, recordedGuests } from "./records/of-host.ts";
import { memberOf } from "./values.ts";

/** Names under which sites keep these values, and the names of Ansible's own facts. */
const USUAL: Record<HostVariable, readonly string[]> = {
  kernel: ["kernel", "kernel_version", "ansible_kernel", "kernel_release", "linux_kernel", "linux_kernel_version", "ansible_facts.kernel"],
  memory: ["ansible_memtotal_mb", "memory_mb", "memory_mib", "memory_gb", "memory_gib", "mem_size", "ram_mb", "ram_gb", "memory", "ram", "ansible_facts.memtotal_mb"],
  virtualMachines: ["virtual_machines", "vms", "guests", "libvirt_vms", "kvm_vms", "kvm_guests", "virt_guests", "instances"],
  osds: ["osds", "osd_count", "osds_per_host", "ceph_osd_count", "num_osds", "lvm_volumes", "osd_devices", "ceph_osd_devices", "ceph_devices", "devices"],
  migrationLink: ["migration_link", "migration_link_speed", "migration_bandwidth", "live_migration_bandwidth", "migration_network_speed"],
  hypervisor: ["vmhost", "vm_host", "hypervisor", "hypervisor_host", "virt_host", "kvm_host", "libvirt_host", "proxmox_node", "kvm_hypervisor"],
  dirtyRate: ["dirty_rate", "dirty_rate_mb", "dirty_rate_mib"],
  site: ["site", "datacenter", "data_center", "dc", "location"],
  rack: ["rack"],
};
/** Without these words around them, such names mean something else on hosts that store nothing. */
const AMBIGUOUS = new Set(["devices", "instances", "guests"]);

/** Where NetBox keeps what sites add of their own. */
const NESTED = ["custom_fields", "config_context", "local_context_data"];

/**
 * The value that `premortem.yaml` maps to `name`, or the one under a usual name; undefined where there is none. The host's
 * own variables come first, then what other sources say of it.
 */
export function factOf(host: Host, name: HostVariable, workspace: Workspace): Variable | undefined {
  const mapped = workspace.configuration.variables[name];
  const record = recordOf(workspace, host);
  const sources = record === undefined ? [host.variables] : [host.variables, record.variables];
  if (mapped !== undefined) {
    for (const one of mapped.split(",")) {
      const [path, unit] = withUnit(one);
      for (const variables of sources) {
        const found = variableIn(variables, path);
        if (found !== undefined) return measured(found, unit);
      }
    }
    return undefined;
  }
  for (const variables of sources) {
    const found = usualIn(variables, name);
    if (found !== undefined) return found;
  }
  return name === "virtualMachines" ? (namedGuests(workspace, host) ?? recordedGuests(workspace, host)) : undefined;
}

function usualIn(variables: Variables, name: HostVariable): Variable | undefined {
  for (const usual of USUAL[name]) {
    const found = variableIn(variables, usual);
    if (found === undefined || found.value === null) continue;
    if (AMBIGUOUS.has(usual) && !Array.isArray(found.value)) continue;
    return found;
  }
  for (const outer of NESTED) {
    if (!variables.has(outer)) continue;
    for (const usual of USUAL[name]) {
      const found = variableIn(variables, `${outer}.${usual}`);
      if (found !== undefined && found.value !== null) return found;
    }
  }
  return undefined;
}

/** `ram MiB`: a variable whose name does not tell its unit, with it. */
function withUnit(mapped: string): [string, string | undefined] {
  const match = /^(\S+)\s+(\S+)$/.exec(mapped.trim());
  return match === null ? [mapped.trim(), undefined] : [match[1]!, match[2]];
}

function measured(variable: Variable, unit: string | undefined): Variable {
  const { value } = variable;
  const isNumber = typeof value === "number" || (typeof value === "string" && /^\s*\d+(?:\.\d+)?\s*$/.test(value));
  return unit === undefined || !isNumber ? variable : { ...variable, value: `${String(value).trim()} ${unit}` };
}

/** A variable by its name or dotted path. */
export function variableAt(host: Host, path: string): Variable | undefined {
  return variableIn(host.variables, path);
}

type Variables = Pick<ReadonlyMap<string, Variable>, "get" | "has">;

function variableIn(variables: Variables, path: string): Variable | undefined {
  const whole = variables.get(path);
  if (whole !== undefined) return whole;
  const [first = "", ...rest] = path.split(".");
  const variable = rest.length === 0 ? undefined : variables.get(first);
  if (variable === undefined) return undefined;
  let value: Value | undefined = variable.value;
  for (const key of rest) value = Array.isArray(value) && !/^\d+$/.test(key) ? called(value, key) : member(value, key);
  return value === undefined ? undefined : { name: path, value, location: variable.location, origin: variable.origin };
}

/** The item of a list that has the name, as interfaces are kept. */
function called(list: readonly Value[], name: string): Value | undefined {
  return list.find((item) => memberOf(item, "name") === name);
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

