import type { Host, Play, Task } from "../fleet/fleet.ts";
import { handlersOf } from "../fleet/handlers.ts";
import { conditionAt } from "../fleet/lookup.ts";
import { truth } from "../fleet/values.ts";
import { standingOf } from "./standing.ts";
import type { Step } from "./steps.ts";
import { isFatal, metaOf, stepsOf } from "./steps.ts";

/** How far a run of a play got. */
export interface Run {
  /** The hosts that each task ran on, by name, in the order in which they came. */
  readonly ran: ReadonlyMap<Task, readonly string[]>;
  /** Hosts that Ansible counts as failed. */
  readonly failed: ReadonlySet<string>;
  /** Batches that began. */
  readonly begun: number;
}

/** What a task does on a host: fails, or goes well. */
export type Fails = (task: Task, host: Host) => boolean;

/**
 * The run of a play through its batches, as Ansible's linear and free strategies take it
 * (lib/ansible/plugins/strategy/linear.py and free.py, executor/playbook_executor.py of ansible-core 2.14). `hosts` are in
 * the play's order, `sizes` those of its batches. A condition that only a run can tell holds; every task changes something.
 * Tasks that do not matter to the question are passed over: those that neither fail, nor notify, nor are asked for.
 */
export function runOf(play: Play, hosts: readonly Host[], sizes: readonly number[], fails: Fails, matters: (task: Task) => boolean = () => true): Run {
  const steps = only(stepsOf(play), matters);
  const ran = new Map<Task, string[]>();
  const failed = new Set<string>();
  let begun = 0;
  let from = 0;
  for (const size of sizes) {
    begun++;
    const batch = new BatchRun(play, hosts.slice(from, from + size), fails, ran);
    batch.run(steps);
    for (const name of batch.failed) failed.add(name);
    from += size;
    // Whatever stops inside a batch has failed all its hosts; else only a batch that failed as a whole stops the play.
    if (batch.ended || batch.failed.size === size) break;
  }
  return { ran, failed, begun };
}

/** Thrown inside, never out: the batch is over for every host. */
class BatchOver extends Error {}

class BatchRun {
  readonly #play: Play;
  readonly #hosts: readonly Host[];
  readonly #fails: Fails;
  readonly #ran: Map<Task, string[]>;
  readonly #percent: number | undefined;
  readonly #isFree: boolean;
  /** Hosts that Ansible's queue manager has on its list of failed ones. */
  readonly failed = new Set<string>();
  /** Hosts that failed inside a block whose rescue or always is still to come. */
  readonly #pending = new Set<Host>();
  /** Hosts for which the play is over without a failure. */
  readonly #done = new Set<Host>();
  readonly #notified = new Map<Task, Set<Host>>();
  /** `meta: end_play` was reached. */
  ended = false;

  constructor(play: Play, hosts: readonly Host[], fails: Fails, ran: Map<Task, string[]>) {
    this.#play = play;
    this.#hosts = hosts;
    this.#fails = fails;
    this.#ran = ran;
    const percent = Number(play.keywords.get("max_fail_percentage")?.value ?? NaN);
    this.#percent = Number.isFinite(percent) ? percent : undefined;
    // host_pinned is free with its hosts kept in their slots; neither looks at percentages or at any_errors_fatal.
    this.#isFree = /(?:^|\.)(?:free|host_pinned)$/.test(String(play.keywords.get("strategy")?.value));
  }

  run(steps: readonly Step[]): void {
    try {
      for (const host of this.#sequence(steps, new Set(this.#hosts), false)) this.failed.add(host.name);
    } catch (error) {
      if (!(error instanceof BatchOver)) throw error;
    }
  }

  /** Runs steps on `hosts`; gives those that failed in them. `sheltered`: a rescue or an always is still to come around them. */
  #sequence(steps: readonly Step[], hosts: ReadonlySet<Host>, sheltered: boolean): Set<Host> {
    const alive = new Set(hosts);
    const failed = new Set<Host>();
    for (const step of steps) {
      const lost = this.#step(step, alive, sheltered, failed);
      for (const host of lost) {
        alive.delete(host);
        failed.add(host);
      }
      for (const host of this.#done) alive.delete(host);
    }
    return failed;
  }

  #step(step: Step, alive: Set<Host>, sheltered: boolean, before: Set<Host>): Set<Host> {
    if (step.kind === "task") return this.#task(step.task, alive, sheltered, before);
    if (step.kind === "handlers") {
      const failed = new Set<Host>();
      for (const handler of step.notifiers.keys()) {
        const notified = this.#notified.get(handler) ?? new Set();
        this.#notified.delete(handler);
        const lost = this.#task(handler, new Set([...alive].filter((host) => notified.has(host) && !failed.has(host))), sheltered, before);
        for (const host of lost) failed.add(host);
      }
      return failed;
    }
    const broken = this.#sequence(step.block, alive, sheltered || step.rescue.length > 0 || step.hasAlways);
    let lost = broken;
    if (step.rescue.length > 0) lost = this.#sequence(step.rescue, broken, sheltered || step.hasAlways);
    for (const host of broken) if (!lost.has(host)) this.#pending.delete(host);
    const last = this.#sequence(step.always, alive, sheltered);
    const all = new Set([...lost, ...last]);
    if (!sheltered) for (const host of all) this.#pending.delete(host);
    return all;
  }

  #task(task: Task, alive: ReadonlySet<Host>, sheltered: boolean, before: Set<Host>): Set<Host> {
    const meta = metaOf(task);
    const able = [...alive].filter((host) => conditionAt(task.keywords.get("when")?.value, standingOf(this.#play, task, host)) !== false);
    if (meta !== undefined) {
      this.#meta(meta, able, before, alive);
      return new Set();
    }
    const once = !this.#isFree && truth(task.keywords.get("run_once")?.value) === true;
    const hosts = once ? [...alive].slice(0, 1).filter((host) => able.includes(host)) : able;
    const failed = new Set<Host>();
    for (const host of hosts) {
      const isBroken = this.#fails(task, host);
      this.#note(task, host, !isBroken);
      if (isBroken && truth(task.keywords.get("ignore_errors")?.value) !== true) failed.add(host);
    }
    // Where it is to run once, its failure is that of every host of the batch; free runs it on each all the same.
    const lost = failed.size > 0 && truth(task.keywords.get("run_once")?.value) === true ? new Set(alive) : failed;
    for (const host of lost) {
      if (sheltered) this.#pending.add(host);
      else this.failed.add(host.name);
    }
    if (!this.#isFree && hosts.length > 0) this.#brake(task, lost, sheltered);
    return lost;
  }

  /** A task that fails notifies nobody, even where its failure is ignored. */
  #note(task: Task, host: Host, notifies: boolean): void {
    const names = this.#ran.get(task);
    if (names === undefined) this.#ran.set(task, [host.name]);
    else names.push(host.name);
    for (const handler of notifies && task.keywords.has("notify") ? handlersOf(this.#play, task) : []) {
      const hosts = this.#notified.get(handler);
      if (hosts === undefined) this.#notified.set(handler, new Set([host]));
      else hosts.add(host);
    }
  }

  #brake(task: Task, lost: ReadonlySet<Host>, sheltered: boolean): void {
    let stops = false;
    if (lost.size > 0 && !sheltered && isFatal(this.#play, task)) {
      stops = true;
      for (const host of this.#hosts) if (!this.#pending.has(host)) this.failed.add(host.name);
    }
    if (this.#percent !== undefined && this.failed.size / this.#hosts.length > this.#percent / 100) {
      // Nobody is spared here, not even in a rescue.
      stops = true;
      for (const host of this.#hosts) this.failed.add(host.name);
    }
    if (stops && this.failed.size >= this.#hosts.length) throw new BatchOver();
  }

  #meta(meta: string, able: readonly Host[], before: Set<Host>, alive: ReadonlySet<Host>): void {
    if (able.length === 0) return;
    if (meta === "end_host") for (const host of able) this.#done.add(host);
    if (meta === "end_batch" || meta === "end_play") {
      this.ended = meta === "end_play";
      throw new BatchOver();
    }
    if (meta === "clear_host_errors") {
      for (const host of before) (alive as Set<Host>).add(host);
      for (const host of this.#hosts) this.failed.delete(host.name);
      before.clear();
    }
  }
}

/** The hosts of a play in the order in which it takes them; undefined where it shuffles them, or the order is not known. */
export function inOrder(play: Play, hosts: readonly Host[]): readonly Host[] | undefined {
  const order = String(play.keywords.get("order")?.value ?? "inventory");
  const byPlace = [...hosts].sort((a, b) => (a.location.path === b.location.path ? a.location.range.start - b.location.range.start : 0));
  switch (order) {
    case "inventory":
      return byPlace;
    case "reverse_inventory":
      return byPlace.reverse();
    case "sorted":
      return [...hosts].sort((a, b) => (a.name < b.name ? -1 : 1));
    case "reverse_sorted":
      return [...hosts].sort((a, b) => (a.name < b.name ? 1 : -1));
    default:
      return undefined;
  }
}

function only(steps: readonly Step[], matters: (task: Task) => boolean): readonly Step[] {
  return steps.flatMap((step): Step[] => {
    if (step.kind === "task") return matters(step.task) || step.task.module === "meta" ? [step] : [];
    if (step.kind === "handlers") return [step];
    const parts = { block: only(step.block, matters), rescue: only(step.rescue, matters), always: only(step.always, matters) };
    // A rescue without anything that matters still makes the failure good.
    return [{ ...step, ...parts, rescue: parts.rescue.length === 0 ? step.rescue : parts.rescue }];
  });
}

/** The hosts on which at least one of `tasks` ran. */
export function touchedBy(run: Run, tasks: readonly Task[]): ReadonlySet<string> {
  return new Set(tasks.flatMap((task) => run.ran.get(task) ?? []));
}
