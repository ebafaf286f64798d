import assert from "node:assert/strict";
import fc from "fast-check";
import type { PortInterval } from "../../../../src/model/firewall/tracking/ports.ts";
import { intersect, portsText, subtract, union } from "../../../../src/model/firewall/tracking/ports.ts";

const intervals = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 })), { maxLength: 6 }).map((list) =>
  list.map(([a, b]): PortInterval => [BigInt(Math.min(a, b)), BigInt(Math.max(a, b))]),
);
const members = (list: readonly PortInterval[]): Set<number> => {
  const set = new Set<number>();
  for (const [low, high] of list) for (let port = Number(low); port <= Number(high); port++) set.add(port);
  return set;
};

describe("port intervals", () => {
  it("are sets", () => {
    fc.assert(
      fc.property(intervals, intervals, (a, b) => {
        const left = members(a);
        const right = members(b);
        assert.deepEqual(members(union([...a, ...b])), new Set([...union(a).flatMap((one) => [...members([one])]), ...right].sort((x, y) => x - y)));
        assert.deepEqual([...members(intersect(a, b))].sort(), [...left].filter((port) => right.has(port)).sort());
        assert.deepEqual([...members(subtract(a, b))].sort(), [...left].filter((port) => !right.has(port)).sort());
      }),
    );
  });

  it("are written as nft and iptables take them", () => {
    const ports: PortInterval[] = [[3300n, 3300n], [6800n, 7300n]];
    assert.equal(portsText(ports), "3300, 6800-7300");
    assert.equal(portsText(ports, ":", ","), "3300,6800:7300");
  });
});
