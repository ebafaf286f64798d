import assert from "node:assert/strict";
import { isUnknown } from "../../../src/engine/unknown.ts";
import { batches, batchSizes, exposure, failuresToStop } from "../../../src/model/rollout/batches.ts";

describe("rollout: batches", () => {
  it("divides hosts as Ansible does", () => {
    assert.deepEqual(batches(undefined, 5), [5]);
    assert.deepEqual(batches(0, 5), [5]);
    assert.deepEqual(batches(2, 5), [2, 2, 1]);
    assert.deepEqual(batches("30%", 10), [3, 3, 3, 1]);
    assert.deepEqual(batches("29%", 100), [29, 29, 29, 13]);
    assert.deepEqual(batches("1%", 10), Array<number>(10).fill(1));
    assert.deepEqual(batches([1, "5%", "10%", "25%"], 200), [1, 10, 20, 50, 50, 50, 19]);
    assert.deepEqual(batches(["1", "100%"], 40), [1, 39]);
    assert.deepEqual(batches(3, 0), []);
  });
  it("does not guess a template", () => {
    assert.ok(isUnknown(batchSizes("{{ batch | default(1) }}")));
    assert.ok(isUnknown(batches([{ unknown: "templated" }], 5)));
  });
});

describe("rollout: what stops a play", () => {
  it("must be exceeded", () => {
    assert.equal(failuresToStop(10, { maxFailPercentage: 20 }), 3);
    assert.equal(failuresToStop(10, { maxFailPercentage: 30 }), 4);
    assert.equal(failuresToStop(10, { maxFailPercentage: 0 }), 1);
    assert.equal(failuresToStop(10, { maxFailPercentage: 100 }), Infinity);
    assert.equal(failuresToStop(2, { maxFailPercentage: 50 }), 2);
    assert.equal(failuresToStop(10, {}), 10);
    assert.equal(failuresToStop(10, { anyErrorsFatal: true, maxFailPercentage: 90 }), 1);
  });
  it("limits the exposure of 200 hosts with 30 % failures", () => {
    const of = (serial: number | string | undefined, brakes: { maxFailPercentage?: number }): object => {
      const sizes = batches(serial, 200);
      assert.ok(!isUnknown(sizes));
      return exposure(sizes, 0.3, brakes);
    };
    assert.deepEqual(of(undefined, {}), { touched: 200, failed: 60 });
    assert.deepEqual(of(10, { maxFailPercentage: 20 }), { touched: 10, failed: 3 });
    assert.deepEqual(of(10, { maxFailPercentage: 30 }), { touched: 200, failed: 60 });
    assert.deepEqual(exposure([1, 10, 20, 50, 50, 50, 19], 1, { maxFailPercentage: 0 }), { touched: 1, failed: 1 });
  });
});
