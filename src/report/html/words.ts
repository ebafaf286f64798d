import type { Confidence, Severity } from "../../engine/finding.ts";
import type { Translate } from "../reviewed.ts";
import type { Markup } from "./markup.ts";
import { html, join } from "./markup.ts";

/** One of them, as a label. */
export function severityWord(severity: Severity, t: Translate): string {
  switch (severity) {
    case "error":
      return t("Error");
    case "warning":
      return t("Warning");
    case "info":
      return t("Note");
  }
}

/** How many there are: `2 errors`. */
export function severityCount(severity: Severity, count: number, t: Translate): string {
  switch (severity) {
    case "error":
      return count === 1 ? t("1 error") : t("{0} errors", count);
    case "warning":
      return count === 1 ? t("1 warning") : t("{0} warnings", count);
    case "info":
      return count === 1 ? t("1 note") : t("{0} notes", count);
  }
}

/** How sure the rule is, for a person. */
export function confidenceWord(confidence: Confidence, t: Translate): string {
  switch (confidence) {
    case "certain":
      return t("certain");
    case "likely":
      return t("likely");
    case "possible":
      return t("possible");
  }
}

/** `1 host`, `2 hosts`. */
export function hostCount(count: number, t: Translate): string {
  return count === 1 ? t("1 host") : t("{0} hosts", grouped(count));
}

/** `1 file`, `2 files`. */
export function fileCount(count: number, t: Translate): string {
  return count === 1 ? t("1 file") : t("{0} files", grouped(count));
}

/** A number with a narrow blank between thousands, from five digits on (ISO 80000-1, 7.3.1). */
export function grouped(number: number): string {
  const [whole, fraction] = String(number).split(".");
  if (whole!.replace("-", "").length < 5 || /e/.test(String(number))) return String(number);
  return `${whole!.replace(/\B(?=(\d{3})+$)/g, "\u202F")}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** A share for people: whole percents, and never none or all of what is only nearly so. */
export function percent(share: number, t: Translate): string {
  const rounded = Math.round(share * 100);
  if (rounded === 0 && share > 0) return t("<{0}%", 1);
  return rounded === 100 && share < 1 ? t(">{0}%", 99) : t("{0}%", rounded);
}

/** A number that is written out already, with the reader's decimal sign. */
export function decimal(text: string, t: Translate): string {
  return text.replace(/(\d+)\.(\d+)/g, (_, whole: string, fraction: string) => t("{0}.{1}", whole, fraction));
}

/** A sentence in which backticks mark what is written just so. */
export function prose(text: string): Markup {
  return join(text.split("`").map((part, index, all) => (index % 2 === 1 && index < all.length - 1 ? html`<code>${part}</code>` : index % 2 === 1 ? `\`${part}` : part)));
}

/** The first sentence of a message, and the rest. */
export function firstSentence(message: string): [first: string, rest: string] {
  const end = /[.?!](?= +[\p{Lu}\d“"`(])/u.exec(message);
  return end === null ? [message, ""] : [message.slice(0, end.index + 1), message.slice(end.index + 1).trimStart()];
}
