import table from "./keys.json" with { type: "json" };
import { normaliseKey } from "./key.ts";

/** The kind of value that a key takes; see `value.ts` for what the kernel accepts. */
export type KeyType =
  | "int" | "uint" | "long" | "ulong" | "u8" | "bool" | "string" | "enum" | "triple" | "pair" | "list" | "cpumask" | "portlist" | "bitmask";

/** What is known of a key, from the kernel's sources 4.4 to 7.1, proc(5), tcp(7), ip(7) and Documentation/admin-guide/sysctl. */
export interface KeyFacts {
  /** With `*` for an interface's name. */
  readonly key: string;
  readonly type: KeyType;
  readonly min?: number;
  readonly max?: number;
  /** Values with a meaning. The kernel may accept others. */
  readonly values?: readonly number[];
  /** The numbers of a list are unsigned, and as wide as a long or an int: their limits are not known. */
  readonly unsigned: boolean;
  /** How many numbers a list has. */
  readonly count?: number;
  readonly unit?: string;
  /** Of the newest kernel that has it. */
  readonly default?: string | number;
  /** Where it changed: each default with the first checked kernel that has it. */
  readonly defaults?: readonly (readonly [kernel: string, value: string | number])[];
  /** The first kernel that has it; two: the last checked one without and the first with it. */
  readonly since?: string | readonly [string, string];
  /** The first kernel without it; two: the last checked one with and the first without it; empty: no kernel since 2.4. */
  readonly removed?: string | readonly [string, string];
  /** No kernel ever had it. */
  readonly never: boolean;
  /** Its new name, or where it went. */
  readonly renamedTo?: string;
  /** From this kernel on it can be written but does nothing. */
  readonly noEffectSince?: string;
  /** The module that makes it. */
  readonly module?: string;
  /** How `conf.all` and an interface's value make the effective one. */
  readonly combination?: string;
  /** Below net, but one for the whole host: other network namespaces have it not at all, or read-only. Of neigh: `default` alone. */
  readonly hostOnly: boolean;
  readonly readOnly: boolean;
  readonly writeOnly: boolean;
  /** Only in a distribution's kernel. */
  readonly distribution: boolean;
}

interface Row {
  readonly t?: string;
  readonly e?: string;
  readonly w?: string;
  readonly v?: readonly number[];
  readonly n?: number;
  readonly min?: number;
  readonly max?: number;
  readonly u?: string;
  readonly d?: string | number;
  readonly h?: readonly (readonly [string, string | number])[];
  readonly s?: string | readonly [string, string];
  readonly r?: string | readonly [string, string];
  readonly x?: string;
  readonly to?: string;
  readonly noop?: string;
  readonly m?: string;
  readonly all?: string;
  readonly g?: number;
  readonly ro?: number;
  readonly wo?: number;
  readonly distro?: number;
}

const TYPES: Record<string, KeyType> = {
  b: "bool", i: "int", I: "uint", l: "long", L: "ulong", c: "u8", s: "string", "3": "triple", "2": "pair", n: "list", p: "cpumask", r: "portlist",
};

const rows = table as unknown as Readonly<Record<string, Readonly<Record<string, Row>>>>;

/** Folders with one entry an interface. */
const PER_INTERFACE = /^(net\.(?:ipv4|ipv6)\.(?:conf|neigh)|net\.mpls\.conf|net\.ax25)\.([^.]+)\.(.+)$/;

/** What is known of a key in any spelling; undefined: no kernel that we know has it. */
export function keyFacts(raw: string): KeyFacts | undefined {
  let found = asked.get(raw);
  if (found === undefined) {
    if (asked.size >= MOST) asked.clear();
    asked.set(raw, (found = factsOf(raw) ?? null));
  }
  return found ?? undefined;
}

/** Every rule asks for every line's key; null: no kernel has it. */
const asked = new Map<string, KeyFacts | null>();
/** More keys than any repository has, and few enough to keep. */
const MOST = 4096;

function factsOf(raw: string): KeyFacts | undefined {
  const key = normaliseKey(raw);
  const known = lookUp(key);
  if (known !== undefined) return known;
  const perInterface = PER_INTERFACE.exec(key);
  if (perInterface !== null) return lookUp(`${perInterface[1]!}.*.${perInterface[3]!}`);
  return /^net\.netfilter\.nf_log\.\d+$/.test(key) ? lookUp("net.netfilter.nf_log.*") : undefined;
}

function lookUp(key: string): KeyFacts | undefined {
  const first = key.indexOf(".");
  const second = first === -1 ? -1 : key.indexOf(".", first + 1);
  const end = second === -1 ? first : second;
  if (end === -1) return undefined;
  const prefix = key.slice(0, end);
  const folder = Object.hasOwn(rows, prefix) ? rows[prefix]! : undefined;
  const rest = key.slice(end + 1);
  if (folder === undefined || !Object.hasOwn(folder, rest)) return undefined;
  return facts(key, folder[rest]!);
}

function facts(key: string, row: Row): KeyFacts {
  return {
    key,
    type: row.w === "e" ? "enum" : row.w === "m" ? "bitmask" : TYPES[row.t ?? "i"]!,
    ...(row.min === undefined ? {} : { min: row.min }),
    ...(row.max === undefined ? {} : { max: row.max }),
    ...(row.v === undefined ? {} : { values: row.v }),
    ...(row.n === undefined ? {} : { count: row.n }),
    ...(row.u === undefined ? {} : { unit: row.u }),
    ...(row.d === undefined ? {} : { default: row.d }),
    ...(row.h === undefined ? {} : { defaults: row.h }),
    ...(row.s === undefined ? {} : { since: row.s }),
    ...(row.r === undefined ? {} : { removed: row.r }),
    unsigned: row.e !== undefined,
    never: row.x === "never",
    ...(row.to === undefined ? {} : { renamedTo: row.to }),
    ...(row.noop === undefined ? {} : { noEffectSince: row.noop }),
    ...(row.m === undefined ? {} : { module: row.m }),
    ...(row.all === undefined ? {} : { combination: row.all }),
    hostOnly: row.g === 1,
    readOnly: row.ro === 1,
    writeOnly: row.wo === 1,
    distribution: row.distro === 1,
  };
}

/** Every key of the table, with `*` for an interface. */
export function* knownKeys(): Iterable<string> {
  for (const [prefix, folder] of Object.entries(rows)) {
    for (const rest of Object.keys(folder)) yield `${prefix}.${rest}`;
  }
}
