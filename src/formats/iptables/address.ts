/** An address and the bits of it that count. */
export interface Network {
  readonly address: bigint;
  readonly mask: bigint;
}

/** All bits of an address of the family. */
export function fullMask(family: "ip" | "ip6"): bigint {
  return family === "ip" ? 0xffff_ffffn : (1n << 128n) - 1n;
}

/** Dotted decimal; undefined where it is none. `short` takes `10.1` as 10.1.0.0, as iptables does in `-s` and `-d`. */
export function parseIpv4(text: string, short = false): bigint | undefined {
  const parts = text.split(".");
  if (parts.length > 4 || (!short && parts.length !== 4)) return undefined;
  let value = 0n;
  for (let i = 0; i < 4; i++) {
    const part = parts[i] ?? "0";
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
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

/** `address[/length|/mask]`; undefined where it is none. The address is masked. */
export function parseNetwork(text: string, family: "ip" | "ip6"): Network | undefined {
  const slash = text.indexOf("/");
  const address = parseAddress(slash === -1 ? text : text.slice(0, slash), family, true);
  if (address === undefined) return undefined;
  const full = fullMask(family);
  if (slash === -1) return { address, mask: full };
  const written = text.slice(slash + 1);
  if (/^\d+$/.test(written)) {
    const length = Number(written);
    const bits = family === "ip" ? 32 : 128;
    if (length > bits) return undefined;
    const mask = full ^ (full >> BigInt(length));
    return { address: address & mask, mask };
  }
  const mask = parseAddress(written, family);
  return mask === undefined ? undefined : { address: address & mask, mask };
}
