import type { ClusterHost } from "../../src/model/forecast/cluster.ts";
import { windowsInARow } from "../../src/model/forecast/cluster.ts";
import { simulate } from "../../src/model/forecast/simulate.ts";
import type { Sheet } from "./measure.ts";
import { median } from "./measure.ts";

/** Ten times the hosts may take this many times as long: linear within a factor of 1.5. */
const WITHIN_1_5 = 15;
const GIB = 2 ** 30;
const SIZES = [8, 8, 8, 16, 16, 32, 64];

/** `count` virtualisation hosts of 768 GiB with 20 guests each, some busier than others. */
function cluster(count: number): ClusterHost[] {
  return Array.from({ length: count }, (_, host) => ({
    name: `virt${host}`,
    memory: 768 * GIB,
    bandwidth: 1.25e9,
    guests: Array.from({ length: 20 }, (_guest, index) => ({ name: `vm${host}-${index}`, memory: SIZES[(host * 7 + index * 5) % SIZES.length]! * GIB, dirtyRate: ((host + index * 13) % 60) * 1e6 })),
  }));
}

/** All hosts have a window of `slot` seconds, `concurrent` are out at once. */
function maintenance(hosts: readonly ClusterHost[], slot: number, concurrent: number): () => unknown {
  const order = hosts.map((_, index) => index);
  const policy = { order, starts: windowsInARow(hosts.length, slot, 1), concurrent, preparation: 300, work: 60, parallel: 2, downtime: 0.3, placement: "roomiest" } as const;
  return () => simulate(hosts, policy);
}

/** How long it takes to play the maintenance of a fleet through. */
export async function forecastRows(sheet: Sheet): Promise<void> {
  const [small, large] = [cluster(10_000), cluster(100_000)];
  for (const [name, slot, concurrent] of [["every minute, on time", 60, Infinity], ["four at a time", 0, 4]] as const) {
    sheet.number(`forecast: 10,000 hosts, 200,000 guests, ${name}`, `${(await median(maintenance(small, slot, concurrent))).toFixed(0)} ms`);
    await sheet.growth(`forecast: 100,000 hosts, 10,000, ${name}`, maintenance(small, slot, concurrent), maintenance(large, slot, concurrent), WITHIN_1_5);
  }
}
