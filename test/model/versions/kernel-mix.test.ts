import assert from "node:assert/strict";
import { compareMixes } from "../../../src/model/versions/kernel-mix.ts";

const mix = (shares: Record<string, number>): Map<string, number> => new Map(Object.entries(shares));

describe("compareMixes", () => {
  it("tells overlap, uncovered hosts and covered pairs", () => {
    const found = compareMixes(mix({ "3.16": 0.2, "4.4": 0.3, "4.9": 0.5 }), mix({ "4.4": 0.8, "4.9": 0.2 }));
    for (const [name, value] of Object.entries({ overlap: 0.5, uncovered: 0.2, pairCoverage: 0.64 })) {
      assert.ok(Math.abs((found as never as Record<string, number>)[name]! - value) < 1e-9, name);
    }
    assert.deepEqual(found.missing, ["3.16"]);
  });

  it("takes counts for shares, and nothing for nothing", () => {
    assert.deepEqual(compareMixes(mix({ a: 3, b: 1 }), mix({ b: 5 })), { overlap: 0.25, uncovered: 0.75, pairCoverage: 0.0625, missing: ["a"] });
    assert.deepEqual(compareMixes(mix({}), mix({ a: 1 })), { overlap: 0, uncovered: 0, pairCoverage: 0, missing: [] });
    assert.deepEqual(compareMixes(mix({ a: 1 }), mix({ a: 0 })).uncovered, 1);
  });
});
