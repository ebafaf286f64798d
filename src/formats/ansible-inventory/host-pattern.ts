/** Hosts that one range may stand for; more is a slip, and would take the editor with it. */
const LIMIT = 100_000;

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** An IPv6 address: bare, or in brackets with a port. A range in brackets has digits or letters only, no `::`. */
const BARE_ADDRESS = /^[\da-fA-F]*:[\da-fA-F.]*:[\da-fA-F:.]*$/;
const ADDRESS_WITH_PORT = /^\[([\da-fA-F]*:[\da-fA-F.]*:[\da-fA-F:.]*)\](?::(\d+))?$/;
const NAME_WITH_PORT = /^((?:[^:[\]]|\[[^[\]]*\])+):(\d+)$/;

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
  if (BARE_ADDRESS.test(pattern)) return { names: [pattern] };
  const address = ADDRESS_WITH_PORT.exec(pattern);
  if (address) return { names: [address[1]!], ...(address[2] === undefined ? {} : { port: Number(address[2]) }) };
  const withPort = NAME_WITH_PORT.exec(pattern);
  const expanded = expandRanges(withPort ? withPort[1]! : pattern);
  return withPort ? { ...expanded, port: Number(withPort[2]) } : expanded;
}

function expandRanges(text: string): ExpandedHosts {
  let names = [""];
  let rest = text;
  for (;;) {
    const open = rest.indexOf("[");
    const close = open === -1 ? -1 : rest.indexOf("]", open);
    // Without a colon it is no range for Ansible either (detect_range).
    if (close === -1 || !rest.slice(open, close).includes(":")) return { names: names.map((name) => name + rest) };
    const sequence = rangeOf(rest.slice(open + 1, close));
    if (typeof sequence === "string") return { names: [], problem: sequence };
    if (names.length * sequence.length > LIMIT) return { names: [], problem: `the range stands for more than ${LIMIT} hosts` };
    const head = rest.slice(0, open);
    names = names.flatMap((name) => sequence.map((part) => name + head + part));
    rest = rest.slice(close + 1);
  }
}

/** The strings that `01:20`, `a:f` or `1:9:2` stands for, or what is wrong with it. */
function rangeOf(text: string): string[] | string {
  const bounds = text.split(":");
  if (bounds.length > 3) return "a range is begin:end or begin:end:step";
  const begin = bounds[0] === "" ? "0" : bounds[0]!;
  const end = bounds[1]!;
  const step = Number(bounds[2] ?? 1);
  if (end === "") return "the range has no end";
  if (!Number.isInteger(step) || step < 1) return "the range's step is no positive number";
  if (begin.length === 1 && end.length === 1 && LETTERS.includes(begin) && LETTERS.includes(end)) {
    const from = LETTERS.indexOf(begin);
    const to = LETTERS.indexOf(end);
    if (from > to) return "the range ends before it begins";
    return [...LETTERS.slice(from, to + 1)].filter((_, index) => index % step === 0);
  }
  if (!/^\d+$/.test(begin) || !/^\d+$/.test(end)) return "a range goes from number to number or from letter to letter";
  const width = begin.startsWith("0") && begin.length > 1 ? begin.length : 0;
  if (width > 0 && width !== end.length) return "a range with leading zeros needs ends of equal length";
  const count = Math.floor((Number(end) - Number(begin)) / step) + 1;
  if (count > LIMIT) return `the range stands for more than ${LIMIT} hosts`;
  return Array.from({ length: Math.max(0, count) }, (_, index) => String(Number(begin) + index * step).padStart(width, "0"));
}
