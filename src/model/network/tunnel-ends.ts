import ipaddr from "ipaddr.js";
import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import type { Machine } from "./machines.ts";
import { tunnelMachines } from "./host-machines.ts";
import type { KnownMtu } from "./mtu.ts";
import { mtuOf, sameAddress } from "./mtu.ts";
import type { Interface, Tunnel } from "./network.ts";

/** The other end of a tunnel, with a smaller MTU. */
export interface OtherEnd {
  readonly interface: Interface;
  readonly mtu: KnownMtu;
  readonly own: KnownMtu;
  /** What has that interface. */
  readonly machine: Machine;
  /** False for clients of a VPN, which may know of a smaller link. */
  readonly certain: boolean;
}

/** The other ends of a point-to-point tunnel in the repository whose MTU is smaller than its own, both being known. */
export function otherEnds(workspace: Workspace, machine: Machine, one: Interface): readonly OtherEnd[] {
  const { tunnel } = one;
  const own = mtuOf(machine, one);
  if (tunnel === undefined || own === undefined || own.how === "assumed") return [];
  const found: OtherEnd[] = [];
  const remote = tunnel.remotes.length === 1 ? tunnel.remotes[0]!.value : undefined;
  if (typeof remote !== "string") return [];
  for (const { machine: other, interface: candidate } of workspace.derive(byLocalAddress).get(addressKey(remote)) ?? []) {
    if (other === machine || candidate.conditional === true || !areEnds(tunnel, candidate.tunnel!)) continue;
    const mtu = mtuOf(other, candidate);
    if (mtu === undefined || mtu.how === "assumed" || mtu.value >= own.value) continue;
    // A file's own machine and the host that gets it are one.
    if (found.some((known) => known.interface.location.path === candidate.location.path)) continue;
    found.push({ interface: candidate, machine: other, mtu, own, certain: tunnel.mode !== "wireguard" && tunnel.mode !== "openvpn" });
  }
  return found;
}

interface End {
  readonly machine: Machine;
  readonly interface: Interface;
}

/** Tunnels by their local address. */
function byLocalAddress(workspace: Workspace): ReadonlyMap<string, readonly End[]> {
  const ends = new Map<string, End[]>();
  for (const machine of tunnelMachines(workspace)) {
    for (const one of machine.interfaces.values()) {
      const local = one.tunnel?.local?.value;
      if (typeof local !== "string") continue;
      const key = addressKey(local);
      const list = ends.get(key);
      if (list === undefined) ends.set(key, [{ machine, interface: one }]);
      else list.push({ machine, interface: one });
    }
  }
  return ends;
}

/** The same for all ways to write one address. */
function addressKey(text: string): string {
  return text.includes(":") && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text).toString() : text;
}

/** True where each of two tunnels names the other's address as its other end, in the same way of wrapping. */
export function areEnds(a: Tunnel, b: Tunnel): boolean {
  if (isUnknown(a.mode) || a.mode !== b.mode || a.remotes.length !== 1 || b.remotes.length !== 1) return false;
  const keys = [a.key?.value, b.key?.value];
  if (keys.some(isUnknown) || keys[0] !== keys[1]) return false;
  const [aLocal, aRemote, bLocal, bRemote] = [a.local?.value, a.remotes[0]!.value, b.local?.value, b.remotes[0]!.value];
  if (typeof aLocal !== "string" || typeof bLocal !== "string" || typeof aRemote !== "string" || typeof bRemote !== "string") return false;
  return sameAddress(aLocal, bRemote) && sameAddress(aRemote, bLocal);
}
