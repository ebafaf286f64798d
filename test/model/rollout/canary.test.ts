import assert from "node:assert/strict";
import { detection, detectionInFleet, hostsToDetect, largestShareLeft } from "../../../src/model/rollout/canary.ts";

const near = (actual: number, expected: number): void => assert.ok(Math.abs(actual - expected) < 5e-5, `${actual} is not ${expected}`);

describe("rollout: canary", () => {
  it("sees a fault of share p with 1 - (1 - p)^n", () => {
    for (const [p, n, expected] of [[0.05, 3, 0.1426], [0.05, 10, 0.4013], [0.01, 1, 0.01], [0.1, 10, 0.6513], [0.2, 5, 0.6723]] as const) near(detection(p, n), expected);
  });
  it("needs so many hosts for 95 %", () => {
    for (const [p, n] of [[0.01, 299], [0.02, 149], [0.05, 59], [0.1, 29], [0.2, 14], [0.3, 9]] as const) assert.equal(hostsToDetect(p, 0.95), n);
  });
  it("sees more in a finite fleet", () => {
    for (const [fleet, faulty, n, expected] of [[100, 5, 10, 0.4162], [100, 5, 3, 0.144], [500, 25, 10, 0.4041]] as const) near(detectionInFleet(fleet, faulty, n), expected);
  });
  it("leaves a share possible when nothing was seen", () => {
    near(largestShareLeft(10), 0.2589);
    near(largestShareLeft(100), 0.0295);
  });
});
