import { isUnknown } from "../../../engine/unknown.ts";
import type { Location } from "../../../engine/location.ts";
import type { Workspace } from "../../workspace.ts";
import { networkOfHost } from "../host-network.ts";
import type { Machine } from "../machines.ts";
import { machineOf } from "../machines.ts";
import type { NetworkFile } from "../network.ts";
import { renderingsOf } from "../rendered/on-hosts.ts";
import { hostNames } from "./hosts.ts";
import type { Dangling } from "./place.ts";
import { sortedPlaces } from "./place.ts";

/** Of the hosts that a file names, so many have to be known before one that is not can be a slip. */
const KNOWN_HOSTS = 5;
const KNOWN_SHARE = 0.8;

/** What a file refers to in a way that shows what ought to be there, and that nothing defines. */
export function undefinedReferences(workspace: Workspace, file: NetworkFile): Dangling[] {
  const rendered = renderingsOf(workspace, file.path).flatMap(({ files, host }) => {
    // All that a host has is worked out only where it is asked for.
    if (!files.some(isNetplan)) return [];
    const there = networkOfHost(workspace, host);
    return files.flatMap((one) => undefinedInterfaces(workspace, one, { ...there, files: there.files.filter(({ source }) => source !== "ansible") }));
  });
  return [...undefinedHosts(workspace, file), ...firstOfEach([...undefinedInterfaces(workspace, file, isNetplan(file) ? machineOf(workspace, file.path) : undefined), ...rendered])];
}

/** Peers that are no host, in a list of which nearly all others are hosts of the inventory. */
function undefinedHosts(workspace: Workspace, { references }: NetworkFile): Dangling[] {
  const hosts = references.filter(({ kind }) => kind === "host");
  if (hosts.length === 0) return [];
  const names = hostNames(workspace);
  const distinct = new Set(hosts.map(({ name }) => name));
  const known = [...distinct].filter((name) => names.has(name)).length;
  if (known < KNOWN_HOSTS || known < distinct.size * KNOWN_SHARE) return [];
  return byName(hosts.filter(({ name }) => !names.has(name)).map((one) => ({ ...one, how: "peers" })), "host");
}

/**
 * netplan refuses an identifier that no file defines. The installer's own file may define a device, so only ports beside
 * defined ones count, and links of VLANs in a file that defines Ethernet devices itself.
 */
function undefinedInterfaces(workspace: Workspace, file: NetworkFile, machine: Machine | undefined): Dangling[] {
  if (!isNetplan(file) || machine === undefined) return [];
  const defined = new Set(machine.files.flatMap(({ interfaces }) => interfaces.flatMap(({ name }) => (isUnknown(name) ? [] : [name]))));
  // Open vSwitch's patch ports are interfaces too.
  if (/^\s*openvswitch:/m.test(workspace.text(file.path) ?? "")) return [];
  if (machine.files.some(({ interfaces }) => interfaces.some(({ name, pattern }) => isUnknown(name) || pattern === true))) return [];
  const missing: Named[] = [];
  const physical = file.interfaces.some(({ kind, conditional }) => kind === "ethernet" && conditional !== true);
  for (const { name, vlan } of file.interfaces) {
    const link = vlan?.link;
    if (physical && link !== undefined && !isUnknown(link.value) && !defined.has(link.value)) missing.push({ name: link.value, location: link.location, how: `the link of ${isUnknown(name) ? "a VLAN" : name}` });
  }
  for (const { name: owner, members } of file.interfaces) {
    const written = members.flatMap(({ value, location }) => (isUnknown(value) ? [] : [{ name: value, location }]));
    if (!written.some(({ name }) => defined.has(name))) continue;
    missing.push(...written.filter(({ name }) => !defined.has(name)).map((one) => ({ ...one, how: `the ports of ${isUnknown(owner) ? "a bridge" : owner}` })));
  }
  return byName(missing, "interface");
}

function isNetplan({ source }: NetworkFile): boolean {
  return source === "netplan";
}

/** What several hosts get wrong in one place of a template is one mistake. */
function firstOfEach(found: readonly Dangling[]): Dangling[] {
  const byPlace = new Map<string, Dangling>();
  for (const one of found) {
    const { path, range } = one.places[0]!.location;
    const key = `${path}\0${range.start}`;
    if (!byPlace.has(key)) byPlace.set(key, one);
  }
  return [...byPlace.values()];
}

/** A name that nothing defines, where it stands, and what as. */
interface Named {
  readonly name: string;
  readonly location: Location;
  readonly how: string;
}

function byName(references: readonly Named[], kind: Dangling["kind"]): Dangling[] {
  const byNames = new Map<string, Named[]>();
  for (const one of references) byNames.set(one.name, [...(byNames.get(one.name) ?? []), one]);
  return [...byNames].map(([name, list]) => ({ kind, name, places: sortedPlaces(list.map(({ location, how }) => ({ location, how, breaks: true }))) }));
}
