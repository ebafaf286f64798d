import ipaddr from "ipaddr.js";
import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { IpsecConfTree } from "../../formats/ipsec-conf/index.ts";
import type { Entry, SwanctlTree } from "../../formats/swanctl/index.ts";
import type { Host } from "../fleet/fleet.ts";
import { familyOf, hostPart, prefixFrom } from "../network/address.ts";
import { networkOfHost } from "../network/host-network.ts";
import type { Encapsulation, Interface, Prefix } from "../network/network.ts";
import { outcomes } from "../written/reference.ts";
import type { Workspace } from "../workspace.ts";

/** What carries packets from a host to a place. */
export interface Carrier {
  /** For a person: `the tunnel wg0`, `the IPsec policies of …`, `the gateway gw1`. */
  readonly name: string;
  readonly by: "ipsec" | "tunnel" | "gateway";
  readonly mode?: Encapsulation;
  /** The host in between, for a gateway. */
  readonly through?: Host;
  readonly location: Location;
}

/** Policies of IPsec that hosts have, by what they protect. */
interface Protection {
  readonly hosts: ReadonlySet<string>;
  readonly location: Location;
  /** Networks of the other side. */
  readonly prefixes: readonly Prefix[];
  /** Groups whose members protect what they send each other: a loop over the group writes a policy for each. */
  readonly groups: readonly string[];
}

/** The tunnel that has a host's own address `address`; undefined where another interface may have it. */
export function tunnelOfOwn(workspace: Workspace, host: Host, address: string): Carrier | undefined {
  const family = familyOf(address);
  if (family === undefined) return undefined;
  const machine = networkOfHost(workspace, host);
  const own = [...machine.interfaces.values()].filter((one) => addressesOf(one).some((prefix) => sameAddress(prefix.address, address)));
  if (own.length > 0) return own.every((one) => one.tunnel !== undefined) ? tunnelCarrier(own[0]!) : undefined;
  // Its own interfaces may be unknown: the network in which the others have their tunnels tells.
  if ([...machine.interfaces.values()].some((one) => addressesOf(one).some((prefix) => contains(prefix, address)))) return undefined;
  const others = workspace.derive(tunnelNetworks).filter(({ prefix }) => contains(prefix, address));
  const plain = workspace.derive(plainNetworks).some((prefix) => contains(prefix, address));
  return others.length > 0 && !plain ? tunnelCarrier(others[0]!.one) : undefined;
}

/** What carries packets from `host` to the address or the host `target`; undefined where that is no overlay, or not known. */
export function carrierTo(workspace: Workspace, host: Host, target: string): Carrier | undefined {
  const there = hostNamed(workspace, target);
  if (there === host) return undefined;
  const addresses = familyOf(target) !== undefined ? [target] : there === undefined ? [] : knownAddresses(there);
  for (const { hosts, location, prefixes, groups } of workspace.data(protections)) {
    if (!hosts.has(host.name)) continue;
    const covered = addresses.some((address) => prefixes.some((prefix) => contains(prefix, address)));
    const member = there !== undefined && hosts.has(there.name) && groups.some((group) => host.groups.includes(group) && there.groups.includes(group));
    if (covered || member) return { name: `the IPsec policies of ${location.path}`, by: "ipsec", location };
  }
  for (const address of addresses) {
    const way = route(workspace, host, address);
    if (way !== undefined) return way;
  }
  return undefined;
}

/** The inventory's host of a name or an address. */
export function hostNamed(workspace: Workspace, target: string): Host | undefined {
  return workspace.fleet.host(target) ?? workspace.derive(byAddress).get(target.toLowerCase());
}

function byAddress(workspace: Workspace): ReadonlyMap<string, Host> {
  const found = new Map<string, Host>();
  for (const host of workspace.fleet.hosts) {
    for (const name of knownAddresses(host)) if (!found.has(name)) found.set(name.toLowerCase(), host);
    for (const one of networkOfHost(workspace, host).interfaces.values()) for (const { address } of addressesOf(one)) if (!found.has(address)) found.set(address.toLowerCase(), host);
  }
  return found;
}

function knownAddresses(host: Host): string[] {
  const value = (host.variables.get("ansible_host") ?? host.variables.get("ansible_ssh_host"))?.value;
  return typeof value === "string" ? [value] : [];
}

/** The longest prefix decides; where a tunnel and another interface are as near, nothing is said. */
function route(workspace: Workspace, host: Host, address: string): Carrier | undefined {
  const { interfaces, routes } = networkOfHost(workspace, host);
  let longest = -1;
  let ways: { one: Interface | undefined; via: string | undefined; location: Location }[] = [];
  const offer = (length: number, one: Interface | undefined, via: string | undefined, location: Location): void => {
    if (length < longest) return;
    if (length > longest) [longest, ways] = [length, []];
    ways.push({ one, via, location });
  };
  for (const one of interfaces.values()) {
    for (const { value, location } of one.addresses) if (!isUnknown(value) && contains(value, address)) offer(value.length, one, undefined, location);
  }
  for (const { to, via, device, location, family } of [...routes, ...[...interfaces.values()].flatMap(({ gateways }) => gateways)]) {
    if (isUnknown(to) || (to === "default" ? family !== familyOf(address) : !contains(to, address))) continue;
    const gateway = via === undefined || isUnknown(via.value) ? undefined : via.value;
    const named = device === undefined || isUnknown(device) ? undefined : interfaces.get(device);
    const near = gateway === undefined ? undefined : [...interfaces.values()].find((one) => addressesOf(one).some((prefix) => contains(prefix, gateway)));
    offer(to === "default" ? 0 : to.length, named ?? near, gateway, location);
  }
  const [way] = ways;
  if (way === undefined || ways.some(({ one }) => (one?.tunnel === undefined) !== (way.one?.tunnel === undefined))) return undefined;
  if (way.one?.tunnel !== undefined) return tunnelCarrier(way.one);
  const through = way.via === undefined ? undefined : hostNamed(workspace, way.via);
  return through === undefined || through === host ? undefined : { name: `the gateway ${through.name}`, by: "gateway", through, location: way.location };
}

function tunnelCarrier(one: Interface): Carrier {
  const mode = one.tunnel === undefined || isUnknown(one.tunnel.mode) ? undefined : one.tunnel.mode;
  return { name: `the tunnel ${isUnknown(one.name) ? "" : one.name}`.trim(), by: "tunnel", location: one.location, ...(mode && { mode }) };
}

function tunnelNetworks(workspace: Workspace): readonly { readonly prefix: Prefix; readonly one: Interface }[] {
  return everyInterface(workspace).filter((one) => one.tunnel !== undefined).flatMap((one) => addressesOf(one).filter(isNetwork).map((prefix) => ({ prefix, one })));
}

function plainNetworks(workspace: Workspace): readonly Prefix[] {
  return everyInterface(workspace).filter((one) => one.tunnel === undefined).flatMap((one) => addressesOf(one).filter(isNetwork));
}

function everyInterface(workspace: Workspace): readonly Interface[] {
  return workspace.fleet.hosts.flatMap((host) => [...networkOfHost(workspace, host).interfaces.values()]);
}

function isNetwork({ family, length }: Prefix): boolean {
  return length > 0 && length < (family === 4 ? 32 : 128);
}

function addressesOf(one: Interface): Prefix[] {
  return one.addresses.flatMap(({ value }) => (isUnknown(value) ? [] : [value]));
}

/** Whether an address is in a prefix. */
export function contains({ family, address, length }: Prefix, other: string): boolean {
  if (familyOf(other) !== family) return false;
  return ipaddr.process(other).kind() === ipaddr.parse(address).kind() && (family === 4
    ? ipaddr.IPv4.parse(other).match(ipaddr.IPv4.parse(address), length)
    : ipaddr.IPv6.parse(other).match(ipaddr.IPv6.parse(address), length));
}

function sameAddress(a: string, b: string): boolean {
  return familyOf(a) !== undefined && familyOf(a) === familyOf(b) && ipaddr.parse(a).toString() === ipaddr.parse(b).toString();
}

const LOOP = /\{%-?\s*for\s+\w+\s+in\s+groups(?:\[\s*['"]([\w-]+)['"]\s*\]|\.([\w-]+))/g;
/** setkey(8): what goes out and must be protected. `use` and `none` let it pass without. */
const SPDADD = /^[ \t]*spdadd[ \t]+\S+[ \t]+(\{\{.*?\}\}|[^\s[]+)(?:\[[^\]]*\])?[ \t]+[^;]{0,120}?-P[ \t]+out[^;]{0,120}?ipsec[^;]{0,120}?\/(?:require|unique)/gm;

function protections(workspace: Workspace): readonly Protection[] {
  const found: Protection[] = [];
  for (const path of workspace.paths) {
    const text = workspace.text(path) ?? "";
    const language = /\b(?:spdadd|conn|connections|remote_ts)\b/.test(text) ? workspace.language(path) : undefined;
    const policies = /^[ \t]*spdadd\b/m.test(text);
    if (!policies && language !== "swanctl" && language !== "ipsec-conf") continue;
    const scope = workspace.fleet.scopeOf(path);
    if (isUnknown(scope)) continue;
    const hosts = new Set(scope.hosts.map(({ name }) => name));
    const words = policies ? [...text.matchAll(SPDADD)].map((match) => match[1]!) : language === "swanctl" ? ofSwanctl(workspace, path) : ofIpsecConf(workspace, path);
    const groups = words.length === 0 ? [] : [...text.matchAll(LOOP)].flatMap((match) => match[1] ?? match[2] ?? []);
    const prefixes = words.flatMap((word) => (word.includes("{{") ? outcomes(workspace, path, word, scope).map(({ value }) => value) : [word])).flatMap((word) => prefixOf(word) ?? []);
    if (prefixes.length > 0 || groups.length > 0) found.push({ hosts, prefixes, groups, location: { path, range: placeOf(text) } });
  }
  return found;
}

function placeOf(text: string): { start: number; end: number } {
  const match = /^[ \t]*(?:spdadd\b|conn[ \t]+(?!%)\S+|remote_ts\b|connections\b)/m.exec(text);
  return match === null ? { start: 0, end: Math.min(text.length, 1) } : { start: match.index, end: match.index + match[0].length };
}

function prefixOf(word: string): Prefix | undefined {
  return prefixFrom(word) ?? prefixFrom(hostPart(word));
}

/** swanctl.conf(5): `remote_ts` of a child; without it the other end itself. */
function ofSwanctl(workspace: Workspace, path: string): string[] {
  const document = workspace.document(path)!;
  const found: string[] = [];
  const walk = (entries: readonly Entry[], depth: number): void => {
    if (depth > 8) return;
    for (const entry of entries) {
      if (entry.kind === "section") walk(entry.entries, depth + 1);
      else if (entry.kind === "setting" && /^remote_(?:ts|addrs)$/.test(entry.key.text) && entry.value !== undefined) {
        found.push(...document.text.slice(entry.value.range.start, entry.value.range.end).replace(/^["']|["']$/g, "").split(",").map((part) => part.trim().replace(/\[.*$/, "")));
      }
    }
  };
  walk((document.tree as SwanctlTree).entries, 0);
  return found;
}

/** ipsec.conf(5): the subnet behind the right side; without it that side itself. */
function ofIpsecConf(workspace: Workspace, path: string): string[] {
  const document = workspace.document(path)!;
  return (document.tree as IpsecConfTree).sections.flatMap(({ type, settings }) => {
    if (type.text !== "conn") return [];
    const values = settings.filter(({ key, value }) => /^right(?:subnets?)?$/i.test(key.text) && value !== undefined);
    return values.flatMap(({ value }) => document.text.slice(value!.range.start, value!.range.end).replace(/^["'{]|["'}]$/g, "").split(",").map((part) => part.trim()));
  });
}
