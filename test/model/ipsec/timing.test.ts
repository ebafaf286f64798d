import assert from "node:assert/strict";
import { marginWindow, meshPairs, pairsBroken, retransmission, spoken } from "../../../src/model/ipsec/timing.ts";

const near = (actual: number, expected: number, by = 0.006): void => assert.ok(Math.abs(actual - expected) < by, `${actual} is not ${expected}`);

describe("ipsec: timing", () => {
  it("knows when a dead peer is noticed", () => {
    near(retransmission(), 165.06);
    near(30 + retransmission(), 195.06);
  });
  it("knows when ipsec.conf renews", () => {
    assert.deepEqual(marginWindow(3600, 540, 1), { earliest: 2520, latest: 3060 });
    assert.deepEqual(marginWindow(3600, 540, 0), { earliest: 3060, latest: 3060 });
  });
  it("counts the pairs of a mesh", () => {
    assert.equal(meshPairs(100), 4950);
    near(meshPairs(500) / 3600, 34.65);
    for (const [down, broken] of [[0.05, 0.0975], [0.1, 0.19], [0.2, 0.36], [0.3, 0.51]] as const) near(pairsBroken(down), broken, 1e-9);
  });
  it("speaks times", () => {
    assert.deepEqual([0, 45, 195.06, 3765.06, 43200, 60].map(spoken), ["0 s", "45 s", "3 min 15 s", "1 h 2 min", "12 h", "1 min"]);
  });
});
