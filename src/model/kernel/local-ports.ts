import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { acceptsPorts } from "../firewall/tracking/accepted.ts";
import { cephPorts } from "../firewall/tracking/ceph.ts";
import type { PortInterval } from "../firewall/tracking/ports.ts";
import { intersect, subtract, union } from "../firewall/tracking/ports.ts";
import type { Ruleset } from "../firewall/ruleset.ts";
import type { Workspace } from "../workspace.ts";
import type { Machine, MachineValue } from "./machines.ts";
import { hasFile, machines, valueOf } from "./machines.ts";
import { parseInteger } from "./number.ts";

const RANGE = "net.ipv4.ip_local_port_range";
const RESERVED = "net.ipv4.ip_local_reserved_ports";
/** The kernel's own range (ip(7)): what listens within it does so with or without a setting. */
const DEFAULT_RANGE: PortInterval = [32_768n, 60_999n];
/** Services that open rarely fewer; a rule for more ports is no list of listeners but a range for clients. */
const MOST_PORTS = 5000n;

/** Ports that services listen on, with what says so. */
export interface Listener {
  readonly ports: readonly PortInterval[];
  readonly what: string;
  readonly location?: Location;
}

/** A machine whose outgoing connections may take the ports of its own services. */
export interface PortOverlap {
  readonly machine: Machine;
  readonly range: PortInterval;
  readonly value: MachineValue;
  readonly overlap: readonly PortInterval[];
  readonly listeners: readonly Listener[];
  /** Where some ports are reserved already, but not these. */
  readonly reserved?: MachineValue;
}

/** Every machine where a widened range of local ports covers ports that are accepted or used there, and not reserved. */
export function portOverlaps(workspace: Workspace): readonly PortOverlap[] {
  return workspace.data(collect);
}

function collect(workspace: Workspace): readonly PortOverlap[] {
  return machines(workspace).flatMap((machine) => {
    const value = valueOf(workspace, machine, RANGE);
    const range = value === undefined || isUnknown(value) ? undefined : rangeOf(value.value);
    if (value === undefined || isUnknown(value) || range === undefined) return [];
    const reserved = valueOf(workspace, machine, RESERVED);
    if (reserved !== undefined && isUnknown(reserved)) return [];
    const free = subtract(subtract([range], [DEFAULT_RANGE]), reserved === undefined ? [] : portList(reserved.value));
    if (free.length === 0) return [];
    const listeners = listenersOf(workspace, machine).flatMap((one) => {
      const ports = intersect(free, one.ports);
      return ports.length === 0 ? [] : [{ ...one, ports }];
    });
    const overlap = union(listeners.flatMap(({ ports }) => ports));
    return overlap.length === 0 ? [] : [{ machine, range, value, overlap, listeners, ...(reserved ? { reserved } : {}) }];
  });
}

function rangeOf(text: string): PortInterval | undefined {
  const [low, high] = text.trim().split(/\s+/).map((part) => parseInteger(part));
  return low === undefined || high === undefined || low > high ? undefined : [BigInt(low), BigInt(high)];
}

/** `6800-7568,3300`, as proc_do_large_bitmap reads it. */
export function portList(text: string): PortInterval[] {
  return union(
    text.split(",").slice(0, 65_536).flatMap((part): PortInterval[] => {
      const match = /^\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?\s*$/.exec(part);
      return match === null ? [] : [[BigInt(match[1]!), BigInt(match[2] ?? match[1]!)]];
    }),
  );
}

/** What listens on a machine: the ports that its firewall accepts, and Ceph's where it stores. */
function listenersOf(workspace: Workspace, machine: Machine): Listener[] {
  const found: Listener[] = [];
  for (const { path, subject } of workspace.subjects("firewall")) {
    if (hasFile(workspace, machine, path) !== true) continue;
    found.push(...accepted(subject));
  }
  const trait = machine.host && workspace.fleet.trait(machine.host, "storage");
  if (trait !== undefined && /ceph|osd/i.test(trait.why)) found.push({ ports: cephPorts(workspace).sure, what: `Ceph (${trait.why})` });
  return found;
}

function accepted(ruleset: Ruleset): Listener[] {
  const asked: PortInterval[] = [];
  const rules = acceptsPorts(ruleset, (interval) => {
    if (interval[1] - interval[0] > MOST_PORTS) return false;
    asked.push(interval);
    return true;
  });
  return asked.length === 0 || rules.length === 0 ? [] : [{ ports: union(asked), what: `${ruleset.path} accepts connections to them`, location: { path: ruleset.path, range: rules[0]!.range } }];
}
