import type { OptionFacts } from "./options.ts";

/** A value as the daemons take it, or the reason why they refuse it and keep the default. */
export type Typed = { readonly value: string | number | boolean } | { readonly refused: string };

const LARGEST = 2n ** 64n - 1n;
/** strict_iecstrtoll and strict_sistrtoll, src/common/strtol.cc: capitals only. */
const SUFFIXES = ["K", "M", "G", "T", "P", "E"];

/**
 * Parses a value by its option's type, as Option::parse_value of src/common/options.cc does in Pacific to Squid. An
 * empty value is the default for every type but strings.
 */
export function parseValue(option: OptionFacts, text: string): Typed {
  switch (option.type) {
    case "bool":
      if (/^(true|false)$/i.test(text)) return { value: text.toLowerCase() === "true" };
      return /^[+-]?\d+$/.test(text) ? { value: Number(text) !== 0 } : { refused: "it takes true, false or a number; yes, no, on and off are refused" };
    case "int":
    case "uint":
      return inRange(option, integer(text, option.type === "uint"));
    case "size":
      return inRange(option, size(text));
    case "float":
      return inRange(option, /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? { value: Number(text) } : { refused: "it takes a plain number, with no unit or percent sign" });
    case "uuid":
      return /^\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$/i.test(text)
        ? { value: text }
        : { refused: "it takes a UUID, and reads as all zeros" };
    default:
      if (option.values !== undefined && !option.values.includes(text)) return { refused: `it takes one of ${option.values.filter(Boolean).join(", ")}` };
      return { value: text };
  }
}

function integer(text: string, unsigned: boolean): Typed {
  const match = /^([+-]?\d+)([KMGTPE]?)$/.exec(text);
  if (match === null) return { refused: "it takes a whole number, with K, M, G, T, P or E for thousands at most" };
  const value = BigInt(match[1]!) * 1000n ** BigInt(SUFFIXES.indexOf(match[2]!) + 1);
  if (unsigned && value < 0n) return { refused: "it takes no negative number" };
  return value > LARGEST ? { refused: "it is too large" } : { value: Number(value) };
}

function size(text: string): Typed {
  const match = /^(\+?\d+)(?:([KMGTPE])(i|B)?|B)?$/.exec(text);
  if (match === null || text.endsWith("B") && match[2] === undefined) {
    return { refused: "it takes bytes, or a whole number with K, M, G, T, P, E, Ki, Mi, Gi … (powers of 1024, in capitals, no blank)" };
  }
  const value = BigInt(match[1]!) * 1024n ** BigInt(SUFFIXES.indexOf(match[2] ?? "") + 1);
  return value > LARGEST ? { refused: "it is too large" } : { value: Number(value) };
}

function inRange({ min, max }: OptionFacts, typed: Typed): Typed {
  if ("refused" in typed || typeof typed.value !== "number") return typed;
  if (min !== undefined && typed.value < min) return { refused: `it takes ${min} at least` };
  return max !== undefined && typed.value > max ? { refused: `it takes ${max} at most` } : typed;
}
