import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import { join, machineOf } from "../machines.ts";
import { contains, sameAddress } from "../mtu.ts";
import type { Interface, NetworkFile, Prefix, Route } from "../network.ts";
import type { PrefixFault } from "./fault.ts";
import { addressText, hasHostBits, prefixText, spanOf, wide, withoutHostBits } from "./fault.ts";
import { gatewayProblem } from "./networks.ts";

/** Sources whose routes the kernel gets as they are written. */
const AS_WRITTEN = new Set(["ifupdown", "shell"]);

/** Sources whose tools mask the destination of a route before they set it. */
const MASKED = new Set(["netplan", "networkd", "networkmanager"]);

/** Sources that write each route below the interface that it goes by. */
const ROUTES_OF_DEVICES = new Set(["netplan", "networkd"]);

/** What is wrong with the addresses and gateways of a file's interfaces, and with its routes. */
export function faultsOfInterfaces(workspace: Workspace, file: NetworkFile): PrefixFault[] {
  return [...file.interfaces.flatMap((one) => [...ofAddresses(one), ...ofGateways(one, file, workspace)]), ...file.routes.flatMap((route) => [...ofRoute(route, file, workspace), ...ofNextHop(route, file, workspace)])];
}

/** A host's address that is the network's own, or the broadcast address. */
function ofAddresses({ addresses, kind, tunnel, conditional }: Interface): PrefixFault[] {
  if (kind === "loopback" || kind === "dummy" || tunnel !== undefined || conditional === true) return [];
  return addresses.flatMap(({ value, location }): PrefixFault[] => {
    const prefix = wide(value);
    if (prefix?.family !== 4) return [];
    const { first, last } = spanOf(prefix);
    const own = addressText(first) === prefix.address;
    if (!own && addressText(last) !== prefix.address) return [];
    return [{ location, kind: "address", certain: true, message: `${prefixText(prefix)} is ${own ? "the network's own address" : "the broadcast address of its network"}, no host's: neighbours do not answer it. Give the interface an address inside.` }];
  });
}

function ofGateways(one: Interface, file: NetworkFile, workspace: Workspace): PrefixFault[] {
  if (one.dynamic === true || one.conditional === true) return [];
  const known = one.addresses.flatMap(({ value }) => (isUnknown(value) ? [] : [value]));
  if (known.length < one.addresses.length) return [];
  return one.gateways.flatMap((route) => ofGateway(route, known, file, workspace));
}

/** With a single address the gateway is reached by a route of its own, as providers that route to each host demand. */
function ofGateway({ via, onLink, conditional, location }: Route, addresses: readonly Prefix[], file: NetworkFile, workspace: Workspace): PrefixFault[] {
  if (via === undefined || isUnknown(via.value) || onLink === true || conditional === true || location.path !== file.path) return [];
  const text = via.value;
  const own = addresses.find(({ address }) => sameAddress(address, text));
  if (own !== undefined) return [{ location: via.location, kind: "gateway", certain: true, message: `The gateway ${text} is the interface's own address: the kernel refuses the route. Write the router's address.` }];
  const family = text.includes(":") ? 6 : 4;
  const mine = addresses.filter((prefix) => prefix.family === family);
  if (mine.length === 0 || mine.some(({ length }) => length >= (family === 4 ? 31 : 127)) || /pointopoint|on-link|onlink|scope link/i.test(workspace.text(file.path) ?? "")) return [];
  const holder = mine.find((prefix) => contains(prefix, text));
  const problem = gatewayProblem(text, holder ?? mine[0]!);
  // Another route may lead to it.
  if (problem === undefined || (holder === undefined && file.routes.some(({ to, via: next }) => next === undefined && !isUnknown(to) && to !== "default" && contains(to, text)))) return [];
  return [{ location: via.location, kind: "gateway", certain: family === 4, message: `The gateway ${text} ${problem}: the kernel refuses the default route, and the host reaches its own network only. Correct the gateway, or the address and its length.` }];
}

/**
 * A route of netplan or networkd, where each has its interface, by way of a router that is in none of its networks. All
 * files of the machine may add addresses; what a guest, a tunnel or a router's announcement adds is not written there.
 */
function ofNextHop({ to, via, device, onLink, conditional, type, location }: Route, file: NetworkFile, workspace: Workspace): PrefixFault[] {
  if (!ROUTES_OF_DEVICES.has(file.source) || via === undefined || isUnknown(via.value) || via.value.includes(":") || onLink === true || conditional === true || type !== undefined) return [];
  if (device === undefined || isUnknown(device) || location.path !== file.path) return [];
  const around = machineOf(workspace, file.path);
  // What a template makes for one host stands alone.
  const machine = around?.files.includes(file) === true ? around : join([file]);
  const one = machine.interfaces.get(device);
  if (one === undefined || one.dynamic === true || one.conditional === true || one.tunnel !== undefined) return [];
  const text = via.value;
  const known = one.addresses.flatMap(({ value }) => (isUnknown(value) ? [] : [value]));
  const mine = known.filter(({ family }) => family === 4);
  if (known.length < one.addresses.length || mine.length === 0 || mine.some(({ length }) => length >= 31)) return [];
  if (machine.routes.some((other) => other.via === undefined && !isUnknown(other.to) && other.to !== "default" && contains(other.to, text))) return [];
  const problem = gatewayProblem(text, mine.find((prefix) => contains(prefix, text)) ?? mine[0]!);
  if (problem === undefined) return [];
  const lost = to === "default" ? "the host reaches its own network only" : "what it leads to is not reached";
  return [{ location: via.location, kind: "gateway", certain: true, message: `The gateway ${text} ${problem}: the kernel refuses the route, and ${lost}. Correct the gateway, or the address and its length; where the router really is on the link without a network of it, say so with on-link.` }];
}

/** A route to a network that is written as an address in it. */
function ofRoute({ to, location, conditional }: Route, file: NetworkFile, workspace: Workspace): PrefixFault[] {
  if (isUnknown(to) || to === "default" || conditional === true || location.path !== file.path || !hasHostBits(to)) return [];
  const text = workspace.textAt(location);
  const at = text.indexOf(prefixText(to));
  const place = at === -1 ? location : { path: location.path, range: { start: location.range.start + at, end: location.range.start + at + prefixText(to).length } };
  const refused = AS_WRITTEN.has(file.source);
  return [{
    location: place,
    kind: "host-bits",
    certain: refused,
    ...(MASKED.has(file.source) && { harmless: true }),
    message: `The route to ${prefixText(to)} has host bits${refused ? ": the kernel refuses it, and what stands behind it may not be run" : ": a reader takes it for a host, and tools that do not correct it are refused by the kernel"}. Write ${withoutHostBits(to)}.`,
    ...(at === -1 ? {} : { mended: withoutHostBits(to) }),
  }];
}
