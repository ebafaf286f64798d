import { isUnknown } from "../../../engine/unknown.ts";
import type { PlayExposure } from "../../../model/rollout/picture.ts";
import { exposureAt } from "../../../model/rollout/picture.ts";
import type { Stratum } from "../../../model/rollout/strata.ts";
import type { Reviewed, Translate } from "../../reviewed.ts";
import type { Figure } from "../figure.ts";
import type { Markup } from "../markup.ts";
import { html } from "../markup.ts";
import { picture } from "./drawing.ts";
import { framed } from "./frame.ts";
import { percent } from "../words.ts";
import { number } from "./quantity.ts";
import { drawDown, drawRollout, drawUnknownRollout } from "./rollout-drawing.ts";
import type { RolloutPlay } from "./rollout-plays.ts";
import { aloneFigures } from "./rollout-alone.ts";
import { rolloutPlays } from "./rollout-plays.ts";
import { choice } from "./switch.ts";

/** A rollout whose change fails on a share of the hosts, as it is drawn. */
export interface RolloutCase {
  /** From 0 to 1. */
  readonly failing: number;
  /** Hosts of each batch. */
  readonly sizes: readonly number[];
  readonly exposure: PlayExposure;
  readonly hosts: number;
  readonly touched: number;
  readonly failed: number;
  /** The batch in which it stops, from 1; undefined: it goes through all. */
  readonly stopsIn: number | undefined;
}

/** Shares of hosts on which the change fails; the one that the rules work with is shown first. */
const SHARES = [0.1, 0.3, 0.5, 1];
const SHOWN_FIRST = 1;
const MOST_PLAYS = 4;

/** A picture for each play that brings the change to hosts, as far as there are batches or something stops; then of hosts that go by themselves. */
export function rolloutFigures(reviewed: Reviewed, id: string, t: Translate): Figure[] {
  const plays = rolloutPlays(reviewed);
  const figures = plays.slice(0, MOST_PLAYS).map((one, index) => {
    const left = index === MOST_PLAYS - 1 ? plays.length - MOST_PLAYS : 0;
    return figureOf(reviewed, one, left, `${id}-rollout-${index}`, t);
  });
  return [...figures, ...aloneFigures(reviewed, new Set(plays.flatMap(({ findings }) => findings)), `${id}-rollout`, t)];
}

function figureOf(reviewed: Reviewed, one: RolloutPlay, left: number, id: string, t: Translate): Figure {
  const { play, hosts, sizes, down, findings } = one;
  const title = t("Rollout of the play {0}", play.name);
  const others = left === 0 ? "" : t("{0} more plays bring the change to hosts too.", number(left));
  const head = [t("When it fails on"), t("Batch"), t("Hosts"), t("Touched"), t("Failed"), t("Stops here")];
  if (isUnknown(sizes)) {
    const summary = [t("The play takes {0} hosts; in which batches is not known: {1}.", number(hosts.length), sizes.unknown), brakes(one, t), others].filter((part) => part !== "").join(" ");
    return { kind: "rollout", title, summary, html: framed([picture(id, title, summary, (width, own) => drawUnknownRollout(hosts.length, width, own, t))]), table: { head, rows: [["", t("not known"), number(hosts.length), t("not known"), t("not known"), t("not known")]] }, findings };
  }
  const cases = rolloutCases(one);
  const where = t("{0}: {1} hosts in {2}.", reviewed.shown(play.path), number(hosts.length), sizes.length === 1 ? t("one batch, all at once") : t("{0} batches", number(sizes.length)));
  const summary = [where, brakes(one, t), compared(cases, t), others].filter((part) => part !== "").join(" ");
  const shown = cases.map((each, index) => ({
    name: percent(each.failing, t),
    body: html`<p class="fig-said">${said(each, t)}</p>${picture(`${id}-${index}`, `${title}, ${percent(each.failing, t)}`, said(each, t), (width, own) => drawRollout(each, width, own, t))}`,
  }));
  const parts: Markup[] = [choice(`${id}-share`, t("When the change fails on this share of the hosts"), shown, SHOWN_FIRST)];
  const heading = t("Down together in the worst batch");
  if (down.length > 0) parts.push(picture(`${id}-down`, heading, down.map((layer) => t("{0} {1}: {2} of {3}", stratumOf(layer.stratum, t), layer.value, number(layer.atOnce), number(layer.hosts))).join(", "), (width, own) => drawDown(heading, down.map((layer) => ({ ...layer, of: stratumOf(layer.stratum, t) })), width, own, t)));
  return {
    kind: "rollout",
    title,
    summary,
    html: framed(parts),
    table: {
      head,
      rows: [
        ...cases.flatMap((each) => rowsOf(each, t)),
        ...down.map(({ stratum, value, hosts: members, atOnce }) => [`${stratumOf(stratum, t)} ${value}`, t("the worst"), number(members), t("{0} at once", number(atOnce)), "", ""]),
      ],
    },
    findings,
  };
}

/** What the play does with each share of failing hosts; none where its batches are not known. */
export function rolloutCases({ play, hosts, sizes, tasks, notifiers }: RolloutPlay): RolloutCase[] {
  if (isUnknown(sizes)) return [];
  return SHARES.map((failing): RolloutCase => {
    const exposure = exposureAt({ play, hosts, sizes, tasks, notifiers }, failing);
    const stopsIn = exposure.begun < sizes.length ? exposure.begun : undefined;
    return { failing, sizes, exposure, hosts: hosts.length, touched: sum(exposure.touched), failed: sum(exposure.failed), stopsIn };
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** `On 30 % of the hosts: it stops in batch 2 of 8, with 9 of 40 hosts touched and 3 failed.` */
function said({ failing, touched, failed, hosts, stopsIn, sizes }: RolloutCase, t: Translate): string {
  const numbers = t("{0} of {1} hosts are touched, and it fails on {2}", number(touched), number(hosts), number(failed));
  if (stopsIn !== undefined) return t("A change that fails on {0} of the hosts stops in batch {1} of {2}: {3}.", percent(failing, t), number(stopsIn), number(sizes.length), numbers);
  return sizes.length === 1 ? t("A change that fails on {0} of the hosts is everywhere before anything can stop it: {1}.", percent(failing, t), numbers) : t("Nothing stops a change that fails on {0} of the hosts: {1}.", percent(failing, t), numbers);
}

/** `Hosts touched before it stops, by the share on which it fails: 2 at 10 %, …`. */
function compared(cases: readonly RolloutCase[], t: Translate): string {
  if (cases.every(({ touched, stopsIn, hosts }) => touched === hosts && stopsIn === undefined)) return t("Nothing stops a bad change before it has touched them all.");
  return t("Hosts that a bad change touches, by the share on which it fails: {0}.", cases.map(({ failing, touched, stopsIn }) => (stopsIn === undefined ? t("{0} at {1} (nothing stops it)", number(touched), percent(failing, t)) : t("{0} at {1}", number(touched), percent(failing, t)))).join(", "));
}

function brakes({ play }: RolloutPlay, t: Translate): string {
  const written = ["serial", "max_fail_percentage", "any_errors_fatal", "strategy"].flatMap((name) => {
    const value = play.keywords.get(name)?.value;
    return value === undefined ? [] : [`${name}: ${isUnknown(value) ? "…" : typeof value === "object" ? JSON.stringify(value) : String(value)}`];
  });
  return written.length === 0 ? t("The play sets no serial and no limit of failures.") : t("The play sets {0}.", written.join(", "));
}

function stratumOf(stratum: Stratum, t: Translate): string {
  return { role: t("role"), site: t("site"), rack: t("rack"), kernel: t("kernel"), os: t("system") }[stratum];
}

/** Batches as rows; those of the same size and fate in a run are one. */
function rowsOf({ failing, sizes, exposure, stopsIn }: RolloutCase, t: Translate): string[][] {
  const rows: { from: number; until: number; cells: string[] }[] = [];
  for (const [index, size] of sizes.entries()) {
    const cells = [number(size), number(exposure.touched[index]!), number(exposure.failed[index]!), stopsIn === index + 1 ? t("yes") : ""];
    const last = rows.at(-1);
    if (last !== undefined && last.cells.join("\0") === cells.join("\0")) last.until = index + 1;
    else rows.push({ from: index + 1, until: index + 1, cells });
  }
  return rows.map(({ from, until, cells }) => [percent(failing, t), from === until ? number(from) : t("{0} to {1}, each", number(from), number(until)), ...cells]);
}
