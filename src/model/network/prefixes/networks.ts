import { isUnknown } from "../../../engine/unknown.ts";
import type { Network, NetworkFile, Prefix } from "../network.ts";
import type { PrefixFault } from "./fault.ts";
import { addressText, hasHostBits, overlap, prefixText, spanOf, wide, withoutHostBits } from "./fault.ts";
import { contains } from "../mtu.ts";

interface Known {
  readonly network: Network;
  readonly prefix: Prefix;
}

/** So many networks are compared with each other; more are a registry's, which keeps them apart itself. */
const MOST = 4000;

/** What is wrong with the networks of a list by themselves and beside each other. */
export function faultsOfNetworks(file: NetworkFile): PrefixFault[] {
  const known = file.networks.flatMap((network): Known[] => (isUnknown(network.prefix) ? [] : [{ network, prefix: network.prefix }]));
  return [...hostBits(file, known), ...gateways(known), ...addresses(known), ...beside(file, known)];
}

/** Of a list whose entries are networks, one that is an address. A list of addresses with their lengths is none. */
function hostBits({ source }: NetworkFile, known: readonly Known[]): PrefixFault[] {
  const faulty = known.filter(({ prefix }) => hasHostBits(prefix));
  const clean = known.length - faulty.length;
  if (faulty.length === 0 || (source === "ansible" && clean < faulty.length * 3)) return [];
  return faulty.map(({ network, prefix }) => ({
    location: network.location,
    kind: "host-bits" as const,
    certain: source !== "ansible" || clean >= 9,
    message: `${prefixText(prefix)} has host bits: the network is ${withoutHostBits(prefix)}. Routes and rules for it are refused, and comparisons with it fail. Write the network.`,
    mended: withoutHostBits(prefix),
  }));
}

function gateways(known: readonly Known[]): PrefixFault[] {
  return known.flatMap(({ network: { gateway }, prefix }): PrefixFault[] => {
    if (gateway === undefined || isUnknown(gateway.value)) return [];
    const text = gateway.value.split("/")[0]!;
    const problem = gatewayProblem(text, prefix);
    return problem === undefined ? [] : [{ location: gateway.location, kind: "gateway", certain: prefix.family === 4, message: `The gateway ${text} ${problem}: no host of it reaches anything beyond. Correct the gateway or the network.` }];
  });
}

/** What a host has in a network, and is not in it. */
function addresses(known: readonly Known[]): PrefixFault[] {
  return known.flatMap(({ network, prefix }) =>
    (network.addresses ?? []).flatMap(({ value, location }): PrefixFault[] => {
      const text = isUnknown(value) ? undefined : value.split("/")[0]!;
      if (text === undefined || !/^[\d.]+$|:/.test(text) || prefix.length === 0 || contains(prefix, text)) return [];
      return [{ location, kind: "address", certain: true, message: `The address ${text} is not in the network ${prefixText(prefix)} under which it stands: its neighbours are looked for on a link where they are not. Correct the address, or move it to its network.` }];
    }),
  );
}

/** Why an address cannot be the gateway of a network; undefined where it can. */
export function gatewayProblem(gateway: string, prefix: Prefix): string | undefined {
  if (/^fe[89ab]/i.test(gateway) || prefix.length === 0 || prefix.length >= (prefix.family === 4 ? 32 : 128)) return undefined;
  if (gateway.includes(":") !== (prefix.family === 6)) return undefined;
  if (!contains(prefix, gateway)) return /^[\d.]+$|:/.test(gateway) ? `is not in its network ${prefixText(prefix)}` : undefined;
  const net = wide(prefix);
  if (net?.family !== 4) return undefined;
  const { first, last } = spanOf(net);
  if (gateway === addressText(first)) return `is the network's own address in ${prefixText(prefix)}`;
  return gateway === addressText(last) ? `is the broadcast address of ${prefixText(prefix)}` : undefined;
}

/** Equal and overlapping networks that are in use at once. */
function beside(file: NetworkFile, known: readonly Known[]): PrefixFault[] {
  const faults: PrefixFault[] = [];
  if (known.length > MOST) return faults;
  const byScope = new Map<string, Known[]>();
  for (const one of known) {
    // What only holds others, or ends at a switch's anycast gateway, may be there more than once.
    if (one.network.isContainer === true || !isLeaf(file, one)) continue;
    const key = `${one.network.scope ?? ""}\0${one.network.list ?? ""}\0${one.prefix.family}`;
    byScope.set(key, [...(byScope.get(key) ?? []), one]);
  }
  faults.push(...registeredTwice(file, known));
  for (const list of byScope.values()) {
    const sorted = [...list].sort((a, b) => compareBytes(spanOf(a.prefix).first, spanOf(b.prefix).first) || a.prefix.length - b.prefix.length || a.network.location.range.start - b.network.location.range.start);
    let widest: Known | undefined;
    for (const one of sorted) {
      if (widest !== undefined && overlap(widest.prefix, one.prefix)) {
        const equal = widest.prefix.length === one.prefix.length;
        if (equal || differs(file, widest, one)) faults.push(faultOf(widest, one, equal));
      } else widest = one;
    }
  }
  return faults;
}

/** NetBox keeps prefixes of a VRF apart where it is asked to; in its export two of them in one VRF or site are one too many. */
function registeredTwice({ source }: NetworkFile, known: readonly Known[]): PrefixFault[] {
  if (source !== "netbox") return [];
  const first = new Map<string, Known>();
  const faults: PrefixFault[] = [];
  for (const one of known) {
    if (one.network.isContainer === true || one.network.vlan !== undefined || one.network.scope === undefined) continue;
    const key = `${one.network.scope}\0${withoutHostBits(one.prefix)}`;
    const other = first.get(key);
    if (other === undefined) first.set(key, one);
    else faults.push({ ...faultOf(other, one, true), certain: false });
  }
  return faults;
}

/** A network that hosts are in, not a range that is only spoken of. */
function isLeaf({ source }: NetworkFile, { network }: Known): boolean {
  if (source === "netbox") return network.vlan !== undefined;
  return source === "enc" || network.members !== undefined || network.gateway !== undefined || network.vlan !== undefined;
}

/** A smaller network inside a larger one is meant where both are the same VLAN's, or nobody says. */
function differs({ source }: NetworkFile, a: Known, b: Known): boolean {
  if (source === "enc") return true;
  if (a.network.members !== undefined && b.network.members !== undefined) return true;
  const [one, other] = [a.network.vlan, b.network.vlan];
  return one !== undefined && other !== undefined && !isUnknown(one) && !isUnknown(other) && one !== other;
}

function faultOf(a: Known, b: Known, equal: boolean): PrefixFault {
  const [first, second] = a.network.location.range.start <= b.network.location.range.start ? [a, b] : [b, a];
  return {
    location: second.network.location,
    kind: equal ? "duplicate" : "overlap",
    certain: second.network.members !== undefined || !equal,
    message: equal ? `${prefixText(second.prefix)} is here twice: two networks claim the same addresses, and which of them answers depends on the order of the routes. Give one of them another prefix.` : `${prefixText(second.prefix)} overlaps ${prefixText(first.prefix)}: hosts of the one take those of the other for neighbours and do not reach them. Keep them apart.`,
    related: { location: first.network.location, message: `This is the other one, ${prefixText(first.prefix)}.` },
  };
}

function compareBytes(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return a[index]! - b[index]!;
  return 0;
}
