/** An address as text: dotted decimal, or RFC 5952. */
export function formatAddress(value: bigint, family: "ip" | "ip6"): string {
  if (family === "ip") return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");
  const groups = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn));
  let [best, length] = [-1, 1];
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > length) [best, length] = [start, end - start];
  }
  const text = (from: number, to: number): string => groups.slice(from, to).map((group) => group.toString(16)).join(":");
  return best === -1 ? text(0, 8) : `${text(0, best)}::${text(best + length, 8)}`;
}

/** The networks that make up a range of addresses: `192.0.2.0/24`; hosts without a length. */
export function networksOf(first: bigint, last: bigint, family: "ip" | "ip6"): string[] {
  const bits = family === "ip" ? 32 : 128;
  const found: string[] = [];
  for (let low = first; low <= last; ) {
    let length = 0;
    while (length < bits && (low & ((1n << BigInt(length + 1)) - 1n)) === 0n && low + (1n << BigInt(length + 1)) - 1n <= last) length++;
    const address = formatAddress(low, family);
    found.push(length === 0 ? address : `${address}/${bits - length}`);
    low += 1n << BigInt(length);
  }
  return found;
}
