/** Inclusive, of TCP ports. */
export type PortInterval = readonly [bigint, bigint];

/** Sorted and disjoint; neighbours are joined. */
export function union(intervals: readonly PortInterval[]): PortInterval[] {
  const sorted = [...intervals].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const joined: PortInterval[] = [];
  for (const [low, high] of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && low <= last[1] + 1n) joined[joined.length - 1] = [last[0], high > last[1] ? high : last[1]];
    else joined.push([low, high]);
  }
  return joined;
}

/** What both have. */
export function intersect(a: readonly PortInterval[], b: readonly PortInterval[]): PortInterval[] {
  return union(a.flatMap(([low, high]) => b.flatMap(([from, to]): PortInterval[] => (low <= to && from <= high ? [[low > from ? low : from, high < to ? high : to]] : []))));
}

/** What `a` has and `b` has not. */
export function subtract(a: readonly PortInterval[], b: readonly PortInterval[]): PortInterval[] {
  return union(b).reduce<PortInterval[]>(
    (rest, [from, to]) =>
      rest.flatMap(([low, high]): PortInterval[] => {
        if (to < low || high < from) return [[low, high]];
        const parts: PortInterval[] = [];
        if (low < from) parts.push([low, from - 1n]);
        if (to < high) parts.push([to + 1n, high]);
        return parts;
      }),
    union(a),
  );
}

/** True where no port is left. */
export function isEmpty(intervals: readonly PortInterval[]): boolean {
  return intervals.length === 0;
}

/** As people and nft write them: `3300, 6789, 6800-7568`; `separator` of a range is `:` for iptables. */
export function portsText(intervals: readonly PortInterval[], separator = "-", between = ", "): string {
  return intervals.map(([low, high]) => (low === high ? String(low) : `${low}${separator}${high}`)).join(between);
}
