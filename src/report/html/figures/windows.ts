import type { Finding, Json } from "../../../engine/finding.ts";
import type { Reviewed, Translate } from "../../reviewed.ts";
import type { Figure } from "../figure.ts";
import type { Markup } from "../markup.ts";
import type { Bar } from "./bars.ts";
import { bars, columnsOf, heading, keys } from "./bars.ts";
import type { Drawing } from "./drawing.ts";
import { line, picture } from "./drawing.ts";
import { framed } from "./frame.ts";
import { bytes, number, span } from "./quantity.ts";

/** What is planned and what is needed, of one finding. */
export interface WindowRow {
  /** `window`: seconds of one host; `period`: seconds of all; `rate`: bytes a second that a guest writes, and that its link sends. */
  readonly of: "window" | "period" | "rate";
  readonly name: string;
  readonly hosts: number;
  /** Infinity: it never ends. */
  readonly needed: number;
  readonly planned: number;
}

const MOST_ROWS = 10;

/** Windows, periods and links that are too short or too slow, where no change is there to be played through. */
export function windowFigures(reviewed: Reviewed, id: string, t: Translate): Figure[] {
  const found = reviewed.report.findings.flatMap((finding) => {
    const row = rowOf(finding, t);
    return row === undefined ? [] : [{ row, finding }];
  });
  if (found.length === 0) return [];
  const rows = found.map(({ row }) => row);
  const title = t("Maintenance: what is planned and what is needed");
  const summary = rows.slice(0, 3).map((row) => t("{0}: {1}.", row.name, said(row, t))).join(" ");
  return [
    {
      kind: "maintenance",
      title,
      summary,
      html: framed([picture(`${id}-windows`, title, summary, (width, own) => drawWindows(rows, width, own, t))]),
      table: { head: [t("What"), t("Where"), t("Hosts"), t("Needed"), t("Planned")], rows: rows.map((row) => [titleOf(row.of, t), row.name, number(row.hosts), neededText(row, t), quantity(row, row.planned, t)]) },
      findings: found.map(({ finding }) => finding.fingerprint),
    },
  ];
}

function rowOf({ rule, data, location }: Finding, t: Translate): WindowRow | undefined {
  const value = (name: string): number | undefined => amount(data[name]);
  const hosts = value("hosts") ?? 1;
  const name = hosts === 1 ? location.path : t("{0} hosts, {1}", number(hosts), location.path);
  if (rule === "fleet/window-too-short") {
    const planned = value("planned");
    return planned === undefined ? undefined : { of: "window", name, hosts, planned, needed: value("needed") ?? Infinity };
  }
  if (rule === "fleet/maintenance-pile-up") {
    const period = value("period");
    return period === undefined ? undefined : { of: "period", name, hosts, planned: period, needed: value("shortest") ?? Infinity };
  }
  if (rule !== "fleet/migration-never-converges") return undefined;
  const [share, rate] = [value("share"), value("dirtyRate")];
  // Without a guest's rate it is the time limit of migrations that is too short.
  return share === undefined || rate === undefined || rate === 0 ? undefined : { of: "rate", name: location.path, hosts: 1, planned: share, needed: rate };
}

function amount(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function titleOf(of: WindowRow["of"], t: Translate): string {
  return { window: t("Window of one host"), period: t("Period in which all have their turn"), rate: t("Memory that a guest writes, and its share of the link") }[of];
}

function quantity({ of }: WindowRow, value: number, t: Translate): string {
  return of === "rate" ? t("{0} a second", bytes(value, t)) : span(value, t);
}

function neededText(row: WindowRow, t: Translate): string {
  return row.needed === Infinity ? t("never ends") : quantity(row, row.needed, t);
}

function said(row: WindowRow, t: Translate): string {
  const planned = quantity(row, row.planned, t);
  return row.of === "rate" ? t("{0} written, {1} sent", neededText(row, t), planned) : row.needed === Infinity ? t("never ends, planned {0}", planned) : t("needs {0}, planned {1}", neededText(row, t), planned);
}

function drawWindows(rows: readonly WindowRow[], width: number, id: string, t: Translate): Drawing {
  const legend = keys([{ text: t("needed, or written"), className: "fig-hot", pattern: "stripes" }, { text: t("planned, or sent"), className: "fig-limit", isLine: true }], { width, y: 2, id });
  const body: Markup[] = [...legend.body];
  const drawn = rows.map((row): { row: WindowRow; bar: Bar } => ({ row, bar: { name: row.name, said: said(row, t), segments: [], isAlarm: true } }));
  const columns = columnsOf(drawn.map(({ bar }) => bar), width);
  let { y } = legend;
  for (const of of ["window", "period", "rate"] as const) {
    const all = drawn.filter(({ row }) => row.of === of);
    if (all.length === 0) continue;
    const shown = all.slice(0, MOST_ROWS);
    const most = Math.max(...shown.flatMap(({ row: { needed, planned } }) => [planned, Number.isFinite(needed) ? needed : 0])) * 1.02;
    // What never ends goes on to the end of the picture.
    const list = shown.map(({ row: { needed, planned }, bar }): Bar => ({ ...bar, segments: [{ value: Math.min(needed, most), className: "fig-hot", pattern: "stripes" }], limit: planned }));
    body.push(heading(titleOf(of, t), (y += 17), width));
    const panel = bars(list, { width, y: y + 14, id, most, columns });
    body.push(...panel.body);
    ({ y } = panel);
    if (all.length > shown.length) body.push(line(t("And {0}: see the table.", number(all.length - shown.length)), 4, (y += 6), "fig-small"));
  }
  return { height: y + 4, body };
}
