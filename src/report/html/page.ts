import type { Reviewed, Translate } from "../reviewed.ts";
import { VERSION } from "../report.ts";
import { english } from "../english.ts";
import { changedFiles, reached } from "./change.ts";
import type { Figure } from "./figure.ts";
import { figuresOf } from "./figures/index.ts";
import type { Entry } from "./finding.ts";
import { findingsSection, groupsOf, worstFirst } from "./findings.ts";
import { title } from "./heading.ts";
import type { Content, Markup } from "./markup.ts";
import { attribute, html, trusted } from "./markup.ts";
import type { PageOptions } from "./options.ts";
import { LIMITS } from "./options.ts";
import type { Overview } from "./overview.ts";
import { jumpList, overview, pageTitle, projectLine } from "./overview.ts";
import { figure } from "./picture.ts";
import { Project } from "./project.ts";
import { reachOf } from "./reach.ts";
import { PAGE_STYLE } from "./style.ts";
import { unknownsList } from "./unknowns.ts";
import { wellSection } from "./well.ts";
import { grouped } from "./words.ts";

export type { PageOptions } from "./options.ts";
export { PAGE_STYLE } from "./style.ts";

/**
 * The review as one HTML document that loads nothing: what the change does and whom it reaches, what could go wrong (worst
 * first), what could not be computed, and what is well. `reviewed`: one for each project. The same input gives the same bytes.
 */
export function reviewHtml(reviewed: readonly Reviewed[], options: PageOptions): string {
  const t = options.translate ?? english;
  const projects = reviewed.map((one, index) => new Project(one, options, reviewed.length > 1 ? index : undefined));
  const figures = reviewed.map((one, index) => figuresOf(one, t, index === 0 ? "" : String(index)));
  const groups = groupsOf(projects.flatMap((project, index) => entriesOf(project, figures[index]!)));
  const reaches = reviewed.map(reachOf);
  const unknown = reviewed.reduce((sum, { report }) => sum + report.notComputed.length, 0);
  const page: Overview = { projects, reaches, groups, unknown, t };
  const change = projects.map((project, index) => changeOf(page, project, index, figures[index]!.filter(isOfChange)));
  const body = html`<a class="skip" href="#main">${t("Skip to the content")}</a><header class="top">${overview(page)}${projectLine(page)}</header><div class="layout">${jumpList(page)}<main id="main" tabindex="-1">${
    change.some((part) => part !== undefined) && section("change", t("What this change does"), change)
  }${section("findings", t("What could go wrong"), groups.length > 0 ? findingsSection(groups, options.limits ?? LIMITS, t) : html`<p class="nothing">${t("Nothing found.")}${judgedBy(projects, t)}</p>`, hiddenNote(options.hidden ?? 0, t), baselineNote(options.baseline, t))}${
    unknown > 0 && section("unknown", t("What could not be computed"), unknownsList(projects, t))
  }${section("well", t("What was looked at and is well"), wellSection(projects, t))}</main></div><footer>${t("Made by Premortem {0}.", VERSION)} ${t("Nothing of the reviewed files was executed, and nothing left this machine.")}</footer>`;
  return `<!doctype html>\n${html`<html lang="${options.language ?? "en"}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policyOf(options)}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${pageTitle(projects, t)} – Premortem</title><style${attribute("nonce", nonceOf(options))}>${trusted(PAGE_STYLE)}</style></head><body>${body}${scriptOf(options)}</body></html>`}\n`;
}

function judgedBy(projects: readonly Project[], t: Translate): string {
  const rules = new Set(projects.flatMap(({ reviewed }) => reviewed.ran ?? [])).size;
  return rules === 0 ? "" : ` ${rules === 1 ? t("1 rule was held against it.") : t("{0} rules were held against it.", grouped(rules))}`;
}

/** Whom a change reaches is its own part of the page, whatever finding says so too. */
function isOfChange({ kind, findings }: Figure): boolean {
  return kind === "reach" || findings.length === 0;
}

/** The findings of a project, worst first, each with the pictures that draw its numbers; a picture of several is shown with the worst. */
function entriesOf(project: Project, figures: readonly Figure[]): Entry[] {
  const findings = worstFirst(project, project.reviewed.report.findings);
  const rank = new Map(findings.map(({ fingerprint }, index) => [fingerprint, index]));
  const pictures = new Map<number, Figure[]>();
  for (const one of figures) {
    const worst = isOfChange(one) ? Infinity : Math.min(...one.findings.map((fingerprint) => rank.get(fingerprint) ?? Infinity));
    if (worst < Infinity) pictures.set(worst, [...(pictures.get(worst) ?? []), one]);
  }
  return findings.map((finding, index) => ({ project, finding, figures: pictures.get(index) ?? [] }));
}

function changeOf({ reaches, groups, t }: Overview, project: Project, index: number, figures: readonly Figure[]): Content {
  const reach = reaches[index];
  if (reach === undefined) return undefined;
  const level = project.index === undefined ? 3 : 4;
  const name = project.index !== undefined && title(3, project.name || t("This directory"));
  // The page's title names it too, but not which of several projects it is of.
  const base = project.index === undefined ? undefined : project.reviewed.report.change?.base;
  const hosts = figures.find(({ kind }) => kind === "reach");
  const others = figures.filter((one) => one !== hosts);
  return html`${name}${base !== undefined && html`<p>${t("Measured against {0}.", base)}</p>`}${changedFiles(project)}${
    (project.reviewed.changed.length > 0 || reach.hosts.size > 0) && html`${title(level, t("Whom it reaches"))}${reached(project, reach, hosts && figure(hosts, `figure-${index}-reach`, undefined, t), level + 1)}`
  }${pictures(others, index, level, groups.length > 0, t)}`;
}

/** Which flows it opens is what the change does; the rest waits to be opened where findings come next. */
function pictures(figures: readonly Figure[], project: number, level: number, folded: boolean, t: Translate): Content {
  return figures.map((one, number) => {
    const id = `figure-${project}-${number}`;
    if (!folded || one.kind === "flows") return figure(one, id, level, t);
    return html`<details class="folded"><summary>${one.title}</summary>${figure(one, id, level, t)}</details>`;
  });
}

function section(id: string, heading: string, ...content: readonly Content[]): Markup {
  return html`<section id="${id}" class="part" aria-labelledby="${id}-title">${title(2, heading, `${id}-title`)}${content}</section>`;
}

function hiddenNote(count: number, t: Translate): Content {
  return count > 0 && html`<p class="left-out">${count === 1 ? t("1 milder finding is not shown here, as --severity asks.") : t("{0} milder findings are not shown here, as --severity asks.", grouped(count))}</p>`;
}

function baselineNote(baseline: PageOptions["baseline"], t: Translate): Content {
  if (baseline === undefined) return undefined;
  const { known, gone } = baseline;
  return html`${known > 0 && html`<p class="left-out">${known === 1 ? t("1 finding more is in the baseline, so it is not shown here.") : t("{0} findings more are in the baseline, so they are not shown here.", grouped(known))}</p>`}${
    gone.length > 0 && html`<p class="left-out">${gone.length === 1 ? t("1 entry of the baseline is gone; --update-baseline takes it out.") : t("{0} entries of the baseline are gone; --update-baseline takes them out.", grouped(gone.length))}</p>`
  }`;
}

function nonceOf({ policy }: PageOptions): string | undefined {
  return "nonce" in policy ? policy.nonce : undefined;
}

/** Nothing is loaded, sent or framed; style and script only by hash or nonce. */
function policyOf(options: PageOptions): string {
  const { policy } = options;
  const style = "nonce" in policy ? `'nonce-${policy.nonce}'` : `'${policy.styleHash}'`;
  const script = "nonce" in policy && options.script !== undefined ? `; script-src 'nonce-${policy.nonce}'` : "";
  return `default-src 'none'; style-src ${style}${script}; base-uri 'none'; form-action 'none'`;
}

function scriptOf(options: PageOptions): Content {
  const nonce = nonceOf(options);
  if (options.script === undefined || nonce === undefined) return undefined;
  if ("address" in options.script) return html`<script nonce="${nonce}" src="${options.script.address}"></script>`;
  return html`<script nonce="${nonce}">${trusted(options.script.text.replace(/<\/(script)/gi, "<\\/$1"))}</script>`;
}
