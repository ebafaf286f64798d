import type { Check } from "./kinds.ts";
import { checkOf } from "./kinds.ts";
import type { CommandName } from "./tree.ts";

/** Options of iptables itself, like an extension's. */
export const BASICS: Readonly<Record<string, string>> = {
  "source|src": "!address",
  "destination|dst": "!address",
  protocol: "!protocol",
  "in-interface": "!interface",
  "out-interface": "!interface",
  fragment: "!",
  jump: "name28",
  goto: "name28",
  match: "name28",
  table: "text",
  ipv4: "",
  ipv6: "",
  verbose: "",
  numeric: "",
  exact: "",
  "line-numbers": "",
  "set-counters": "counter counters?",
  wait: "optional",
  "wait-interval": "text",
  modprobe: "text",
  help: "",
};

/** Commands, with how many arguments they take: least and most. */
export const COMMANDS: Readonly<Record<string, readonly [number, number]>> = {
  append: [1, 1],
  insert: [1, 2],
  delete: [1, 2],
  replace: [2, 2],
  check: [1, 1],
  policy: [2, 2],
  flush: [0, 1],
  "new-chain": [1, 1],
  "delete-chain": [0, 1],
  "rename-chain": [2, 2],
  zero: [0, 2],
  list: [0, 2],
  "list-rules": [0, 2],
  version: [0, 0],
};

/** One-letter names. */
export const SHORT: Readonly<Record<string, string>> = {
  A: "append", I: "insert", D: "delete", R: "replace", C: "check", P: "policy", F: "flush", N: "new-chain", X: "delete-chain",
  E: "rename-chain", Z: "zero", L: "list", S: "list-rules", V: "version",
  s: "source", d: "destination", p: "protocol", i: "in-interface", o: "out-interface", f: "fragment", j: "jump", g: "goto",
  m: "match", t: "table", "4": "ipv4", "6": "ipv6", v: "verbose", n: "numeric", x: "exact", c: "set-counters", w: "wait",
  W: "wait-interval", M: "modprobe", h: "help",
};

/** Protocol numbers that have a match of their own, which needs no `-m`. */
export const PROTOCOL_MATCH: Readonly<Record<number, string>> = {
  1: "icmp", 6: "tcp", 17: "udp", 33: "dccp", 50: "esp", 51: "ah", 58: "icmp6", 108: "ipcomp", 132: "sctp", 135: "mh", 136: "udplite",
};

/** One value that an option takes. */
export interface ValueKind {
  /** `optional`: a number that may follow and says nothing of the rule. */
  readonly kind: string;
  /** It may be left out where another option follows. */
  readonly open: boolean;
  /** Any text, even a lone “!”. */
  readonly free: boolean;
  readonly isValid: Check;
}

/** What one option takes. */
export interface Signature {
  readonly name: string;
  readonly negatable: boolean;
  readonly kinds: readonly string[];
  /** The same kinds, read once for all the rules that use them. */
  readonly values: readonly ValueKind[];
}

const signatures = new WeakMap<object, Map<string, Signature>>();
const spellings = new WeakMap<object, Map<string, Signature>>();

/** Every name of an extension's options, with what it takes. */
export function signaturesOf(options: Readonly<Record<string, string>>): Map<string, Signature> {
  let map = signatures.get(options);
  if (map === undefined) {
    map = new Map();
    for (const [names, written] of Object.entries(options)) {
      const all = names.split("|");
      const kinds = written.replace("!", "").split(" ").filter((kind) => kind !== "");
      const signature: Signature = { name: all[0]!, negatable: written.startsWith("!"), kinds, values: kinds.map(valueKind) };
      for (const name of all) map.set(name, signature);
    }
    signatures.set(options, map);
  }
  return map;
}

/** The same by what stands in a rule: `--dport`. */
export function spellingsOf(options: Readonly<Record<string, string>>): ReadonlyMap<string, Signature> {
  let map = spellings.get(options);
  if (map === undefined) {
    map = new Map([...signaturesOf(options)].map(([name, signature]) => [`--${name}`, signature]));
    spellings.set(options, map);
  }
  return map;
}

function valueKind(written: string): ValueKind {
  const open = written.endsWith("?");
  const kind = open ? written.slice(0, -1) : written;
  return { kind, open, free: kind.startsWith("text"), isValid: checkOf(kind) };
}

/** A command, or an option of iptables itself. */
export type Plain = { readonly command: CommandName; readonly option?: never } | { readonly option: Signature; readonly command?: never };

/** What iptables knows without any match, by its spellings: `-A`, `--append`, `-s`, `--source`, `--src`. */
export const PLAIN: ReadonlyMap<string, Plain> = new Map<string, Plain>([
  ...[...spellingsOf(BASICS)].map(([spelling, option]): [string, Plain] => [spelling, { option }]),
  ...Object.keys(COMMANDS).map((command): [string, Plain] => [`--${command}`, { command: command as CommandName }]),
  ...Object.entries(SHORT).map(([letter, name]): [string, Plain] => [`-${letter}`, Object.hasOwn(COMMANDS, name) ? { command: name as CommandName } : { option: signaturesOf(BASICS).get(name)! }]),
]);
