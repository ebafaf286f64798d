import { RELEASE_NAMES, defaultAt, limitsSince, releaseName } from "../options.ts";
import type { OptionFacts, OptionType } from "../options.ts";
import { isDebugLevel } from "../printed.ts";
import meanings from "./meanings.json" with { type: "json" };

const TYPES: Record<OptionType, string> = {
  bool: "true or false",
  int: "A whole number, with K, M, G, … for thousands",
  uint: "A whole number from 0 on, with K, M, G, … for thousands",
  str: "A text",
  float: "A number",
  size: "Bytes, or with K, M, G, … for powers of 1024",
  secs: "A span of time: seconds, or with s, m, h, d, w",
  millisecs: "Milliseconds",
  addr: "An address, with a port where needed",
  addrvec: "Addresses, with ports where needed",
  uuid: "A UUID",
};

/** What an option is for, in a sentence; undefined where its name has to say it. */
export function meaningOf(name: string): string | undefined {
  const known = meanings as Readonly<Record<string, string>>;
  return Object.hasOwn(known, name) ? known[name] : undefined;
}

/** The type with its limits or words, without a full stop. */
export function typeWords(facts: OptionFacts): string {
  if (facts.type === undefined) return isDebugLevel(facts.name) ? "A level from 0 to 20, or two as 1/5: for the log, and for what is kept in memory" : "";
  if (facts.values !== undefined) return `One of ${facts.values.filter(Boolean).join(", ")}`;
  const { min, max } = facts;
  const limits = min !== undefined && max !== undefined ? `, from ${quantity(facts, String(min))} to ${quantity(facts, String(max))}` : min !== undefined && !(min === 0 && facts.type === "uint") ? `, ${quantity(facts, String(min))} at least` : max !== undefined ? `, ${quantity(facts, String(max))} at most` : "";
  return `${TYPES[facts.type]}${limits}`;
}

/** Everything that is known of an option, a sentence or more a line. `release`: the cluster's, where it is known. */
export function optionWords(facts: OptionFacts, release: number | undefined): string[] {
  const meaning = meaningOf(facts.name);
  const type = typeWords(facts);
  const since = limitsSince(facts);
  return [
    ...(meaning === undefined ? [] : [meaning]),
    ...(type === "" ? [] : [`${type}${since > (release ?? 0) && since > Math.min(...facts.releases) ? `, as of ${releaseName(since)}` : ""}.`]),
    ...defaultWords(facts, release),
    ...takesEffect(facts),
    ...(facts.readers === undefined ? [] : [`Read by ${facts.readers.map((reader) => READERS[reader]).join(" and ")}.`]),
    ...history(facts),
  ];
}

const READERS = { mon: "monitors", mgr: "managers", osd: "OSDs", mds: "metadata servers", client: "clients and gateways" } as const;

function defaultWords(facts: OptionFacts, release: number | undefined): string[] {
  const { defaults } = facts;
  if (defaults.length === 0) return [];
  const shown = (value: string): string => (value === "" ? "nothing" : quantity(facts, value));
  if (defaults.length === 1) return [`Default: ${shown(defaults[0]![1])}.`];
  const own = release === undefined ? undefined : defaultAt(facts, release);
  const all = [...defaults].reverse().map(([since, value], index) => (index === defaults.length - 1 ? `${shown(value)} before` : `${shown(value)} since ${releaseName(since)}`));
  return [`Default: ${own === undefined ? all.join(", ") : `${shown(own)} (${all.join(", ")})`}.`];
}

function takesEffect({ flags }: OptionFacts): string[] {
  const lines: string[] = [];
  if (flags.includes("cluster_create")) lines.push("Read once, when a cluster is made.");
  else if (flags.includes("create")) lines.push("Read once, when an OSD or a monitor is made: those that exist keep what they have.");
  else if (flags.includes("startup")) lines.push("A change needs a restart of the daemon.");
  else if (flags.includes("runtime")) lines.push("A change by ceph config set takes effect at once; one of the file, when the daemon restarts.");
  if (flags.includes("no_mon_update")) lines.push("Has to stand in the file: daemons do not take it from the monitors.");
  return lines;
}

function history({ releases, removed, replacedBy, outside, level }: OptionFacts): string[] {
  const lines: string[] = [];
  const oldest = Math.min(...Object.values(RELEASE_NAMES));
  if (releases.length > 0 && releases[0]! > oldest) lines.push(`In ${releaseName(releases[0]!)}; not in the release before it that was looked at.`);
  if (removed !== undefined) lines.push(`Gone since ${removed[0] === removed[1] ? releaseName(removed[0]) : `${releaseName(removed[0])} or ${releaseName(removed[1])}`}.`);
  if (outside === "never") lines.push("No release has it.");
  if (replacedBy !== undefined) lines.push(replacedBy.startsWith("(") ? `Not needed any more ${replacedBy}.` : `Instead: ${replacedBy}.`);
  if (level === "dev") lines.push("Made for developers of Ceph.");
  return lines;
}

/** Bytes and seconds also as people say them: `4294967296 (4 Gi)`. */
export function quantity({ type }: Pick<OptionFacts, "type">, value: string): string {
  const number = Number(value);
  if (!Number.isFinite(number) || value === "") return value;
  const units = type === "size" ? BYTES : type === "secs" ? SECONDS : [];
  const unit = units.find(([, size]) => number >= size && number % size === 0);
  return unit === undefined ? value : `${value} (${number / unit[1]} ${unit[0]})`;
}

const BYTES: readonly (readonly [string, number])[] = [["Ti", 2 ** 40], ["Gi", 2 ** 30], ["Mi", 2 ** 20], ["Ki", 2 ** 10]];
const SECONDS: readonly (readonly [string, number])[] = [["days", 86_400], ["hours", 3600], ["minutes", 60]];
