import ipaddr from "ipaddr.js";
import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Maybe } from "../../../engine/unknown.ts";
import type { Prefix } from "../network.ts";

/** Something that is wrong with a prefix or an address. */
export interface PrefixFault {
  readonly location: Location;
  /** What is wrong, what happens, what to do. */
  readonly message: string;
  /** Which of the faults it is: part of the finding's identity. */
  readonly kind: "text" | "host-bits" | "overlap" | "duplicate" | "gateway" | "address" | "near-miss";
  /** False where somebody may mean it so. */
  readonly certain: boolean;
  /** True where the tool that reads the file puts it right by itself. */
  readonly harmless?: true;
  /** What stands there with the fault mended, where that is evident. */
  readonly mended?: string;
  readonly related?: { readonly location: Location; readonly message: string };
}

/** `192.0.2.0/24` as a person writes it. */
export function prefixText({ address, length }: Prefix): string {
  return `${address}/${length}`;
}

/** First and last address of a prefix, as bytes. */
export function spanOf(prefix: Prefix): { readonly first: readonly number[]; readonly last: readonly number[] } {
  const bytes = ipaddr.parse(prefix.address).toByteArray();
  const mask = bytes.map((_, index) => {
    const bits = Math.min(8, Math.max(0, prefix.length - index * 8));
    return (0xff << (8 - bits)) & 0xff;
  });
  return { first: bytes.map((byte, index) => byte & mask[index]!), last: bytes.map((byte, index) => (byte & mask[index]!) | (~mask[index]! & 0xff)) };
}

/** The text of an address by its bytes; IPv6 shortened as RFC 5952 does. */
export function addressText(bytes: readonly number[]): string {
  return ipaddr.fromByteArray([...bytes]).toString();
}

/** The network that a prefix with host bits lies in, in the same words. */
export function withoutHostBits(prefix: Prefix): string {
  return `${addressText(spanOf(prefix).first)}/${prefix.length}`;
}

/** True where an address has bits beyond its length. */
export function hasHostBits(prefix: Prefix): boolean {
  return addressText(spanOf(prefix).first) !== ipaddr.parse(prefix.address).toString();
}

/** True where two prefixes of one family share an address. */
export function overlap(a: Prefix, b: Prefix): boolean {
  if (a.family !== b.family) return false;
  const shorter = Math.min(a.length, b.length);
  return withoutHostBits({ ...a, length: shorter }) === withoutHostBits({ ...b, length: shorter });
}

/** A known prefix that has other addresses beside its own; undefined for Unknown and for single addresses. */
export function wide(prefix: Maybe<Prefix>): Prefix | undefined {
  return isUnknown(prefix) || prefix.length >= (prefix.family === 4 ? 31 : 127) || prefix.length === 0 ? undefined : prefix;
}
