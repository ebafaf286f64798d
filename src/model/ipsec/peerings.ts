import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import type { End, Peering } from "./peering.ts";
import { peeringsOfIpsecConf } from "./peering-ipsec-conf.ts";
import { peeringsOfRacoon } from "./peering-racoon.ts";
import { peeringsOfSwanctl } from "./peering-swanctl.ts";

/** Two files that describe one connection, each from its end. */
export interface Pair {
  readonly one: Peering;
  readonly other: Peering;
  /** `other` with its ends turned so that its local one is `one`'s remote. */
  readonly turned: boolean;
}

/** The pairs of connections that belong together for certain, the file that sorts first as `one`. */
export function pairsOf(workspace: Workspace, path: string): readonly Pair[] {
  return workspace.derive(allPairs).get(path) ?? [];
}

function allPairs(workspace: Workspace): Map<string, Pair[]> {
  const all = workspace.paths.flatMap((path) => peeringsOf(workspace, path));
  const byEnds = new Map<string, Peering[]>();
  for (const peering of all) {
    for (const key of keysOf(peering)) {
      const list = byEnds.get(key);
      if (list === undefined) byEnds.set(key, [peering]);
      else list.push(peering);
    }
  }
  const facing = (one: Peering): Peering[] => {
    const alike = keysOf(one).flatMap((key) => byEnds.get(key) ?? []);
    return alike.length > MOST_ALIKE ? [] : [...new Set(alike)].filter((other) => other.path !== one.path && neighbours(workspace, one.path, other.path));
  };
  const result = new Map<string, Pair[]>();
  for (const one of all) {
    const candidates = facing(one);
    const [other] = candidates;
    // Who speaks to whom has to be certain: one candidate, and this one its only one.
    if (other === undefined || candidates.length > 1 || other.path < one.path) continue;
    if (facing(other).length !== 1) continue;
    const straight = shares(one.local, other.remote) || shares(one.remote, other.local);
    const turned = !straight && (one.eitherWay || other.eitherWay);
    if (!straight && !turned) continue;
    result.set(one.path, [...(result.get(one.path) ?? []), { one, other, turned }]);
  }
  return result;
}

function peeringsOf(workspace: Workspace, path: string): readonly Peering[] {
  switch (workspace.language(path)) {
    case "swanctl":
      return peeringsOfSwanctl(workspace, path);
    case "ipsec-conf":
      return peeringsOfIpsecConf(workspace, path);
    case "racoon":
      return peeringsOfRacoon(workspace, path);
    default:
      return [];
  }
}

/** Addresses of one end beyond these are no help to find the other. */
const MOST_ADDRESSES = 16;
/** Connections between two addresses that so many files have are of a test suite, or made up. */
const MOST_ALIKE = 500;

/** A connection is known by the two addresses that it joins. */
function keysOf({ local, remote }: Peering): string[] {
  const others = remote.addresses.slice(0, MOST_ADDRESSES);
  return local.addresses.slice(0, MOST_ADDRESSES).flatMap((one) => others.map((other) => [one, other].sort().join(" ")));
}

function shares(a: End, b: End): boolean {
  return a.addresses.some((one) => b.addresses.includes(one));
}

/** Files of two hosts of one site: each of one host of its own, or at one place in the trees of two hosts, or side by side. */
function neighbours(workspace: Workspace, a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => {
    const scope = workspace.fleet.scopeOf(path);
    return isUnknown(scope) || scope.hosts.length !== 1 ? undefined : scope.hosts[0]!.name;
  });
  if (one !== undefined && other !== undefined) {
    // Trees of hosts in two places are two sites, which may use the same addresses.
    const [holder, otherHolder] = [above(a, one), above(b, other)];
    return one !== other && (holder === undefined || otherHolder === undefined || holder === otherHolder);
  }
  const [left, right] = [a.split("/"), b.split("/")];
  if (left.length !== right.length) return false;
  const differing = left.flatMap((part, index) => (part === right[index] ? [] : [index]));
  if (differing.length !== 1) return false;
  // In two folders, a name that a host chose (`east.conf`) stands for one host in two settings.
  return differing[0] === left.length - 1 || /(?:^|\/)(?:ipsec|swanctl|racoon)\.conf(?:\.\w+)?$/.test(a) || /(?:^|\/)(?:conf|ipsec)\.d\//.test(a);
}

/** The folders above the one that is named after the host; undefined: none is. */
function above(path: string, host: string): string | undefined {
  const parts = path.split("/");
  const at = parts.findIndex((part) => part === host || part === host.split(".")[0]);
  return at === -1 ? undefined : parts.slice(0, at).join("/");
}
