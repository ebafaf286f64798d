import { isUnknown } from "../../../engine/unknown.ts";
import { worstShortage } from "../../../model/fleet/change/forecast-words.ts";
import type { Forecast, Scenario } from "../../../model/fleet/change/forecast.ts";
import { evacuees, forecastOf } from "../../../model/fleet/change/forecast.ts";
import type { Hypervisors } from "../../../model/fleet/hypervisors.ts";
import { hypervisorsOf } from "../../../model/fleet/hypervisors.ts";
import { plannedWindow } from "../../../model/fleet/maintenance.ts";
import type { Step } from "../../../model/forecast/timeline.ts";
import { sampled } from "../../../model/forecast/timeline.ts";
import type { Workspace } from "../../../model/workspace.ts";
import type { Reviewed, Translate } from "../../reviewed.ts";
import type { Figure } from "../figure.ts";
import { html } from "../markup.ts";
import { picture } from "./drawing.ts";
import { framed } from "./frame.ts";
import { drawMaintenance } from "./maintenance-drawing.ts";
import { bytes, number, span } from "./quantity.ts";
import { choice } from "./switch.ts";
import { windowFigures } from "./windows.ts";

/** One host's maintenance: what is planned, and what it comes to. Seconds from the first window's start. */
export interface Lane {
  readonly host: string;
  /** Its name without the domain that all of them share. */
  readonly short: string;
  /** The planned window; its end is undefined where nothing says how long it is, all of it where a host waits for the one before. */
  readonly planned: { readonly from: number; readonly until: number | undefined } | undefined;
  readonly started: number;
  /** Infinity: it is never empty. */
  readonly emptied: number;
  readonly ended: number;
}

/** One way to go about it, as it is drawn. Seconds and bytes. */
export interface MaintenanceCase {
  readonly name: Scenario["name"];
  readonly lanes: readonly Lane[];
  /** Hosts without a lane of their own. */
  readonly rest: { readonly hosts: number; readonly from: number; readonly until: number };
  /** Hosts of which nobody can tell how long they take. */
  readonly unknownHosts: number;
  readonly end: number;
  /** Steps: from each time on, so many hosts are out, and so much memory is free on the others. */
  readonly steps: readonly Step[];
  readonly allowed: number;
  readonly peak: { readonly out: number; readonly time: number };
  /** Undefined where the hosts' memory is not known. */
  readonly leastFree: { readonly bytes: number; readonly time: number } | undefined;
  readonly stuck: number;
  readonly waiting: { readonly guests: number; readonly bytes: number } | undefined;
}

/** More lanes than these are one, and a line needs no more points. */
const MOST_LANES = 12;
const MOST_PARTS = 150;
const RULES = /^fleet\/(?:window-too-short|evacuation-overcommit|maintenance-pile-up|migration-never-converges)$/;

/** The maintenance that a change makes necessary, as planned and otherwise; where it empties no host, what findings say of windows. */
export function maintenanceFigures(reviewed: Reviewed, id: string, t: Translate): Figure[] {
  const { before, after } = reviewed;
  if (before === undefined) return windowFigures(reviewed, id, t);
  const hosts = evacuees(before, after).filter(({ gated }) => !gated).map(({ host }) => host.name);
  if (hosts.length === 0) return windowFigures(reviewed, id, t);
  const forecast = forecastOf(before, after);
  const findings = reviewed.report.findings.filter(({ rule }) => RULES.test(rule)).map(({ fingerprint }) => fingerprint);
  const title = t("Maintenance: planned windows and what they come to");
  if (forecast === undefined) return [unknownFigure({ after, hosts, title, findings, id, t })];
  const cases = maintenanceCases(after, forecast, hosts.length);
  const names = namesOf(t);
  const summary = [compared(forecast, cases, names, t), forecast.hypervisors.unknownRoom === undefined ? "" : t("Memory left is not known: {0}.", forecast.hypervisors.unknownRoom)].filter((part) => part !== "").join(" ");
  const shown = cases.map((one, index) => ({
    name: names[one.name],
    body: html`<p class="fig-said">${outcome(one, t, names)}</p>${picture(`${id}-maintenance-${index}`, `${title}: ${names[one.name]}`, outcome(one, t, names), (width, own) => drawMaintenance(one, width, own, t))}`,
  }));
  return [{ kind: "maintenance", title, summary, html: framed([choice(`${id}-what-if`, t("What if"), shown)]), table: tableOf(cases, names, t), findings }];
}

type Names = { readonly [name in Scenario["name"]]: string };

function namesOf(t: Translate): Names {
  return { "as-planned": t("As planned"), "one-at-a-time": t("One at a time"), "10-gbit": t("10 GbE"), "10-gbit-one-at-a-time": t("10 GbE, one at a time"), "window-of-a-day": t("A day for each") };
}

/** Every way to go about it, the plan first. `hosts`: those that have to be emptied, also those of which nothing more is known. */
export function maintenanceCases(after: Workspace, forecast: Forecast, hosts: number): MaintenanceCase[] {
  const { hypervisors, allowed, needs } = forecast;
  const domain = commonDomain(needs.map(({ host }) => host.name));
  return forecast.scenarios.map(({ name, policy, schedule }): MaintenanceCase => {
    const lanes = policy.order.map((place, turn): Lane => {
      const from = policy.starts[turn]!;
      const length = name === "window-of-a-day" ? DAY : windowOf(after, hypervisors, place);
      const host = hypervisors.cluster[place]!.name;
      return { host, short: host.slice(0, host.length - domain.length), planned: WAITING.has(name) ? undefined : { from, until: length === undefined ? undefined : from + length }, started: schedule.started[turn]!, emptied: schedule.emptied[turn]!, ended: schedule.ended[turn]! };
    });
    const drawn = lanes.length <= MOST_LANES ? lanes : lanes.slice(0, MOST_LANES - 1);
    const rest = lanes.slice(drawn.length);
    const worst = worstShortage(schedule);
    return {
      name,
      lanes: drawn,
      rest: { hosts: rest.length, from: rest.reduce((least, { started }) => Math.min(least, started), Infinity), until: rest.reduce((most, { ended }) => Math.max(most, ended), 0) },
      unknownHosts: Math.max(0, hosts - needs.length),
      end: schedule.end,
      steps: sampled(schedule, MOST_PARTS),
      allowed,
      peak: schedule.peak,
      leastFree: hypervisors.unknownRoom === undefined ? schedule.leastTotal : undefined,
      stuck: schedule.notEmptied.length,
      waiting: worst && { guests: worst.guests, bytes: worst.bytes },
    };
  });
}

const DAY = 86_400;
/** Ways in which nobody plans a time: each waits for the one before. */
const WAITING: ReadonlySet<string> = new Set(["one-at-a-time", "10-gbit-one-at-a-time"]);

/** `.rack1.example.net`: what all names end in after a dot; empty where a name would be nothing else. */
function commonDomain(names: readonly string[]): string {
  let domain = names.length < 2 ? "" : names[0]!.slice((names[0]!.indexOf(".") + 1 || names[0]!.length + 1) - 1);
  while (domain !== "" && !names.every((name) => name.endsWith(domain) && name.length > domain.length)) domain = domain.slice((domain.indexOf(".", 1) + 1 || domain.length + 1) - 1);
  return domain;
}

function windowOf(after: Workspace, hypervisors: Hypervisors, place: number): number | undefined {
  const window = plannedWindow(after, hypervisors.hosts[place]!);
  return isUnknown(window) ? undefined : window.seconds;
}

/** `As planned: up to 12 hosts are out at once, where 1 may be; …` */
function outcome({ name, lanes, rest, peak, allowed, end, stuck, waiting, leastFree, unknownHosts }: MaintenanceCase, t: Translate, names: Names): string {
  const total = lanes.length + rest.hosts;
  const out = peak.out > allowed ? t("{0}: {1} of {2} hosts are out at once, where {3} may be.", names[name], number(peak.out), number(total), number(allowed)) : t("{0}: at most {1} of {2} hosts are out at once.", names[name], number(peak.out), number(total));
  return [
    out,
    stuck > 0 ? t("{0} cannot be emptied.", number(stuck)) : t("The last is back after {0}.", span(end, t)),
    waiting === undefined ? "" : t("Guests with {0} find no room.", bytes(waiting.bytes, t)),
    leastFree === undefined ? "" : t("The least memory left is {0}.", bytes(leastFree.bytes, t)),
    unknownHosts === 0 ? "" : t("How long {0} more hosts take is not known.", number(unknownHosts)),
  ].filter((part) => part !== "").join(" ");
}

/** How many hosts, and how each way to go about it ends. */
function compared({ needs, distance, allowed }: Forecast, cases: readonly MaintenanceCase[], names: Names, t: Translate): string {
  const hosts = distance === undefined ? t("{0} virtualisation hosts have to be emptied.", number(needs.length)) : t("{0} virtualisation hosts have to be emptied, {1} every {2} by the plan.", number(needs.length), number(allowed), span(distance, t));
  const ends = cases.map(({ name, stuck, end, waiting }) => {
    if (stuck > 0) return t("{0}: {1} cannot be emptied", names[name], number(stuck));
    return waiting === undefined ? t("{0}: done after {1}", names[name], span(end, t)) : t("{0}: done after {1}, but guests wait for room", names[name], span(end, t));
  });
  return `${hosts} ${ends.join("; ")}.`;
}

function tableOf(cases: readonly MaintenanceCase[], names: Names, t: Translate): Figure["table"] {
  const rows = cases.map(({ name, lanes, rest, peak, end, stuck, waiting, leastFree, unknownHosts }) => [
    names[name], "", number(lanes.length + rest.hosts) + (unknownHosts === 0 ? "" : t(", {0} not known", number(unknownHosts))), "", "", stuck > 0 ? t("never") : span(end, t),
    t("{0}, after {1}", number(peak.out), span(peak.time, t)), leastFree === undefined ? t("not known") : bytes(leastFree.bytes, t), waiting === undefined ? number(0) : number(waiting.guests),
  ]);
  const lanes = cases.flatMap(({ name, lanes: list }) => list.map(({ host, planned, started, emptied, ended }) => [
    names[name], host, "", planned === undefined ? t("when the one before is back") : planned.until === undefined ? t("from {0}", span(planned.from, t)) : t("{0} to {1}", span(planned.from, t), span(planned.until, t)),
    t("{0} to {1}", span(started, t), emptied === Infinity ? t("never") : span(emptied, t)), span(ended, t), "", "", "",
  ]));
  return { head: [t("What if"), t("Host"), t("Hosts"), t("Planned"), t("Emptied"), t("Back"), t("Most out at once"), t("Least memory left"), t("Guests without room")], rows: [...rows, ...lanes] };
}

interface UnknownMaintenance {
  readonly after: Workspace;
  readonly hosts: readonly string[];
  readonly title: string;
  readonly findings: readonly string[];
  readonly id: string;
  readonly t: Translate;
}

/** Hosts have to be emptied, and nothing tells when, or how long that takes. */
function unknownFigure({ after, hosts, title, findings, id, t }: UnknownMaintenance): Figure {
  const { needs } = after.derive(hypervisorsOf);
  const reasons = hosts.map((name) => {
    const need = needs.get(name);
    const host = after.fleet.host(name);
    if (need !== undefined && isUnknown(need)) return need.unknown;
    const window = host && plannedWindow(after, host);
    return window !== undefined && isUnknown(window) ? window.unknown : t("the plan does not tell when it begins");
  });
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const [worst] = [...counts].sort((a, b) => b[1] - a[1]);
  const summary = t("{0} virtualisation hosts have to be emptied; how long that takes, and what memory is left, is not known: {1}.", number(hosts.length), worst![0]);
  const nothing: MaintenanceCase = { name: "as-planned", lanes: [], rest: { hosts: 0, from: 0, until: 0 }, unknownHosts: hosts.length, end: 0, steps: [], allowed: 0, peak: { out: 0, time: 0 }, leastFree: undefined, stuck: 0, waiting: undefined };
  return {
    kind: "maintenance",
    title,
    summary,
    html: framed([picture(`${id}-maintenance`, title, summary, (width, own) => drawMaintenance(nothing, width, own, t))]),
    table: { head: [t("Host"), t("Time"), t("Why it is not known")], rows: hosts.map((name, index) => [name, t("not known"), reasons[index]!]) },
    findings,
  };
}
