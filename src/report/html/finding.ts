import type { Finding } from "../../engine/finding.ts";
import { helpUri } from "../sarif.ts";
import type { Figure } from "./figure.ts";
import { figure } from "./picture.ts";
import { fixes } from "./fix.ts";
import { title } from "./heading.ts";
import type { Told } from "./incident.ts";
import { origin } from "./incident.ts";
import type { Content, Markup } from "./markup.ts";
import { html } from "./markup.ts";
import { numbers } from "./numbers.ts";
import { excerpt } from "./place.ts";
import type { Project } from "./project.ts";
import { confidenceWord, firstSentence, hostCount, severityWord } from "./words.ts";

/** A finding with the project that it is of and the pictures that draw its numbers. */
export interface Entry {
  readonly project: Project;
  readonly finding: Finding;
  readonly figures: readonly Figure[];
}

/** Related places that are shown with their lines. */
const PLACES = 3;

/** A finding with all that stands behind it. `level` is that of its heading; `alone`: it also says what its rule is about. */
export function findingArticle({ project, finding, figures }: Entry, level: number, alone: boolean, told: Told): Markup {
  const id = project.id(finding);
  const [first, rest] = firstSentence(finding.message);
  const rule = project.reviewed.rule(finding.rule);
  return html`<article class="finding ${finding.severity}" id="${id}" aria-labelledby="${id}-title"><header>${meta(project, finding, alone)}${title(level, project.said(first), `${id}-title`)}</header>${
    rest !== "" && html`<p class="message">${project.said(rest)}</p>`
  }${alone && origin(project, finding.lessons, rule?.sources ?? [], level + 1, told, id)}${evidence(project, finding, id, level + 1)}${figures.map((one, index) => figure(one, `${id}-figure-${index}`, level + 1, project.t))}${
    numbers(finding.data, rule?.data ?? {}, project.t)
  }${fixes(project, finding, level + 1)}${alone && ruleNote(project, finding.rule)}</article>`;
}

function meta(project: Project, finding: Finding, alone: boolean): Markup {
  const { t } = project;
  const hosts = project.hostsOf(finding);
  return html`<p class="meta">${alone && html`<span class="severity ${finding.severity}">${severityWord(finding.severity, t)}</span> `}<span>${confidenceWord(finding.confidence, t)}</span>${
    hosts !== undefined && hosts > 0 && html` <span>${typeof finding.data["hosts"] === "number" ? hostCount(hosts, t) : t("file of {0}", hostCount(hosts, t))}</span>`
  }${alone && html` ${ruleLink(finding.rule)}`}</p>`;
}

/** A rule's id as a link to its page in the editor. */
export function ruleLink(rule: string): Markup {
  return html`<a class="rule" data-rule="${rule}" href="${helpUri(rule)}"><code>${rule}</code></a>`;
}

function evidence(project: Project, finding: Finding, id: string, level: number): Markup {
  const { t } = project;
  const related = finding.related.map(({ location, message }, index) => excerpt(project, location, `${id}-place-${index + 1}`, project.said(message)));
  const more = related.slice(PLACES);
  return html`<section class="evidence">${title(level, t("Where to look"))}${excerpt(project, finding.location, `${id}-place`)}${related.slice(0, PLACES)}${
    more.length > 0 && html`<details><summary>${more.length === 1 ? t("1 more place") : t("{0} more places", more.length)}</summary>${more}</details>`
  }</section>`;
}

/** What a rule is about and what to do instead, to be opened; with the link to its page. */
export function ruleNote(project: Project, id: string): Content {
  const { t } = project;
  const rule = project.reviewed.rule(id);
  if (rule === undefined) return undefined;
  return html`<details class="about"><summary>${t("About this rule")}: <code>${id}</code></summary><p>${project.said(rule.what)}</p><p>${project.said(rule.why)}</p><p>${project.said(rule.instead)}</p>${
    rule.fixSafety !== undefined && html`<p><b>${t("Of the fix:")}</b> ${project.said(rule.fixSafety)}</p>`
  }<p>${t("The rule's page, with examples:")} ${ruleLink(id)}</p></details>`;
}
