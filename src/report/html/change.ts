import { compareText } from "../../engine/finding.ts";
import type { Effect } from "../../model/fleet/change/effects.ts";
import { servicesOf } from "../../model/fleet/change/words.ts";
import { title } from "./heading.ts";
import type { Content, Markup } from "./markup.ts";
import { html, join } from "./markup.ts";
import { kindOf } from "./kinds.ts";
import { changesLink, excerpt, fileLink } from "./place.ts";
import type { Project } from "./project.ts";
import type { Reach } from "./reach.ts";
import { fileCount, grouped, hostCount, percent } from "./words.ts";

/** Files of a kind that are named at once, and edits that are. */
const FILES = 6;
const EDITS = 6;

/** The changed files by kind, most first. */
export function changedKinds(project: Project): [kind: string, shown: string[]][] {
  const { t } = project;
  const { before, after } = project.reviewed;
  const kinds = new Map<string, string[]>();
  for (const shown of project.reviewed.changed) {
    const path = project.workspacePath(shown) ?? shown;
    const kind = kindOf(after.has(path) || before === undefined ? after : before, path, t) ?? t("Files that Premortem does not read");
    const list = kinds.get(kind);
    if (list === undefined) kinds.set(kind, [shown]);
    else list.push(shown);
  }
  return [...kinds].sort(([a, one], [b, other]) => other.length - one.length || compareText(a, b));
}

/** The same as a list with the names of the files. */
export function changedFiles(project: Project): Content {
  const { t } = project;
  const kinds = changedKinds(project);
  if (kinds.length === 0) return html`<p>${t("Nothing that Premortem reads differs.")}</p>`;
  return html`<dl class="kinds">${kinds.map(([kind, paths]) => html`<div><dt>${kind} <span class="count">${fileCount(paths.length, t)}</span></dt><dd>${files(project, paths)}</dd></div>`)}</dl>`;
}

function files(project: Project, paths: readonly string[]): Content {
  const { t, limits } = project;
  const items = (list: readonly string[]): Markup => html`<ul>${list.map((path) => html`<li>${fileLink(project, path)}${status(project, path)}${changesLink(project, { path, range: { start: 0, end: 0 } }, "#change")}</li>`)}</ul>`;
  if (paths.length <= FILES) return items(paths);
  const left = paths.length - limits.entries;
  return html`<details><summary>${t("Show them")}</summary>${items(paths.slice(0, limits.entries))}${left > 0 && html`<p class="left-out">${t("and {0} more, which --format json has", grouped(left))}</p>`}</details>`;
}

function status(project: Project, shown: string): Content {
  const { before, after } = project.reviewed;
  const path = project.workspacePath(shown);
  if (path === undefined || before === undefined) return undefined;
  if (!before.has(path)) return html` <span class="status">${project.t("new")}</span>`;
  return !after.has(path) && html` <span class="status">${project.t("removed")}</span>`;
}

/** Whom the change reaches, by edit, below the picture of it, or a sentence where there is nothing to draw. */
export function reached(project: Project, reach: Reach, picture: Content, level: number): Markup {
  const { t } = project;
  const edits = reach.effects.map((effect, index) => edit(project, effect, reach.of, `edit-${project.index ?? 0}-${index}`));
  const more = edits.slice(EDITS, EDITS + project.limits.entries);
  const left = edits.length - EDITS - more.length;
  const row = (rows: readonly Content[]): Markup => html`<ul class="edits">${rows}</ul>`;
  return html`${picture === undefined ? html`<p>${reachSentence(project, reach)}</p>` : picture}${edits.length > 0 && html`${title(level, t("By edit"))}${row(edits.slice(0, EDITS))}`}${
    more.length > 0 && html`<details><summary>${more.length === 1 ? t("1 more edit") : t("{0} more edits", grouped(more.length + Math.max(0, left)))}</summary>${row(more)}${left > 0 && html`<p class="left-out">${t("and {0} more, which --format json has", grouped(left))}</p>`}</details>`
  }${reach.newPlays.length > 0 && newPlays(project, reach)}`;
}

/** How many hosts, and which services stand still there. */
export function reachSentence({ t }: Project, reach: Reach): string {
  if (reach.of === 0) return t("There is no inventory here that Premortem reads, so nobody can say how many hosts this reaches.");
  if (reach.hosts.size === 0) return t("No host of the inventory is known to get anything else by this change ({0} in all).", hostCount(reach.of, t));
  const share = t("It reaches {0} of {1} ({2}).", grouped(reach.hosts.size), hostCount(reach.of, t), percent(reach.hosts.size / reach.of, t));
  if (reach.services.length === 0) return `${share} ${t("No interruption of a service was found.")}`;
  const list = reach.services.map(({ name, hosts }) => t("{0} on {1}", name, hostCount(hosts.size, t)));
  return `${share} ${t("Interrupted or restarted: {0}.", list.join(", "))}`;
}

function edit(project: Project, effect: Effect, of: number, id: string): Markup {
  const { t } = project;
  const location = { ...effect.location, path: project.reviewed.shown(effect.location.path) };
  const services = [...new Set([...servicesOf(effect), ...effect.restarts.map(({ service }) => service)])].sort(compareText);
  const facts = [
    of > 0 ? t("{0}, {1}", hostCount(effect.hosts.length, t), percent(effect.hosts.length / of, t)) : hostCount(effect.hosts.length, t),
    services.length > 0 ? t("interrupts {0}", services.join(", ")) : effect.used ? "" : t("no task of the repository reads it"),
  ].filter((fact) => fact !== "");
  return html`<li><details><summary><b>${what(project, effect)}</b> <span class="facts">${facts.join("; ")}</span></summary>${excerpt(project, location, id)}${effect.also.map((place, index) => excerpt(project, { ...place, path: project.reviewed.shown(place.path) }, `${id}-${index}`))}</details></li>`;
}

function what({ t, reviewed }: Project, { cause, location }: Effect): string {
  const path = reviewed.shown(location.path);
  if (cause.kind === "file") return path;
  const names = cause.names.length > 4 ? t("{0} and {1} more", cause.names.slice(0, 4).join(", "), cause.names.length - 4) : cause.names.join(", ");
  return cause.kind === "hosts" ? t("Hosts: {0}", names) : t("{0} in {1}", names, path);
}

function newPlays(project: Project, { newPlays: plays }: Reach): Markup {
  const { t } = project;
  return html`<p>${t("New plays:")} ${join(plays.map(({ name, path, hosts }) => html`${name} <span class="facts">(${fileLink(project, project.reviewed.shown(path))}, ${hosts === undefined ? t("hosts not known") : hostCount(hosts, t)})</span>`), ", ")}</p>`;
}
