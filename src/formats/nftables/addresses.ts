/** An IPv4 address as a number; undefined where `text` is none. */
export function parseAddress4(text: string): bigint | undefined {
  const value = address4(text);
  return value === -1 ? undefined : BigInt(value);
}

/** An IPv4 address as a number; -1 where `text` is none. */
export function address4(text: string): number {
  let value = 0;
  let octet = -1;
  let octets = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) octet = (octet === -1 ? 0 : octet * 10) + code - 48;
    else if ((code === 46 || i === text.length) && octet >= 0 && octet < 256) {
      value = value * 256 + octet;
      octets++;
      octet = -1;
    } else return -1;
    if (octet > 255) return -1;
  }
  return octets === 4 ? value : -1;
}

/** An IPv6 address (RFC 4291, also with an IPv4 tail) as a number; undefined where `text` is none. */
export function parseAddress6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2 || !text.includes(":")) return undefined;
  const head = groups(halves[0]!);
  const tail = halves.length === 2 ? groups(halves[1]!) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  let value = 0n;
  for (const group of [...head, ...new Array<number>(missing).fill(0), ...tail]) value = (value << 16n) | BigInt(group);
  return value;
}

function groups(text: string): number[] | undefined {
  if (text === "") return [];
  const found: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) found.push(Number.parseInt(part, 16));
    else {
      const tail = index === parts.length - 1 ? parseAddress4(part) : undefined;
      if (tail === undefined) return undefined;
      found.push(Number(tail >> 16n), Number(tail & 0xffffn));
    }
  }
  return found;
}

/** A MAC address as a number; undefined where `text` is none. */
export function parseHardware(text: string): bigint | undefined {
  const parts = text.split(":");
  if (parts.length !== 6 || !parts.every((part) => /^[0-9a-f]{1,2}$/i.test(part))) return undefined;
  return BigInt(`0x${parts.map((part) => part.padStart(2, "0")).join("")}`);
}
