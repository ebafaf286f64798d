import type { Finding } from "../../../engine/finding.ts";
import type { Reviewed, Translate } from "../../reviewed.ts";
import type { Figure } from "../figure.ts";
import type { Bar } from "./bars.ts";
import { bars, keys } from "./bars.ts";
import type { Drawing } from "./drawing.ts";
import { line, picture } from "./drawing.ts";
import { framed } from "./frame.ts";
import { number } from "./quantity.ts";

/** Hosts that go at once though nobody starts a play: by a timer, an updater, an orchestrator. */
export interface AloneRow {
  readonly name: string;
  readonly hosts: number;
  readonly atOnce: number;
}

const MOST_ROWS = 10;
const RULE = "rollout/all-at-once";

/** The picture of what hosts do by themselves, of the findings that no play's picture is about. */
export function aloneFigures(reviewed: Reviewed, drawn: ReadonlySet<string>, id: string, t: Translate): Figure[] {
  const found = reviewed.report.findings.flatMap((finding) => {
    const row = drawn.has(finding.fingerprint) ? undefined : rowOf(finding);
    return row === undefined ? [] : [{ row, finding }];
  });
  if (found.length === 0) return [];
  const rows = found.map(({ row }) => row);
  const title = t("Hosts that go at once by themselves");
  const summary = rows.slice(0, 3).map(({ name, hosts, atOnce }) => t("{0}: {1} of {2} hosts at once.", name, number(atOnce), number(hosts))).join(" ");
  return [
    {
      kind: "rollout",
      title,
      summary,
      html: framed([picture(`${id}-alone`, title, summary, (width, own) => drawAlone(rows, width, own, t))]),
      table: { head: [t("File"), t("Hosts"), t("At once")], rows: rows.map(({ name, hosts, atOnce }) => [name, number(hosts), number(atOnce)]) },
      findings: found.map(({ finding }) => finding.fingerprint),
    },
  ];
}

function rowOf({ rule, data, location }: Finding): AloneRow | undefined {
  const [hosts, atOnce] = [data["hosts"], data["largestBatch"]];
  if (rule !== RULE || typeof hosts !== "number" || typeof atOnce !== "number" || data["batches"] !== undefined) return undefined;
  return { name: location.path, hosts, atOnce };
}

function drawAlone(rows: readonly AloneRow[], width: number, id: string, t: Translate): Drawing {
  const legend = keys([{ text: t("at once, nothing can stop it"), className: "fig-hot", pattern: "stripes" }, ...(rows.some(({ hosts, atOnce }) => hosts > atOnce) ? [{ text: t("later"), className: "fig-rest" }] : [])], { width, y: 2, id });
  const shown = rows.slice(0, MOST_ROWS);
  const list = shown.map(({ name, hosts, atOnce }): Bar => ({ name, said: t("{0} of {1}", number(atOnce), number(hosts)), segments: [{ value: atOnce, className: "fig-hot", pattern: "stripes" }, { value: hosts - atOnce, className: "fig-rest" }] }));
  const drawn = bars(list, { width, y: legend.y + 8, id, most: Math.max(...shown.map(({ hosts }) => hosts)) });
  const rest = rows.length - shown.length;
  return { height: drawn.y + (rest > 0 ? 14 : 0), body: [...legend.body, ...drawn.body, ...(rest > 0 ? [line(t("And {0}: see the table.", number(rest)), 4, drawn.y + 8, "fig-small")] : [])] };
}
