import * as vscode from "vscode";
import type { Finding, Severity } from "../engine/finding.ts";
import { compareText } from "../engine/finding.ts";
import type { Lesson } from "../engine/lesson.ts";
import { lessonFor } from "../core.ts";
import { escape } from "../report/hover/markdown.ts";
import { knownLesson } from "../report/known.ts";
import { pageUri } from "./pages.ts";
import { changesAt } from "./review-jump.ts";
import type { ProjectReview } from "./review-run.ts";
import { Item, goTo, placeWords } from "./tree-item.ts";

interface Found {
  readonly finding: Finding;
  readonly review: ProjectReview;
}

const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];
const ICON: Record<Severity, vscode.ThemeIcon> = {
  error: new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground")),
  warning: new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground")),
  info: new vscode.ThemeIcon("info"),
};

/** The lessons that a change touches, a team's own among them, worst first, each with its findings and their places; then findings of no lesson. */
export function lessonItems(reviews: readonly ProjectReview[]): Item[] {
  const touched = new Map<string, { readonly lesson: Lesson; readonly found: Found[] }>();
  const other: Found[] = [];
  for (const review of reviews) {
    for (const finding of review.result.findings) {
      const known = finding.lessons.flatMap((id) => knownLesson(review.after, id) ?? []);
      if (known.length === 0) other.push({ finding, review });
      for (const lesson of known) {
        // Two projects may each have a lesson of that name.
        const key = [lesson.id, lesson.organisation, lesson.date, lesson.title].join("\n");
        const row = touched.get(key) ?? { lesson, found: [] };
        row.found.push({ finding, review });
        touched.set(key, row);
      }
    }
  }
  const sorted = [...touched].sort(([a, { found: x }], [b, { found: y }]) => worst(x) - worst(y) || y.length - x.length || compareText(a, b));
  const rows = sorted.map(([key, { lesson, found }]) => lessonItem(key, lesson, found));
  if (other.length === 0) return rows;
  const rest = new Item(vscode.l10n.t("Findings without a lesson"), "findings", () => findingItems(other, "findings"), rows.length === 0);
  return [...rows, rest.with({ description: String(other.length), iconPath: ICON[SEVERITIES[worst(other)]!] })];
}

function lessonItem(key: string, lesson: Lesson, found: readonly Found[]): Item {
  const tooltip = new vscode.MarkdownString(
    [`**${escape([lesson.organisation, lesson.date].filter(Boolean).join(", "))}: ${escape(lesson.title)}**`, escape(lesson.whatHappened), `**${vscode.l10n.t("Lesson")}:** ${escape(lesson.lesson)}`].join("\n\n"),
  );
  const year = /^\d{4}/.exec(lesson.date)?.[0] ?? "";
  const count = found.length === 1 ? vscode.l10n.t("1 finding") : vscode.l10n.t("{0} findings", found.length);
  const from = [lesson.organisation, year].filter(Boolean).join(" ");
  return new Item(from === "" ? lesson.title : `${from}: ${lesson.title}`, `lesson ${key}`, () => findingItems(found, key)).with({
    description: count,
    tooltip,
    iconPath: ICON[SEVERITIES[worst(found)]!],
    contextValue: `lesson ${lesson.id}`,
    page: pageUri("lessons", lesson.id, found.find(({ review }) => lessonFor(review.after, lesson.id) !== undefined)?.review.project),
  });
}

function findingItems(found: readonly Found[], under: string): Item[] {
  return [...found].sort((a, b) => rank(a.finding) - rank(b.finding)).map(({ finding, review }) => {
    const id = `${under} ${review.prefix} ${finding.fingerprint}`;
    const { name } = placeWords(review, finding.location);
    return new Item(finding.message, id, () => placeItems(finding, review, id)).with({
      description: name,
      tooltip: new vscode.MarkdownString(`${escape(finding.message)}\n\n[${finding.rule}](${pageUri("rules", finding.rule, review.project).toString()})`),
      iconPath: ICON[finding.severity],
      command: goTo(review, finding.location),
      contextValue: `finding ${finding.rule}`,
      page: pageUri("rules", finding.rule, review.project),
      accessibilityInformation: { label: `${finding.severity}: ${finding.message} ${name}` },
    });
  });
}

function placeItems(finding: Finding, review: ProjectReview, id: string): Item[] {
  const places = [{ location: finding.location, message: finding.rule }, ...finding.related];
  return places.map(({ location, message }, index) => {
    const { name, folder } = placeWords(review, location);
    const changes = changesAt(review, { path: review.prefix + location.path, ...location.range });
    return new Item(name, `${id} ${index}`).with({
      ...(changes && { changes, contextValue: "changed" }),
      description: folder === "" ? message : `${folder} · ${message}`,
      tooltip: message,
      iconPath: new vscode.ThemeIcon("go-to-file"),
      command: goTo(review, location),
    });
  });
}

function rank({ severity }: Finding): number {
  return SEVERITIES.indexOf(severity);
}

function worst(found: readonly Found[]): number {
  return Math.min(...found.map(({ finding }) => rank(finding)));
}
