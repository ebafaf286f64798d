import { compareVersionTexts, parseVersionText } from "../../versions/version.ts";
import { spanFrom } from "../address-text.ts";
import { Thing } from "../element.ts";
import type { Budget } from "./outcome.ts";
import { Failure, LARGEST } from "./outcome.ts";
import { isNumber, itemsOf, known, shown } from "./values.ts";

/** A function that conditions may call. */
export interface CelFunction {
  /** As CEL declares it; several overloads share a name. */
  readonly signatures: readonly string[];
  readonly summary: string;
  /** True where CEL's library declares it already. */
  readonly standard: boolean;
  /** The arguments, the receiver first; none of them is a failure. */
  call(args: readonly unknown[], budget: Budget): unknown;
}

const error = (reason: string): Failure => new Failure("error", reason);
const bool = (test: (a: string, b: string) => boolean) => ([a, b]: readonly unknown[], budget: Budget): unknown => {
  if (typeof a !== "string" || typeof b !== "string") return error("it is no text");
  // The search for a text may begin anew at every character.
  budget.spend((a.length * Math.min(b.length, 64)) / 512);
  return test(a, b);
};
const onText = (change: (text: string) => string) => ([a]: readonly unknown[], budget: Budget): unknown => {
  if (typeof a !== "string") return error("it is no text");
  budget.spend(a.length / 32);
  return change(a);
};

/** Every function by name; `matches` is not among them, since its pattern is compiled beforehand. */
export const functions: { readonly [name: string]: CelFunction } = {
  size: { signatures: ["size(string): int", "size(list): int", "size(map): int", "string.size(): int", "list.size(): int", "map.size(): int"], summary: "Characters of a text, items of a list, keys of a map.", standard: true, call: ([a], budget) => sizeOf(a, budget) },
  startsWith: { signatures: ["string.startsWith(string): bool"], summary: "The text begins so.", standard: true, call: bool((a, b) => a.startsWith(b)) },
  endsWith: { signatures: ["string.endsWith(string): bool"], summary: "The text ends so.", standard: true, call: bool((a, b) => a.endsWith(b)) },
  contains: { signatures: ["string.contains(string): bool"], summary: "The text holds the other.", standard: true, call: bool((a, b) => a.includes(b)) },
  lowerAscii: { signatures: ["string.lowerAscii(): string"], summary: "The text with A to Z in lower case.", standard: true, call: onText((text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())) },
  upperAscii: { signatures: ["string.upperAscii(): string"], summary: "The text with a to z in upper case.", standard: true, call: onText((text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())) },
  trim: { signatures: ["string.trim(): string"], summary: "The text without blanks around it.", standard: true, call: onText((text) => text.trim()) },
  split: { signatures: ["string.split(string): list<string>"], summary: "The parts between the separators.", standard: true, call: split },
  join: { signatures: ["list<string>.join(string): string", "list<string>.join(): string"], summary: "The items, one after the other, with the separator between them.", standard: true, call: join },
  int: { signatures: ["int(int): int", "int(double): int", "int(string): int"], summary: "A whole number, from a text or cut from a fraction.", standard: true, call: ([a]) => toInt(a) },
  double: { signatures: ["double(int): double", "double(double): double", "double(string): double"], summary: "A number with a fraction.", standard: true, call: ([a]) => toDouble(a) },
  string: { signatures: ["string(int): string", "string(double): string", "string(bool): string", "string(string): string"], summary: "A value as text.", standard: true, call: ([a]) => (typeof a === "string" || typeof a === "boolean" || isNumber(a) ? shown(a) : error("it is no single value")) },
  inNetwork: { signatures: ["inNetwork(string, string): bool"], summary: "All addresses of the first (an address, a network or FIRST-LAST) lie in the second.", standard: false, call: ([a, b]) => spans(a, b, (one, other) => one.first >= other.first && one.last <= other.last) },
  overlaps: { signatures: ["overlaps(string, string): bool"], summary: "The two (addresses, networks or FIRST-LAST) share an address.", standard: false, call: ([a, b]) => spans(a, b, (one, other) => one.first <= other.last && other.first <= one.last) },
  family: { signatures: ["family(string): int"], summary: "4 or 6: the family of an address, a network or FIRST-LAST.", standard: false, call: ([a]) => (typeof a === "string" && a.length < 200 && spanFrom(a) !== undefined ? BigInt(spanFrom(a)!.family) : error(`${JSON.stringify(shown(a)).slice(0, 60)} is no address`)) },
  covers: { signatures: ["covers(list<PortRange>, int): bool"], summary: "The port is one of the ports.", standard: false, call: covers },
  isOlder: { signatures: ["isOlder(string, string): bool"], summary: "The first version comes before the second, as packages order them: 6.1.9 before 6.1.10.", standard: false, call: isOlder },
};

function sizeOf(value: unknown, budget: Budget): unknown {
  if (typeof value === "string") {
    budget.spend(value.length / 32);
    // Characters, not halves of them.
    return BigInt(value.length - (value.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0));
  }
  const items = itemsOf(value);
  return items === undefined ? error("it has no size") : BigInt(items.length);
}

function split([text, by]: readonly unknown[], budget: Budget): unknown {
  if (typeof text !== "string" || typeof by !== "string") return error("it is no text");
  budget.spend(text.length / 4);
  return text.length > LARGEST ? error("the text is too long to be split") : text.split(by);
}

function join([list, by]: readonly unknown[], budget: Budget): unknown {
  let text = "";
  for (const [index, value] of (itemsOf(list) ?? []).entries()) {
    const item = known(value);
    if (item instanceof Failure) return item;
    if (typeof item !== "string") return error("the list holds other things than texts");
    text += index > 0 && typeof by === "string" ? by + item : item;
    budget.spend(1 + item.length / 32);
    if (text.length > LARGEST) return error("the text becomes too long");
  }
  return text;
}

const LOWEST = -(2n ** 63n);
const HIGHEST = 2n ** 63n - 1n;

/** A result of arithmetic with ints; an error beyond 64 bits, as CEL has it. */
export function bounded(value: bigint): bigint | Failure {
  return value < LOWEST || value > HIGHEST ? error("the number is too large") : value;
}

function toInt(value: unknown): unknown {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isFinite(value) ? bounded(BigInt(Math.trunc(value))) : error("it is no whole number");
  return typeof value === "string" && /^[-+]?\d{1,20}$/.test(value) ? bounded(BigInt(value.replace("+", ""))) : error(`${JSON.stringify(shown(value)).slice(0, 60)} is no whole number`);
}

function toDouble(value: unknown): unknown {
  if (isNumber(value)) return Number(value);
  return typeof value === "string" && /^[-+]?(?:\d{1,40}\.?\d{0,40}|\.\d{1,40})(?:e[-+]?\d{1,3})?$/i.test(value) ? Number(value) : error(`${JSON.stringify(shown(value)).slice(0, 60)} is no number`);
}

function spans(a: unknown, b: unknown, test: (one: { first: bigint; last: bigint }, other: { first: bigint; last: bigint }) => boolean): unknown {
  const [one, other] = [a, b].map((text) => (typeof text === "string" && text.length < 200 ? spanFrom(text) : undefined));
  if (one === undefined || other === undefined) return error(`${JSON.stringify(shown(one === undefined ? a : b)).slice(0, 60)} is no address or network`);
  return one.family === other.family && test(one, other);
}

function covers([ranges, port]: readonly unknown[], budget: Budget): unknown {
  const items = itemsOf(ranges);
  if (items === undefined || !isNumber(port)) return error("these are no ports");
  budget.spend(items.length);
  return items.some((item) => item instanceof Thing && (item.read("first") as bigint) <= port && port <= (item.read("last") as bigint));
}

function isOlder([a, b]: readonly unknown[]): unknown {
  const [one, other] = [a, b].map((text) => (typeof text === "string" ? parseVersionText(text, "package") : undefined));
  return one === undefined || other === undefined ? error(`${JSON.stringify(shown(one === undefined ? a : b)).slice(0, 60)} is no version`) : compareVersionTexts(one, other) < 0;
}
