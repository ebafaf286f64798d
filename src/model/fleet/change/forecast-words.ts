import type { Json } from "../../../engine/finding.ts";
import { mostOutAtOnce } from "../../forecast/capacity.ts";
import type { Schedule, Shortage } from "../../forecast/cluster.ts";
import { sampled } from "../../forecast/timeline.ts";
import { sizeText } from "../../kernel/memory.ts";
import { duration, longestOf } from "../maintenance.ts";
import type { Forecast, Scenario } from "./forecast.ts";

const NAMES: { readonly [name in Scenario["name"]]: string } = {
  "as-planned": "as planned",
  "one-at-a-time": "one at a time",
  "10-gbit": "10 GbE",
  "10-gbit-one-at-a-time": "both",
  "window-of-a-day": "a day for each",
};
/** A picture needs no more points than this. */
const DRAWN = 200;
/** Names beyond these are only counted. */
const LISTED = 20;

/** `With one at a time it ends after 19.2 h; with 10 GbE after 2.2 h, but 3 guests find no room; …` */
export function whatIfs({ scenarios }: Forecast): string {
  const [, ...others] = scenarios;
  const parts = others.map(({ name, schedule }, index) => `with ${NAMES[name]} ${outcome(schedule, index === 0)}`);
  return `${parts.join("; ").replace(/^w/, "W")}.`;
}

/** `There is room one at a time, a day for each; not with 10 GbE.`: which other ways leave nobody without room. */
export function roomElsewhere({ scenarios }: Forecast): string {
  const others = scenarios.slice(1).filter(({ name }) => name !== "10-gbit-one-at-a-time");
  const fits = others.filter(({ schedule }) => schedule.notEmptied.length === 0 && worstShortage(schedule) === undefined).map(({ name }) => NAMES[name]);
  const not = others.map(({ name }) => NAMES[name]).filter((name) => !fits.includes(name));
  if (fits.length === 0) return `It does not work with ${not.join(", nor with ")} either: the rest is too full.`;
  return `There is room for all with ${fits.join(", or ")}${not.length === 0 ? "" : `; not with ${not.join(", nor with ")}`}.`;
}

function outcome(schedule: Schedule, first: boolean): string {
  const stuck = schedule.notEmptied.length;
  if (stuck > 0) return `${count(stuck, "host")} cannot be emptied`;
  const worst = worstShortage(schedule);
  return `${first ? "it ends " : ""}after ${duration(schedule.end)}${worst === undefined ? "" : `, but ${count(worst.guests, "guest")} wait${worst.guests === 1 ? "s" : ""} for room`}`;
}

/** `1 guest`, `3 guests`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** `after 6 min`, `at once`: when something happens. */
export function moment(seconds: number): string {
  return seconds < 1 ? "at once" : `after ${duration(seconds)}`;
}

/** The shortage with the most memory; undefined where there is none. */
export function worstShortage({ shortages }: Schedule): Shortage | undefined {
  return shortages.reduce<Shortage | undefined>((worst, one) => (worst === undefined || one.bytes > worst.bytes ? one : worst), undefined);
}

/** ` By memory at most 3 hosts may be out at once; the least that one has free is 16 GiB, …`; empty where room is not known. */
export function leastFreeText({ hypervisors, scenarios }: Forecast): string {
  const { leastFree } = scenarios[0].schedule;
  if (hypervisors.unknownRoom !== undefined || leastFree.host === -1) return "";
  const most = mostOutAtOnce(hypervisors.cluster);
  return ` By memory at most ${count(most, "host")} may be out at once; the least that one has free is ${sizeText(leastFree.bytes)}, on ${hypervisors.cluster[leastFree.host]!.name} ${moment(leastFree.time)}.`;
}

/** How many hosts are out at a time. */
export function outAt({ timeline }: Schedule, time: number): number {
  let out = 0;
  for (let index = 0; index < timeline.time.length && timeline.time[index]! <= time; index++) out = timeline.out[index]!;
  return out;
}

/** How the windows follow one another, for people: `, one every 60 s`. */
export function rhythm({ distance, allowed }: Forecast): string {
  return distance === undefined ? "" : `, ${allowed === 1 ? "one" : String(allowed)} every ${duration(distance)}`;
}

/** All figures of a forecast, for `Finding.data`: seconds, bytes, hosts. null stands for never. */
export function forecastData(forecast: Forecast): { readonly [name: string]: Json } {
  const { hypervisors, needs, allowed, shortest, distance, scenarios } = forecast;
  return {
    hosts: needs.length,
    hypervisors: hypervisors.hosts.length,
    allowed,
    distance: distance ?? null,
    shortest: finite(shortest),
    longest: finite(longestOf(needs)),
    ...(hypervisors.unknownRoom === undefined && { mostOut: mostOutAtOnce(hypervisors.cluster) }),
    largestGuest: needs.reduce((most, { guests }) => guests.reduce((more, { memory }) => Math.max(more, memory), most), 0),
    memory: needs.reduce((sum, { evacuation }) => sum + evacuation.memory, 0),
    scenarios: Object.fromEntries(scenarios.map((scenario) => [scenario.name, scenarioData(forecast, scenario)])),
  };
}

function scenarioData({ hypervisors }: Forecast, { name, schedule }: Scenario): Json {
  const worst = worstShortage(schedule);
  const { leastFree, leastTotal, peak, notEmptied, stays, end } = schedule;
  const roomKnown = hypervisors.unknownRoom === undefined;
  return {
    end,
    peak: peak.out,
    peakTime: peak.time,
    stuck: notEmptied.length,
    notEmptied: notEmptied.slice(0, LISTED).map((host) => hypervisors.cluster[host]!.name),
    waitingGuests: worst?.guests ?? 0,
    waitingMemory: worst?.bytes ?? 0,
    waitingFrom: worst?.from ?? null,
    stayed: stays.length,
    stays: stays.slice(0, LISTED).map(({ host, guest, reason }) => ({ host: hypervisors.cluster[host]!.name, guest: hypervisors.cluster[guest.host]!.guests[guest.index]!.name, reason })),
    ...(roomKnown && leastFree.host !== -1 && { leastFree: leastFree.bytes, leastFreeHost: hypervisors.cluster[leastFree.host]!.name, leastFreeTime: leastFree.time }),
    ...(roomKnown && { leastTotal: leastTotal.bytes, leastTotalTime: leastTotal.time }),
    ...(name === "as-planned" && { timeline: drawn(schedule, roomKnown) }),
  };
}

/** The timeline with no more points than a picture shows, keeping each part's worst. */
function drawn(schedule: Schedule, roomKnown: boolean): Json {
  return sampled(schedule, DRAWN / 2).map(({ time, out, free }) => [time, out, ...(roomKnown ? [free] : [])]);
}

function finite(number: number): number | null {
  return Number.isFinite(number) ? number : null;
}

