import { plainNumber } from "./values.ts";

/** An address and the bits of it that count. */
export interface Network {
  readonly address: bigint;
  readonly mask: bigint;
}

/** All bits of an address of the family. */
export function fullMask(family: "ip" | "ip6"): bigint {
  return family === "ip" ? 0xffff_ffffn : (1n << 128n) - 1n;
}

/** One number of a dotted address as strtoul() reads it: `010` is 8, `0x10` is 16. */
function byteOf(part: string): bigint | undefined {
  if (!/^(0[xX][0-9a-fA-F]{1,2}|0[0-7]{0,3}|[1-9]\d{0,2})$/.test(part)) return undefined;
  const value = /^0[0-7]+$/.test(part) ? BigInt(`0o${part}`) : BigInt(part);
  return value > 255n ? undefined : value;
}

/** An IPv4 address of four plain decimal numbers, as nearly all are written; undefined for anything else. */
function plainIpv4(text: string, end: number): number | undefined {
  let value = 0;
  let byte = -1;
  let dots = 0;
  for (let i = 0; i <= end; i++) {
    const code = i === end ? DOT : text.charCodeAt(i);
    if (code === DOT) {
      if (byte < 0 || ++dots > 4) return undefined;
      value = value * 256 + byte;
      byte = -1;
    } else {
      // A leading 0 makes the number octal.
      if (code < 48 || code > 57 || byte === 0) return undefined;
      byte = byte < 0 ? code - 48 : byte * 10 + code - 48;
      if (byte > 255) return undefined;
    }
  }
  return dots === 4 ? value : undefined;
}

const DOT = 46;

/** An IPv4 address with its length: what `parseNetwork` gives for the usual notation, without its big numbers. */
export interface PlainNetwork {
  readonly first: number;
  readonly last: number;
}

/** `192.0.2.0/24` or `192.0.2.1` in plain decimal numbers; undefined for every other notation, right or wrong. */
export function plainNetwork(text: string): PlainNetwork | undefined {
  const slash = text.indexOf("/");
  const address = plainIpv4(text, slash === -1 ? text.length : slash);
  if (address === undefined) return undefined;
  const length = slash === -1 ? 32 : plainNumber(text, slash + 1);
  if (length === undefined || length > 32) return undefined;
  const size = 2 ** (32 - length);
  const first = address - (address % size);
  return { first, last: first + size - 1 };
}

/**
 * A dotted IPv4 address as iptables reads it (a leading 0 makes a number octal); undefined where it is none. `short` takes
 * `10.1` as 10.1.0.0, as `-s` and `-d` do.
 */
export function parseIpv4(text: string, short = false): bigint | undefined {
  const plain = plainIpv4(text, text.length);
  if (plain !== undefined) return BigInt(plain);
  const parts = text.split(".");
  if (parts.length > 4 || (!short && parts.length !== 4)) return undefined;
  let value = 0n;
  for (let i = 0; i < 4; i++) {
    const byte = i < parts.length ? byteOf(parts[i]!) : 0n;
    if (byte === undefined) return undefined;
    value = (value << 8n) | byte;
  }
  return value;
}

/** RFC 4291 text, with or without a dotted tail; undefined where it is none. */
export function parseIpv6(text: string): bigint | undefined {
  let body = text;
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (tail) {
    const low = parseIpv4(tail[2]!);
    if (low === undefined) return undefined;
    body = `${tail[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  }
  const halves = body.split("::");
  if (halves.length > 2) return undefined;
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const head = groups(halves[0]!);
  const rest = halves.length === 2 ? groups(halves[1]!) : [];
  const missing = 8 - head.length - rest.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  let value = 0n;
  for (const group of [...head, ...Array<string>(halves.length === 2 ? missing : 0).fill("0"), ...rest]) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    value = (value << 16n) | BigInt(`0x${group}`);
  }
  return value;
}

/** An address as a number; undefined where it is none. `short` takes IPv4 addresses with fewer than four parts too. */
export function parseAddress(text: string, family: "ip" | "ip6", short = false): bigint | undefined {
  return family === "ip" ? parseIpv4(text, short) : parseIpv6(text);
}

/** The part behind the slash: a length or a mask; undefined where it is neither. */
export function parseMask(text: string, family: "ip" | "ip6"): bigint | undefined {
  if (/^\d+$/.test(text)) {
    const length = Number(text);
    const full = fullMask(family);
    return length > (family === "ip" ? 32 : 128) ? undefined : full ^ (full >> BigInt(length));
  }
  return parseAddress(text, family);
}

/** `address[/length|/mask]`; undefined where it is none. The address is masked. */
export function parseNetwork(text: string, family: "ip" | "ip6"): Network | undefined {
  const slash = text.indexOf("/");
  const address = parseAddress(slash === -1 ? text : text.slice(0, slash), family, true) ?? (family === "ip" && slash === -1 ? parseNumber4(text) : undefined);
  if (address === undefined) return undefined;
  const mask = slash === -1 ? fullMask(family) : parseMask(text.slice(slash + 1), family);
  return mask === undefined ? undefined : { address: address & mask, mask };
}

/** An IPv4 address that is written as one number, which the resolver takes. */
function parseNumber4(text: string): bigint | undefined {
  return /^[1-9]\d{2,9}$/.test(text) && BigInt(text) <= 0xffff_ffffn ? BigInt(text) : undefined;
}
