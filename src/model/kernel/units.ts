import type { KeyFacts } from "./keys.ts";
import { sizeText } from "./memory.ts";
import { parseInteger } from "./number.ts";
import { LONGEST_VALUE, numbersRead } from "./value.ts";

/** A value that was evidently written in another unit than the kernel reads. */
export interface UnitProblem {
  /** `octal`, `suffix`, `comment` are read off the value itself; `pages` and `kib` are told by its size. */
  readonly kind: "octal" | "suffix" | "comment" | "pages" | "kib" | "percent";
  /** A sentence without its full stop. */
  readonly reason: string;
  /** The value that was meant, where that is evident. */
  readonly instead?: string;
  /** The kernel refuses the value as it stands. */
  readonly refused: boolean;
}

/** The size of a page on x86 and most others; an estimate is not made finer than that. */
export const PAGE = 4096;
/** Keys whose string is one word. */
const WORD = /^net\.(core\.default_qdisc|ipv4\.tcp_congestion_control)$/;
const SIZES: Record<string, number> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };
/** Parts of a second. */
const TIMES: Record<string, number> = { ms: 1e-3, s: 1, sec: 1, secs: 1, seconds: 1, min: 60, m: 60, h: 3600, d: 86_400 };
const PER_SECOND: Record<string, number> = { s: 1, ms: 1e3, us: 1e6, ns: 1e9, centiseconds: 100 };

/** What a value itself shows: an octal number, a suffix, a comment behind a string. */
export function writtenUnit(facts: KeyFacts, value: string): UnitProblem | undefined {
  if (value.length > LONGEST_VALUE) return undefined;
  if (facts.type === "string") return comment(facts, value);
  if (facts.type === "cpumask" || facts.type === "portlist") return undefined;
  const parts = value.split(/\s+/).slice(0, numbersRead(facts));
  const octal = parts.findIndex((part) => /^-?0[0-7]+$/.test(part) && parseInteger(part) !== 0);
  if (octal !== -1) {
    const part = parts[octal]!;
    const decimal = part.replace(/^(-?)0+/, "$1");
    return {
      kind: "octal",
      reason: `a number with a leading 0 is read as octal: ${part} is ${parseInteger(part)!}`,
      instead: parts.map((one, i) => (i === octal ? decimal : one)).join(" "),
      refused: false,
    };
  }
  const suffixed = parts.map((part) => withoutSuffix(facts, part));
  if (!suffixed.some((part, i) => part !== undefined && part !== parts[i])) return undefined;
  const whole = suffixed.every((part) => part !== undefined && part !== "");
  return {
    kind: "suffix",
    reason: `the kernel takes plain numbers only${facts.unit === undefined ? "" : `, here in ${UNIT_NAMES[facts.unit] ?? facts.unit}`}, and refuses a unit behind one`,
    ...(whole ? { instead: suffixed.join(" ") } : {}),
    refused: true,
  };
}

const UNIT_NAMES: Record<string, string> = { s: "seconds", ms: "milliseconds", us: "microseconds", ns: "nanoseconds", "%": "percent", pages: "pages of memory" };

/** The number that a part with a unit stands for, in the key's own; "" where that cannot be told; undefined: it is no number with a unit. */
function withoutSuffix({ unit }: KeyFacts, part: string): string | undefined {
  if (parseInteger(part) !== undefined) return part;
  const match = /^(\d+(?:\.\d+)?)([a-z%]+)$/i.exec(part);
  if (match === null) return undefined;
  const number = Number(match[1]);
  const suffix = match[2]!.toLowerCase();
  if (suffix === "%") return unit === "%" ? String(number) : "";
  const perSecond = unit === undefined ? undefined : PER_SECOND[unit];
  const time = TIMES[suffix];
  if (perSecond !== undefined && time !== undefined) return String(Math.round(number * time * perSecond));
  const size = /^[kmgt](?:i?b)?$/.test(suffix) ? SIZES[suffix[0]!] : suffix === "b" ? 1 : undefined;
  if (size === undefined) return time === undefined ? undefined : "";
  const divisor = unit === "pages" ? PAGE : unit === "KiB" ? 1024 : perSecond !== undefined ? NaN : 1;
  return Number.isNaN(divisor) ? "" : String(Math.round((number * size) / divisor));
}

/** There are no comments behind a value. A number's reading ends at the blank; a string keeps all of it. */
function comment(facts: KeyFacts, value: string): UnitProblem | undefined {
  const match = /^(.*?\S)\s+[#;].*$/.exec(value);
  if (match === null) return undefined;
  const word = WORD.test(facts.key);
  return {
    kind: "comment",
    reason: `there are no comments behind a value, so the comment is part of it${word ? ", and no such name is known" : ""}`,
    instead: match[1]!,
    refused: word,
  };
}

/** What else is known of the hosts: the lines beside it, and the least memory of them in bytes. */
export interface Surroundings {
  valueOf(key: string): string | undefined;
  readonly memory?: number;
}

/** Keys in pages beside which bytes of a single connection stand. */
const MEMORY_LIMITS: Record<string, readonly string[]> = {
  "net.ipv4.tcp_mem": ["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem", "net.core.rmem_max", "net.core.wmem_max"],
  "net.ipv4.udp_mem": ["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem", "net.core.rmem_max", "net.core.wmem_max"],
};
/** From this on a buffer of one connection is more than a default; smaller numbers agree by chance. */
const LARGE = 2 ** 22;
/** No kernel keeps so much free by itself, and few hosts have as much. */
const FREE_LIMIT_KIB = 2 ** 26;

/** What the size of a value shows: bytes in a key of pages or of KiB, a percentage in a key of bytes. */
export function unitBySize(facts: KeyFacts, value: string, around: Surroundings): UnitProblem | undefined {
  if (value.length > LONGEST_VALUE) return undefined;
  const numbers = value.split(/\s+/).map((part) => parseInteger(part));
  if (numbers.some((number) => number === undefined)) return undefined;
  const known = numbers as number[];
  if (facts.key in MEMORY_LIMITS && known.length === 3) return pages(facts.key, known, around);
  const only = known[0]!;
  if (facts.key === "kernel.shmall") return shared(only, around);
  if (facts.unit === "KiB" && (around.memory === undefined ? only >= FREE_LIMIT_KIB : only * 1024 > around.memory / 2)) {
    const share = around.memory === undefined ? "" : `, of ${sizeText(around.memory)}`;
    return { kind: "kib", reason: `this key is in KiB: the value means ${sizeText(only * 1024)}${share}, and a host that must keep so much free runs out of memory at once`, instead: String(Math.round(only / 1024)), refused: false };
  }
  if (/^vm\.dirty_(background_)?bytes$/.test(facts.key) && only > 0 && only <= 100) {
    return { kind: "percent", reason: `this key is in bytes, and ${only} reads like the percentage of ${facts.key.replace("bytes", "ratio")}`, refused: facts.key === "vm.dirty_bytes" };
  }
  return undefined;
}

function pages(key: string, values: readonly number[], { valueOf, memory }: Surroundings): UnitProblem | undefined {
  const [low, , high] = values as [number, number, number];
  const said = `this key is in pages of ${PAGE} bytes, not in bytes: the limit is ${sizeText(high * PAGE)}`;
  const instead = values.map((one) => Math.max(1, Math.floor(one / PAGE))).join(" ");
  if (memory !== undefined) {
    return high * PAGE > memory ? { kind: "pages", reason: `${said}, more than the host's ${sizeText(memory)} of memory, so there is none`, instead, refused: false } : undefined;
  }
  const buffers = MEMORY_LIMITS[key]!.find((other) => {
    const sizes = valueOf(other)?.split(/\s+/).map((part) => parseInteger(part)) ?? [];
    return high >= LARGE && sizes.includes(high);
  });
  if (buffers !== undefined) return { kind: "pages", reason: `${said}, and ${high} is the number of bytes in ${buffers}`, instead, refused: false };
  // The least of a buffer is a page: so begins a triple of bytes.
  if (low === PAGE && high >= 2 * LARGE) return { kind: "pages", reason: `${said}, while it begins as the sizes in bytes of tcp_rmem do`, instead, refused: false };
  return undefined;
}

/** A segment of the greatest size must fit into all pages together. */
function shared(shmall: number, { valueOf }: Surroundings): UnitProblem | undefined {
  const max = parseInteger(valueOf("kernel.shmmax") ?? "");
  if (max === undefined || max <= 0 || shmall * PAGE >= max || max >= 2 ** 53) return undefined;
  return {
    kind: "pages",
    reason: `this key is in pages of ${PAGE} bytes: all segments together may have ${sizeText(shmall * PAGE)}, less than the ${sizeText(max)} that kernel.shmmax allows one of them`,
    instead: String(Math.ceil(max / PAGE)),
    refused: false,
  };
}
