import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import { machineOf } from "../machines.ts";
import type { Machine } from "../machines.ts";
import type { Dangling, Place } from "./place.ts";
import { inComment, literally, sortedPlaces } from "./place.ts";

/** Interfaces that the change takes away from a host and that its other files, or its firewall, still name. */
export function removedInterfaces(before: Workspace, after: Workspace, changed: readonly string[]): Dangling[] {
  const found: Dangling[] = [];
  const seen = new Set<Machine>();
  for (const path of changed) {
    const old = machineOf(before, path);
    if (old === undefined || seen.has(old)) continue;
    seen.add(old);
    const file = old.files.map((one) => one.path).find((one) => machineOf(after, one) !== undefined);
    const now = file === undefined ? undefined : machineOf(after, file);
    if (now === undefined) continue;
    for (const [name, one] of old.interfaces) {
      if (now.interfaces.has(name) || mayBeThere(now, name)) continue;
      const places = sortedPlaces([...referencesTo(now, name), ...firewallPlaces(after, now, name)]);
      if (places.length > 0) found.push({ kind: "interface", name, places, was: one.location.path });
    }
  }
  return found;
}

/** A pattern, or an interface whose name a template hides, may be the one. */
function mayBeThere({ files }: Machine, name: string): boolean {
  return files.flatMap(({ interfaces }) => interfaces).some((one) => {
    if (isUnknown(one.name)) return true;
    return one.pattern === true && new RegExp(`^${one.name.split("*").map(literally).join(".*")}$`).test(name);
  });
}

/** Everything in a machine's own files that needs an interface of this name. */
export function referencesTo({ files, interfaces, routes }: Machine, name: string): Place[] {
  const places: Place[] = files.flatMap(({ references }) => references.filter((one) => one.kind === "interface" && one.name === name).map(({ location }) => ({ location, how: "a reference", breaks: true })));
  for (const one of interfaces.values()) {
    for (const member of one.members) if (member.value === name) places.push({ location: member.location, how: `a port of ${String(one.name)}`, breaks: true });
    if (one.vlan?.link?.value === name) places.push({ location: one.vlan.link.location, how: `the link of ${String(one.name)}`, breaks: true });
    if (one.tunnel?.underlay?.value === name) places.push({ location: one.tunnel.underlay.location, how: `the link of ${String(one.name)}`, breaks: true });
  }
  for (const { device, location } of routes) if (device === name) places.push({ location, how: "a route", breaks: true });
  return places;
}

/** Rules of the same host's packet filter that match the interface: they never match again. */
function firewallPlaces(after: Workspace, machine: Machine, name: string): Place[] {
  const root = /^(.*?)(?:^|\/)etc\//.exec(machine.files[0]!.path)?.[1];
  if (root === undefined) return [];
  const tree = root === "" ? "etc/" : `${root}/`;
  const match = new RegExp(String.raw`\b[io]if(?:name)?\s+(?:!=\s+)?(?:\{[^}]*)?"?(?<![\w.-])${literally(name)}(?![\w.-])"?|(?:^|\s)-[io]\s+${literally(name)}(?![\w.+-])`, "g");
  return after.subjects("firewall").filter(({ path }) => path.startsWith(tree)).flatMap(({ path }) => {
    const text = after.text(path)!;
    if (!text.includes(name)) return [];
    return [...text.matchAll(match)].filter(({ index }) => !inComment(text, index)).map(({ index, 0: whole }) => {
      const start = index + whole.lastIndexOf(name);
      return { location: { path, range: { start, end: start + name.length } }, how: "a packet filter rule", breaks: false };
    });
  });
}
