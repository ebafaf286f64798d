import type { IcmpName } from "./names.ts";
import { ICMP_NAMES, ICMPV6_NAMES, PROTOCOLS, SERVICES } from "./names.ts";

const PROTOCOL_NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries(PROTOCOLS));

/** An own entry of a table of names. */
export function named<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The number that plain decimal digits write, as nearly all do; undefined for anything else, and for more than 15 digits. */
export function plainNumber(text: string, start = 0, end = text.length): number | undefined {
  if (start >= end || end - start > 15 || (text.charCodeAt(start) === 48 && end - start > 1)) return undefined;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** A whole number in C's notation (`0x1f`, `017`, `15`), within the bounds; else undefined. */
export function parseNumber(text: string, least: bigint, most: bigint): bigint | undefined {
  const plain = plainNumber(text);
  if (plain !== undefined) return plain >= least && plain <= most ? BigInt(plain) : undefined;
  if (!/^\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.test(text) || text.length > 24) return undefined;
  const digits = text[0] === "+" ? text.slice(1) : text;
  const value = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
  return value >= least && value <= most ? value : undefined;
}

/** A port by number or service name; undefined where it is neither, as far as we know the names. */
export function parsePort(text: string): number | undefined {
  const plain = plainNumber(text);
  if (plain !== undefined) return plain <= 65535 ? plain : undefined;
  const value = parseNumber(text, 0n, 65535n);
  return value === undefined ? named(SERVICES, text) : Number(value);
}

/** `80`, `80:90`, `:90`, `80:`; undefined where a part is neither number nor known name. */
export function parsePortRange(text: string): readonly [number, number] | undefined {
  const colon = text.indexOf(":");
  if (colon === -1) {
    const port = parsePort(text);
    return port === undefined ? undefined : [port, port];
  }
  const first = colon === 0 ? 0 : parsePort(text.slice(0, colon));
  const last = colon === text.length - 1 ? 65535 : parsePort(text.slice(colon + 1));
  return first === undefined || last === undefined ? undefined : [first, last];
}

/** A protocol's number; 0 stands for any. iptables compares names without regard to case. */
export function parseProtocol(text: string): number | undefined {
  const plain = plainNumber(text);
  if (plain !== undefined) return plain <= 255 ? plain : undefined;
  const known = PROTOCOL_NUMBERS.get(text);
  if (known !== undefined) return known;
  const value = parseNumber(text, 0n, 255n);
  return value === undefined ? PROTOCOL_NUMBERS.get(text.toLowerCase()) : Number(value);
}

/** `any`, a name, an unambiguous beginning of a name, `type` or `type/code`. */
export function parseIcmpType(text: string, family: "ip" | "ip6"): IcmpName | "any" | undefined {
  if (family === "ip" && (text === "any" || text === "255")) return "any";
  if (family === "ip" && text === "255/0:255") return "any";
  const numeric = /^(\d+)(?:\/(\d+)(?::(\d+))?)?$/.exec(text);
  if (numeric) {
    const type = Number(numeric[1]);
    const code = numeric[2] === undefined ? undefined : Number(numeric[2]);
    const last = numeric[3] === undefined ? (code ?? 255) : Number(numeric[3]);
    if (type > 255 || last > 255 || (code ?? 0) > last) return undefined;
    return [type, code ?? 0, last];
  }
  const names = family === "ip" ? ICMP_NAMES : ICMPV6_NAMES;
  const wanted = text.toLowerCase();
  const matching = Object.keys(names).filter((name) => name.toLowerCase().startsWith(wanted));
  const exact = matching.find((name) => name.toLowerCase() === wanted);
  const chosen = exact ?? (matching.length === 1 ? matching[0] : undefined);
  return chosen === undefined ? undefined : names[chosen];
}

const FLAG_BITS: Readonly<Record<string, number>> = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ALL: 63, NONE: 0 };

/** A list of TCP flags as its bits. */
export function parseTcpFlags(text: string): number | undefined {
  let bits = 0;
  for (const part of text.split(",")) {
    const bit = named(FLAG_BITS, part.toUpperCase());
    if (bit === undefined) return undefined;
    bits |= bit;
  }
  return bits;
}
