import type { ClusterHost, Policy } from "../../../src/model/forecast/cluster.ts";
import { migrate } from "../../../src/model/forecast/migration.ts";

interface Guest {
  readonly id: number;
  readonly memory: number;
  readonly dirtyRate: number;
  host: number;
  stream: { to: number; rate: number; done: number; since: number; seconds: number } | undefined;
}

/** What the naive simulation says. */
export interface Outcome {
  readonly started: number[];
  readonly emptied: number[];
  readonly ended: number[];
  readonly peak: number;
  readonly least: number;
  readonly stays: string[];
  readonly migrations: number;
  /** The memory that each host uses in the end. */
  readonly used: number[];
}

/** The same model as `simulate` without any of its structures: everything is searched and added up anew for each event. */
export function naive(hosts: readonly ClusterHost[], policy: Policy): Outcome {
  const guests: Guest[] = [];
  hosts.forEach((host, index) => host.guests.forEach(({ memory, dirtyRate }) => guests.push({ id: guests.length, memory, dirtyRate, host: index, stream: undefined })));
  const origin = guests.map(({ host }) => host);
  const phase: ("in" | "preparing" | "leaving" | "worked on")[] = hosts.map(() => "in");
  const timer: number[] = hosts.map(() => Infinity);
  const untried: number[][] = hosts.map(() => []);
  const blocked: number[][] = hosts.map(() => []);
  const streams: number[] = hosts.map(() => 1);
  const kept: number[] = hosts.map(() => 0);
  const turns = policy.order.length;
  const outcome = { started: new Array<number>(turns).fill(Infinity), emptied: new Array<number>(turns).fill(Infinity), ended: new Array<number>(turns).fill(Infinity), stays: [] as string[] };
  let [now, next, peak, least, migrations] = [0, 0, 0, Infinity, 0];

  const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
  const on = (host: number): Guest[] => guests.filter((guest) => guest.host === host);
  const into = (host: number): Guest[] => guests.filter(({ stream }) => stream?.to === host);
  const from = (host: number): Guest[] => on(host).filter(({ stream }) => stream !== undefined);
  const free = (host: number): number => hosts[host]!.memory - sum(on(host).map(({ memory }) => memory)) - sum(into(host).map(({ memory }) => memory));
  const out = (): number => phase.filter((one) => one !== "in").length;
  const inService = (): number[] => hosts.map((_, host) => host).filter((host) => phase[host] === "in");
  const smallestFirst = (list: number[]): number[] => list.sort((a, b) => guests[a]!.memory - guests[b]!.memory || 0);

  const targetFor = (memory: number): number | undefined => {
    const fitting = inService().filter((host) => free(host) >= memory);
    const linked = fitting.filter((host) => into(host).length < policy.parallel);
    const choice = linked.length > 0 ? linked : fitting;
    if (policy.placement === "first") return choice[0];
    return choice.reduce<number | undefined>((best, host) => (best === undefined || free(host) > free(best) ? host : best), undefined);
  };
  const share = (host: number): void => {
    for (const guest of into(host)) {
      const stream = guest.stream!;
      const rate = Math.min(hosts[guest.host]!.bandwidth / streams[guest.host]!, hosts[host]!.bandwidth / into(host).length);
      if (rate === stream.rate) continue;
      if (now > stream.since && stream.seconds > 0) stream.done = Math.min(1, stream.done + (now - stream.since) / stream.seconds);
      stream.since = now;
      stream.rate = rate;
      stream.seconds = migrate({ memory: guest.memory, bandwidth: rate, dirtyRate: guest.dirtyRate, downtime: policy.downtime }).seconds;
    }
  };
  const depart = (guest: Guest, to: number): void => {
    guest.stream = { to, rate: 0, done: 0, since: now, seconds: Infinity };
    least = Math.min(least, free(to));
    share(to);
  };
  const stay = (guest: Guest, host: number, reason: string): void => {
    kept[host]!++;
    outcome.stays.push(`${host}:${guest.id}:${reason}`);
  };
  const giveBack = (host: number): void => {
    phase[host] = "in";
    outcome.ended[policy.order.indexOf(host)] = now;
    timer[host] = Infinity;
    untried[host] = [];
    blocked[host] = [];
    wake();
  };
  const whenEmpty = (host: number): void => {
    if (phase[host] !== "leaving" || from(host).length > 0 || into(host).length > 0 || untried[host]!.length > 0 || blocked[host]!.length > 0) return;
    if (kept[host]! > 0) return giveBack(host);
    phase[host] = "worked on";
    outcome.emptied[policy.order.indexOf(host)] = now;
    timer[host] = now + policy.work;
  };
  const send = (host: number): void => {
    while (from(host).length < streams[host]!) {
      smallestFirst(blocked[host]!);
      const waiting = blocked[host]![0];
      if (waiting !== undefined && targetFor(guests[waiting]!.memory) !== undefined) {
        blocked[host]!.shift();
        depart(guests[waiting]!, targetFor(guests[waiting]!.memory)!);
        continue;
      }
      const id = untried[host]!.shift();
      if (id === undefined) break;
      const guest = guests[id]!;
      const others = hosts.filter((_, other) => other !== host).map(({ memory }) => memory);
      const to = targetFor(guest.memory);
      if (guest.memory > 0 && !(guest.dirtyRate < hosts[host]!.bandwidth / streams[host]!)) stay(guest, host, "never-converges");
      else if (!others.some((memory) => memory >= guest.memory)) stay(guest, host, "fits-nowhere");
      else if (to !== undefined) depart(guest, to);
      else blocked[host]!.unshift(id);
    }
    whenEmpty(host);
  };
  const waits = (host: number): boolean => phase[host] === "leaving" && blocked[host]!.length > 0 && from(host).length < streams[host]!;
  const wake = (): void => {
    for (;;) {
      const need = (host: number): number => Math.min(...blocked[host]!.map((id) => guests[id]!.memory));
      const ready = hosts.map((_, host) => host).filter((host) => waits(host) && targetFor(need(host)) !== undefined);
      if (ready.length === 0) return;
      send(ready.reduce((a, b) => (need(b) < need(a) ? b : a)));
    }
  };
  const end = ({ stream }: Guest): number => (stream === undefined || stream.seconds === Infinity ? Infinity : stream.since + (1 - stream.done) * stream.seconds);

  for (;;) {
    const due = next < turns && out() < policy.concurrent ? Math.max(now, policy.starts[next]!) : Infinity;
    const arriving = guests.reduce<Guest | undefined>((best, guest) => (end(guest) < (best === undefined ? Infinity : end(best)) ? guest : best), undefined);
    const arrival = arriving === undefined ? Infinity : end(arriving);
    const timed = timer.reduce((best, time, host) => (time < timer[best]! ? host : best), 0);
    const time = Math.min(due, arrival, timer[timed] ?? Infinity);
    if (time === Infinity) {
      const host = policy.order.slice(0, next).find((one) => phase[one] === "leaving");
      if (host === undefined) break;
      const stalled = from(host);
      for (const id of smallestFirst([...blocked[host]!])) stay(guests[id]!, host, "no-room");
      for (const guest of stalled) {
        const { to } = guest.stream!;
        guest.stream = undefined;
        share(to);
        stay(guest, host, "stalled");
      }
      for (const id of untried[host]!) stay(guests[id]!, host, "stalled");
      giveBack(host);
      hosts.forEach((_, other) => whenEmpty(other));
      wake();
      continue;
    }
    now = time;
    if (arrival === time) {
      const guest = arriving!;
      const source = guest.host;
      const { to } = guest.stream!;
      guest.stream = undefined;
      share(to);
      guest.host = to;
      migrations++;
      if (phase[to] === "leaving") untried[to]!.push(guest.id);
      send(source);
      if (phase[to] === "leaving") send(to);
    } else if (timer[timed] === time) {
      timer[timed] = Infinity;
      if (phase[timed] === "preparing") {
        phase[timed] = "leaving";
        untried[timed] = on(timed).sort((a, b) => b.memory - a.memory || a.id - b.id).map(({ id }) => id);
        streams[timed] = Math.max(1, Math.min(policy.parallel, untried[timed]!.length));
        send(timed);
      } else giveBack(timed);
    } else {
      const host = policy.order[next]!;
      outcome.started[next++] = now;
      phase[host] = "preparing";
      timer[host] = now + policy.preparation;
      peak = Math.max(peak, out());
    }
  }
  const first = (id: number): number => origin.indexOf(origin[id]!);
  const stays = outcome.stays.map((text) => {
    const [host, id, reason] = text.split(":");
    return `${host}:${origin[Number(id)]}/${Number(id) - first(Number(id))}:${reason}`;
  });
  return { ...outcome, stays: stays.sort(), peak, least, migrations, used: hosts.map((_, host) => sum(on(host).map(({ memory }) => memory))) };
}
