import type { Finding, Severity } from "../engine/finding.ts";
import type { Lesson } from "../engine/lesson.ts";
import type { Location } from "../engine/location.ts";
import { code, inert, inertHtml, link } from "./inert.ts";
import { Places, countsOf } from "./report.ts";
import type { Report } from "./report.ts";
import { plural } from "./text.ts";
import { worstFirst } from "./worst.ts";

/** How the comment is to look. */
export interface CommentOptions {
  readonly lessons: ReadonlyMap<string, Lesson>;
  /** Where files can be looked at, with a slash at its end; undefined: places are not linked. */
  readonly linkBase?: string | undefined;
}

/** By this line a comment is found again, so that it is updated and not written a second time. */
export const COMMENT_MARKER = "<!-- premortem-review -->";
/** GitHub takes so many characters in a comment; GitLab takes more. */
export const COMMENT_LIMIT = 65_536;
/** Kept free for the account of what is left out. */
const RESERVED = 600;
/** So many findings are open to read; the others unfold. */
const OPEN = 5;
/** Of what could not be computed, and of entries that are gone, so many are listed. */
const LISTED = 50;

const NOUN: Record<Severity, string> = { error: "Error", warning: "Warning", info: "Note" };

/**
 * The review as a comment in Markdown for a pull or merge request: what the change does, to how many hosts, then the
 * findings, worst first. It never exceeds what GitHub takes, and says what is left out.
 */
export function commentReport(report: Report, options: CommentOptions): string {
  const places = new Places(report.text, report.position);
  const findings = worstFirst(report.findings);
  const blocks: { readonly text: string; readonly findings: number }[] = findings.map((finding, index) => ({ text: block(finding, places, report, options, index < OPEN), findings: 1 }));
  for (const text of [notComputed(report), gone(report)]) if (text !== "") blocks.push({ text, findings: 0 });
  const kept = [COMMENT_MARKER, `## Premortem: ${headline(report)}`, account(report)].filter((part) => part !== "");
  let length = kept.join("\n\n").length;
  let left = 0;
  let silent = false;
  for (const { text, findings: count } of blocks) {
    if (length + 2 + text.length > COMMENT_LIMIT - RESERVED) {
      left += count;
      silent ||= count === 0;
      continue;
    }
    // What follows a finding that had to be left out is milder, and would look like the next worst.
    if (count > 0 && left > 0) {
      left++;
      continue;
    }
    kept.push(text);
    length += 2 + text.length;
  }
  if (left > 0 || silent) {
    const what = [left > 0 ? `${plural(left, "finding")}, the mildest,` : "", silent ? "the list of what could not be computed" : ""].filter(Boolean).join(" and ");
    kept.push(`**Left out here:** ${what}. A comment holds ${COMMENT_LIMIT.toLocaleString("en-US")} characters. The other formats have everything: run \`premortem review\`.`);
  }
  return `${kept.join("\n\n")}\n`;
}

function headline({ findings }: Report): string {
  const { error, warning, info } = countsOf(findings);
  if (findings.length === 0) return "nothing found";
  return [plural(error, "error"), plural(warning, "warning"), plural(info, "note")].filter((part) => !part.startsWith("0 ")).join(", ");
}

/** What the change does, and to how many hosts. */
function account({ change, reach, files, suppressed, baseline }: Report): string {
  const sentences: string[] = [];
  if (change === undefined) sentences.push(`${plural(files, "file")} checked.`);
  else {
    sentences.push(`Compared with ${code(change.base)}, ${plural(change.changed, "file")} of ${files} ${change.changed === 1 ? "differs" : "differ"}.`);
    if (reach !== undefined) {
      const where = reach.hosts === 0 ? `The change reaches none of ${plural(reach.of, "host")}.` : `The change reaches **${reach.hosts} of ${plural(reach.of, "host")}**${reach.interrupted > 0 ? `, and interrupts a service on **${reach.interrupted}** of them` : ""}.`;
      sentences.push(where);
    }
    if (change.fixed > 0) sentences.push(`It mends ${plural(change.fixed, "finding")}.`);
    if (change.unchanged > 0) sentences.push(`${plural(change.unchanged, "older finding")} ${change.unchanged === 1 ? "stands" : "stand"} as before.`);
  }
  if (suppressed > 0) sentences.push(`Comments hide ${plural(suppressed, "finding")}.`);
  if (baseline !== undefined && baseline.known > 0) sentences.push(`The baseline keeps back ${plural(baseline.known, "finding")}.`);
  return sentences.join(" ");
}

function block(finding: Finding, places: Places, report: Report, options: CommentOptions, open: boolean): string {
  const { rule, severity, confidence, message, lessons, related, fixes } = finding;
  const doubt = confidence === "certain" ? "" : ` (${confidence})`;
  const place = placeOf(finding.location, places, report, options);
  const more = [
    ...related.map((other) => `- See ${placeOf(other.location, places, report, options)}: ${inert(other.message)}`),
    ...lessons.flatMap((id) => {
      const lesson = options.lessons.get(id);
      return lesson === undefined ? [] : [`- Learnt from ${inert(`${lesson.organisation}, ${lesson.date}: ${lesson.title}`)}${lesson.url === undefined ? "" : ` (${link("post-mortem", lesson.url)})`}`];
    }),
    ...fixes.map((fix) => `- Fix (${fix.safety}): ${inert(fix.title)}; run \`premortem fix${fix.safety === "unsafe" ? " --unsafe" : ""}\``),
  ];
  if (open) {
    const details = more.length === 0 ? [] : ["", "<details><summary>Evidence, lesson and fix</summary>", "", ...more, "", "</details>"];
    return [`**${NOUN[severity]}**${doubt} ${code(rule)} at ${place}`, "", inert(message), ...details].join("\n");
  }
  return [`<details><summary><b>${NOUN[severity]}</b>${doubt} ${inertHtml(rule)}: ${inertHtml(firstSentence(message))}</summary>`, "", `At ${place}. ${inert(message)}`, ...(more.length === 0 ? [] : ["", ...more]), "", "</details>"].join("\n");
}

function placeOf(location: Location, places: Places, report: Report, { linkBase }: CommentOptions): string {
  const { start, end } = places.of(location);
  const name = `${location.path}:${start.line}`;
  if (linkBase === undefined || report.removed?.(location.path) === true || location.path.startsWith("../")) return code(name);
  // GitLab writes a range of lines as #L1-2, GitHub and others as #L1-L2.
  const to = end.line > start.line ? `-${linkBase.includes("/-/blob/") ? "" : "L"}${end.line}` : "";
  const path = location.path.split("/").map((part) => encodeURIComponent(wellFormed(part)).replace(/[()'*!]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`));
  return `[${code(name)}](${linkBase}${path.join("/")}#L${start.line}${to})`;
}

function wellFormed(text: string): string {
  return text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\uFFFD");
}

function firstSentence(message: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(message)?.[0] ?? message;
}

function notComputed({ notComputed: notes }: Report): string {
  if (notes.length === 0) return "";
  const lines = notes.slice(0, LISTED).map(({ rule, path, reason }) => `- ${path === "" ? "" : `${code(path)}: `}${inert(reason)} (${code(rule)})`);
  if (notes.length > LISTED) lines.push(`- and ${notes.length - LISTED} more`);
  return [`<details><summary>Not computed: ${plural(notes.length, "question")}</summary>`, "", ...lines, "", "</details>"].join("\n");
}

function gone({ baseline }: Report): string {
  if (baseline === undefined || baseline.gone.length === 0) return "";
  const lines = baseline.gone.slice(0, LISTED).map(({ path, rule }) => `- ${code(path)}: ${code(rule)}`);
  if (baseline.gone.length > LISTED) lines.push(`- and ${baseline.gone.length - LISTED} more`);
  return [`<details><summary>Gone, and still in the baseline: ${plural(baseline.gone.length, "finding")}</summary>`, "", ...lines, "", "</details>"].join("\n");
}
