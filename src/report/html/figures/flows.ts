import { changedPaths } from "../../../engine/review.ts";
import type { FlowChange, FlowChanges } from "../../../model/firewall/change/flows.ts";
import { flowChanges } from "../../../model/firewall/change/flows.ts";
import { flowsThrough } from "../../../model/firewall/change/alone.ts";
import { loneRulesets, rulesetPairs } from "../../../model/firewall/change/pairs.ts";
import { packetText } from "../../../model/firewall/packet-text.ts";
import type { Workspace } from "../../../model/workspace.ts";
import type { Reviewed, Translate } from "../../reviewed.ts";
import type { Figure } from "../figure.ts";
import { picture } from "./drawing.ts";
import type { End } from "./flow-ends.ts";
import { sourceOf, targetOf } from "./flow-ends.ts";
import { drawFlows } from "./flows-drawing.ts";
import { framed } from "./frame.ts";

/** A flow as it is drawn: one arrow. */
export interface FlowLine {
  readonly kind: FlowChange["kind"];
  readonly from: End;
  readonly to: End;
  /** How many flows of the model are this arrow. */
  readonly flows: number;
}

/** What a drawing of one ruleset's flows shows. */
export interface FlowsPicture {
  readonly path: string;
  /** Where only one side has the ruleset: opened are all flows that it lets through, or did before it was removed. */
  readonly alone?: "new" | "removed";
  readonly lines: readonly FlowLine[];
  /** Flows beyond those that are drawn. */
  readonly rest: { readonly opened: number; readonly closed: number };
  readonly opened: number;
  readonly closed: number;
  /** There are more than were counted. */
  readonly more: boolean;
  /** What could not be worked out, in words. */
  readonly unknown: string | undefined;
}

/** More arrows than these make no picture, more rulesets no page. */
const MOST_LINES = 12;
const MOST_RULESETS = 6;
const RULES = new Set(["firewall/flow-closed", "firewall/flow-opened"]);

/** A picture of the flows for each ruleset that the change alters, those that close most first; then for what is new or removed. */
export function flowFigures(reviewed: Reviewed, id: string, t: Translate): Figure[] {
  const { before, after } = reviewed;
  if (before === undefined) return [];
  const found = rulesetPairs(before, after, changedPaths(before, after)).flatMap((pair) => {
    const all = flowChanges(after, pair);
    return all.changes.length === 0 && !all.undecided && !all.tooLarge ? [] : [{ path: pair.path, all }];
  });
  const count = ({ changes }: FlowChanges, kind: FlowChange["kind"]): number => changes.filter((change) => change.kind === kind).length;
  found.sort((a, b) => count(b.all, "closed") - count(a.all, "closed") || count(b.all, "opened") - count(a.all, "opened"));
  const drawn = found.slice(0, MOST_RULESETS).map(({ path, all }, index) => {
    const left = index === MOST_RULESETS - 1 ? found.slice(MOST_RULESETS) : [];
    return figureOf(reviewed, pictureOf(reviewed.shown(path), all, t), { all, left: left.length, id: `${id}-flows-${index}`, t });
  });
  return [...drawn, ...loneFigures(reviewed, before, { id, drawn: drawn.length, t })];
}

/** What new rulesets let through, and what removed ones did, as far as the pictures of altered ones leave room on the page. */
function loneFigures(reviewed: Reviewed, before: Workspace, { id, drawn, t }: { readonly id: string; readonly drawn: number; readonly t: Translate }): Figure[] {
  const { after } = reviewed;
  const { come, gone } = loneRulesets(before, after, changedPaths(before, after));
  const room = MOST_RULESETS - drawn;
  const lone = [...come.map((ruleset) => ({ ruleset, alone: "new" as const, side: after })), ...gone.map((ruleset) => ({ ruleset, alone: "removed" as const, side: before }))];
  const told = lone.slice(0, Math.max(0, room)).flatMap(({ ruleset, alone, side }) => {
    const all = flowsThrough(side, ruleset);
    return all.changes.length === 0 && !all.undecided && !all.tooLarge ? [] : [{ path: ruleset.path, alone, all }];
  });
  return told.map(({ path, alone, all }, index) =>
    figureOf(reviewed, { ...pictureOf(reviewed.shown(path), all, t), alone }, { all, left: index === room - 1 ? lone.length - room : 0, id: `${id}-flows-${drawn + index}`, t }),
  );
}

interface Place {
  readonly all: FlowChanges;
  /** How many rulesets have no picture of their own. */
  readonly left: number;
  readonly id: string;
  readonly t: Translate;
}

function figureOf(reviewed: Reviewed, shown: FlowsPicture, { all, left, id, t }: Place): Figure {
  const { opened, closed, more, unknown, alone } = shown;
  const title = alone === "new" ? t("Flows that {0} lets through", shown.path) : alone === "removed" ? t("Flows that {0} let through", shown.path) : t("Flows that {0} opens and closes", shown.path);
  const count = more || opened !== 1 ? t("{0} flows", more ? t("{0} or more", opened) : opened) : t("1 flow");
  const counted = alone === "new" ? t("The file is new. It lets {0} through.", count) : alone === "removed" ? t("The change removes the file. It let {0} through; what filters there now, the change does not say.", count) : t("The change closes {0} and opens {1} flows through this firewall.", more && closed > 0 ? t("{0} or more", closed) : closed, more && opened > 0 ? t("{0} or more", opened) : opened);
  const first = all.changes.find(({ kind, minor }) => kind === "closed" && !minor) ?? all.changes[0];
  const example = first === undefined ? "" : alone !== undefined ? t("For example: {0}.", first.words) : first.kind === "closed" ? t("Closed, for example: {0}.", first.words) : t("Opened, for example: {0}.", first.words);
  const assumed = all.assumed ? t("Rules that something outside the text decides, the same on both sides, are left out.") : "";
  const others = left === 0 ? "" : alone === undefined ? t("{0} more rulesets change flows too; see their findings.", left) : t("{0} more rulesets are new or removed.", left);
  const summary = [all.tooLarge || all.changes.length === 0 ? "" : counted, example, assumed, unknown ?? "", others].filter((part) => part !== "").join(" ");
  return {
    kind: "flows",
    title,
    summary,
    html: framed([picture(id, title, summary, (width, own) => drawFlows(shown, width, own, t))]),
    table: {
      head: [t("Change"), t("From"), t("To"), t("Flow"), t("For example")],
      rows: [...all.changes.map((change) => [change.kind === "closed" ? t("closed") : alone === undefined ? t("opened") : t("let through"), whole(sourceOf(change, t)), whole(targetOf(change, t)), change.words, packetText(change.packet)]), ...(unknown === undefined ? [] : [[t("not known"), t("not known"), t("not known"), unknown, ""]])],
    },
    findings: reviewed.report.findings.filter(({ rule, location }) => alone === undefined && RULES.has(rule) && location.path === shown.path).map(({ fingerprint }) => fingerprint),
  };
}

function whole({ name, detail }: End): string {
  return detail === "" ? name : `${name} (${detail})`;
}

/** What is drawn of a ruleset's flows: those first that most people would want to see. */
export function pictureOf(path: string, { changes, more, undecided, tooLarge }: FlowChanges, t: Translate): FlowsPicture {
  const lines = new Map<string, FlowLine>();
  for (const change of [...changes].sort((a, b) => weight(a) - weight(b))) {
    const line: FlowLine = { kind: change.kind, from: sourceOf(change, t), to: targetOf(change, t), flows: 1 };
    const key = JSON.stringify([line.kind, line.from, line.to]);
    const known = lines.get(key);
    lines.set(key, known === undefined ? line : { ...known, flows: known.flows + 1 });
  }
  const all = [...lines.values()];
  const drawn = chosen(all);
  const rest = (kind: FlowChange["kind"]): number => all.filter((line) => line.kind === kind && !drawn.includes(line)).reduce((sum, { flows }) => sum + flows, 0);
  return {
    path,
    lines: drawn,
    rest: { opened: rest("opened"), closed: rest("closed") },
    opened: changes.filter(({ kind }) => kind === "opened").length,
    closed: changes.filter(({ kind }) => kind === "closed").length,
    more,
    unknown: tooLarge ? t("The rulesets are too large for their flows to be compared.") : undecided ? t("For some packets a template or a set that is filled elsewhere decides: which of those flows change is not known.") : undefined,
  };
}

/** As many of both kinds as there is room for: neither drives the other out. */
function chosen(lines: readonly FlowLine[]): FlowLine[] {
  const closed = lines.filter(({ kind }) => kind === "closed");
  const opened = lines.filter(({ kind }) => kind === "opened");
  const first = Math.min(closed.length, Math.max(MOST_LINES / 2, MOST_LINES - opened.length));
  return [...closed.slice(0, first), ...opened.slice(0, MOST_LINES - first)];
}

function weight({ minor, way, wide, anywhere }: FlowChange): number {
  return (minor ? 8 : 0) + (way === "output" ? 4 : 0) + (anywhere ? 0 : 2) + (wide ? 0 : 1);
}
