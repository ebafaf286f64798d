import type { Severity } from "../../engine/finding.ts";
import type { Translate } from "../reviewed.ts";
import type { Group } from "./findings.ts";
import { changedKinds } from "./change.ts";
import { groupTitle } from "./findings.ts";
import type { Content, Markup } from "./markup.ts";
import { html, join } from "./markup.ts";
import type { Project } from "./project.ts";
import type { Reach } from "./reach.ts";
import { fileCount, firstSentence, grouped, hostCount, percent, severityCount } from "./words.ts";

/** What the page is about as a whole. */
export interface Overview {
  readonly projects: readonly Project[];
  readonly reaches: readonly (Reach | undefined)[];
  readonly groups: readonly Group[];
  /** Questions that could not be computed. */
  readonly unknown: number;
  readonly t: Translate;
}

const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** How many findings there are of a severity. */
function countOf(groups: readonly Group[], severity: Severity): number {
  return groups.reduce((sum, group) => sum + (group.severity === severity ? group.entries.length : 0), 0);
}

/** The page's name: what was compared with what. */
export function pageTitle(projects: readonly Project[], t: Translate): string {
  const bases = [...new Set(projects.flatMap(({ reviewed }) => reviewed.report.change?.base ?? []))];
  return bases.length === 0 ? t("Check of the state") : t("Review of the change from {0}", bases.join(", "));
}

/** The heading with the answer in one sentence, and the figures in a row. */
export function overview(page: Overview): Markup {
  const { projects, t } = page;
  return html`<h1>${pageTitle(projects, t)}</h1><p class="verdict">${verdict(page)}</p>${worst(page)}<dl class="tiles">${tiles(page).map(([name, value, note, tone]) => html`<div class="tile ${tone}"><dt>${name}</dt><dd><span class="${typeof value === "string" && /^[\d\u202F]+$/.test(value) ? "value" : "value word"}">${value}</span>${note !== undefined && html` <span class="facts">${note}</span>`}</dd></div>`)}</dl>`;
}

function verdict({ groups, unknown, projects, t }: Overview): string {
  const isChange = projects.some(({ reviewed }) => reviewed.before !== undefined);
  const changed = projects.reduce((sum, { reviewed }) => sum + reviewed.changed.length, 0);
  const doubt = unknown === 0 ? "" : ` ${unknown === 1 ? t("1 question could not be computed.") : t("{0} questions could not be computed.", grouped(unknown))}`;
  if (isChange && changed === 0 && groups.length === 0) return `${t("Nothing that Premortem reads differs.")}${doubt}`;
  if (groups.length === 0) return `${t("Nothing was found that is known to have gone wrong elsewhere.")}${doubt}`;
  const counts = SEVERITIES.map((severity) => [severity, countOf(groups, severity)] as const).filter(([, count]) => count > 0);
  const words = counts.map(([severity, count]) => severityCount(severity, count, t)).join(", ");
  const worst = counts[0]![0];
  if (!isChange) return `${words}.${worst === "error" ? ` ${t("Mend the errors first.")}` : ""}${doubt}`;
  const advice = worst === "error" ? t("What is wrong here is certain: mend it before this is applied.") : worst === "warning" ? t("Look at these before this is applied.") : t("Nothing here has to be mended; see that all of it is meant.");
  return `${words}. ${advice}${doubt}`;
}

/** The worst thing in its own words, and where the page tells more of it. */
function worst({ groups, t }: Overview): Content {
  const first = groups[0]?.entries[0];
  if (first === undefined) return undefined;
  const { project, finding } = first;
  return html`<p class="worst"><span class="severity ${finding.severity}">${t("Worst")}</span> <a href="#${project.id(finding)}">${project.said(firstSentence(finding.message)[0])}</a></p>`;
}

type Tile = readonly [name: string, value: Content, note: string | undefined, tone: string];

function tiles({ projects, reaches, groups, unknown, t }: Overview): Tile[] {
  const found = groups.reduce((sum, { entries }) => sum + entries.length, 0);
  const worst = SEVERITIES.find((severity) => countOf(groups, severity) > 0);
  const list: Tile[] = [];
  const files = projects.reduce((sum, { reviewed }) => sum + reviewed.report.files, 0);
  const known = reaches.flatMap((reach) => reach ?? []);
  if (known.length > 0) {
    const changed = projects.reduce((sum, { reviewed }) => sum + reviewed.changed.length, 0);
    list.push([t("Files changed"), grouped(changed), kindsNote(projects, t), "plain"]);
    const [hosts, of] = [known.reduce((sum, reach) => sum + reach.hosts.size, 0), known.reduce((sum, reach) => sum + reach.of, 0)];
    list.push([t("Hosts reached"), of === 0 ? t("not known") : grouped(hosts), of === 0 ? t("no inventory") : t("of {0}, {1}", grouped(of), percent(hosts / of, t)), "plain"]);
    const services = known.flatMap((reach) => reach.services);
    list.push([t("Interrupted"), services.length === 0 ? t("none found") : services[0]!.name, services.length === 0 ? undefined : servicesNote(services, t), "plain"]);
  } else {
    list.push([t("Files read"), grouped(files), undefined, "plain"]);
    list.push([t("Hosts"), grouped(projects.reduce((sum, { reviewed }) => sum + reviewed.after.fleet.hosts.length, 0)), undefined, "plain"]);
  }
  list.push([t("Findings"), grouped(found), SEVERITIES.filter((severity) => countOf(groups, severity) > 0).map((severity) => severityCount(severity, countOf(groups, severity), t)).join(", ") || undefined, worst ?? "ok"]);
  list.push([t("Not computed"), grouped(unknown), undefined, "plain"]);
  return list;
}

/** What kinds of files they are: the first answer to what a change is about. */
function kindsNote(projects: readonly Project[], t: Translate): string | undefined {
  const kinds = [...new Set(projects.flatMap((project) => changedKinds(project).map(([kind]) => kind)))];
  const named = kinds.slice(0, KINDS).join(", ");
  return kinds.length === 0 ? undefined : kinds.length <= KINDS ? named : t("{0}, and {1} more", named, kinds.length - KINDS);
}

/** Kinds of files that a tile has room for. */
const KINDS = 2;

function servicesNote(services: Reach["services"], t: Translate): string {
  const on = t("on {0}", hostCount(services[0]!.hosts.size, t));
  return services.length === 1 ? on : t("{0}, and {1} more", on, services.length - 1);
}

/** Links to all parts of the page, with every kind of finding by severity. */
export function jumpList({ groups, unknown, projects, t }: Overview): Markup {
  const isChange = projects.some(({ reviewed }) => reviewed.before !== undefined);
  const bySeverity = SEVERITIES.map((severity) => [severity, groups.filter((group) => group.severity === severity)] as const).filter(([, list]) => list.length > 0);
  return html`<nav aria-label="${t("On this page")}"${groups.length > SHORT && LONG}><ul>${isChange && html`<li><a href="#change">${t("What this change does")}</a></li>`}<li><a href="#findings">${t("What could go wrong")}</a>${
    bySeverity.length > 0 && html`<ul>${bySeverity.map(([severity, list]) => html`<li><a class="severity-link ${severity}" href="#${list[0]!.id}">${severityCount(severity, countOf(groups, severity), t)}</a><ul>${join(list.map(link))}</ul></li>`)}</ul>`
  }</li>${unknown > 0 && html`<li><a href="#unknown">${t("What could not be computed")}</a></li>`}<li><a href="#well">${t("What is well")}</a></li></ul></nav>`;
}

/** Kinds of findings that a narrow page still names ahead of its content. */
const SHORT = 8;
const LONG = html` class="long"`;

function link(group: Group): Markup {
  const { entries, id } = group;
  return html`<li><a href="#${id}">${entries[0]!.project.said(groupTitle(group))}</a>${entries.length > 1 && html` <span class="count">${grouped(entries.length)}</span>`}</li>`;
}

/** What was reviewed, where there are several projects. */
export function projectLine({ projects, t }: Overview): Content {
  return projects.length > 1 && html`<p class="facts">${t("Reviewed together: {0}.", projects.map((project) => project.name || t("this directory")).join(", "))} ${fileCount(projects.reduce((sum, { reviewed }) => sum + reviewed.report.files, 0), t)}.</p>`;
}
