import assert from "node:assert/strict";
import { loadWithout, mostHostsOut, mostOutAtOnce, withoutPlace, withoutRoom } from "../../../src/model/forecast/capacity.ts";
import { evacuate, slowdown } from "../../../src/model/forecast/evacuation.ts";
import { migrate } from "../../../src/model/forecast/migration.ts";
import { brokenShare, pairs, renewalRate } from "../../../src/model/forecast/mesh.ts";
import { drainTime } from "../../../src/model/forecast/backlog.ts";
import { mostAtOnce, neededWindow, shortestPeriod, simultaneous } from "../../../src/model/forecast/windows.ts";

const GiB = 2 ** 30;
const MB = 1e6;
const close = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);

describe("forecast", () => {
  const one = (gib: number, bandwidth: number, dirty: number) =>
    migrate({ memory: gib * GiB, bandwidth: bandwidth * MB, dirtyRate: dirty * MB, downtime: 0.3 });

  it("migrates a guest in rounds until the rest fits into the pause", () => {
    assert.equal(one(32, 112, 50).rounds, 9);
    close(one(32, 112, 50).seconds, 554.0, 0.5);
    close(one(128, 112, 80).seconds, 4294.3, 1);
    close(one(32, 1000, 100).seconds, 38.17, 0.05);
    close(one(32, 112, 0).seconds, 306.78, 0.05);
  });

  it("says when a migration does not converge", () => {
    assert.equal(one(32, 112, 120).converges, false);
    assert.equal(one(32, 112, 120).seconds, Infinity);
    const capped = one(32, 112, 100);
    assert.equal(capped.converges, false);
    close(capped.seconds, 2778, 1);
    close(capped.pause, 10.24, 0.1);
  });

  const guests = [
    [8, 5, 10],
    [16, 20, 6],
    [32, 50, 3],
    [64, 80, 1],
  ].flatMap(([gib, dirty, count]) =>
    Array.from({ length: count! }, (_, index) => ({ name: `${gib}-${index}`, memory: gib! * GiB, dirtyRate: dirty! * MB })),
  );

  it("empties a host, and shows that more at once is not faster on a full link", () => {
    const with1GbE = (parallel: number) => evacuate(guests, { bandwidth: 112 * MB, parallel, downtime: 0.3 });
    assert.equal(with1GbE(1).memory, 336 * GiB);
    close(with1GbE(1).seconds / 3600, 1.59, 0.01);
    close(evacuate(guests, { bandwidth: 1000 * MB, parallel: 1, downtime: 0.3 }).seconds / 3600, 0.1, 0.005);
    const never = (parallel: number) => guests.filter((guest) => (guest.dirtyRate * parallel) / (112 * MB) >= 1).length;
    assert.deepEqual([2, 4, 8].map(never), [1, 4, 10]);
    assert.equal(with1GbE(2).seconds, Infinity);
  });

  it("counts who is out at once", () => {
    assert.equal(simultaneous(30, 60, 7200), 30);
    assert.equal(simultaneous(200, 60, 7200), 120);
    assert.equal(simultaneous(30, 7200, 7200), 1);
    assert.equal(mostAtOnce(Array.from({ length: 200 }, (_, index) => index * 60), new Array<number>(200).fill(7200)), 120);
    assert.equal(mostAtOnce([0, 60, 60, 100], [60, 30, 40, 0]), 2);
    assert.equal(mostAtOnce([], []), 0);
    assert.equal(neededWindow(300, 7200, 30), 7530);
    assert.equal(shortestPeriod([3600, 3600, 7200], 2), 7200);
    close(slowdown(10, 7), 2.3333, 1e-4);
    assert.equal(slowdown(10, 3), 1);
  });

  it("knows what the rest can hold", () => {
    close(loadWithout(10, 1, 7, 10), 0.7778, 1e-4);
    close(loadWithout(10, 3, 7, 10), 1, 1e-9);
    close(loadWithout(10, 4, 7, 10), 1.1667, 1e-4);
    assert.equal(mostHostsOut(10, 7, 10, 100), 3);
    assert.equal(mostHostsOut(10, 7, 10, 90), 2);
    assert.equal(mostHostsOut(30, 24, 30, 100), 6);
    assert.deepEqual(withoutPlace([64, 64], [60, 60, 60]), [64, 64]);
    assert.deepEqual(withoutPlace([60, 60, 60], [100, 80]), [60]);
  });

  it("knows which host cannot be emptied at all", () => {
    const host = (memory: number, ...guests: number[]) => ({ name: "virt", memory, bandwidth: MB, guests: guests.map((size) => ({ name: "vm", memory: size, dirtyRate: 0 })) });
    assert.deepEqual([...withoutRoom([host(100, 60), host(100, 50), host(100, 45)])], [[0, { guests: [0], missing: 0 }]]);
    assert.deepEqual([...withoutRoom([host(100, 40, 40), host(100, 60), host(100, 65)])], [[0, { guests: [], missing: 5 }], [1, { guests: [0], missing: 5 }], [2, { guests: [0], missing: 5 }]]);
    assert.deepEqual([...withoutRoom([host(100, 50), host(100, 50)])], []);
    assert.deepEqual([...withoutRoom([host(100, 50)])], [[0, { guests: [0], missing: 50 }]]);
    assert.deepEqual([10, 7, 1].map((used) => mostOutAtOnce(Array.from({ length: 10 }, () => host(10, used)))), [0, 3, 9]);
    // 30 hosts at 80 %: exactly six.
    assert.equal(mostOutAtOnce(Array.from({ length: 30 }, () => host(10, 8))), 6);
  });

  it("counts what a full mesh loses and renews", () => {
    assert.deepEqual([pairs(100), pairs(500)], [4950, 124_750]);
    close(renewalRate(500, 3600), 34.65, 0.01);
    for (const [down, broken] of [[0.05, 0.0975], [0.1, 0.19], [0.2, 0.36], [0.3, 0.51]] as const) close(brokenShare(down), broken, 1e-9);
  });

  it("works off what piled up", () => {
    assert.equal(drainTime(3, 1, 1.25), 12);
    assert.equal(drainTime(3, 1, 1), Infinity);
  });
});
