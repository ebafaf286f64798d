import table from "./options.json" with { type: "json" };

/** A Ceph option's type, by the names of the option schemas. */
export type OptionType = "bool" | "int" | "uint" | "str" | "float" | "size" | "secs" | "millisecs" | "addr" | "addrvec" | "uuid";

/** `runtime`: changed at once; `startup`: needs a restart; `create`, `cluster_create`: no effect on what exists; `no_mon_update`: `ceph config set` does not reach it. */
export type OptionFlag = "runtime" | "startup" | "create" | "cluster_create" | "no_mon_update";

/** Daemon types that a section can address; `client.rgw.x` is a client. */
export type DaemonType = "mon" | "mgr" | "osd" | "mds" | "client";

/** What is known of a Ceph option, from the option schemas of seven releases (src/common/options, config_opts.h). */
export interface OptionFacts {
  readonly name: string;
  /** Of the newest release; undefined where that one lacks the option. */
  readonly type?: OptionType;
  /** Limits and words of the newest release; see `limitsSince`. */
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
  /** The default of the newest release that has it, as the daemons would print it: sizes in bytes. */
  readonly default?: string;
  /** Where it changed: each default with the first release, of those that were looked at, that has it; the oldest first. */
  readonly defaults: readonly (readonly [release: number, value: string])[];
  readonly flags: readonly OptionFlag[];
  /** For developers (`dev`), for everybody (`basic`), or neither. */
  readonly level: "basic" | "advanced" | "dev";
  /** The only kinds of daemons that read it, where the schema says. */
  readonly readers?: readonly DaemonType[];
  /** Major releases, of those that were looked at, that have it. */
  readonly releases: readonly number[];
  /** The major release that took it away; two where it lies between them. */
  readonly removed?: readonly [number, number];
  /** What took its place, in words or as an option's name. */
  readonly replacedBy?: string;
  /** Read by an old tool, or by nothing at all, but never by the daemons. */
  readonly outside?: "ceph-disk" | "never";
}

const TYPES: Record<string, OptionType> = {
  b: "bool", i: "int", u: "uint", s: "str", f: "float", z: "size", t: "secs", m: "millisecs", a: "addr", v: "addrvec", d: "uuid",
};
const FLAGS: Record<string, OptionFlag> = { r: "runtime", s: "startup", c: "create", C: "cluster_create", n: "no_mon_update" };
const READERS: Record<string, DaemonType> = { m: "mon", g: "mgr", o: "osd", d: "mds", c: "client" };

/**
 * The table's rows, unparsed: a name, its type with flags and level, and cells that start with what they tell. They stay
 * text until an option is asked for, so that starting costs nothing.
 */
const { releases: RELEASES, options: ROWS } = table as { readonly releases: readonly number[]; readonly options: readonly string[] };

let rows: ReadonlyMap<string, string> | undefined;
const parsed = new Map<string, OptionFacts>();

function index(): ReadonlyMap<string, string> {
  rows ??= new Map(ROWS.map((row) => [row.slice(0, row.indexOf("\t")), row] as const));
  return rows;
}

/** Ceph's releases by name and major version. */
export const RELEASE_NAMES: Readonly<Record<string, number>> = {
  jewel: 10, kraken: 11, luminous: 12, mimic: 13, nautilus: 14, octopus: 15, pacific: 16, quincy: 17, reef: 18, squid: 19, tentacle: 20,
};

/** A release as people write it: `Reef (18)`. */
export function releaseName(major: number): string {
  const name = Object.keys(RELEASE_NAMES).find((known) => RELEASE_NAMES[known] === major);
  return name === undefined ? String(major) : `${name[0]!.toUpperCase()}${name.slice(1)} (${major})`;
}

/** The oldest release that Ceph's own packages of the last years still are: what holds without a known release. */
export const OLDEST_MAINTAINED = 18;

/** What is known of an option, by its normalised name; undefined: no release since Jewel has it. */
export function optionFacts(name: string): OptionFacts | undefined {
  const row = index().get(name);
  if (row === undefined) return undefined;
  let facts = parsed.get(name);
  if (facts === undefined) parsed.set(name, (facts = factsOf(row)));
  return facts;
}

/** Every option's name. */
export function optionNames(): readonly string[] {
  return [...index().keys()];
}

/**
 * An option's default on a release; without one, the default that every maintained release has. undefined: none, not
 * known, or it differs among them.
 */
export function defaultAt({ defaults }: OptionFacts, release: number | undefined): string | undefined {
  const at = (major: number): string | undefined => defaults.findLast(([since]) => since <= major)?.[1];
  if (release !== undefined) return at(release);
  const values = new Set(RELEASES.filter((major) => major >= OLDEST_MAINTAINED).map(at));
  return values.size === 1 ? [...values][0] : undefined;
}

/**
 * The first release that surely has the limits and words of the newest: an older one whose own default they would refuse
 * had others. A change between two releases that were looked at counts from the later one.
 */
export function limitsSince({ defaults, min, max, values }: OptionFacts): number {
  const refused = (text: string): boolean => {
    if (values !== undefined) return !values.includes(text);
    const number = Number(text);
    return text !== "" && Number.isFinite(number) && ((min !== undefined && number < min) || (max !== undefined && number > max));
  };
  const last = defaults.findLastIndex(([, value]) => refused(value));
  return last === -1 ? RELEASES[0]! : (defaults[last + 1]?.[0] ?? RELEASES.at(-1)!);
}

function factsOf(row: string): OptionFacts {
  const [name, head, ...cells] = row.split("\t") as [string, string, ...string[]];
  const all = (1 << RELEASES.length) - 1;
  const tell = (start: RegExp): string | undefined => cells.find((cell) => start.test(cell))?.replace(start, "");
  const mask = Number(tell(/^p(?=\d)/) ?? all);
  const releases = RELEASES.filter((_, position) => (mask & (1 << (RELEASES.length - 1 - position))) !== 0);
  const defaults = cells.flatMap((cell) => {
    const match = /^d(\d*)=(.*)$/s.exec(cell);
    return match === null ? [] : [[match[1] === "" ? (releases[0] ?? RELEASES[0]!) : Number(match[1]), match[2]!] as const];
  });
  const [min, max, values, removed, readers, replacedBy, outside] = [tell(/^</), tell(/^>(?!>)/), tell(/^e/), tell(/^r(?=\d)/), tell(/^s/), tell(/^>>/), tell(/^x/)];
  const type = TYPES[head[0]!];
  return {
    name,
    ...(type === undefined ? {} : { type }),
    ...(min === undefined ? {} : { min: Number(min) }),
    ...(max === undefined ? {} : { max: Number(max) }),
    ...(values === undefined ? {} : { values: values.split(",") }),
    ...(defaults.length === 0 ? {} : { default: defaults.at(-1)![1] }),
    defaults,
    flags: [...head.slice(1)].flatMap((letter) => FLAGS[letter] ?? []),
    level: /D/.test(head) ? "dev" : /B/.test(head) ? "basic" : "advanced",
    ...(readers === undefined ? {} : { readers: [...readers].map((letter) => READERS[letter]!) }),
    releases,
    ...(removed === undefined ? {} : { removed: [Number(removed.split(",")[0]), Number(removed.split(",").at(-1))] as const }),
    ...(replacedBy === undefined ? {} : { replacedBy }),
    ...(outside === undefined ? {} : { outside: outside as "ceph-disk" | "never" }),
  };
}
