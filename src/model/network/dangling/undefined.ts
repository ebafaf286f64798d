import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import { machineOf } from "../machines.ts";
import type { NetworkFile, Reference } from "../network.ts";
import { hostNames } from "./hosts.ts";
import type { Dangling } from "./place.ts";
import { sortedPlaces } from "./place.ts";

/** Of the hosts that a file names, so many have to be known before one that is not can be a slip. */
const KNOWN_HOSTS = 5;
const KNOWN_SHARE = 0.8;

/** What a file refers to in a way that shows what ought to be there, and that nothing defines. */
export function undefinedReferences(workspace: Workspace, file: NetworkFile): Dangling[] {
  return [...undefinedHosts(workspace, file), ...undefinedInterfaces(workspace, file)];
}

/** Peers that are no host, in a list of which nearly all others are hosts of the inventory. */
function undefinedHosts(workspace: Workspace, { references }: NetworkFile): Dangling[] {
  const hosts = references.filter(({ kind }) => kind === "host");
  if (hosts.length === 0) return [];
  const names = hostNames(workspace);
  const distinct = new Set(hosts.map(({ name }) => name));
  const known = [...distinct].filter((name) => names.has(name)).length;
  if (known < KNOWN_HOSTS || known < distinct.size * KNOWN_SHARE) return [];
  return byName(hosts.filter(({ name }) => !names.has(name)), "host", "peers");
}

/**
 * netplan refuses an identifier that no file defines. The installer's own file may define a device, so only what stands
 * beside defined ones in the same file counts.
 */
function undefinedInterfaces(workspace: Workspace, file: NetworkFile): Dangling[] {
  const machine = machineOf(workspace, file.path);
  if (file.source !== "netplan" || machine === undefined) return [];
  const defined = new Set(machine.files.flatMap(({ interfaces }) => interfaces.flatMap(({ name }) => (isUnknown(name) ? [] : [name]))));
  // Open vSwitch's patch ports are interfaces too.
  if (/^\s*openvswitch:/m.test(workspace.text(file.path) ?? "")) return [];
  if (machine.files.some(({ interfaces }) => interfaces.some(({ name, pattern }) => isUnknown(name) || pattern === true))) return [];
  const missing: Reference[] = [];
  for (const { members } of file.interfaces) {
    const written = members.flatMap(({ value, location }) => (isUnknown(value) ? [] : [{ name: value, location }]));
    if (!written.some(({ name }) => defined.has(name))) continue;
    missing.push(...written.filter(({ name }) => !defined.has(name)).map(({ name, location }) => ({ kind: "interface" as const, name, location })));
  }
  return byName(missing, "interface", "ports");
}

function byName(references: readonly Reference[], kind: Dangling["kind"], how: string): Dangling[] {
  const byNames = new Map<string, Reference[]>();
  for (const one of references) byNames.set(one.name, [...(byNames.get(one.name) ?? []), one]);
  return [...byNames].map(([name, list]) => ({ kind, name, places: sortedPlaces(list.map(({ location }) => ({ location, how, breaks: true }))) }));
}
