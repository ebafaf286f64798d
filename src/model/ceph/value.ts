import { entityAddress } from "./address.ts";
import type { OptionFacts } from "./options.ts";

/** A value as the daemons take it, or the reason why they refuse it and keep the default. */
export type Typed = { readonly value: string | number | boolean; /** A number beyond 2^53, to the last digit. */ readonly exact?: string } | Refusal;

/** Why a daemon does not take a value. */
export interface Refusal {
  readonly refused: string;
  /** False for a limit or a word that other releases may have. */
  readonly certain: boolean;
  /** What was evidently meant. */
  readonly instead?: string;
}

const LARGEST = 2n ** 64n - 1n;
/** strict_iecstrtoll and strict_sistrtoll, src/common/strtol.cc: capitals only. */
const SUFFIXES = ["K", "M", "G", "T", "P", "E"];
const WORDS: Record<string, string> = { yes: "true", on: "true", enable: "true", enabled: "true", no: "false", off: "false", disable: "false", disabled: "false" };
/** From here on `4GiB` is a size. */
const BYTES_SPELT_OUT = 20;

/**
 * Parses a value by its option's type, as Option::parse_value of src/common/options.cc does. `release`: Ceph's major
 * version; undefined: of those before Tentacle, which take less.
 */
export function parseValue(option: OptionFacts, text: string, release?: number): Typed {
  switch (option.type) {
    case "bool": {
      if (/^(true|false)$/i.test(text)) return { value: text.toLowerCase() === "true" };
      if (/^[+-]?\d+$/.test(text)) return { value: Number(text) !== 0 };
      const instead = WORDS[text.toLowerCase()];
      return { refused: "it takes true, false or a number", certain: true, ...(instead === undefined ? {} : { instead }) };
    }
    case "int":
    case "uint":
      return inRange(option, integer(text, option.type === "uint"));
    case "size":
      return inRange(option, size(text, release));
    case "float":
      return inRange(option, float(text));
    case "secs":
      return inRange(option, timespan(text));
    case "millisecs": {
      // std::stoull stops at the first character that is no digit.
      const digits = /^\s*\+?(\d+)/.exec(text)?.[1];
      return digits === undefined ? { refused: "it takes milliseconds, a whole number", certain: true } : inRange(option, { value: Number(digits) });
    }
    case "uuid":
      return uuid(text);
    case "addr": {
      const address = entityAddress(text);
      return address === undefined ? { refused: "it takes an address with a port at most, no name and no network", certain: true } : { value: address };
    }
    default:
      if (option.values !== undefined && !option.values.includes(text)) {
        return { refused: `it takes one of ${option.values.filter((value) => value !== "").join(", ")}`, certain: false };
      }
      return { value: text };
  }
}

function integer(text: string, unsigned: boolean): Typed {
  const match = /^([+-]?\d+)([KMGTPE]?)$/.exec(text);
  if (match === null) return { refused: "it takes a whole number, with K, M, G, T, P or E for thousands at most", certain: true };
  const value = BigInt(match[1]!) * 1000n ** BigInt(SUFFIXES.indexOf(match[2]!) + 1);
  if (unsigned && value < 0n) return { refused: "it takes no negative number", certain: true };
  return value > LARGEST ? { refused: "it is too large", certain: true } : whole(value);
}

function whole(value: bigint): Typed {
  return Number.isSafeInteger(Number(value)) ? { value: Number(value) } : { value: Number(value), exact: String(value) };
}

function float(text: string): Typed {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return { value: Number(text) };
  const percent = /^(\d+(?:\.\d+)?)[ \t]*%$/.exec(text)?.[1];
  return { refused: "it takes a plain number, without a unit", certain: true, ...(percent === undefined ? {} : { instead: String(Number(percent) / 100) }) };
}

function size(text: string, release: number | undefined): Typed {
  const spelt = /^\+?\d+[KMGTPE]iB$/.test(text);
  const match = /^(\+?\d+)(?:([KMGTPE])(?:i|B|iB)?)?$/.exec(text);
  if (match === null || (spelt && (release === undefined || release < BYTES_SPELT_OUT))) {
    const parts = /^(\d+)\s*([kmgtpe])(?:i?b)?$/i.exec(text);
    const instead = parts === null ? undefined : `${parts[1]!}${parts[2]!.toUpperCase()}${/i/i.test(text) ? "i" : ""}`;
    const reason = spelt ? "releases before Tentacle do not take the B after a binary unit" : "it takes bytes, or a whole number with K, M, G, T, P, E or Ki, Mi, Gi …, in capitals and without a blank (powers of 1024)";
    return { refused: reason, certain: !spelt || release !== undefined, ...(instead === undefined ? {} : { instead }) };
  }
  const value = BigInt(match[1]!) * 1024n ** BigInt(SUFFIXES.indexOf(match[2] ?? "") + 1);
  return value > LARGEST ? { refused: "it is too large", certain: true } : whole(value);
}

/** boost::uuids::string_generator: braces and dashes may be left out. */
function uuid(text: string): Typed {
  const digits = /^\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i.exec(text);
  return digits === null ? { refused: "it takes a UUID, and reads as all zeros", certain: true } : { value: digits.slice(1).join("-").toLowerCase() };
}

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(s|sec|seconds?)$/, 1], [/^(m|min|minutes?)$/, 60], [/^(h|hr|hours?)$/, 3600], [/^(d|days?)$/, 86_400],
  [/^(w|wk|weeks?)$/, 7 * 86_400], [/^(mo|months?)$/, 30 * 86_400], [/^(y|yr|years?)$/, 365 * 86_400],
];

/** parse_timespan, src/common/ceph_time.cc: numbers with units, added up; a bare number is seconds. */
function timespan(text: string): Typed {
  let seconds = 0;
  let rest = text.trim();
  if (rest === "") return { value: 0 };
  while (rest !== "") {
    const part = /^(\d+)\s*([a-zA-Z]*)\s*/.exec(rest);
    const unit = part?.[2] === "" ? 1 : UNITS.find(([word]) => word.test(part?.[2] ?? ""))?.[1];
    if (part === null || unit === undefined) return { refused: "it takes seconds, or numbers with s, m, h, d, w, mo or y", certain: true };
    seconds += Number(part[1]) * unit;
    rest = rest.slice(part[0].length);
  }
  return { value: seconds };
}

function inRange({ min, max }: OptionFacts, typed: Typed): Typed {
  if ("refused" in typed || typeof typed.value !== "number") return typed;
  if (min !== undefined && typed.value < min) return { refused: `it takes ${min} at least`, certain: false };
  return max !== undefined && typed.value > max ? { refused: `it takes ${max} at most`, certain: false } : typed;
}
