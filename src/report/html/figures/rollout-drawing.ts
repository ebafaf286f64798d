import type { Stratum } from "../../../model/rollout/strata.ts";
import type { Translate } from "../../reviewed.ts";
import type { Markup } from "../markup.ts";
import { bars, heading, keys } from "./bars.ts";
import type { Drawing } from "./drawing.ts";
import { bar, line, tag, titled } from "./drawing.ts";
import { SMALL, TEXT, shortened, widthOf } from "./label.ts";
import { number } from "./quantity.ts";
import type { RolloutCase } from "./rollout.ts";
import { linear, ticks } from "./scale.ts";

const HEIGHT = 150;
const LEAST = 2;
/** More columns than these are drawn several batches a column. */
const MOST_COLUMNS = 30;
/** More groups than these are summed up in words. */
const MOST_LAYERS = 12;

/** Batches of a column, together. */
interface Column {
  /** The first batch and the last, from 1. */
  readonly from: number;
  readonly until: number;
  readonly size: number;
  readonly touched: number;
  readonly failed: number;
}

/** Columns of batches in the order of time, each on top of what went before: touched, failed, and what the stop spares. */
export function drawRollout(shown: RolloutCase, width: number, id: string, t: Translate): Drawing {
  const { hosts, sizes, stopsIn } = shown;
  if (sizes.length === 1) return drawAtOnce(shown, width, id, t);
  const columns = columnsOf(shown);
  const body: Markup[] = [];
  const legend = keys(
    [
      ...(shown.failed > 0 ? [{ text: t("fails"), className: "fig-hot", pattern: "stripes" }] : []),
      ...(shown.touched > shown.failed ? [{ text: t("touched, does not fail"), className: "fig-calm" }] : []),
      { text: t("batches before"), className: "fig-rest" },
      ...(shown.touched < hosts ? [{ text: t("not reached"), className: "fig-spared" }] : []),
    ],
    { width, y: 2, id },
  );
  body.push(...legend.body);
  const values = ticks(hosts, 4);
  const left = 8 + Math.max(28, ...values.map((value) => widthOf(number(value), SMALL)));
  const right = width - 8;
  const [high, low] = [legend.y + 26, legend.y + 26 + HEIGHT];
  const y = linear(0, hosts, low, high);
  for (const value of values) {
    body.push(tag("path", { class: value === 0 ? "fig-axis" : "fig-grid", d: `M${left} ${round(y(value))}H${right}` }), line(number(value), left - 5, y(value) + 4, "fig-small", "end"));
  }
  const step = Math.min(90, (right - left) / columns.length);
  const thick = Math.max(3, step * 0.78);
  let below = 0;
  let [reached, failed] = [0, 0];
  for (const [index, column] of columns.entries()) {
    const x = left + step * index + (step - thick) / 2;
    // One host of a thousand is still seen.
    const rect = (from: number, until: number, className: string, pattern?: string): Markup[] => (until <= from ? [] : [bar({ x, y: Math.min(y(until), y(from) - LEAST), width: thick, height: Math.max(LEAST, y(from) - y(until)) }, className, pattern && `${id}-${pattern}`)]);
    reached += column.touched;
    failed += column.failed;
    const name = column.from === column.until ? t("batch {0}", number(column.from)) : t("batches {0} to {1}", number(column.from), number(column.until));
    const [first, second, top] = [below + column.failed, below + column.touched, below + column.size];
    const isSpared = stopsIn !== undefined && column.from > stopsIn;
    body.push(titled(
      t("{0}: {1} hosts, {2} touched, {3} fail; so far {4} touched, {5} failed", name, number(column.size), number(column.touched), number(column.failed), number(reached), number(failed)),
      ...(isSpared ? rect(0, top, "fig-spared") : [...rect(0, below, "fig-rest"), ...rect(below, first, "fig-hot", "stripes"), ...rect(first, second, "fig-calm"), ...rect(second, top, "fig-spared")]),
    ));
    below = top;
  }
  names(columns, { left, right, step, low }, body);
  const at = stopsIn === undefined ? undefined : columns.findIndex(({ from, until }) => from <= stopsIn && stopsIn <= until);
  if (at !== undefined) {
    const x = left + step * (at + 1);
    body.push(tag("path", { class: "fig-limit", d: `M${round(x)} ${high - 12}V${low}` }));
    alarm(t("stops in batch {0}", number(stopsIn!)), x, { left, right, y: high - 14 }, body);
  } else alarm(t("nothing stops it"), left + (step * columns.length) / 2, { left, right, y: high - 14 }, body);
  body.push(line(shortened(t("batches in the order of time; hosts in all"), width - 16, SMALL), right, low + 32, "fig-small", "end"));
  return { height: low + 38, body };
}

/** One batch is one bar. */
function drawAtOnce({ hosts, touched, failed }: RolloutCase, width: number, id: string, t: Translate): Drawing {
  const legend = keys([{ text: t("fails"), className: "fig-hot", pattern: "stripes" }, ...(touched > failed ? [{ text: t("touched, does not fail"), className: "fig-calm" }] : []), ...(hosts > touched ? [{ text: t("not reached"), className: "fig-spared" }] : [])], { width, y: 2, id });
  const body = [...legend.body];
  const top = legend.y + 18;
  body.push(line(shortened(t("all at once: nothing can stop it"), (width - 8) / 1.08, TEXT), 4, top, "fig-alarm"));
  const drawn = bars(
    [{
      name: t("batch {0}", 1),
      said: t("{0} of {1} touched, {2} failed", number(touched), number(hosts), number(failed)),
      segments: [{ value: failed, className: "fig-hot", pattern: "stripes" }, { value: touched - failed, className: "fig-calm" }, { value: hosts - touched, className: "fig-spared" }],
    }],
    { width, y: top + 12, id, most: hosts },
  );
  return { height: drawn.y, body: [...body, ...drawn.body] };
}

function columnsOf({ sizes, exposure }: RolloutCase): Column[] {
  const width = Math.ceil(sizes.length / MOST_COLUMNS);
  const columns: Column[] = [];
  for (let from = 0; from < sizes.length; from += width) {
    const until = Math.min(sizes.length, from + width);
    const sum = (numbers: readonly number[]): number => numbers.slice(from, until).reduce((total, one) => total + one, 0);
    columns.push({ from: from + 1, until, size: sum(sizes), touched: sum(exposure.touched), failed: sum(exposure.failed) });
  }
  return columns;
}

/** The batches' numbers under the columns, as many as find room. */
function names(columns: readonly Column[], { left, right, step, low }: { readonly left: number; readonly right: number; readonly step: number; readonly low: number }, body: Markup[]): void {
  const text = ({ from, until }: Column): string => (from === until ? number(from) : `${number(from)}\u2013${number(until)}`);
  const widest = Math.max(...columns.map((column) => widthOf(text(column), SMALL))) + 6;
  const every = Math.ceil(widest / step);
  for (const [index, column] of columns.entries()) {
    const x = left + step * (index + 0.5);
    if (index % every === 0 && x + widest / 2 <= right + 8) body.push(line(text(column), x, low + 15, "fig-small", "middle"));
  }
}

/** Words over a place of the picture, inside its borders. */
function alarm(text: string, x: number, { left, right, y }: { readonly left: number; readonly right: number; readonly y: number }, body: Markup[]): void {
  const shown = shortened(text, (right - left) / 1.08, TEXT);
  const half = (widthOf(shown, TEXT) * 1.08) / 2;
  body.push(line(shown, Math.min(right - half, Math.max(left + half, x)), y, "fig-alarm", "middle"));
}

/** Hosts whose batches nobody knows. */
export function drawUnknownRollout(hosts: number, width: number, id: string, t: Translate): Drawing {
  const { body, y } = bars([{ name: t("{0} hosts", number(hosts)), said: t("batches not known"), segments: [], isUnknown: true }], { width, y: 8, id, most: hosts });
  return { height: y, body };
}

/** What a drawing says of a role, site or rack. */
export interface DownLayer {
  readonly stratum: Stratum;
  readonly of: string;
  readonly value: string;
  readonly hosts: number;
  readonly atOnce: number;
}

/** How much of each role, site and rack one batch takes down together. */
export function drawDown(title: string, layers: readonly DownLayer[], width: number, id: string, t: Translate): Drawing {
  const sorted = [...layers].sort((a, b) => b.atOnce / b.hosts - a.atOnce / a.hosts || b.hosts - a.hosts);
  const shown = sorted.slice(0, MOST_LAYERS);
  const list = shown.map(({ of, value, hosts, atOnce }) => ({
    name: `${of} ${value}`,
    said: t("{0} of {1}", number(atOnce), number(hosts)),
    segments: [{ value: atOnce, className: "fig-hot", pattern: "stripes" }, { value: hosts - atOnce, className: "fig-rest" }],
  }));
  const drawn = bars(list, { width, y: 30, id, most: Math.max(...shown.map(({ hosts }) => hosts)) });
  const body = [heading(title, 16, width), ...drawn.body];
  const rest = sorted.length - shown.length;
  if (rest > 0) body.push(line(t("And {0}: see the table.", number(rest)), 4, drawn.y + 8, "fig-small"));
  return { height: drawn.y + (rest > 0 ? 14 : 0), body };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
