import ipaddr from "ipaddr.js";
import type { Prefix } from "./network.ts";

/** The family of an address without a length or zone; undefined where the text is none. */
export function familyOf(text: string): 4 | 6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return 4;
  return text.includes(":") && ipaddr.IPv6.isValid(text) ? 6 : undefined;
}

/** An address with its length, `192.0.2.7/24`, also `192.0.2.7/255.255.255.0`; with `single`, an address alone stands for itself. */
export function prefixFrom(text: string, single = true): Prefix | undefined {
  const slash = text.indexOf("/");
  const address = slash === -1 ? text : text.slice(0, slash);
  const family = familyOf(address);
  if (family === undefined || (slash === -1 && !single)) return undefined;
  const whole = family === 4 ? 32 : 128;
  const length = slash === -1 ? whole : lengthFrom(text.slice(slash + 1), family);
  return length === undefined ? undefined : { family, address, length };
}

/** A prefix length or, for IPv4, a netmask: `24`, `255.255.255.0`, `0xffffff00`. */
export function lengthFrom(text: string, family: 4 | 6): number | undefined {
  if (/^\d{1,3}$/.test(text)) return Number(text) <= (family === 4 ? 32 : 128) ? Number(text) : undefined;
  if (family === 6) return undefined;
  const hexadecimal = /^0x([\da-f]{8})$/i.exec(text)?.[1];
  const mask = hexadecimal === undefined ? text : [0, 2, 4, 6].map((at) => Number.parseInt(hexadecimal.slice(at, at + 2), 16)).join(".");
  return ipaddr.IPv4.isValidFourPartDecimal(mask) ? (ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask() ?? undefined) : undefined;
}

/** Whether a prefix means every address: a default route's. */
export function isEverything({ length }: Prefix): boolean {
  return length === 0;
}

/** The host part of `192.0.2.1:51820`, `[2001:db8::1]:51820`, `vpn.example.net:51820`, or of an address or name alone. */
export function hostPart(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\w*)?$/.exec(text);
  if (bracketed !== null) return bracketed[1]!;
  return familyOf(text) === 6 ? text : text.replace(/:\d*$/, "");
}

/** The network that an interface's address is in. */
export function networkOf({ family, address, length }: Prefix): Prefix {
  const cidr = `${address}/${length}`;
  const network = family === 4 ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  return { family, address: network.toString(), length };
}
