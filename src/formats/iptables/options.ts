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

/** What one option takes. */
export interface Signature {
  readonly name: string;
  readonly negatable: boolean;
  readonly kinds: readonly string[];
}

const signatures = new WeakMap<object, Map<string, Signature>>();

/** Every name of an extension's options, with what it takes. */
export function signaturesOf(options: Readonly<Record<string, string>>): Map<string, Signature> {
  let map = signatures.get(options);
  if (map === undefined) {
    map = new Map();
    for (const [names, written] of Object.entries(options)) {
      const all = names.split("|");
      const kinds = written.replace("!", "").split(" ").filter((kind) => kind !== "");
      for (const name of all) map.set(name, { name: all[0]!, negatable: written.startsWith("!"), kinds });
    }
    signatures.set(options, map);
  }
  return map;
}
