import type { Json } from "../../engine/finding.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { brokenShare } from "../forecast/mesh.ts";
import type { Host, Play, Task } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import { detection } from "./canary.ts";
import type { DisruptivePlay } from "./disruption.ts";
import { inOrder, runOf, touchedBy } from "./run.ts";
import type { Layer } from "./strata.ts";
import { layersOf, leftOut } from "./strata.ts";

/** The share of hosts on which the change fails, in the figures of a picture. */
const FAILING = 0.3;
/** The share of faulty hosts that the first batch is asked to show. */
const RARE = 0.1;
/** More batches or groups than a report shows are left out. */
const MOST = 40;

/** How much of a layer is down at the same moment, in its worst batch. */
export interface DownAtOnce {
  readonly stratum: Layer["stratum"];
  readonly value: string;
  readonly hosts: number;
  readonly atOnce: number;
}

/** For each role, site and rack of the play's hosts, how many of it the worst batch takes down together. */
export function downAtOnce(layers: readonly Layer[], order: readonly Host[], sizes: readonly number[]): readonly DownAtOnce[] {
  const batchOf = new Map<string, number>();
  let from = 0;
  for (const [batch, size] of sizes.entries()) {
    for (const host of order.slice(from, from + size)) batchOf.set(host.name, batch);
    from += size;
  }
  return layers.map(({ stratum, value, hosts }) => {
    const counts = new Map<number, number>();
    for (const { name } of hosts) {
      const batch = batchOf.get(name);
      if (batch !== undefined) counts.set(batch, (counts.get(batch) ?? 0) + 1);
    }
    return { stratum, value, hosts: hosts.length, atOnce: Math.max(0, ...counts.values()) };
  });
}

/**
 * A play in figures, for a report: its batches; what of each role, site and rack is down at once; how many hosts a change
 * touches and breaks that fails on three hosts in ten; what the first batch would show, and which layers it leaves out.
 */
export function pictureOf(workspace: Workspace, disruptive: DisruptivePlay): { readonly [name: string]: Json } {
  const { play, hosts, all, sizes, disruptions } = disruptive;
  if (hosts === undefined || isUnknown(sizes)) return {};
  const order = inOrder(play, all);
  const first = sizes[0] ?? 0;
  const layers = order === undefined ? [] : layersOf(workspace, order);
  const down = order === undefined ? [] : downAtOnce(layers.filter(({ stratum }) => stratum === "role" || stratum === "site" || stratum === "rack"), order, sizes);
  const missing = order === undefined || sizes.length < 2 ? [] : leftOut(layers, order.slice(0, first));
  const largest = Math.max(0, ...sizes);
  return {
    batches: sizes.slice(0, MOST),
    batchCount: sizes.length,
    downAtOnce: down.slice(0, MOST).map(({ stratum, value, hosts: members, atOnce }) => ({ of: stratum, name: value, hosts: members, atOnce })),
    exposure: exposureOf(disruptive),
    firstHosts: { hosts: first, detects: { share: RARE, probability: rounded(detection(RARE, first)) }, leavesOut: missing.slice(0, MOST).map(({ stratum, value, hosts: members }) => ({ of: stratum, name: value, hosts: members.length })) },
    ...(disruptions.some(({ kind }) => kind === "ipsec") && { pairsBrokenAtOnce: rounded(brokenShare(all.length === 0 ? 0 : largest / all.length)) }),
  };
}

/** How many hosts a change touches and breaks that fails on three hosts in ten, evenly spread, before the play stops. */
export function exposureOf({ play, all, sizes, disruptions }: DisruptivePlay): Json {
  if (isUnknown(sizes)) return null;
  const tasks = disruptions.map(({ task }) => task);
  const { touched, failed } = exposureAt({ play, hosts: all, sizes, tasks, notifiers: disruptions.flatMap(({ notifiedBy }) => notifiedBy) }, FAILING);
  return { failing: FAILING, touched: sum(touched), failed: sum(failed) };
}

/** A play whose change fails: at `tasks`, which run by themselves or because `notifiers` notify them. */
export interface FailingPlay {
  readonly play: Play;
  readonly hosts: readonly Host[];
  /** Hosts of each batch. */
  readonly sizes: readonly number[];
  readonly tasks: readonly Task[];
  readonly notifiers: readonly Task[];
}

/** How far such a play gets. */
export interface PlayExposure {
  /** For each batch, the hosts that the change touches, and those of them on which it fails. */
  readonly touched: readonly number[];
  readonly failed: readonly number[];
  /** Batches that began; fewer than there are where the play stopped before. */
  readonly begun: number;
}

/** What a change touches and breaks that fails on the share `failing` of hosts, evenly spread, before the play stops. */
export function exposureAt({ play, hosts, sizes, tasks: acting, notifiers }: FailingPlay, failing: number): PlayExposure {
  const order = inOrder(play, hosts) ?? hosts;
  const tasks = new Set(acting);
  const others = new Set(notifiers);
  const bad = new Set(order.filter((_, index) => Math.round((index + 1) * failing) > Math.round(index * failing)).map(({ name }) => name));
  const run = runOf(play, order, sizes, (task, host) => tasks.has(task) && bad.has(host.name), (task) => tasks.has(task) || others.has(task));
  const reached = touchedBy(run, acting);
  const touched: number[] = [];
  const failed: number[] = [];
  let from = 0;
  for (const size of sizes) {
    const batch = order.slice(from, from + size).filter(({ name }) => reached.has(name));
    touched.push(batch.length);
    failed.push(batch.filter(({ name }) => bad.has(name)).length);
    from += size;
  }
  return { touched, failed, begun: run.begun };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function rounded(value: number): number {
  return Math.round(value * 10000) / 10000;
}
