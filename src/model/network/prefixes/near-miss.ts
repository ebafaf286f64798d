import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import { networkOfHost } from "../host-network.ts";
import { contains } from "../mtu.ts";
import type { NetworkFile, Prefix, Written } from "../network.ts";
import { networkText } from "../segments.ts";
import type { PrefixFault } from "./fault.ts";
import { prefixText } from "./fault.ts";

/** So many siblings have to agree before one that does not can be a slip. */
const SIBLINGS = 9;

/** A network of a list that differs from all others by one digit in the part that they share. */
export function nearMisses(file: NetworkFile): PrefixFault[] {
  const groups = new Map<string, { prefix: Prefix; location: PrefixFault["location"] }[]>();
  for (const { prefix, scope, list, location } of file.networks) {
    if (isUnknown(prefix) || prefix.family !== 4) continue;
    const key = `${scope ?? ""}\0${list ?? ""}\0${prefix.length}`;
    groups.set(key, [...(groups.get(key) ?? []), { prefix, location }]);
  }
  return [...groups.values()].flatMap((list): PrefixFault[] => {
    if (list.length <= SIBLINGS) return [];
    for (let part = 0; part < 3; part++) {
      const parts = list.map(({ prefix }) => prefix.address.split(".")[part]!);
      const usual = mostFrequent(parts);
      const odd = list.filter((_, index) => parts[index] !== usual);
      if (odd.length === 0) continue;
      const one = odd[0]!;
      if (odd.length > 1 || !oneSlip(one.prefix.address.split(".")[part]!, usual)) return [];
      const meant = `${one.prefix.address.split(".").map((text, index) => (index === part ? usual : text)).join(".")}/${one.prefix.length}`;
      return [{
        location: one.location, kind: "near-miss", certain: false,
        message: `${prefixText(one.prefix)} differs by one digit from ${list.length - 1} other networks of this list, which all begin with ${list.find((other) => other !== one)!.prefix.address.split(".").slice(0, part + 1).join(".")}. If ${meant} is meant, this network is nobody's. Check it.`,
      }];
    }
    return [];
  });
}

/** A host whose gateway, or whose length, differs by one digit from that of all others in its network. */
export function oddHosts(workspace: Workspace): readonly PrefixFault[] {
  return workspace.data(collect);
}

interface Address {
  readonly host: string;
  readonly prefix: Prefix;
  readonly written: Written<unknown>;
  readonly gateway: Written<string> | undefined;
}

function collect(workspace: Workspace): readonly PrefixFault[] {
  const { hosts } = workspace.fleet;
  if (hosts.length <= SIBLINGS) return [];
  const byNetwork = new Map<string, Address[]>();
  for (const host of hosts) {
    for (const one of networkOfHost(workspace, host).interfaces.values()) {
      if (one.conditional === true || one.tunnel !== undefined) continue;
      for (const written of one.addresses) {
        const text = isUnknown(written.value) || written.value.family !== 4 ? undefined : networkText(written.value);
        if (text === undefined) continue;
        const prefix = written.value as Prefix;
        const via = one.gateways.flatMap(({ via: next }) => (next !== undefined && typeof next.value === "string" && contains(prefix, next.value) ? [{ value: next.value, location: next.location }] : []));
        const list = byNetwork.get(text) ?? [];
        byNetwork.set(text, list);
        list.push({ host: host.name, prefix, written, gateway: via[0] });
      }
    }
  }
  const faults: PrefixFault[] = [];
  for (const [text, list] of byNetwork) {
    faults.push(...oddGateway(text, list));
    const [first] = list;
    if (list.length !== 1 || first === undefined) continue;
    const around = [...byNetwork].find(([other, many]) => other !== text && many.length >= SIBLINGS && many.every(({ host }) => host !== first.host) && contains({ ...many[0]!.prefix }, first.prefix.address));
    if (around === undefined) continue;
    faults.push({
      location: first.written.location, kind: "near-miss", certain: false,
      message: `${first.host} has the address ${prefixText(first.prefix)}, while ${around[1].length} other hosts of ${around[0]} have the length ${around[1][0]!.prefix.length}: it takes some of them for hosts behind the gateway, or the other way. Check the length.`,
    });
  }
  return faults;
}

function oddGateway(text: string, list: readonly Address[]): PrefixFault[] {
  const gateways = list.flatMap(({ gateway }) => (gateway === undefined ? [] : [gateway.value]));
  if (gateways.length <= SIBLINGS) return [];
  const usual = mostFrequent(gateways);
  const odd = list.filter(({ gateway }) => gateway !== undefined && gateway.value !== usual);
  const [one] = odd;
  if (one?.gateway === undefined || odd.length > 1 || !oneSlip(one.gateway.value, usual)) return [];
  return [{
    location: one.gateway.location, kind: "near-miss", certain: false,
    message: `${one.host} has the gateway ${one.gateway.value}; ${gateways.length - 1} other hosts of ${text} have ${usual}, one digit apart. If no router has this address, the host reaches its own network only. Check it.`,
  }];
}

function mostFrequent(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]![0];
}

/** One digit replaced, added or left out, or two neighbours swapped. */
function oneSlip(a: string, b: string): boolean {
  if (a === b) return false;
  if (a.length === b.length) {
    const different = [...a].flatMap((character, index) => (character === b[index] ? [] : [index]));
    const [first, second] = different;
    return different.length === 1 || (different.length === 2 && second === first! + 1 && a[first!] === b[second] && a[second] === b[first!]);
  }
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return long.length === short.length + 1 && [...long].some((_, index) => long.slice(0, index) + long.slice(index + 1) === short);
}
