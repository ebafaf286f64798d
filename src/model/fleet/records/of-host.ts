import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import type { Host, Value, Variable } from "../fleet.ts";
import { patternNames } from "../inventories.ts";
import { recordsOf, shortOf } from "./read.ts";
import type { HostRecord } from "./record.ts";
import { nameKey } from "./record.ts";

/** What the sources besides the inventory say of a host of the fleet; undefined for nothing. */
export function recordOf(workspace: Workspace, host: Host): HostRecord | undefined {
  const record = recordsOf(workspace).of(host.name);
  return record !== undefined && isSame(workspace, host, [record.name, ...record.aliases]) ? record : undefined;
}

/** A first label alone says nothing where several hosts of the fleet have it. */
function isSame(workspace: Workspace, host: Host, names: readonly string[]): boolean {
  const key = nameKey(host.name);
  return names.some((name) => nameKey(name) === key) || !workspace.derive(sharedLabels).has(shortOf(key));
}

function sharedLabels(workspace: Workspace): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const name of workspace.derive(patternNames).hosts) {
    const label = shortOf(nameKey(name));
    if (seen.has(label)) shared.add(label);
    seen.add(label);
  }
  return shared;
}

/**
 * The guests of a host as NetBox, libvirt or KubeVirt keep them, in the form of a variable: a list of `name` and
 * `memory_mib`; undefined where no source assigns one to it.
 */
export function recordedGuests(workspace: Workspace, host: Host): Variable | undefined {
  const guests = recordsOf(workspace).guestsOf(host.name).filter(({ hypervisor }) => isSame(workspace, host, [hypervisor!]));
  const [first] = guests;
  if (first === undefined) return undefined;
  const value: Value = guests.map(({ name, memory }) => ({ name, ...(memory !== undefined && { memory_mib: memory / 2 ** 20 }) }));
  return { name: "guests", value, location: first.location, origin: `${guests.length === 1 ? `the guest ${first.name}` : `${guests.length} guests`} of ${first.location.path}` };
}

/** Memory under names whose unit is known: virt-install and nova count MiB. */
const MIB_NAMES = /^(?:mem_size|max_mem_size|memory_mb|memory_mib|mem_mb|mem_mib|ram_mb|ram_mib|vm_memory_mb|vm_ram_mb|vm_memory_mib)$/;

const USUAL_NAMES = ["mem_size", "memory_mib", "memory_mb", "mem_mib", "mem_mb", "ram_mib", "ram_mb", "vm_memory_mb", "vm_ram_mb", "memory_gib", "memory_gb", "memory", "ram"];

/** The guests that are hosts of the inventory themselves and name `host` as theirs; undefined where none does. */
export function namedGuests(workspace: Workspace, host: Host): Variable | undefined {
  const guests = workspace.derive(guestsByHost);
  const key = nameKey(host.name);
  const found = guests.get(key) ?? (workspace.derive(sharedLabels).has(shortOf(key)) ? undefined : guests.get(shortOf(key)));
  if (found === undefined) return undefined;
  const value: Value = found.map(({ guest, memory, dirtyRate }) => ({
    name: guest.name,
    ...(memory !== undefined && { memory_mib: memory }),
    ...(dirtyRate !== undefined && { [dirtyRate.name.startsWith("dirty") ? dirtyRate.name : "dirty_rate"]: dirtyRate.value }),
  }));
  const { by } = found[0]!;
  return { name: by.name, value, location: by.location, origin: `${found.length === 1 ? `the guest ${found[0]!.guest.name}` : `${found.length} guests`}, by their ${by.name}` };
}

interface NamedGuest {
  readonly guest: Host;
  /** The variable that names the host. */
  readonly by: Variable;
  /** MiB, or text with a unit. */
  readonly memory: Value | undefined;
  /** Its name may tell its unit. */
  readonly dirtyRate: Variable | undefined;
}

function guestsByHost(workspace: Workspace): ReadonlyMap<string, readonly NamedGuest[]> {
  const guests = new Map<string, NamedGuest[]>();
  const { fleet } = workspace;
  for (const guest of fleet.hosts) {
    const by = fleet.fact(guest, "hypervisor");
    if (by === undefined || isUnknown(by.value) || typeof by.value !== "string" || by.value.trim() === "") continue;
    const key = nameKey(by.value);
    if (key === nameKey(guest.name)) continue;
    const entry: NamedGuest = { guest, by, memory: guestMemory(workspace, guest), dirtyRate: fleet.fact(guest, "dirtyRate") };
    const list = guests.get(key);
    if (list === undefined) guests.set(key, [entry]);
    else list.push(entry);
  }
  return guests;
}

function guestMemory(workspace: Workspace, guest: Host): Value | undefined {
  // premortem.yaml may name what virtualisation hosts have; guests keep theirs under the usual names.
  const fact = workspace.fleet.fact(guest, "memory") ?? USUAL_NAMES.map((name) => guest.variables.get(name)).find((variable) => variable !== undefined);
  if (fact === undefined || isUnknown(fact.value)) return undefined;
  if (typeof fact.value === "string" && /[a-z]/i.test(fact.value)) return mebibytes(fact.value);
  const number = typeof fact.value === "string" && /^\d+(?:\.\d+)?$/.test(fact.value.trim()) ? Number(fact.value) : fact.value;
  if (typeof number !== "number") return undefined;
  const name = fact.name.slice(fact.name.lastIndexOf(".") + 1);
  if (MIB_NAMES.test(name) || /^ansible_memtotal_mb$|_mi?b$/i.test(name)) return number;
  return /_gi?b$/i.test(name) ? number * 1024 : undefined;
}

function mebibytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt])(?:i?b)?$/i.exec(text.trim());
  return match === null ? undefined : Number(match[1]) * { k: 1 / 1024, m: 1, g: 1024, t: 1024 ** 2 }[match[2]!.toLowerCase()]!;
}
