import assert from "node:assert/strict";
import fc from "fast-check";
import type { ClusterHost, Policy, Schedule } from "../../../src/model/forecast/cluster.ts";
import { windowsInARow, windowsWithin } from "../../../src/model/forecast/cluster.ts";
import { evacuate, slowdown } from "../../../src/model/forecast/evacuation.ts";
import { sampled } from "../../../src/model/forecast/timeline.ts";
import { simulate } from "../../../src/model/forecast/simulate.ts";
import { simultaneous } from "../../../src/model/forecast/windows.ts";
import { naive } from "./naive.ts";

const GiB = 2 ** 30;
const MB = 1e6;

/** Hosts of one kind, each with the same guests. */
function cluster(count: number, memory: number, guests: readonly (readonly [gib: number, dirty: number])[], bandwidth = 112): ClusterHost[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `virt${index}`,
    memory: memory * GiB,
    bandwidth: bandwidth * MB,
    guests: guests.map(([gib, dirty], guest) => ({ name: `vm${index}-${guest}`, memory: gib * GiB, dirtyRate: dirty * MB })),
  }));
}

function policy(out: number, more: Partial<Policy> = {}): Policy {
  const order = more.order ?? Array.from({ length: out }, (_, index) => index);
  return { order, starts: order.map(() => 0), concurrent: Infinity, preparation: 0, work: 0, parallel: 1, downtime: 0.3, placement: "roomiest", ...more };
}

const reasons = (schedule: Schedule): string[] => schedule.stays.map(({ host, guest, reason }) => `${host}:${guest.host}/${guest.index}:${reason}`).sort();

describe("forecast: a maintenance played through", () => {
  it("empties one host in the time that its guests take one by one", () => {
    const hosts = cluster(4, 512, [[8, 5], [64, 80], [16, 20]]);
    const alone = evacuate(hosts[0]!.guests, { bandwidth: 112 * MB, parallel: 1, downtime: 0.3 });
    const schedule = simulate(hosts, policy(1, { preparation: 300, work: 30 }));
    assert.ok(Math.abs(schedule.end - alone.seconds - 330) < 1e-6);
    assert.ok(Math.abs(schedule.emptied[0]! - alone.seconds - 300) < 1e-6);
    assert.deepEqual([schedule.peak.out, schedule.migrations, schedule.stays], [1, 3, []]);
  });

  it("slows down as many senders share few receivers", () => {
    for (const [count, out] of [[10, 3], [10, 7], [9, 6], [4, 3]] as const) {
      const hosts = cluster(count, 4096, Array.from({ length: 40 }, () => [1, 0] as const));
      const alone = simulate(hosts, policy(1)).end;
      const together = simulate(hosts, policy(out)).end;
      const expected = slowdown(count, out);
      assert.ok(Math.abs(together / alone / expected - 1) < 0.12, `${out} of ${count}: ${together / alone}, expected ${expected}`);
    }
  });

  it("starts windows on time, whoever is still out", () => {
    for (const [hosts, slot, seconds] of [[30, 60, 7200], [200, 60, 7200], [30, 7200, 7200]] as const) {
      // One guest that takes so long on a link that nobody shares, with a free host for each.
      const full: ClusterHost[] = cluster(hosts, 64, [[1, 0]]).map((host) => ({ ...host, bandwidth: GiB / seconds }));
      const spare = cluster(hosts, 8192, []).map((host) => ({ ...host, bandwidth: GiB / seconds }));
      const schedule = simulate([...full, ...spare], policy(hosts, { starts: windowsInARow(hosts, slot, 1) }));
      assert.equal(schedule.peak.out, simultaneous(hosts, slot, seconds));
    }
  });

  it("lets a window wait for its turn", () => {
    const schedule = simulate(cluster(10, 512, [[32, 50], [16, 20]]), policy(10, { concurrent: 2, starts: windowsInARow(10, 60, 1) }));
    assert.equal(schedule.peak.out, 2);
    assert.equal(schedule.notEmptied.length, 0);
  });

  it("spreads windows over a period", () => {
    assert.deepEqual(windowsWithin(6, 3600, 2), [0, 0, 1200, 1200, 2400, 2400]);
    assert.deepEqual(windowsInARow(3, 60, 1), [0, 60, 120]);
    assert.deepEqual(windowsWithin(0, 60, 1), []);
  });

  it("says what does not fit though the sum does", () => {
    const hosts: ClusterHost[] = [
      ...cluster(1, 128, [[64, 0], [64, 0]]),
      ...cluster(3, 128, [[68, 0]]),
    ];
    const schedule = simulate(hosts, policy(1));
    assert.deepEqual(reasons(schedule), ["0:0/0:no-room", "0:0/1:no-room"]);
    assert.deepEqual([schedule.notEmptied, schedule.shortages.length, schedule.shortages[0]?.bytes], [[0], 1, 128 * GiB]);
    const pieces = [...cluster(1, 180, [[60, 0], [60, 0], [60, 0]]), ...cluster(1, 100, []), ...cluster(1, 80, [])];
    assert.equal(simulate(pieces, policy(1)).stays.length, 1);
  });

  it("says which guest is larger than every other host", () => {
    const schedule = simulate([...cluster(1, 512, [[256, 0], [8, 0]]), ...cluster(3, 128, [])], policy(1));
    assert.deepEqual(reasons(schedule), ["0:0/0:fits-nowhere"]);
    assert.equal(schedule.migrations, 1);
  });

  it("says which guests never converge on their part of the link", () => {
    const guests = [...Array.from({ length: 10 }, () => [8, 5] as const), ...Array.from({ length: 6 }, () => [16, 20] as const), [32, 50], [32, 50], [32, 50], [64, 80]] as [number, number][];
    const stuck = (parallel: number): number => simulate(cluster(4, 1024, guests), policy(1, { parallel })).stays.length;
    assert.deepEqual([1, 2, 4, 8].map(stuck), [0, 1, 4, 10]);
  });

  it("lets a guest wait until a host is back", () => {
    // The second host's guests fit only where the first one was.
    const hosts = [...cluster(2, 100, [[60, 0]]), ...cluster(1, 100, [[30, 0]])];
    const schedule = simulate(hosts, policy(2));
    assert.equal(schedule.notEmptied.length, 0);
    assert.equal(schedule.shortages.length, 1);
    assert.equal(schedule.shortages[0]!.until, schedule.ended[0]);
  });

  it("moves on what arrives on a host whose own window has come", () => {
    const hosts = [...cluster(2, 100, [[10, 0]]), ...cluster(1, 15, [])];
    const late = simulate(hosts, policy(2, { starts: [0, 1] }));
    assert.equal(late.notEmptied.length, 0);
    assert.equal(late.migrations, 3);
  });

  it("reports hosts that are overcommitted from the start", () => {
    assert.deepEqual(simulate(cluster(2, 8, [[16, 0]]), policy(0)).overcommitted, [0, 1]);
  });

  const guest = fc.record({ name: fc.constant("vm"), memory: fc.integer({ min: 0, max: 8 }).map((gib) => gib * GiB), dirtyRate: fc.integer({ min: 0, max: 130 }).map((rate) => rate * MB) });
  const host = fc.record({ name: fc.constant("virt"), memory: fc.integer({ min: 0, max: 40 }).map((gib) => gib * GiB), bandwidth: fc.constantFrom(50 * MB, 112 * MB, 1000 * MB), guests: fc.array(guest, { maxLength: 6 }) });
  const some = fc.array(host, { minLength: 1, maxLength: 8 }).chain((hosts) =>
    fc.record({
      hosts: fc.constant(hosts as ClusterHost[]),
      order: fc.shuffledSubarray(hosts.map((_, index) => index)),
      slot: fc.constantFrom(0, 7, 60, 900),
      concurrent: fc.constantFrom(1, 2, 3, Infinity),
      parallel: fc.integer({ min: 1, max: 3 }),
      preparation: fc.constantFrom(0, 300),
      work: fc.constantFrom(0, 30),
      placement: fc.constantFrom("roomiest" as const, "first" as const),
    }),
  );
  const played = some.map(({ hosts, slot, ...rest }) => ({ hosts, policy: policy(0, { ...rest, starts: windowsInARow(rest.order.length, slot, 1) }) }));

  it("agrees with a naive simulation", () => {
    fc.assert(
      fc.property(played, ({ hosts, policy: rules }) => {
        const [fast, slow] = [simulate(hosts, rules), naive(hosts, rules)];
        assert.deepEqual([...fast.started], slow.started);
        assert.deepEqual([...fast.emptied], slow.emptied);
        assert.deepEqual([...fast.ended], slow.ended);
        assert.deepEqual(reasons(fast), slow.stays);
        assert.deepEqual([fast.peak.out, fast.migrations, fast.leastFree.bytes], [slow.peak, slow.migrations, slow.least]);
        assert.equal(slow.used.reduce((a, b) => a + b, 0), hosts.flatMap(({ guests }) => guests).reduce((sum, { memory }) => sum + memory, 0));
      }),
      { numRuns: 500 },
    );
  });

  it("gives no memory away that is not there, and keeps count of it", () => {
    fc.assert(
      fc.property(played, ({ hosts, policy: rules }) => {
        const schedule = simulate(hosts, rules);
        const free = hosts.reduce((sum, { memory, guests }) => sum + memory - guests.reduce((used, one) => used + one.memory, 0), 0);
        assert.equal(schedule.timeline.free[0], free);
        // All are back, and nothing is under way.
        assert.equal(schedule.timeline.free.at(-1), free);
        assert.equal(schedule.timeline.out.at(-1), 0);
        assert.equal(Math.min(...schedule.timeline.free), schedule.leastTotal.bytes);
        assert.equal(Math.max(...schedule.timeline.out), schedule.peak.out);
        const { time, out, free: left } = schedule.timeline;
        const drawn = sampled(schedule, 10);
        assert.ok(drawn.length <= 22);
        assert.equal(Math.min(...drawn.map((step) => step.free)), schedule.leastTotal.bytes, "the least is not lost");
        assert.equal(Math.max(...drawn.map((step) => step.out)), schedule.peak.out, "nor the most that are out");
        // Whatever lasts longer than a part is as it was.
        for (let index = 0; index + 1 < time.length; index++) {
          if (time[index + 1]! - time[index]! <= time.at(-1)! / 10) continue;
          const step = drawn.findLast((one) => one.time <= time[index]!)!;
          assert.deepEqual([step.out, step.free], [out[index], left[index]], "what lasts is drawn as it is");
        }
        assert.ok(schedule.leastFree.bytes >= 0, "a guest went where no room was");
        assert.equal(schedule.overcommitted.length, hosts.filter(({ memory, guests }) => guests.reduce((used, one) => used + one.memory, 0) > memory).length);
        assert.ok(schedule.peak.out <= rules.concurrent);
        assert.ok([...schedule.started].every((start, turn) => start >= rules.starts[turn]! && (rules.concurrent !== Infinity || start === rules.starts[turn])));
        assert.ok([...schedule.ended].every((end) => end <= schedule.end));
        for (const turn of schedule.notEmptied) assert.ok(schedule.stays.some((stay) => stay.host === turn) || hosts.length > 0);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps within Graham's bound where nobody shares a target's link", () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 4 }), (gib, concurrent) => {
        const hosts = [...gib.map((size) => cluster(1, 128, [[size, 0]])[0]!), ...cluster(gib.length, 8192, [])];
        const schedule = simulate(hosts, policy(gib.length, { concurrent }));
        const longest = Math.max(...gib) * (GiB / (112 * MB));
        const sum = gib.reduce((a, b) => a + b, 0) * (GiB / (112 * MB));
        const best = Math.max(longest, sum / concurrent);
        assert.ok(schedule.end >= best - 1e-6);
        assert.ok(schedule.end <= (2 - 1 / concurrent) * best + 1e-6);
      }),
    );
  });
});
