import ipaddr from "ipaddr.js";
import { prefixFrom } from "../network/address.ts";
import { spanOf } from "../network/prefixes/fault.ts";

/** Addresses from the first to the last, of one family. */
export interface AddressSpan {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** A span of addresses as one address, one network, or `FIRST-LAST`. */
export function rangeText([first, last]: readonly [bigint, bigint], family: 4 | 6): string {
  const bits = family === 4 ? 32 : 128;
  if (first === last) return addressText(first, family);
  const size = last - first + 1n;
  const power = size.toString(2).length - 1;
  if (size === 1n << BigInt(power) && first % size === 0n) return `${addressText(first, family)}/${bits - power}`;
  return `${addressText(first, family)}-${addressText(last, family)}`;
}

/** The span that such a text means; undefined for any other text. */
export function spanFrom(text: string): AddressSpan | undefined {
  const dash = text.indexOf("-");
  if (dash !== -1) {
    const [first, last] = [spanFrom(text.slice(0, dash)), spanFrom(text.slice(dash + 1))];
    return first === undefined || last === undefined || first.family !== last.family ? undefined : { family: first.family, first: first.first, last: last.last };
  }
  const prefix = prefixFrom(text);
  if (prefix === undefined) return undefined;
  const { first, last } = spanOf(prefix);
  return { family: prefix.family, first: numberOf(first), last: numberOf(last) };
}

function numberOf(bytes: readonly number[]): bigint {
  return bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

function addressText(number: bigint, family: 4 | 6): string {
  const length = family === 4 ? 4 : 16;
  const bytes = Array.from({ length }, (_, index) => Number((number >> BigInt(8 * (length - 1 - index))) & 255n));
  return ipaddr.fromByteArray(bytes).toString();
}
