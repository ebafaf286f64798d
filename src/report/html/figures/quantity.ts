import { sizeText } from "../../../model/kernel/memory.ts";
import type { Translate } from "../../reviewed.ts";
import { decimal } from "../words.ts";

/** `2 097 152`: thousands apart by a narrow blank, the same in every language. */
export function number(value: number): string {
  const digits = String(Math.round(value));
  return Math.abs(value) < 10_000 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** `1.5 GiB`; a lack of memory with a minus before it. */
export function bytes(value: number, t: Translate): string {
  return decimal(value < 0 ? `\u2212${sizeText(-value)}` : sizeText(Math.round(value)), t);
}

/** `45 s`, `12 min`, `4 h 20 min`, `3 d 4 h`: the two largest units. */
export function span(seconds: number, t: Translate): string {
  if (seconds < 119.5) return t("{0} s", Math.round(seconds));
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t("{0} min", minutes);
  if (minutes < 48 * 60) return minutes % 60 === 0 ? t("{0} h", minutes / 60) : t("{0} h {1} min", Math.floor(minutes / 60), minutes % 60);
  const hours = Math.round(seconds / 3600);
  return hours % 24 === 0 ? t("{0} d", hours / 24) : t("{0} d {1} h", Math.floor(hours / 24), hours % 24);
}
