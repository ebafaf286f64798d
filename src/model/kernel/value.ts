import { nearest } from "../../engine/similar.ts";
import type { KeyFacts } from "./keys.ts";
import { parseInteger } from "./number.ts";

/** Why the kernel does not take a value. */
export interface ValueProblem {
  /** Goes on after "KEY = VALUE: ". */
  readonly reason: string;
  /** What was evidently meant. */
  readonly instead?: string;
  /** The kernel takes it, and does what nobody means. */
  readonly accepted?: boolean;
  /** False for a limit that other kernels may not have: some were narrowed, as when integers became bytes in 5.13. */
  readonly certain: boolean;
}

const WIDTH: Partial<Record<KeyFacts["type"], { readonly min: number; readonly max: number }>> = {
  u8: { min: 0, max: 255 },
  int: { min: -2147483648, max: 2147483647 },
  enum: { min: -2147483648, max: 2147483647 },
  bool: { min: -2147483648, max: 2147483647 },
  bitmask: { min: -2147483648, max: 2147483647 },
  uint: { min: 0, max: 4294967295 },
};
const LISTS: Partial<Record<KeyFacts["type"], number>> = { pair: 2, triple: 3 };
const WORDS: Record<string, string> = { yes: "1", on: "1", true: "1", enabled: "1", enable: "1", no: "0", off: "0", false: "0", disabled: "0", disable: "0" };

/** kernel/sysctl.c, do_proc_dointvec: a page less its end. */
export const LONGEST_VALUE = 4095;

/** How many numbers the kernel reads of a value; undefined: as many as there are. What follows is left out. */
export function numbersRead({ type, count }: KeyFacts): number | undefined {
  return LISTS[type] ?? (type === "list" ? count : 1);
}

/** ip_unprivileged_port_start by default; net/ipv4/sysctl_net_ipv4.c, ipv4_local_port_range, refuses ranges from below it. */
const UNPRIVILEGED = 1024;

/** What is wrong with `value` for a key, after the kernel's proc handlers (kernel/sysctl.c); undefined: nothing. */
export function valueProblem(facts: KeyFacts, value: string): ValueProblem | undefined {
  const { type } = facts;
  if (facts.key === "net.ipv4.tcp_congestion_control" || facts.key === "net.core.default_qdisc") return ofName(facts.key, value);
  if (type === "string" || type === "cpumask" || type === "portlist") return undefined;
  if (value.length > LONGEST_VALUE) return { certain: true, reason: `the kernel reads no more than ${LONGEST_VALUE} characters of numbers` };
  if (value === "") return { certain: true, reason: "the kernel refuses an empty value" };
  const unquoted = /^(["'])([-\d\s]+)\1$/.exec(value)?.[2];
  if (unquoted !== undefined) return { certain: true, reason: "quotes are not taken off, and the kernel refuses them", instead: unquoted.trim() };
  const most = numbersRead(facts);
  const parts = value.split(/\s+/);
  const numbers = most === 1 ? [value] : parts.slice(0, most ?? parts.length);
  for (const part of numbers) {
    const problem = ofNumber(facts, part);
    if (problem !== undefined) return problem;
  }
  if (facts.key === "net.ipv4.ip_local_port_range") {
    const [low = 0, high] = numbers.map((part) => parseInteger(part) ?? 0);
    if (low < UNPRIVILEGED && low <= (high ?? low)) return { certain: false, reason: `the range must not begin below net.ipv4.ip_unprivileged_port_start, which is ${UNPRIVILEGED} unless somebody lowers it`, ...(high === undefined || high < UNPRIVILEGED ? {} : { instead: `${UNPRIVILEGED} ${high}` }) };
    if (high !== undefined && low > high) return { certain: true, reason: "the kernel refuses a range whose end is below its start", instead: `${high} ${low}` };
  }
  // The three of kernel.acct are thresholds and a time, in no order.
  if (type === "triple" && facts.key.startsWith("net.") && numbers.length === 3) {
    const sizes = numbers.map((part) => parseInteger(part) ?? 0);
    if (sizes.some((size, i) => i > 0 && size < sizes[i - 1]!)) {
      return { certain: false, accepted: true, reason: "the three are the least, the usual and the greatest size, and these do not rise; the kernel takes them all the same", instead: [...sizes].sort((a, b) => a - b).join(" ") };
    }
  }
  return undefined;
}

/** What kernels have, in their tree or from distributions. A name that is near to one of these and is none is a slip. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  "net.ipv4.tcp_congestion_control": ["cubic", "reno", "bbr", "bbr2", "bbr3", "htcp", "westwood", "vegas", "hybla", "illinois", "scalable", "highspeed", "veno", "yeah", "lp", "nv", "cdg", "bic", "dctcp", "prague", "olia", "lia", "balia", "wvegas"],
  "net.core.default_qdisc": ["fq", "fq_codel", "fq_pie", "pfifo_fast", "pfifo", "bfifo", "sfq", "cake", "codel", "pie", "noqueue", "red", "sfb", "choke", "qfq", "etf", "dualpi2"],
};

function ofName(key: string, value: string): ValueProblem | undefined {
  const names = NAMES[key]!;
  if (names.includes(value) || !/^[a-z][\w-]{2,}$/i.test(value)) return undefined;
  const instead = nearest(value, names);
  return instead === undefined ? undefined : { certain: false, reason: "no such name is known, and the kernel refuses one that it has no module for", instead };
}

function ofNumber(facts: KeyFacts, text: string): ValueProblem | undefined {
  const value = parseInteger(text);
  if (value === undefined) {
    const word = WORDS[text.toLowerCase()];
    if (word !== undefined) return { certain: true, reason: "the kernel takes numbers only here", instead: word };
    const glued = /^(-?\d+)[#;]/.exec(text)?.[1];
    if (glued !== undefined) return { certain: true, reason: "there are no inline comments, and this one is glued to the number", instead: glued };
    return { certain: true, reason: "the kernel takes a whole number here, without a unit" };
  }
  // proc_doulongvec_minmax passes over a negative number without an error.
  if ((facts.type === "ulong" || facts.type === "long") && value < 0) return undefined;
  const width = WIDTH[facts.type in LISTS && !facts.unsigned ? "int" : facts.type];
  const min = Math.max(facts.min ?? -Infinity, width?.min ?? -Infinity);
  const max = Math.min(facts.max ?? Infinity, width?.max ?? Infinity);
  if (value < min) return { certain: false, reason: `the kernel takes ${min} at least` };
  if (value > max) return { certain: false, reason: `the kernel takes ${max} at most` };
  return undefined;
}
