import ipaddr from "ipaddr.js";
import type { Range } from "../../engine/location.ts";

/** One network of `public_network`, or why Ceph does not take it. */
export interface CephNetwork {
  readonly text: string;
  /** Inside the value. */
  readonly range: Range;
  readonly cidr?: readonly [ipaddr.IPv4 | ipaddr.IPv6, number];
  /** Completes "… is no network: ". */
  readonly problem?: string;
}

/** No list of addresses that somebody wrote is longer. */
const LONGEST = 20_000;

/** Ceph splits at commas, blanks, semicolons and tabs (include/str_list.h), and needs address, slash and length (common/ipaddr.cc, parse_network). */
export function networksOf(value: string): CephNetwork[] {
  if (value.length > LONGEST) return [];
  return [...value.matchAll(/[^\s,;="']+/g)].map((match) => {
    const text = match[0];
    return { text, range: { start: match.index, end: match.index + text.length }, ...read(text) };
  });
}

function read(text: string): Pick<CephNetwork, "cidr" | "problem"> {
  const slash = text.indexOf("/");
  const address = slash === -1 ? text : text.slice(0, slash);
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return { problem: /^[\d.]+$/.test(address) ? "its address has not four numbers up to 255" : "it has no address" };
  if (slash === -1) return { problem: "it has no length, as in /24" };
  const parsed = ipaddr.parse(address);
  const length = text.slice(slash + 1);
  const most = parsed.kind() === "ipv4" ? 32 : 128;
  if (!/^\d+$/.test(length)) return { problem: `after the slash it needs a length up to ${most}, no mask` };
  return Number(length) > most ? { problem: `its length is above ${most}` } : { cidr: [parsed, Number(length)] };
}

/** An address that a monitor or a daemon is given. */
export interface CephAddress {
  /** As a person compares it: without brackets, protocol and port. */
  readonly host: string;
  /** undefined for a name. */
  readonly ip?: ipaddr.IPv4 | ipaddr.IPv6;
  readonly port?: number;
  readonly range: Range;
}

/** Addresses of `mon_host`: names, addresses with ports, and `[v2:…,v1:…]` as one monitor with its first address. */
export function addressesOf(value: string): CephAddress[] {
  const found: CephAddress[] = [];
  if (value.length > LONGEST) return found;
  for (const match of value.matchAll(/\[(v[12]:(?:[^[\]]|\[[^[\]]{0,64}\]){0,400})\]|\[[0-9a-fA-F:.]{1,64}\](?::\d+)?|[^\s,;[\]"']+/g)) {
    const range = { start: match.index, end: match.index + match[0].length };
    const first = (match[1]?.split(",")[0] ?? match[0]).replace(/^v[12]:/, "").replace(/\/\d*$/, "");
    const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(first);
    const plain = /^([^:]+)(?::(\d+))?$/.exec(first);
    const host = bracketed?.[1] ?? plain?.[1] ?? first;
    const port = bracketed?.[2] ?? plain?.[2];
    const ip = ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host) ? ipaddr.parse(host) : undefined;
    found.push({ host, ...(ip === undefined ? {} : { ip }), ...(port === undefined ? {} : { port: Number(port) }), range });
  }
  return found;
}

/** Whether one of the networks holds an address; undefined where none of them is of its family, or one is not understood. */
export function holds(networks: readonly CephNetwork[], ip: ipaddr.IPv4 | ipaddr.IPv6): boolean | undefined {
  let same = false;
  for (const { cidr } of networks) {
    if (cidr === undefined) return undefined;
    if (cidr[0].kind() !== ip.kind()) continue;
    same = true;
    if (ip.kind() === "ipv4" ? (ip as ipaddr.IPv4).match(cidr[0] as ipaddr.IPv4, cidr[1]) : (ip as ipaddr.IPv6).match(cidr[0] as ipaddr.IPv6, cidr[1])) return true;
  }
  return same ? false : undefined;
}
