import type { Confidence, Finding, Severity } from "../../engine/finding.ts";
import { compareFindings } from "../../engine/finding.ts";
import type { Translate } from "../reviewed.ts";
import type { Entry } from "./finding.ts";
import { findingArticle, ruleLink, ruleNote } from "./finding.ts";
import { title } from "./heading.ts";
import type { Told } from "./incident.ts";
import { origin } from "./incident.ts";
import type { Content, Markup } from "./markup.ts";
import { html, join } from "./markup.ts";
import type { Limits } from "./options.ts";
import { placeLink } from "./place.ts";
import type { Project } from "./project.ts";
import { firstSentence, grouped, severityWord } from "./words.ts";

/** Findings of one rule and severity, worst first. */
export interface Group {
  readonly id: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly entries: readonly Entry[];
}

const SEVERITIES: Record<Severity, number> = { error: 0, warning: 1, info: 2 };
const CONFIDENCES: Record<Confidence, number> = { certain: 0, likely: 1, possible: 2 };

/** A finding with the project that knows its hosts. */
type Owned = Pick<Entry, "project" | "finding">;

/** By severity, then by how sure it is, then by how many hosts it reaches. */
function compareOwned(a: Owned, b: Owned): number {
  return (
    SEVERITIES[a.finding.severity] - SEVERITIES[b.finding.severity] ||
    CONFIDENCES[a.finding.confidence] - CONFIDENCES[b.finding.confidence] ||
    (b.project.hostsOf(b.finding) ?? 0) - (a.project.hostsOf(a.finding) ?? 0) ||
    compareFindings(a.finding, b.finding)
  );
}

/** A project's findings in the order of the page. */
export function worstFirst(project: Project, findings: readonly Finding[]): Finding[] {
  return findings.map((finding) => ({ project, finding })).sort(compareOwned).map(({ finding }) => finding);
}

/** The findings by rule and severity; a group stands where its worst finding does. */
export function groupsOf(entries: readonly Entry[]): Group[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of [...entries].sort(compareOwned)) {
    const key = `${entry.finding.severity}\0${entry.finding.rule}`;
    const list = groups.get(key);
    if (list === undefined) groups.set(key, [entry]);
    else list.push(entry);
  }
  return [...groups.values()].map((list, index) => ({ id: `group-${index + 1}`, rule: list[0]!.finding.rule, severity: list[0]!.finding.severity, entries: list }));
}

/** What a group is called in lists. */
export function groupTitle({ entries, rule }: Group): string {
  const [{ project, finding }] = entries as readonly [Entry];
  return project.reviewed.rule(rule)?.what ?? firstSentence(finding.message)[0];
}

/** The section with every finding, as far as the limits let it. */
export function findingsSection(groups: readonly Group[], limits: Limits, t: Translate): Markup {
  const told: Told = new Map();
  const budget = new Budget(limits, groups);
  return html`${groups.map((group) => groupSection(group, budget, told, t))}${budget.note(t)}`;
}

/** How much may still be written out. The first of every group come before the rest of any. */
class Budget {
  readonly #limits: Limits;
  #full: number;
  #listed: number;
  #left = 0;

  constructor(limits: Limits, groups: readonly Group[]) {
    this.#limits = limits;
    this.#full = limits.full - groups.reduce((sum, { entries }) => sum + Math.min(entries.length, limits.open), 0);
    this.#listed = limits.listed;
  }

  /** A group's findings: those that stand open, those with their evidence that can be opened, those with a line each. */
  take(entries: readonly Entry[]): { open: readonly Entry[]; full: readonly Entry[]; lines: readonly Entry[]; left: number } {
    const open = entries.slice(0, this.#limits.open);
    const full = entries.slice(open.length, open.length + Math.max(0, this.#full));
    const lines = entries.slice(open.length + full.length).slice(0, Math.max(0, this.#listed));
    this.#full -= full.length;
    this.#listed -= lines.length;
    const left = entries.length - open.length - full.length - lines.length;
    this.#left += left;
    return { open, full, lines, left };
  }

  note(t: Translate): Content {
    return this.#left > 0 && html`<p class="left-out" role="note">${leftOut(this.#left, t)}</p>`;
  }
}

function leftOut(count: number, t: Translate): string {
  return count === 1
    ? t("1 more finding is left out, so that the page stays usable. premortem review --format json has it; --rule and --severity make the page smaller.")
    : t("{0} more findings are left out, so that the page stays usable. premortem review --format json has them all; --rule and --severity make the page smaller.", grouped(count));
}

function groupSection(group: Group, budget: Budget, told: Told, t: Translate): Markup {
  const { entries, severity, rule, id } = group;
  const { open, full, lines, left } = budget.take(entries);
  if (entries.length === 1) return html`<div class="group" id="${id}">${findingArticle(open[0]!, 3, true, told)}</div>`;
  const { project, finding } = entries[0]!;
  const rest = full.length + lines.length + left;
  return html`<div class="group many ${severity}" id="${id}"><p class="meta"><span class="severity ${severity}">${severityWord(severity, t)}</span> <span>${t("{0} findings", grouped(entries.length))}</span> ${ruleLink(rule)}</p>${title(3, project.said(groupTitle(group)))}${
    origin(project, finding.lessons, project.reviewed.rule(rule)?.sources ?? [], 4, told, id)
  }${open.map((entry) => findingArticle(entry, 4, false, told))}${
    rest > 0 && html`<details class="rest"><summary>${rest === 1 ? t("1 more finding of this kind") : t("{0} more findings of this kind", grouped(rest))}</summary>${full.map((entry) => findingArticle(entry, 4, false, told))}${
      lines.length > 0 && html`<ul class="lines">${join(lines.map(line))}</ul>`
    }${left > 0 && html`<p class="left-out">${leftOut(left, t)}</p>`}</details>`
  }${ruleNote(project, rule)}</div>`;
}

function line({ project, finding }: Entry): Markup {
  const id = project.id(finding);
  return html`<li id="${id}">${placeLink(project, finding.location, `#${id}`)} ${project.said(firstSentence(finding.message)[0])}</li>`;
}
