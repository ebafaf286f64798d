import { compareText } from "../../../engine/finding.ts";
import type { Fleet, Host } from "../fleet.ts";
import type { Effect } from "./effects.ts";
import { disturbsGuests } from "./effects.ts";

/** Hosts of an effect on which a service is interrupted, sorted by name. */
export function interruptedHosts(effect: Effect): Host[] {
  const names = new Set(effect.interruptions.flatMap(({ hosts }) => hosts.map((host) => host.name)));
  return effect.hosts.filter((host) => names.has(host.name));
}

/** Virtualisation hosts of an effect whose guests have to move away first, sorted by name. */
export function hostsToEvacuate(effect: Effect, fleet: Fleet): Host[] {
  const names = new Set(effect.interruptions.filter(disturbsGuests).flatMap(({ hosts }) => hosts.map((host) => host.name)));
  return effect.hosts.filter((host) => names.has(host.name) && fleet.trait(host, "hypervisor") !== undefined);
}

/** The services that an effect interrupts, by name. */
export function servicesOf(effect: Effect): string[] {
  return [...new Set(effect.interruptions.map(({ service }) => service))].sort(compareText);
}

/** The plays that bring an effect to hosts, as `FILE: NAME`, sorted. */
export function playsOf(effect: Effect): string[] {
  return [...new Set(effect.plays.map(({ path, name }) => `${path}: ${name}`))].sort(compareText);
}

/** `part` of `whole` as a number from 0 to 1. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/**
 * How many of the hosts are in each group, most first. A host counts in its nearest group only, so that the numbers add
 * up to the hosts; `ungrouped` where it has none.
 */
export function byGroup(hosts: readonly Host[], fleet: Fleet): { [group: string]: number } {
  const counts = new Map<string, number>();
  for (const host of hosts) {
    const group = host.groups.find((name) => name !== "all" && fleet.groups.has(name)) ?? "ungrouped";
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1] || compareText(a[0], b[0])));
}

/** Up to three names, and how many more there are. */
export function listNames(names: readonly string[]): string {
  if (names.length <= 3) return names.join(", ");
  return `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
}
