import ipaddr from "ipaddr.js";

/**
 * An address as entity_addr_t reads and prints it (src/msg/msg_types.cc): `v2:10.0.0.3:6800/0`; undefined for what it
 * refuses, which prints as `-`. What stands behind a slash is a nonce, not a length.
 */
export function entityAddress(text: string): string | undefined {
  const match = /^(?:(v1|v2|any):)?(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?(?:\/(\d+))?$/.exec(text);
  const host = match?.[2] ?? match?.[3];
  if (match === null || host === undefined) return undefined;
  if (match[2] === undefined ? !ipaddr.IPv4.isValidFourPartDecimal(host) : !ipaddr.IPv6.isValid(host)) return undefined;
  if (Number(match[4] ?? 0) > 65_535) return undefined;
  return `${match[1] ?? "v2"}:${match[2] === undefined ? host : `[${ipaddr.IPv6.parse(host).toString()}]`}:${match[4] ?? 0}/${match[5] ?? 0}`;
}
