import { parseNumber, parseProtocol } from "./values.ts";

const U32 = 0xffff_ffffn;

/** `hh:mm[:ss]` of `-m time`. */
export function isClock(word: string): boolean {
  const parts = word.split(":");
  if (parts.length < 2 || parts.length > 3 || !parts.every((part) => /^\d{1,2}$/.test(part))) return false;
  const [hours, minutes, seconds] = parts.map(Number);
  return hours! <= 23 && minutes! <= 59 && (seconds ?? 0) <= 59;
}

/** ISO 8601 of `-m time`: `2038`, `2038-01-19`, `2038-01-19T04:17:07`. */
export function isDate(word: string): boolean {
  const parts = /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?(?:T(\d{1,2})(?::(\d{1,2}))?(?::(\d{1,2}))?)?$/.exec(word);
  if (!parts) return false;
  const [year, month = 1, day = 1, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  return year! >= 1970 && year! <= 2038 && month >= 1 && month <= 12 && day >= 1 && day <= 31 && hours <= 24 && minutes <= 59 && seconds <= 59;
}

/** `Mon,Tue,6`: days by number or by a name that begins with two letters of one. */
export function isWeekdays(word: string): boolean {
  return word.split(",").every((part) => /^[1-7]$/.test(part) || /^(mo|tu|we|th|fr|sa|su)/i.test(part));
}

/** `1,15,31`. */
export function isMonthDays(word: string): boolean {
  return word.split(",").every((part) => parseNumber(part, 1n, 31n) !== undefined);
}

/** The tests of `-m u32`: `start&mask>>shift@start=range,range&&…`, as its man page gives the grammar. */
export function isU32(word: string): boolean {
  const number = (text: string): boolean => parseNumber(text, 0n, U32) !== undefined;
  return word.split("&&").every((test) => {
    const sides = test.replace(/\s+/g, "").split("=");
    if (sides.length !== 2) return false;
    const [location, values] = sides as [string, string];
    const terms = location.split(/&|<<|>>|@/);
    return terms.length <= 11 && terms.every(number) && values.split(",").length <= 10 && values.split(",").every((value) => value.split(":").length <= 2 && value.split(":").every(number));
  });
}

/** `LENGTH,CODE JT JF K,…` of `-m bpf`. */
export function isFilterProgram(word: string): boolean {
  const [length, ...instructions] = word.split(",");
  const count = Number(/^\d+$/.exec(length!.trim())?.[0] ?? NaN);
  if (!(count > 0 && count <= 64) || instructions.length < count) return false;
  return instructions.slice(0, count).every((one) => /^\s*\d+ \d+ \d+ \d+/.test(one));
}

const HEADERS = new Set(["hop", "hop-by-hop", "dst", "ipv6-opts", "route", "ipv6-route", "frag", "ipv6-frag", "auth", "esp", "none", "ipv6-nonxt", "prot", "protocol"]);

/** The headers of `-m ipv6header`, by name or number. */
export function isHeaderList(word: string): boolean {
  return word.split(",").every((part) => HEADERS.has(part) || [0n, 60n, 43n, 44n, 51n, 50n, 59n, 255n].includes(parseNumber(part, 0n, 255n) ?? -1n) || parseProtocol(part) !== undefined);
}

/** `TYPE[:LENGTH],…` of `-m hbh` and `-m dst`. */
export function isOptionList(word: string): boolean {
  const parts = word.split(",");
  return parts.length <= 16 && parts.every((part) => {
    const [type, length, more] = part.split(":");
    return more === undefined && parseNumber(type!, 0n, 255n) !== undefined && (length === undefined || parseNumber(length, 0n, 255n) !== undefined);
  });
}
