import table from "./options.json" with { type: "json" };

/** A Ceph option's type, by the names of the option schemas. */
export type OptionType = "bool" | "int" | "uint" | "str" | "float" | "size" | "secs" | "millisecs" | "addr" | "addrvec" | "uuid";

/** What is known of a Ceph option, from the option schemas of seven releases (src/common/options, config_opts.h). */
export interface OptionFacts {
  readonly name: string;
  /** Of the newest release; undefined where that one lacks the option. */
  readonly type?: OptionType;
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
  readonly default?: string | number | boolean;
  /** `runtime`: changed at once; `startup`: needs a restart; `create`, `cluster_create`: no effect on what exists. */
  readonly flags: readonly ("runtime" | "startup" | "create" | "cluster_create")[];
  /** Major releases, of those that were looked at, that have it. */
  readonly releases: readonly number[];
  /** The major release that took it away; two where it lies between them. */
  readonly removed?: readonly [number, number];
  /** What took its place, in words or as an option's name. */
  readonly replacedBy?: string;
  /** Read by an old tool, or by nothing at all, but never by the daemons. */
  readonly outside?: "ceph-disk" | "never";
}

interface Row {
  readonly t?: string;
  readonly min?: number;
  readonly max?: number;
  readonly e?: readonly string[];
  readonly d?: string | number | boolean;
  readonly f?: string;
  readonly p?: number;
  readonly r?: readonly number[];
  readonly to?: string;
  readonly x?: "ceph-disk" | "never";
}

const TYPES: Record<string, OptionType> = {
  b: "bool", i: "int", u: "uint", s: "str", f: "float", z: "size", t: "secs", m: "millisecs", a: "addr", v: "addrvec", d: "uuid",
};
const FLAGS: Record<string, OptionFacts["flags"][number]> = { r: "runtime", s: "startup", c: "create", C: "cluster_create" };

const { releases: RELEASES, options } = table as unknown as { releases: readonly number[]; options: Readonly<Record<string, Row>> };

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
  if (!Object.hasOwn(options, name)) return undefined;
  const row = options[name]!;
  const mask = row.p ?? (1 << RELEASES.length) - 1;
  const type = row.t === undefined ? undefined : TYPES[row.t];
  return {
    name,
    ...(type === undefined ? {} : { type }),
    ...(row.min === undefined ? {} : { min: row.min }),
    ...(row.max === undefined ? {} : { max: row.max }),
    ...(row.e === undefined ? {} : { values: row.e }),
    ...(row.d === undefined ? {} : { default: row.d }),
    flags: [...(row.f ?? "")].map((letter) => FLAGS[letter]!),
    releases: RELEASES.filter((_, index) => (mask & (1 << (RELEASES.length - 1 - index))) !== 0),
    ...(row.r === undefined ? {} : { removed: [row.r[0]!, row.r.at(-1)!] as const }),
    ...(row.to === undefined ? {} : { replacedBy: row.to }),
    ...(row.x === undefined ? {} : { outside: row.x }),
  };
}

/** Every option's name. */
export function optionNames(): readonly string[] {
  return Object.keys(options);
}
