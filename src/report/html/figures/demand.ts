import type { Workspace } from "../../../model/workspace.ts";
import type { Reviewed, Translate } from "../../reviewed.ts";
import type { Figure } from "../figure.ts";
import type { Markup } from "../markup.ts";
import type { Bar } from "./bars.ts";
import { bars, columnsOf, heading, keys } from "./bars.ts";
import type { DemandRow } from "./demand-rows.ts";
import { demandFindings, demandRows, hostsName } from "./demand-rows.ts";
import type { Drawing } from "./drawing.ts";
import { line, picture } from "./drawing.ts";
import { framed } from "./frame.ts";
import { number } from "./quantity.ts";

/** Rows of each kind beyond these are counted. */
const MOST_ROWS = 10;
/** A limit that is so many times the largest demand is out of the picture. */
const FAR = 4;

/** The picture of what hosts ask of their tables of connections and open files; none where the review has nothing of it. */
export function demandFigures(reviewed: Reviewed, id: string, t: Translate): Figure[] {
  const rows = demandRows(reviewed);
  if (rows.length === 0) return [];
  const title = t("Connections and open files: demand against limits");
  const { after } = reviewed;
  const worst = rows.filter(isOver);
  const unknown = rows.filter(({ demand, limit }) => demand === undefined || limit === undefined).length;
  const summary = [
    worst.length === 0 ? t("No known demand exceeds its limit.") : worst.map((row) => t("{0} may need {1} {2}, and the limit is {3}.", nameOf(row, after, t), number(row.demand!.worst), kindOf(row, t), limitText(row.limit, t))).slice(0, 3).join(" "),
    unknown === 0 ? "" : unknown === 1 ? t("Of one row a part is not known.") : t("Of {0} rows a part is not known.", number(unknown)),
  ].filter((part) => part !== "").join(" ");
  return [
    {
      kind: "demand",
      title,
      summary,
      html: framed([picture(`${id}-demand`, title, summary, (width, own) => drawDemand(rows, after, width, own, t))]),
      table: {
        head: [t("What"), t("Hosts"), t("While nothing fails"), t("At the worst"), t("Limit"), t("Limit before the change")],
        rows: rows.map((row) => [
          kindOf(row, t),
          row.hosts.length > 0 ? row.hosts.join(", ") : (row.name ?? ""),
          row.demand === undefined ? t("not known") : row.demand.steady === undefined ? "" : number(row.demand.steady),
          row.demand === undefined ? (row.reason ?? t("not known")) : row.isLeast ? t("{0} or more", number(row.demand.worst)) : number(row.demand.worst),
          row.isDefault ? t("{0}, the kernel's default", limitText(row.limit, t)) : limitText(row.limit, t),
          row.limitWas === undefined ? "" : limitText(row.limitWas, t),
        ]),
      },
      findings: demandFindings(reviewed),
    },
  ];
}

function isOver({ demand, limit }: DemandRow): boolean {
  return demand !== undefined && limit !== undefined && demand.worst > limit;
}

function kindOf({ of }: DemandRow, t: Translate): string {
  return of === "connections" ? t("connections") : t("open files");
}

function limitText(limit: number | undefined, t: Translate): string {
  return limit === undefined ? t("not known") : limit === Infinity ? t("none") : number(limit);
}

/** `ceph_osds (20 hosts)`, `store01.example.net`, `net.netfilter.nf_conntrack_max`. */
function nameOf({ hosts, name }: DemandRow, workspace: Workspace, t: Translate): string {
  const together = hostsName(workspace, hosts);
  if (together === undefined) return name ?? "";
  return hosts.length === 1 ? together : t("{0} ({1} hosts)", together, number(hosts.length));
}

function drawDemand(rows: readonly DemandRow[], workspace: Workspace, width: number, id: string, t: Translate): Drawing {
  const has = (test: (row: DemandRow) => boolean): boolean => rows.some(test);
  const legend = keys(
    [
      ...(has(({ demand }) => demand?.steady !== undefined) ? [{ text: t("while nothing fails"), className: "fig-calm" }] : []),
      ...(has(({ demand }) => demand !== undefined) ? [{ text: t("at the worst"), className: "fig-hot", pattern: "stripes" }] : []),
      { text: t("limit"), className: "fig-limit", isLine: true },
      ...(has(({ limitWas }) => limitWas !== undefined) ? [{ text: t("limit before the change"), className: "fig-limit-was", isLine: true }] : []),
      ...(has(({ demand, limit, isLeast }) => demand === undefined || limit === undefined || isLeast) ? [{ text: t("not known"), className: "fig-unsure", pattern: "unknown" }] : []),
    ],
    { width, y: 2, id },
  );
  const body: Markup[] = [...legend.body];
  let { y } = legend;
  const drawn = rows.map((row) => ({ row, bar: barOf(row, workspace, t) }));
  const columns = columnsOf(drawn.map((one) => one.bar), width);
  for (const [of, title] of [["connections", t("Entries of the table of connections")], ["files", t("Open files of a host")]] as const) {
    const all = drawn.filter(({ row }) => row.of === of);
    if (all.length === 0) continue;
    const shown = all.slice(0, MOST_ROWS);
    const most = mostOf(shown.map(({ row }) => row));
    const inPicture = (limit: number | undefined): number | undefined => (limit !== undefined && limit <= most ? limit : undefined);
    const list = shown.map(({ row, bar }): Bar => {
      const [limit, limitWas] = [inPicture(row.limit), inPicture(row.limitWas)];
      return { ...bar, ...(limit !== undefined && { limit }), ...(limitWas !== undefined && { limitWas }) };
    });
    body.push(heading(title, (y += 17), width));
    const panel = bars(list, { width, y: y + 14, id, most, columns });
    body.push(...panel.body);
    ({ y } = panel);
    if (all.length > shown.length) body.push(line(t("And {0}: see the table.", number(all.length - shown.length)), 4, (y += 6), "fig-small"));
  }
  return { height: y + 4, body };
}

/** The longest bar or limit, but for limits that are far beyond all demand. */
function mostOf(rows: readonly DemandRow[]): number {
  const demands = Math.max(0, ...rows.map(({ demand }) => demand?.worst ?? 0));
  const limits = rows.flatMap(({ limit, limitWas }) => [limit, limitWas]).filter((limit) => limit !== undefined && limit !== Infinity && (demands === 0 || limit <= FAR * demands)) as number[];
  return Math.max(1, demands, ...limits) * 1.02;
}

function barOf(row: DemandRow, workspace: Workspace, t: Translate): Bar {
  const { demand, limit, isLeast } = row;
  const name = nameOf(row, workspace, t);
  if (demand === undefined) return { name, said: limit === undefined ? t("not known") : t("not known, limit {0}", limitText(limit, t)), segments: [], isUnknown: true };
  const steady = demand.steady ?? 0;
  const need = isLeast ? t("{0} or more", number(demand.worst)) : number(demand.worst);
  return {
    name,
    said: t("{0}, limit {1}", need, limitText(limit, t)),
    segments: [{ value: steady, className: "fig-calm" }, { value: demand.worst - steady, className: "fig-hot", pattern: "stripes" }],
    isUnknown: isLeast,
    isAlarm: isOver(row),
  };
}
