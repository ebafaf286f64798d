import { TRAITS } from "../../../engine/configuration.ts";
import { byGroup } from "../../../model/fleet/change/words.ts";
import type { Fleet, Host } from "../../../model/fleet/fleet.ts";
import type { Reviewed, Translate } from "../../reviewed.ts";
import type { Figure } from "../figure.ts";
import type { Markup } from "../markup.ts";
import type { Reach } from "../reach.ts";
import { reachOf } from "../reach.ts";
import type { Bar } from "./bars.ts";
import { bars, columnsOf, heading, keys } from "./bars.ts";
import type { Drawing } from "./drawing.ts";
import { picture } from "./drawing.ts";
import { framed } from "./frame.ts";
import { percent } from "../words.ts";
import { number } from "./quantity.ts";

/** Some hosts that have something in common, and how many of them the change reaches. */
export interface ReachRow {
  readonly name: string;
  readonly hosts: number;
  readonly reached: number;
  /** Of the reached: those that interrupt or restart a service. */
  readonly interrupted: number;
  /** Several groups in one: it has no bar, beside which those of single groups would be lines. */
  readonly isSum?: boolean;
}

/** What the picture shows: all hosts, then by their nearest group, by what they are for, and the services that stop. */
export interface ReachPicture {
  readonly all: ReachRow;
  readonly groups: readonly ReachRow[];
  readonly roles: readonly ReachRow[];
  readonly services: readonly { readonly name: string; readonly hosts: number }[];
  /** Plays that are new and of which nobody can tell the hosts. */
  readonly unknownPlays: number;
}

/** Bars beyond these are one. */
const MOST_GROUPS = 10;
const MOST_SERVICES = 8;
const RULES = /^fleet\/(?:blast-radius|empty-or-all-target)$/;

/** The picture of whom the change reaches; none where it reaches nobody that is known. */
export function reachFigures(reviewed: Reviewed, id: string, t: Translate): Figure[] {
  const reach = reachOf(reviewed);
  if (reach === undefined || reach.of === 0 || reach.hosts.size === 0) return [];
  const shown = reachPicture(reach, reviewed, t);
  const { all, groups, roles, services } = shown;
  const title = t("Hosts that the change reaches");
  const counted = t("The change reaches {0} of {1} hosts ({2}).", number(all.reached), number(all.hosts), percent(all.reached / all.hosts, t));
  const stopping = services.map(({ name, hosts }) => `${name} (${number(hosts)})`).join(", ");
  const interrupting =
    all.interrupted === 0 ? t("No interruption of a service was found.")
    : all.interrupted === all.reached ? t("All of them interrupt or restart a service: {0}.", stopping)
    : t("{0} of them interrupt or restart a service: {1}.", number(all.interrupted), stopping);
  const unknown = shown.unknownPlays === 0 ? "" : unknownText(shown.unknownPlays, t);
  const summary = [counted, interrupting, unknown].filter((part) => part !== "").join(" ");
  const row = (of: string, { name, hosts, reached, interrupted }: ReachRow): string[] => [of, name, number(hosts), number(reached), percent(hosts === 0 ? 0 : reached / hosts, t), number(interrupted)];
  return [
    {
      kind: "reach",
      title,
      summary,
      html: framed([picture(`${id}-reach`, title, summary, (width, own) => drawReach(shown, width, own, t))]),
      table: {
        head: [t("By"), t("Name"), t("Hosts"), t("Reached"), t("Share"), t("Interrupting a service")],
        rows: [
          row(t("all"), all),
          ...groups.map((one) => row(t("group"), one)),
          ...roles.map((one) => row(t("role"), one)),
          ...services.map(({ name, hosts }) => [t("service"), name, "", "", "", number(hosts)]),
          ...(shown.unknownPlays === 0 ? [] : [[t("new play"), t("not known"), t("not known"), t("not known"), "", t("not known")]]),
        ],
      },
      findings: reviewed.report.findings.filter(({ rule }) => RULES.test(rule)).map(({ fingerprint }) => fingerprint),
    },
  ];
}

function unknownText(plays: number, t: Translate): string {
  return plays === 1 ? t("Which hosts one more new play runs on is not known.") : t("Which hosts {0} more new plays run on is not known.", number(plays));
}

/** What the picture of a reach shows. */
export function reachPicture(reach: Reach, { after }: Reviewed, t: Translate): ReachPicture {
  const { fleet } = after;
  const interrupting = new Set(reach.services.flatMap(({ hosts }) => [...hosts]));
  const rowOf = (name: string, hosts: readonly Host[]): ReachRow => ({
    name,
    hosts: hosts.length,
    reached: hosts.filter((host) => reach.hosts.has(host.name)).length,
    interrupted: hosts.filter((host) => reach.hosts.has(host.name) && interrupting.has(host.name)).length,
  });
  return {
    all: rowOf(t("all hosts"), fleet.hosts),
    groups: groupRows(fleet, rowOf, t),
    roles: roleRows(fleet, rowOf, t),
    services: services(reach, t),
    unknownPlays: reach.newPlays.filter(({ hosts }) => hosts === undefined).length,
  };
}

type RowOf = (name: string, hosts: readonly Host[]) => ReachRow;

function groupRows(fleet: Fleet, rowOf: RowOf, t: Translate): ReachRow[] {
  const members = new Map<string, Host[]>();
  for (const host of fleet.hosts) {
    // Each host in the group that the rules count it in, so that the bars add up.
    const [group] = Object.keys(byGroup([host], fleet));
    members.set(group!, [...(members.get(group!) ?? []), host]);
  }
  const rows = [...members].map(([name, hosts]) => rowOf(name, hosts)).sort((a, b) => b.reached - a.reached || b.hosts - a.hosts || (a.name < b.name ? -1 : 1));
  const reached = rows.filter((row) => row.reached > 0);
  const drawn = reached.length <= MOST_GROUPS ? reached : reached.slice(0, MOST_GROUPS - 1);
  const more = reached.slice(drawn.length);
  const spared = rows.slice(reached.length);
  return [
    ...drawn,
    ...(more.length === 0 ? [] : [summed(t("{0} more groups", number(more.length)), more)]),
    ...(spared.length === 0 ? [] : [summed(spared.length === 1 ? spared[0]!.name : t("{0} groups not reached", number(spared.length)), spared)]),
  ];
}

function summed(name: string, rows: readonly ReachRow[]): ReachRow {
  const sum = (of: (row: ReachRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return { name, hosts: sum(({ hosts }) => hosts), reached: sum(({ reached }) => reached), interrupted: sum(({ interrupted }) => interrupted), ...(rows.length > 1 && { isSum: true }) };
}

/** A host may have several roles, and counts in each. */
function roleRows(fleet: Fleet, rowOf: RowOf, t: Translate): ReachRow[] {
  const names = { storage: t("storage"), hypervisor: t("virtualisation"), router: t("router"), container: t("containers"), lab: t("lab"), production: t("production") };
  const rows = TRAITS.flatMap((trait) => {
    const hosts = fleet.hosts.filter((host) => fleet.trait(host, trait) !== undefined);
    return hosts.length === 0 ? [] : [rowOf(names[trait], hosts)];
  });
  if (rows.length === 0) return [];
  const others = fleet.hosts.filter((host) => TRAITS.every((trait) => fleet.trait(host, trait) === undefined));
  return others.length === 0 ? rows : [...rows, rowOf(t("no known role"), others)];
}

function services(reach: Reach, t: Translate): { name: string; hosts: number }[] {
  const all = reach.services.map(({ name, hosts }) => ({ name: name === "host" ? t("the whole host") : name, hosts }));
  if (all.length <= MOST_SERVICES) return all.map(({ name, hosts }) => ({ name, hosts: hosts.size }));
  const rest = all.slice(MOST_SERVICES - 1);
  const together = new Set(rest.flatMap(({ hosts }) => [...hosts]));
  return [...all.slice(0, MOST_SERVICES - 1).map(({ name, hosts }) => ({ name, hosts: hosts.size })), { name: t("{0} more services", number(rest.length)), hosts: together.size }];
}

function drawReach({ all, groups, roles, services: stopping, unknownPlays }: ReachPicture, width: number, id: string, t: Translate): Drawing {
  const body: Markup[] = [];
  const legend = keys(
    [
      ...(all.interrupted > 0 ? [{ text: t("reached, interrupts or restarts a service"), className: "fig-hot", pattern: "stripes" }] : []),
      ...(all.reached > all.interrupted ? [{ text: t("reached"), className: "fig-calm" }] : []),
      ...(all.hosts > all.reached ? [{ text: t("not reached"), className: "fig-rest" }] : []),
      ...(unknownPlays === 0 ? [] : [{ text: t("not known"), className: "fig-unsure", pattern: "unknown" }]),
    ],
    { width, y: 2, id },
  );
  body.push(...legend.body);
  const largest = (rows: readonly ReachRow[]): number => Math.max(1, ...rows.filter(({ isSum }) => isSum !== true).map(({ hosts }) => hosts));
  const parts: readonly { readonly title?: string; readonly list: readonly Bar[]; readonly most: number }[] = [
    { list: [barOf(all, t), ...(unknownPlays === 0 ? [] : [{ name: t("new plays"), said: t("not known"), segments: [], isUnknown: true }])], most: all.hosts },
    { title: t("By group"), list: groups.map((row) => barOf(row, t)), most: largest(groups) },
    { title: t("By role"), list: roles.map((row) => barOf(row, t)), most: largest(roles) },
    { title: t("Services that are interrupted or restarted"), list: stopping.map((one) => stopped(one, t)), most: all.hosts },
  ];
  const columns = columnsOf(parts.flatMap(({ list }) => list), width);
  let { y } = legend;
  for (const { title, list, most } of parts) {
    if (list.length === 0) continue;
    if (title !== undefined) body.push(heading(title, (y += 17), width));
    const drawn = bars(list, { width, y: y + (title === undefined ? 8 : 12), id, most, columns });
    body.push(...drawn.body);
    y = drawn.y;
  }
  return { height: y, body };
}

function stopped({ name, hosts }: ReachPicture["services"][number], t: Translate): Bar {
  return { name, said: hosts === 1 ? t("1 host") : t("{0} hosts", number(hosts)), segments: [{ value: hosts, className: "fig-hot", pattern: "stripes" }] };
}

function barOf({ name, hosts, reached, interrupted, isSum }: ReachRow, t: Translate): Bar {
  const share = t("{0} of {1}", number(reached), number(hosts));
  return {
    name,
    said: interrupted === 0 ? share : interrupted === reached ? t("{0}, all interrupting", share) : t("{0}, {1} interrupting", share, number(interrupted)),
    segments: isSum === true ? [] : [
      { value: interrupted, className: "fig-hot", pattern: "stripes" },
      { value: reached - interrupted, className: "fig-calm" },
      { value: hosts - reached, className: "fig-rest" },
    ],
  };
}
