/** An address in its usual notation; IPv6 as RFC 5952 has it. */
export function addressText(value: bigint, family: "ip" | "ip6"): string {
  if (family === "ip") return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");
  const groups = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  if (best.start === -1) return hex(groups);
  return `${hex(groups.slice(0, best.start))}::${hex(groups.slice(best.start + best.length))}`;
}

/** An inclusive interval of addresses: one address, a network with its prefix, or a range. */
export function networkText(first: bigint, last: bigint, family: "ip" | "ip6"): string {
  if (first === last) return addressText(first, family);
  const wild = first ^ last;
  const aligned = (wild & (wild + 1n)) === 0n && (first & wild) === 0n;
  if (!aligned) return `${addressText(first, family)}-${addressText(last, family)}`;
  const bits = family === "ip" ? 32 : 128;
  return `${addressText(first, family)}/${bits - (wild === 0n ? 0 : wild.toString(2).length)}`;
}

/** A hardware address, two digits to a byte. */
export function hardwareText(value: bigint): string {
  return value.toString(16).padStart(12, "0").replace(/..(?=.)/g, "$&:");
}
