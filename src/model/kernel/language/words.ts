import type { KeyFacts } from "../keys.ts";
import meanings from "./meanings.json" with { type: "json" };

interface Meaning {
  readonly values?: Readonly<Record<string, string>>;
  readonly note?: string;
}

const known = meanings as Readonly<Record<string, Meaning>>;

/** What single values of a key mean, by the value; empty where that needs no words. */
export function valueMeanings(facts: KeyFacts): Readonly<Record<string, string>> {
  return (Object.hasOwn(known, facts.key) ? known[facts.key]!.values : undefined) ?? {};
}

const UNITS: Record<string, string> = { s: "seconds", ms: "milliseconds", us: "microseconds", ns: "nanoseconds", centiseconds: "hundredths of a second", pages: "pages of memory", "%": "percent", bytes: "bytes", KiB: "KiB" };
const LISTS: Record<string, string> = { triple: "Three numbers", pair: "Two numbers, the lower one first", list: "A list of numbers" };
const PLAIN: Record<string, string> = { string: "A text", cpumask: "A mask of CPUs", portlist: "A list of ports and ranges, `80,8000-8010`", bool: "0 or 1", bitmask: "A sum of bits" };
const COMBINATIONS: Record<string, string> = {
  max: "The greater of all and the interface counts.",
  or: "It is on where all or the interface has it.",
  and: "It is on only where both all and the interface have it.",
  "and-if-forwarding-else-or": "Where the host forwards, both all and the interface must have it; else one of them is enough.",
  min: "The lesser of all and the interface counts.",
  inert: "Only the interface's own value counts: all is never read.",
  "iface-only": "Only the interface's own value counts: all is never read.",
  copied: "What all gets is copied to every interface.",
  "copied to default and every interface": "What all gets is copied to default and to every interface.",
  "iface-only (writing all copies to every iface)": "What all gets is copied to every interface.",
};

/** Everything that is known of a key, one sentence or more a line. */
export function keyWords(facts: KeyFacts): string[] {
  const lines = [typeWords(facts)];
  const values = Object.entries(valueMeanings(facts));
  if (values.length > 0) lines.push(values.map(([value, meaning]) => `${value}: ${meaning}`).join("; "));
  const byDefault = defaultWords(facts);
  if (byDefault !== undefined) lines.push(byDefault);
  lines.push(...versionWords(facts));
  if (facts.module !== undefined && facts.module !== "ipv6") lines.push(`It exists only while the module ${facts.module} is loaded.`);
  const combination = facts.combination === undefined ? undefined : COMBINATIONS[facts.combination];
  if (combination !== undefined) lines.push(combination);
  const note = Object.hasOwn(known, facts.key) ? known[facts.key]!.note : undefined;
  if (note !== undefined) lines.push(`${note.charAt(0).toUpperCase()}${note.slice(1)}.`);
  return lines;
}

/** `A whole number from 0 to 100, in seconds.` */
export function typeWords({ type, min, max, unit, readOnly, writeOnly }: KeyFacts): string {
  const kind = PLAIN[type] ?? LISTS[type] ?? "A whole number";
  const from = type === "bool" || type in PLAIN ? "" : min !== undefined && max !== undefined ? ` from ${min} to ${max}` : min !== undefined && min !== 0 ? ` from ${min}` : max !== undefined ? ` up to ${max}` : "";
  const access = readOnly ? " It can only be read." : writeOnly ? " Writing it does something; it keeps no value." : "";
  return `${kind}${from}${unit === undefined ? "" : `, in ${UNITS[unit] ?? unit}`}.${access}`;
}

function defaultWords({ default: byDefault, defaults }: KeyFacts): string | undefined {
  if (defaults !== undefined) return `Default: ${defaults.map(([kernel, value], i) => (i === 0 ? `${value} at first` : `${value} by ${kernel}`)).join(", ")}.`;
  return byDefault === undefined ? undefined : `Default: ${byDefault}.`;
}

function versionWords({ since, removed, never, renamedTo, noEffectSince, distribution }: KeyFacts): string[] {
  if (never) return [`No kernel has this key.${renamedTo === undefined ? "" : ` It is ${renamedTo}.`}`];
  const lines: string[] = [];
  if (since !== undefined) lines.push(typeof since === "string" ? `Since kernel ${since}.` : `Kernel ${since[1]} has it, ${since[0]} has not.`);
  if (removed !== undefined) lines.push(typeof removed === "string" ? (removed === "" ? "No kernel of today has it." : `Gone since kernel ${removed}.`) : `Gone: kernel ${removed[0]} had it, ${removed[1]} has not.`);
  if (noEffectSince !== undefined) lines.push(`Without effect since kernel ${noEffectSince}.`);
  if (renamedTo !== undefined) lines.push(`Now ${renamedTo}.`);
  if (distribution) lines.push("Only kernels of some distributions have it.");
  return lines;
}
