import type { Json } from "../../engine/finding.ts";
import { sizeText } from "../../model/kernel/memory.ts";
import type { Translate } from "../reviewed.ts";
import type { Content, Markup } from "./markup.ts";
import { html, join } from "./markup.ts";
import { span } from "./figures/quantity.ts";
import { decimal, grouped, percent } from "./words.ts";

/** What a number counts. */
type Unit = "seconds" | "bytes" | "rate" | "share" | undefined;

/** Units of numbers inside other values, which a rule's page names in its text only. */
const INNER: { readonly [name: string]: Unit } = {
  end: "seconds",
  peakTime: "seconds",
  waitingFrom: "seconds",
  leastFreeTime: "seconds",
  leastTotalTime: "seconds",
  waitingMemory: "bytes",
  leastFree: "bytes",
  leastTotal: "bytes",
  probability: "share",
  share: "share",
  failing: "share",
};
/** Entries of a list that are written out. */
const ENTRIES = 24;
/** Numbers that are told before the list is opened, and characters of one. */
const FEW = 4;
const SHORT = 24;

/** A rule's numbers under the names of its page, with their units and meanings; nothing where there are none. */
export function numbers(data: { readonly [name: string]: Json }, meanings: { readonly [name: string]: string }, t: Translate): Markup | undefined {
  const entries = Object.entries(data);
  if (entries.length === 0) return undefined;
  const rows = entries.map(([name, value]) => {
    const meaning = meanings[name];
    return html`<div><dt><code>${name}</code>${meaning !== undefined && html` <span class="meaning">${meaning}</span>`}</dt><dd>${written(value, unitOf(meaning, value), t)}</dd></div>`;
  });
  const summary = entries.length === 1 ? t("The number behind it") : t("The {0} numbers behind it", entries.length);
  return html`<details class="numbers"><summary>${summary}${preview(entries, meanings, t)}</summary><dl>${rows}</dl></details>`;
}

/** The first of the values that are short enough: most readers need no more of them. */
function preview(entries: readonly [string, Json][], meanings: { readonly [name: string]: string }, t: Translate): Content {
  const short = entries.flatMap(([name, value]) => {
    const text = typeof value === "object" ? undefined : written(value, unitOf(meanings[name], value), t);
    return typeof text === "string" && text.length <= SHORT ? [html`<span class="pair"><code>${name}</code>\u00A0${text}</span>`] : [];
  });
  return short.length > 0 && html` <span class="facts">${join(short.slice(0, FEW), " · ")}${entries.length > Math.min(FEW, short.length) && " …"}</span>`;
}

/** The unit that a meaning begins with, as in "seconds that are planned". */
function unitOf(meaning: string | undefined, value: Json): Unit {
  if (meaning === undefined || typeof value !== "number") return undefined;
  if (/^bytes a second\b/.test(meaning)) return "rate";
  if (/\bbytes\b/.test(meaning) && /^bytes\b|\bin bytes$/.test(meaning)) return /\bMTU\b|overhead|\bpayload\b|bytes that the tunnel/.test(meaning) ? undefined : "bytes";
  if (/^seconds\b|^needed, but over\b/.test(meaning)) return "seconds";
  if (/^(?:share|probability)\b|, 0 to 1$/.test(meaning)) return "share";
  return undefined;
}

function written(value: Json, unit: Unit, t: Translate): Content {
  if (value === null) return t("none");
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  if (typeof value === "string") return value === "" ? "–" : value;
  if (typeof value === "number") return measured(value, unit, t);
  if (Array.isArray(value)) return list(value as readonly Json[], t);
  return mapping(value as { readonly [name: string]: Json }, t);
}

function measured(value: number, unit: Unit, t: Translate): string {
  switch (unit) {
    case "seconds": {
      const text = span(value, t);
      const exact = t("{0} s", decimal(grouped(round(value)), t));
      return text.replace(/[\s\u00A0]/g, "") === exact.replace(/[\s\u00A0\u202F]/g, "") ? exact : `${text} (${exact})`;
    }
    case "bytes":
      return decimal(sizeText(value), t);
    case "rate":
      return t("{0} a second", decimal(sizeText(value), t));
    case "share":
      return percent(value, t);
    default:
      return decimal(grouped(round(value)), t);
  }
}

function round(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}

function list(values: readonly Json[], t: Translate): Content {
  if (values.length === 0) return t("none");
  if (values.every((value) => typeof value !== "object" || value === null)) {
    const runs: { value: Json; times: number }[] = [];
    for (const value of values) {
      const last = runs.at(-1);
      if (last !== undefined && last.value === value) last.times++;
      else runs.push({ value, times: 1 });
    }
    const shown = runs.slice(0, ENTRIES).map(({ value, times }) => html`${written(value, undefined, t)}${times > 1 && ` × ${times}`}`);
    return html`${join(shown, ", ")}${rest(runs.length - shown.length, t)}`;
  }
  if (values.every((value) => Array.isArray(value))) {
    return values.length === 1 ? t("1 point, which the pictures and the JSON report have") : t("{0} points, which the pictures and the JSON report have", values.length);
  }
  const shown = values.slice(0, ENTRIES);
  return html`<ul>${shown.map((value) => html`<li>${written(value, undefined, t)}</li>`)}</ul>${rest(values.length - shown.length, t)}`;
}

function mapping(value: { readonly [name: string]: Json }, t: Translate): Content {
  const entries = Object.entries(value);
  if (entries.length === 0) return t("none");
  const deep = entries.some(([, inner]) => typeof inner === "object" && inner !== null && !Array.isArray(inner));
  const shown = entries.slice(0, ENTRIES).map(([name, inner]) => [name, written(inner, INNER[name], t)] as const);
  const more = rest(entries.length - shown.length, t);
  if (deep) return html`<ul>${shown.map(([name, inner]) => html`<li><b>${name}</b>: ${inner}</li>`)}</ul>${more}`;
  return html`${join(shown.map(([name, inner]) => html`<span class="pair">${name}: ${inner}</span>`), "; ")}${more}`;
}

function rest(count: number, t: Translate): Content {
  return count > 0 && html` <span class="note">${t("and {0} more, which the JSON report has", count)}</span>`;
}
