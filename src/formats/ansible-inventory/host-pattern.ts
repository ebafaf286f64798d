/** Hosts that one range may stand for; more is a slip, and would take the editor with it. */
const LIMIT = 100_000;

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** Nothing in it can be a port or a range. */
const PLAIN = /^[^[\]:]*$/;

// ansible/parsing/utils/addresses.py: what may stand before a port. In anything else a colon is part of the name.
const BRACKETED_WITH_PORT = /^\[(.+)\]:(\d+)$/;
const WITH_PORT = /^((?:[^:[\]]|\[[^\]]*\])*):(\d+)$/;
const OCTET = String.raw`(?:[01]?\d{1,2}|2[0-4]\d|25[0-5]|\[\d+:\d+(?::\d+)?\])`;
const IPV4 = new RegExp(`^(?:${OCTET}\\.){3}${OCTET}$`);
const WORD = String.raw`(?:[\da-f]{1,4}|\[[\da-f]+:[\da-f]+(?::\d+)?\])`;
const IPV6 = new RegExp(
  "^(?:" +
    [
      `(?:${WORD}:){7}${WORD}`,
      `(?:${WORD}:){1,6}:`,
      `(?:${WORD}:)(?::${WORD}){1,6}`,
      `(?:${WORD}:){2}(?::${WORD}){1,5}`,
      `(?:${WORD}:){3}(?::${WORD}){1,4}`,
      `(?:${WORD}:){4}(?::${WORD}){1,3}`,
      `(?:${WORD}:){5}(?::${WORD}){1,2}`,
      `(?:${WORD}:){6}(?::${WORD})`,
      `:(?::${WORD}){1,6}`,
      `${WORD}?::`,
      `(?:0:){6}(?:${WORD}\\.){3}${WORD}`,
      `::(?:ffff:)?(?:${WORD}\\.){3}${WORD}`,
      `(?:0:){5}ffff:(?:${WORD}\\.){3}${WORD}`,
    ].join("|") +
    ")$",
  "i",
);
const RANGE = String.raw`\[(?:[a-z]:[a-z]|\d+:\d+)(?::\d+)?\]`;
const LABEL = `(?:[\\p{L}\\p{N}_]|${RANGE})(?:[\\p{L}\\p{N}_-]|${RANGE})*(?<![_-])`;
const NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, "iu");

/** The hosts that one line of an inventory names, `node[01:40]:2222` written out. */
export interface ExpandedHosts {
  readonly names: readonly string[];
  readonly port?: number;
  /** What the reference tool refuses about it, without a full stop. */
  readonly problem?: string;
}

/**
 * The hosts that an inventory's host pattern stands for: `web[01:20:2].example.net`, `db-[a:f]`, `host:2222`,
 * `[2001:db8::1]:2222` (ansible/parsing/utils/addresses.py, plugins/inventory/__init__.py).
 */
export function expandHosts(pattern: string): ExpandedHosts {
  if (PLAIN.test(pattern)) return { names: [pattern] };
  const address = parseAddress(pattern);
  // What is no address is a name as it stands, colons and all, but its ranges count.
  const { host, port } = address ?? { host: pattern, port: undefined };
  const expanded = host.includes("[") ? expandRanges(host) : { names: [host] };
  return port === undefined ? expanded : { ...expanded, port };
}

/** A name or address and its port; undefined for what is neither. Ranges may stand in either. */
export function parseAddress(text: string): { readonly host: string; readonly port: number | undefined } | undefined {
  let host = text;
  let port: number | undefined;
  // Ansible tries both one after the other, so brackets within brackets lose two ports.
  for (const form of [BRACKETED_WITH_PORT, WITH_PORT]) {
    const match = form.exec(host);
    if (match === null) continue;
    host = match[1]!;
    port = Number(match[2]);
  }
  return host.length < 1_000 && (IPV4.test(host) || IPV6.test(host) || NAME.test(host)) ? { host, port } : undefined;
}

/** True for a name that Ansible takes for an address, which has no short form. */
export function isIpAddress(name: string): boolean {
  return IPV4.test(name) || (name.includes(":") && IPV6.test(name));
}

function expandRanges(text: string): ExpandedHosts {
  if (text.includes("|")) return { names: [], problem: "a bar and a range do not go together" };
  let names = [""];
  let rest = text;
  for (;;) {
    const open = rest.indexOf("[");
    if (open === -1) return { names: names.map((name) => name + rest) };
    const close = rest.indexOf("]");
    if (close === -1) return { names: [], problem: "a range's bracket is not closed" };
    if (close < open) return { names: [], problem: "a bracket closes before it opens" };
    const sequence = rangeOf(rest.slice(open + 1, close));
    if (typeof sequence === "string") return { names: [], problem: sequence };
    if (names.length * sequence.length > LIMIT) return { names: [], problem: `the range stands for more than ${LIMIT} hosts` };
    const head = rest.slice(0, open);
    names = names.flatMap((name) => sequence.map((part) => name + head + part));
    // Where a range stands for nothing, Ansible does not look at the ones behind it.
    if (names.length === 0) return { names };
    rest = rest.slice(close + 1);
  }
}

/** The strings that `01:20`, `a:f` or `1:9:2` stands for, or what is wrong with it. */
function rangeOf(text: string): string[] | string {
  const bounds = text.split(":");
  if (bounds.length !== 2 && bounds.length !== 3) return "a range is begin:end or begin:end:step";
  const begin = bounds[0] === "" ? "0" : bounds[0]!;
  const end = bounds[1]!;
  if (end === "") return "the range has no end";
  const step = integer(bounds[2] ?? "1");
  const width = begin.startsWith("0") && begin.length > 1 ? begin.length : 0;
  if (width > 0 && width !== end.length) return "a range with leading zeros needs ends of equal length";
  const from = LETTERS.indexOf(begin);
  const to = LETTERS.indexOf(end);
  if (from !== -1 && to !== -1) {
    if (from > to) return "the range ends before it begins";
    if (step === undefined || step === 0) return "the range's step must be a number, and not zero";
    return step < 0 ? [] : [...LETTERS.slice(from, to + 1)].filter((_, index) => index % step === 0);
  }
  const first = integer(begin);
  const last = integer(end);
  if (first === undefined || last === undefined) return "a range goes from number to number or from letter to letter";
  if (step === undefined || step === 0) return "the range's step must be a number, and not zero";
  // Python's range() leaves out its end, which Ansible moves up by one also where it counts down.
  const count = Math.max(0, Math.ceil((last + 1 - first) / step));
  if (count > LIMIT) return `the range stands for more than ${LIMIT} hosts`;
  return Array.from({ length: count }, (_, index) => filled(String(first + index * step), width));
}

function integer(text: string): number | undefined {
  return /^\s*[-+]?\d+(?:_\d+)*\s*$/.test(text) ? Number(text.replaceAll("_", "")) : undefined;
}

/** Zeros come behind a sign (str.zfill). */
function filled(text: string, width: number): string {
  return text.startsWith("-") ? `-${text.slice(1).padStart(width - 1, "0")}` : text.padStart(width, "0");
}
