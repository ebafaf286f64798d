/** A node of a `Diagram`. Equal functions are the same number. */
export type Node = number;

/** Thrown where an operation would need more nodes than the budget allows; callers turn it into "not computed". */
export class TooLarge extends Error {}

/** Terminals are masks of so many bits; each is the node of its own number. */
const TERMINAL_BITS = 6;
const TERMINALS = 1 << TERMINAL_BITS;
/** The level of terminals: below every variable. */
const BOTTOM = 0x7fff_ffff;
/** Operations whose results are remembered under one number. */
const OP = { union: 1, choose: 2, bind: 3, first: 16 } as const;

/** What may become of a packet, as bits of a terminal. `falls`: it comes to the chain's end, or returns. */
export const OUTCOME = { accept: 1, drop: 2, reject: 4, unknown: 8, falls: 16 } as const;

/** A variable's new value: a constant, or another variable's, perhaps turned round. */
export type Bit = 0 | 1 | { readonly level: number; readonly turned: boolean };

/** Truth of a match, as a terminal: it fails. */
export const NO: Node = 1;
/** It holds. */
export const YES: Node = 2;
/** Nobody can tell. */
export const MAYBE: Node = 3;

/**
 * Hash-consed decision diagrams with many terminals: functions of boolean variables to sets of outcomes. Reduced and
 * ordered, so that equal functions are equal numbers (Bryant 1986; terminals as in Fujita, McGeer and Yang 1997). Nothing
 * is ever freed: a diagram lives as long as one question.
 */
export class Diagram {
  #level: Int32Array;
  #low: Int32Array;
  #high: Int32Array;
  #count = TERMINALS;
  #unique: Int32Array;
  #cacheKeys: Int32Array;
  #cacheValues: Int32Array;
  #cacheMask: number;
  #operations: number = OP.first;
  readonly #budget: number;

  /** `budget`: the most nodes, of about 40 bytes each. */
  constructor(budget = 12_000_000) {
    this.#budget = budget;
    const size = 1 << 14;
    this.#level = new Int32Array(size).fill(BOTTOM, 0, TERMINALS);
    this.#low = new Int32Array(size);
    this.#high = new Int32Array(size);
    this.#unique = new Int32Array(size * 2);
    this.#cacheMask = (1 << 15) - 1;
    this.#cacheKeys = new Int32Array((this.#cacheMask + 1) * 4);
    this.#cacheValues = new Int32Array(this.#cacheMask + 1);
  }

  /** Nodes made so far. */
  get size(): number {
    return this.#count;
  }

  /** The variable that a node asks about; past all variables for a terminal. */
  level(node: Node): number {
    return this.#level[node]!;
  }

  low(node: Node): Node {
    return this.#low[node]!;
  }

  high(node: Node): Node {
    return this.#high[node]!;
  }

  /** True for a node that asks nothing: its number is the set of outcomes. */
  isTerminal(node: Node): boolean {
    return node < TERMINALS;
  }

  /** The node that asks about a variable above both of its branches. */
  node(level: number, low: Node, high: Node): Node {
    if (low === high) return low;
    let slot = hash(level, low, high) & (this.#unique.length - 1);
    for (;;) {
      const found = this.#unique[slot]!;
      if (found === 0) break;
      if (this.#level[found] === level && this.#low[found] === low && this.#high[found] === high) return found;
      slot = (slot + 1) & (this.#unique.length - 1);
    }
    const made = this.#count++;
    if (made >= this.#level.length) this.#grow();
    this.#level[made] = level;
    this.#low[made] = low;
    this.#high[made] = high;
    if (this.#count * 2 > this.#unique.length) this.#rehash();
    else this.#unique[slot] = made;
    return made;
  }

  /** Both: every outcome that either allows. */
  union(f: Node, g: Node): Node {
    if (f === g || g === 0) return f;
    if (f === 0) return g;
    if (f < TERMINALS && g < TERMINALS) return f | g;
    if (f > g) [f, g] = [g, f];
    const slot = this.#find(OP.union, f, g, 0);
    if (slot >= 0) return this.#cacheValues[slot]!;
    const level = Math.min(this.#level[f]!, this.#level[g]!);
    const low = this.union(this.#at(f, level, 0), this.#at(g, level, 0));
    const high = this.union(this.#at(f, level, 1), this.#at(g, level, 1));
    return this.#keep(OP.union, f, g, 0, this.node(level, low, high));
  }

  /** `yes` where the truth holds, `no` where it fails, both where nobody can tell. */
  choose(truth: Node, yes: Node, no: Node): Node {
    if (truth < TERMINALS) return truth === YES ? yes : truth === NO ? no : truth === MAYBE ? this.union(yes, no) : 0;
    if (yes === YES && no === NO) return truth;
    const slot = this.#find(OP.choose, truth, yes, no);
    if (slot >= 0) return this.#cacheValues[slot]!;
    const level = Math.min(this.#level[truth]!, this.#level[yes]!, this.#level[no]!);
    const low = this.choose(this.#at(truth, level, 0), this.#at(yes, level, 0), this.#at(no, level, 0));
    const high = this.choose(this.#at(truth, level, 1), this.#at(yes, level, 1), this.#at(no, level, 1));
    return this.#keep(OP.choose, truth, yes, no, this.node(level, low, high));
  }

  /** Of truths. */
  and(f: Node, g: Node): Node {
    return f === g ? f : f === YES ? g : g === YES ? f : f === NO || g === NO ? NO : f < g ? this.choose(f, g, NO) : this.choose(g, f, NO);
  }

  /** Of truths. */
  or(f: Node, g: Node): Node {
    return f === g ? f : f === NO ? g : g === NO ? f : f === YES || g === YES ? YES : f < g ? this.choose(f, YES, g) : this.choose(g, YES, f);
  }

  /** Of a truth. */
  not(f: Node): Node {
    return this.choose(f, NO, YES);
  }

  /** `f` without what is in `g`. */
  without(f: Node, g: Node): Node {
    return f === NO || g === YES ? NO : g === NO ? f : this.choose(g, NO, f);
  }

  /** Puts one diagram in the place of the outcome `accept`, and one in that of `falls`. */
  bind(f: Node, accept: Node, falls: Node): Node {
    if (accept === OUTCOME.accept && falls === OUTCOME.falls) return f;
    if (f < TERMINALS) {
      let result = f & ~(OUTCOME.accept | OUTCOME.falls);
      if (f & OUTCOME.accept) result = this.union(result, accept);
      return f & OUTCOME.falls ? this.union(result, falls) : result;
    }
    const slot = this.#find(OP.bind, f, accept, falls);
    if (slot >= 0) return this.#cacheValues[slot]!;
    const level = Math.min(this.#level[f]!, this.#level[accept]!, this.#level[falls]!);
    const low = this.bind(this.#at(f, level, 0), this.#at(accept, level, 0), this.#at(falls, level, 0));
    const high = this.bind(this.#at(f, level, 1), this.#at(accept, level, 1), this.#at(falls, level, 1));
    return this.#keep(OP.bind, f, accept, falls, this.node(level, low, high));
  }

  /** An operation on one diagram that changes its outcomes. */
  mapping(change: (outcomes: number) => number): (f: Node) => Node {
    const table = Uint8Array.from({ length: TERMINALS }, (_, i) => change(i));
    const operation = this.#operations++;
    const map = (f: Node): Node => {
      if (f < TERMINALS) return table[f]!;
      const slot = this.#find(operation, f, 0, 0);
      if (slot >= 0) return this.#cacheValues[slot]!;
      return this.#keep(operation, f, 0, 0, this.node(this.#level[f]!, map(this.#low[f]!), map(this.#high[f]!)));
    };
    return map;
  }

  /** An operation on two diagrams that joins their outcomes. */
  joining(join: (f: number, g: number) => number): (f: Node, g: Node) => Node {
    const operation = this.#operations++;
    // Most of two versions is the same; where that always gives the same, it need not be gone through.
    const same = Array.from({ length: TERMINALS - 1 }, (_, i) => join(i + 1, i + 1)).reduce<number | undefined>((all, one) => (all === one ? all : undefined), join(1, 1));
    const apply = (f: Node, g: Node): Node => {
      if (f === g && same !== undefined) return same;
      if (f < TERMINALS && g < TERMINALS) return join(f, g);
      const slot = this.#find(operation, f, g, 0);
      if (slot >= 0) return this.#cacheValues[slot]!;
      const level = Math.min(this.#level[f]!, this.#level[g]!);
      const low = apply(this.#at(f, level, 0), this.#at(g, level, 0));
      const high = apply(this.#at(f, level, 1), this.#at(g, level, 1));
      return this.#keep(operation, f, g, 0, this.node(level, low, high));
    };
    return apply;
  }

  /** An operation that gives variables new values. Each call makes an operation of its own, so keep the result. */
  writing(values: ReadonlyMap<number, Bit>): (f: Node) => Node {
    const operation = this.#operations++;
    const last = Math.max(-1, ...values.keys());
    const write = (f: Node): Node => {
      const level = this.#level[f]!;
      if (level > last) return f;
      const bit = values.get(level);
      if (bit === 0) return write(this.#low[f]!);
      if (bit === 1) return write(this.#high[f]!);
      const slot = this.#find(operation, f, 0, 0);
      if (slot >= 0) return this.#cacheValues[slot]!;
      const low = write(this.#low[f]!);
      const high = write(this.#high[f]!);
      // Below a variable that moves, others may move above it: then a plain node would break the order.
      const asked = bit === undefined ? { level, turned: false } : bit;
      return this.#keep(operation, f, 0, 0, this.choose(this.node(asked.level, asked.turned ? YES : NO, asked.turned ? NO : YES), high, low));
    };
    return write;
  }

  /** An operation that asks for some (`or`) or for all (`and`) values of the variables; or joins all that they allow (`union`). */
  over(variables: (level: number) => boolean, last: number, join: "or" | "and" | "union"): (f: Node) => Node {
    const operation = this.#operations++;
    const project = (f: Node): Node => {
      const level = this.#level[f]!;
      if (level > last) return f;
      const slot = this.#find(operation, f, 0, 0);
      if (slot >= 0) return this.#cacheValues[slot]!;
      const low = project(this.#low[f]!);
      const high = project(this.#high[f]!);
      const result = variables(level) ? this[join](low, high) : this.node(level, low, high);
      return this.#keep(operation, f, 0, 0, result);
    };
    return project;
  }

  #at(f: Node, level: number, bit: 0 | 1): Node {
    return this.#level[f] === level ? (bit === 1 ? this.#high[f]! : this.#low[f]!) : f;
  }

  /** The slot of a remembered result, or -1. */
  #find(operation: number, f: Node, g: Node, h: Node): number {
    const slot = hash(f, g, Math.imul(h, 31) + operation) & this.#cacheMask;
    const at = slot * 4;
    const keys = this.#cacheKeys;
    return keys[at] === operation && keys[at + 1] === f && keys[at + 2] === g && keys[at + 3] === h ? slot : -1;
  }

  #keep(operation: number, f: Node, g: Node, h: Node, result: Node): Node {
    const slot = hash(f, g, Math.imul(h, 31) + operation) & this.#cacheMask;
    const at = slot * 4;
    const keys = this.#cacheKeys;
    keys[at] = operation;
    keys[at + 1] = f;
    keys[at + 2] = g;
    keys[at + 3] = h;
    this.#cacheValues[slot] = result;
    return result;
  }

  #grow(): void {
    const size = this.#level.length * 2;
    if (this.#count > this.#budget) throw new TooLarge();
    const grown = (old: Int32Array): Int32Array => {
      const array = new Int32Array(size);
      array.set(old);
      return array;
    };
    this.#level = grown(this.#level);
    this.#low = grown(this.#low);
    this.#high = grown(this.#high);
    // Results that are forgotten are computed again: the cache grows with the diagrams, up to 80 MB.
    if (this.#cacheMask + 1 < size * 2 && this.#cacheMask < (1 << 22) - 1) {
      const [keys, results] = [this.#cacheKeys, this.#cacheValues];
      this.#cacheMask = this.#cacheMask * 2 + 1;
      this.#cacheKeys = new Int32Array((this.#cacheMask + 1) * 4);
      this.#cacheValues = new Int32Array(this.#cacheMask + 1);
      for (let at = 0; at < keys.length; at += 4) if (keys[at] !== 0) this.#keep(keys[at]!, keys[at + 1]!, keys[at + 2]!, keys[at + 3]!, results[at >> 2]!);
    }
  }

  #rehash(): void {
    const unique = new Int32Array(this.#unique.length * 2);
    const mask = unique.length - 1;
    for (let node = TERMINALS; node < this.#count; node++) {
      let slot = hash(this.#level[node]!, this.#low[node]!, this.#high[node]!) & mask;
      while (unique[slot] !== 0) slot = (slot + 1) & mask;
      unique[slot] = node;
    }
    this.#unique = unique;
  }
}

function hash(a: number, b: number, c: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}
