import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import { familyOf } from "./address.ts";
import type { ReachabilityCheck } from "./checks.ts";
import { tunnelMachines } from "./host-machines.ts";
import type { Machine } from "./machines.ts";
import { machineOf, machinesOf } from "./machines.ts";
import { contains, largestMtu, mtuOf, sameAddress } from "./mtu.ts";
import type { Interface, Prefix } from "./network.ts";

/** The tunnel that a probe goes through. */
export interface PingedTunnel {
  /** The interface's name, or what the text calls it. */
  readonly name: string;
  /** Bytes; undefined where nothing tells. */
  readonly mtu: number | undefined;
  /** Where it is made. */
  readonly location: Location | undefined;
  /** False where only names say that it is a tunnel. */
  readonly certain: boolean;
}

/** Interface names that say how packets are wrapped, with the MTU that Linux gives such a device over Ethernet. */
const DEVICES: readonly (readonly [RegExp, number | undefined])[] = [
  [/^m?gre\d*$/, 1476], [/^gretap\d*$/, 1462], [/^(ipip|tunl)\d*$/, 1480], [/^(sit\d*|he-ipv6|6in4)$/, 1480],
  [/^(wg|wireguard)\d*$/, 1420], [/^vxlan\d*$/, 1450], [/^(tun|tap|vti|xfrm|ipsec|vpn|l2tp|ovpn|fastd|tunnel)\d*$/, undefined],
];
/** Words for the other end's address outside of the tunnel. */
const OUTSIDE = /(^|_)(server|endpoint|public|outer|wan|external|underlay|internet|concentrator|gateway|gw)(_|$)/i;
const PEER = /(^|_)(peer|remote|inner|inside|neighbou?r|other|far|end|tunnel|tun|gre|wg|vxlan|ipip)\d*(_|$)/i;

/** The tunnel that a check pings through; undefined where nothing says that there is one. */
export function pingedTunnel(workspace: Workspace, path: string, { ping, purpose }: ReachabilityCheck): PingedTunnel | undefined {
  const target = ping.target?.text ?? "";
  const device = ping.device?.text ?? "";
  const machines = nearest(workspace, path);
  for (const machine of machines) {
    const named = familyOf(device) === undefined ? machine.interfaces.get(device) : undefined;
    const found = named?.tunnel === undefined ? byAddress(machine, target) : named;
    if (found !== undefined) return { name: String(found.name), mtu: mtuThatFits(machine, found), location: found.location, certain: true };
  }
  const written = DEVICES.find(([pattern]) => pattern.test(device));
  if (written !== undefined) return { name: device, mtu: written[1], location: undefined, certain: true };
  if (device !== "" || ping.target === undefined) return undefined;
  // The other end's own address, and what is known to be no tunnel's, is reached beside it.
  if (machines.some((machine) => isOutside(machine, target))) return undefined;
  const words = wordsOf(`${purpose} ${path.slice(path.lastIndexOf("/") + 1)}`);
  const variable = workspace.textAt({ path, range: ping.target.range });
  const hidden = familyOf(target) === undefined;
  if (hidden && OUTSIDE.test(nameIn(variable))) return undefined;
  const word = [...words, ...(hidden ? wordsOf(variable) : [])].map((one) => DEVICES.find(([pattern]) => pattern.test(one))?.[1] ?? (DEVICES.some(([pattern]) => pattern.test(one)) ? 0 : undefined)).filter((one) => one !== undefined);
  if (word.length === 0) return undefined;
  // A name that can be anybody's is no address inside the tunnel; a private address, or a variable for the peer, is.
  if (hidden ? !PEER.test(nameIn(variable)) : !isPrivate(target)) return undefined;
  const mtu = word.find((one) => one > 0);
  return { name: "the tunnel", mtu, location: undefined, certain: false };
}

/** The tunnel's MTU; what fits below it where it is set too large, which is another fault. */
function mtuThatFits(machine: Machine, one: Interface): number | undefined {
  const own = mtuOf(machine, one)?.value;
  const most = one.tunnel && largestMtu(machine, one, one.tunnel);
  return own === undefined ? most : Math.min(own, most ?? own);
}

/** The machines that a script may run on: its own tree's first; all where none is nearer. */
function nearest(workspace: Workspace, path: string): readonly Machine[] {
  const root = /^(.*?)(?:^|\/)(?:etc|usr|opt|root|var)\//.exec(path)?.[1];
  const all = [...new Set([...machinesOf(workspace), ...tunnelMachines(workspace)])];
  const own = root === undefined ? [] : all.filter(({ files }) => files.some((file) => file.path.startsWith(root === "" ? "etc/" : `${root}/`)));
  if (own.length > 0) return own;
  const same = machineOf(workspace, path);
  return same === undefined ? all : [same, ...all.filter((machine) => machine !== same)];
}

function byAddress(machine: Machine, target: string): Interface | undefined {
  if (familyOf(target) === undefined) return undefined;
  return [...machine.interfaces.values()].find(({ tunnel, addresses }) => tunnel !== undefined && addresses.some(({ value }) => !isUnknown(value) && isNetwork(value) && contains(value, target)));
}

/** A single address is no network that others are in. */
function isNetwork({ family, length }: Prefix): boolean {
  return length < (family === 4 ? 32 : 128) && length > 0;
}

function isOutside(machine: Machine, target: string): boolean {
  return [...machine.interfaces.values()].some(
    ({ tunnel, addresses }) => tunnel?.remotes.some(({ value }) => !isUnknown(value) && sameAddress(value, target)) === true || (tunnel === undefined && addresses.some(({ value }) => !isUnknown(value) && contains(value, target))),
  );
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/[^a-z\d-]+|-/).filter((word) => word !== "");
}

/** The variable in `$PEER`, `${PEER}`, `{{ peer }}`. */
function nameIn(text: string): string {
  return /[A-Za-z_][\w.]*/.exec(text)?.[0].replaceAll(".", "_") ?? "";
}

/** RFC 1918, RFC 6598, RFC 4193 and link-local addresses: those that tunnels have inside. */
function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|f[cd]|fe[89ab])/i.test(address);
}
