import type { Markup } from "../markup.ts";
import type { Translate } from "../../reviewed.ts";
import { heading, keys } from "./bars.ts";
import type { Drawing } from "./drawing.ts";
import { bar, line, tag, titled } from "./drawing.ts";
import { SMALL, TEXT, shortened } from "./label.ts";
import type { Lane, MaintenanceCase } from "./maintenance.ts";
import { bytes, number, span } from "./quantity.ts";
import type { Scale } from "./scale.ts";
import { linear, ticks, timeTicks } from "./scale.ts";

const LANE = 20;
const OUT_HEIGHT = 64;
const FREE_HEIGHT = 84;
/** Letters hang over an axis by so much. */
const OVER = 24;

interface Frame {
  readonly shown: MaintenanceCase;
  readonly width: number;
  readonly id: string;
  readonly t: Translate;
  /** Where the lanes begin, after their names. */
  readonly left: number;
  readonly right: number;
  readonly x: Scale;
  readonly times: readonly number[];
  readonly body: Markup[];
}

/** Lanes of hosts, hosts out, and memory left, over one axis of time. */
export function drawMaintenance(shown: MaintenanceCase, width: number, id: string, t: Translate): Drawing {
  const narrow = width < 500;
  const left = narrow ? 84 : 132;
  const right = width - OVER;
  const { lanes, rest } = shown;
  const last = Math.max(1, shown.end, rest.until, ...lanes.flatMap(({ planned, ended }) => [planned?.until ?? 0, Number.isFinite(ended) ? ended : 0]));
  const x = linear(0, last, left, right);
  const frame: Frame = { shown, width, id, t, left, right, x, times: timeTicks(last, narrow ? 3 : 6), body: [] };
  const known = lanes.length > 0;
  let y = legend(frame);
  const top = y + 4;
  y = drawLanes(frame, top);
  if (known) {
    y = drawOut(frame, y + 12);
    y = drawFree(frame, y + 12);
    // Below everything, so that it lies under it.
    frame.body.unshift(...frame.times.map((time) => tag("path", { class: "fig-grid", d: `M${round(x(time))} ${top}V${round(y)}` })));
    for (const [index, time] of frame.times.entries()) frame.body.push(line(time === 0 ? "0" : span(time, t), x(time), y + 16, "fig-small", index > 0 && x(time) > right - 8 ? "end" : "middle"));
    frame.body.push(line(shortened(t("time since the first window begins"), right - 8, SMALL), right, y + 32, "fig-small", "end"));
    y += 36;
  }
  return { height: y + 4, body: frame.body };
}

function legend({ shown, width, id, t, body }: Frame): number {
  const known = shown.lanes.length > 0;
  const drawn = keys(
    [
      ...(shown.lanes.some(({ planned }) => planned?.until !== undefined) ? [{ text: t("planned window"), className: "fig-hollow" }] : []),
      ...(known ? [{ text: t("guests move away"), className: "fig-hot", pattern: "stripes" }, { text: t("work on the empty host"), className: "fig-calm" }] : []),
      ...(known ? [{ text: t("allowed out at once: {0}", number(shown.allowed)), className: "fig-limit", isLine: true }] : []),
      ...(shown.rest.hosts > 0 ? [{ text: t("several hosts"), className: "fig-hot-soft" }] : []),
      ...(shown.unknownHosts > 0 || shown.leastFree === undefined ? [{ text: t("not known"), className: "fig-unsure", pattern: "unknown" }] : []),
    ],
    { width, y: 2, id },
  );
  body.push(...drawn.body);
  return drawn.y;
}

function drawLanes(frame: Frame, top: number): number {
  const { shown, left, right, x, body, id, t } = frame;
  let y = top;
  for (const lane of shown.lanes) {
    body.push(drawLane(lane, frame, y));
    y += LANE;
  }
  const name = (text: string): Markup => line(shortened(text, left - 10, TEXT), left - 8, y + 14, "fig-text", "end");
  const { hosts, from, until } = shown.rest;
  if (hosts > 0) {
    body.push(titled(t("{0} more hosts, from {1} to {2}", number(hosts), span(from, t), span(until, t)), name(t("{0} more", number(hosts))), bar({ x: x(from), y: y + 5, width: x(until) - x(from), height: 10 }, "fig-hot-soft")));
    y += LANE;
  }
  if (shown.unknownHosts > 0) {
    body.push(titled(t("{0} hosts: how long they take is not known", number(shown.unknownHosts)), name(t("{0} not known", number(shown.unknownHosts))), bar({ x: left, y: y + 4, width: right - left, height: 12 }, "fig-unsure", `${id}-unknown`)));
    y += LANE;
  }
  return y;
}

function drawLane({ host, short, planned, started, emptied, ended }: Lane, { left, x, id, t, shown }: Frame, y: number): Markup {
  const back = Number.isFinite(ended) ? ended : shown.end;
  const empty = Math.min(emptied, back);
  const [from, gone, end] = [x(started), x(empty), x(back)];
  const stuck = emptied === Infinity;
  const words = stuck ? t("{0}: never empty", host) : t("{0}: out from {1}, empty after {2}, back after {3}", host, span(started, t), span(emptied, t), span(ended, t));
  return titled(
    words,
    line(shortened(short, left - 10, TEXT), left - 8, y + 14, "fig-text", "end"),
    bar({ x: from, y: y + 5, width: Math.max(1, gone - from), height: 10 }, "fig-hot", `${id}-stripes`),
    ...(stuck ? [tag("path", { class: "fig-cross", d: `M${round(end - 5)} ${y + 5}l10 10m-10 0l10 -10` })] : [bar({ x: gone, y: y + 5, width: Math.max(1, end - gone), height: 10 }, "fig-calm")]),
    ...(planned?.until === undefined ? [] : [tag("rect", { class: "fig-hollow", x: x(planned.from), y: y + 2, width: Math.max(2, x(planned.until) - x(planned.from)), height: 16, rx: 2 })]),
  );
}

function drawOut(frame: Frame, top: number): number {
  const { shown, left, right, x, body, width, t, id } = frame;
  body.push(heading(t("Hosts out at once"), top + 10, width));
  const [high, low] = [top + 24, top + 24 + OUT_HEIGHT];
  const most = Math.max(1, shown.peak.out, shown.allowed);
  const y = linear(0, most, low, high);
  axis(frame, y, ticks(most, 3), number);
  const d = stepped(shown.steps.map(({ time, out }) => ({ x: x(time), y: y(out) })), x(shown.end));
  body.push(titled(t("At most {0} hosts are out, after {1}", number(shown.peak.out), span(shown.peak.time, t)), tag("path", { class: "fig-over", d: `${d}V${low}H${left}Z`, fill: `url(#${id}-dots)` }), tag("path", { class: "fig-line-hot", d })));
  const allowed = round(y(shown.allowed));
  body.push(titled(t("{0} may be out at once", number(shown.allowed)), tag("path", { class: "fig-gap", d: `M${left} ${allowed}H${right}` }), tag("path", { class: "fig-limit", d: `M${left} ${allowed}H${right}` })));
  return low;
}

function drawFree(frame: Frame, top: number): number {
  const { shown, left, right, x, body, width, t, id } = frame;
  body.push(heading(t("Memory left on the hosts in service"), top + 10, width));
  const [high, low] = [top + 24, top + 24 + FREE_HEIGHT];
  if (shown.leastFree === undefined) {
    body.push(titled(t("Memory left is not known"), bar({ x: left, y: high, width: right - left, height: FREE_HEIGHT }, "fig-unsure", `${id}-unknown`)));
    body.push(tag("path", { class: "fig-axis", d: `M${left} ${low}H${right}` }));
    return low;
  }
  const frees = shown.steps.map(({ free }) => free);
  const least = Math.min(0, shown.leastFree.bytes, ...frees);
  const most = Math.max(1, ...frees);
  const y = linear(least, most, low, high);
  axis(frame, y, [...(least < 0 ? [least] : []), ...ticks(most, 3, 1024)], (value) => bytes(value, t));
  const zero = round(y(0));
  const d = stepped(shown.steps.map(({ time, free }) => ({ x: x(time), y: y(free) })), x(shown.end));
  body.push(tag("path", { class: "fig-calm-soft", "stroke-width": 0, d: `${d}V${zero}H${left}Z` }), tag("path", { class: "fig-line-calm", d }));
  const { bytes: worst, time } = shown.leastFree;
  const [px, py] = [x(time), y(worst)];
  const words = t("least: {0}", bytes(worst, t));
  const toLeft = px > (left + right) / 2;
  const above = py > low - 16;
  body.push(titled(t("The least memory left is {0}, after {1}", bytes(worst, t), span(time, t)), tag("circle", { class: "fig-hot", cx: px, cy: py, r: 4 }), line(shortened(words, right - left - 20, SMALL), px + (toLeft ? -8 : 8), above ? py - 7 : py + 14, "fig-alarm fig-halo", toLeft ? "end" : undefined)));
  return low;
}

/** The lines of an axis of values, with their numbers on the left. */
function axis({ left, right, body }: Frame, y: Scale, values: readonly number[], say: (value: number) => string): void {
  let last = Infinity;
  for (const value of values) {
    const at = round(y(value));
    body.push(tag("path", { class: value === 0 ? "fig-axis" : "fig-grid", d: `M${left} ${at}H${right}` }));
    // Numbers that would stand in each other's way are left out.
    if (Math.abs(last - at) >= 13) body.push(line(shortened(say(value), left - 10, SMALL), left - 6, at + 4, "fig-small", "end"));
    last = Math.abs(last - at) >= 13 ? at : last;
  }
}

/** A line that stays at each value until the next. */
function stepped(points: readonly { readonly x: number; readonly y: number }[], end: number): string {
  const [first, ...others] = points;
  if (first === undefined) return "M0 0";
  return `M${round(first.x)} ${round(first.y)}${others.map(({ x, y }) => `H${round(x)}V${round(y)}`).join("")}H${round(end)}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
