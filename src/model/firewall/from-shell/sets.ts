import type { Range } from "../../../engine/location.ts";
import type { Maybe } from "../../../engine/unknown.ts";
import { isUnknown, unknown } from "../../../engine/unknown.ts";
import { fullMask, parseAddress, parseNetwork, plainNetwork } from "../../../formats/iptables/address.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Family } from "../from-iptables/match.ts";
import type { NamedSet, SetElement, Statement, Table, Values } from "../ruleset.ts";
import { interval, mergeIntervals } from "../values.ts";

/** A word of an ipset command, with its place. */
export interface SetWord {
  readonly text: string;
  readonly range: Range;
}

interface IpSet {
  readonly family: Family;
  /** `hash:net` and the like; the parts of the key. */
  readonly parts: readonly string[];
  readonly range: Range;
  elements: Map<string, SetElement>;
  /** Why nobody knows what it holds. */
  hidden?: string;
}

const SHORT: Readonly<Record<string, string>> = { "-N": "create", "--create": "create", "-A": "add", "--add": "add", "-D": "del", "--del": "del", "-F": "flush", "-X": "destroy", "-E": "rename", "-W": "swap", n: "create" };

/** The sets that a script's ipset commands leave in the kernel: ipset(8). */
export class IpSets {
  readonly #sets = new Map<string, IpSet>();

  get size(): number {
    return this.#sets.size;
  }

  /** One command without the program's name; `conditional`: it may not run. */
  apply(words: readonly SetWord[], conditional: boolean, range: Range): void {
    const plain = words.filter(({ text }) => !/^(-!|-exist|--exist|-q|-quiet|-o|-s)$/.test(text));
    const verb = plain[0] && (SHORT[plain[0].text] ?? plain[0].text);
    const name = plain[1]?.text;
    if (verb === undefined || name === undefined) return;
    if (name.includes(HOLE)) return this.#lose("a variable decides which set is meant");
    const set = this.#sets.get(name);
    const rest = plain.slice(2);
    if (verb === "create") this.#create(name, rest, conditional, range);
    else if (set === undefined) return;
    else if (conditional) set.hidden ??= "a condition decides what the set holds";
    else if (verb === "add") add(set, rest, range);
    else if (verb === "del") remove(set, rest[0]?.text ?? "");
    else if (verb === "flush") set.elements = new Map();
    else if (verb === "destroy") this.#sets.delete(name);
    else if (verb === "rename" || verb === "swap") set.hidden ??= "the set is exchanged for another one";
  }

  /** The lines that `ipset restore` reads. `start`: where the text stands. */
  restore(text: string, start: number, conditional: boolean): void {
    let at = 0;
    while (at < text.length) {
      const newline = text.indexOf("\n", at);
      const end = newline === -1 ? text.length : newline;
      const range = { start: start + at, end: start + end };
      const line = text.slice(at, end).trim();
      const plain = conditional ? null : /^add (\S+) (\S+)$/.exec(line);
      const set = plain ? this.#sets.get(plain[1]!) : undefined;
      if (plain && set) addEntry(set, plain[2]!, range);
      else if (line !== "" && !line.startsWith("#")) this.apply(line.split(/\s+/).map((word): SetWord => ({ text: word, range })), conditional, range);
      at = end + 1;
    }
  }

  /** Rules that add to a set as they run hide what it holds. */
  hide(name: string, why: string): void {
    const set = this.#sets.get(name);
    if (set) set.hidden ??= why;
  }

  /** Gives tables the sets that their rules ask for, and the rules what the sets hold. */
  fill(tables: readonly Table[]): Table[] {
    const known = new Map([...this.#sets].map(([name, set]) => [name, elementsOf(name, set)]));
    const union = new Map([...known].map(([name, elements]) => [name, isUnknown(elements) ? elements : mergeIntervals(elements.flatMap(({ key }) => spansOf(key[0])))]));
    return tables.map((table) => {
      const used = new Set<string>();
      const filled = (statement: Statement): Statement => {
        if (statement.kind !== "match" || statement.set === undefined || !this.#sets.has(statement.set)) return statement;
        used.add(statement.set);
        const { family } = this.#sets.get(statement.set)!;
        return family === table.family ? { ...statement, values: union.get(statement.set)! } : statement;
      };
      const chains = table.chains.map((chain) => ({ ...chain, rules: chain.rules.map((rule) => (rule.statements.some((one) => "set" in one && one.set !== undefined) ? { ...rule, statements: rule.statements.map(filled) } : rule)) }));
      const sets = [...used].map((name): NamedSet => ({ name, kind: "set", keyType: this.#sets.get(name)!.parts, elements: known.get(name)!, range: this.#sets.get(name)!.range }));
      return { ...table, chains, sets: [...table.sets, ...sets] };
    });
  }

  #create(name: string, words: readonly SetWord[], conditional: boolean, range: Range): void {
    const type = words[0]?.text ?? "";
    const options = words.slice(1).map(({ text }) => text);
    const family = options[options.indexOf("family") + 1] === "inet6" || options.includes("inet6") ? "ip6" : "ip";
    const known = this.#sets.get(name);
    // “create -exist” and a second script leave a set that is there as it is.
    if (known) return;
    const parts = type.slice(type.indexOf(":") + 1).split(",");
    const set: IpSet = { family, parts, range, elements: new Map() };
    if (parts.length !== 1 || (parts[0] !== "ip" && parts[0] !== "net") || type.includes(HOLE)) set.hidden = "Premortem does not read sets of that type";
    else if (options.includes("timeout")) set.hidden = "its elements go away by themselves";
    else if (conditional) set.hidden = "a condition decides whether the set is there";
    this.#sets.set(name, set);
  }

  #lose(why: string): void {
    for (const set of this.#sets.values()) set.hidden ??= why;
  }
}

function add(set: IpSet, words: readonly SetWord[], range: Range): void {
  if (words.some(({ text }) => text === "nomatch" || text === "timeout")) set.hidden ??= "some of its elements do not count, or go away by themselves";
  addEntry(set, words[0]?.text ?? "", range);
}

function addEntry(set: IpSet, entry: string, range: Range): void {
  if (set.hidden !== undefined) return;
  const values = entry.includes(HOLE) ? undefined : spanOf(entry, set.family);
  if (values === undefined) set.hidden ??= entry.includes(HOLE) ? "a variable decides what the set holds" : `${entry} is no address`;
  else set.elements.set(entry, { key: [values], range });
}

function remove(set: IpSet, entry: string): void {
  if (!set.elements.delete(entry)) set.hidden ??= "something is taken out of it that is not written here";
}

function spanOf(entry: string, family: Family): Values | undefined {
  const plain = family === "ip" ? plainNetwork(entry) : undefined;
  if (plain) return interval(BigInt(plain.first), BigInt(plain.last));
  const network = parseNetwork(entry, family);
  if (network) return { kind: "intervals", intervals: [[network.address, network.address | (fullMask(family) ^ network.mask)]] };
  const [first, last] = entry.split("-").map((part) => parseAddress(part, family));
  return first === undefined || last === undefined || last < first ? undefined : { kind: "intervals", intervals: [[first, last]] };
}

function elementsOf(name: string, { hidden, elements }: IpSet): Maybe<readonly SetElement[]> {
  if (hidden !== undefined) return unknown(`what the set ${name} holds is not known: ${hidden}`);
  return elements.size === 0 ? unknown(`the set ${name} is empty here: something else fills it`) : [...elements.values()];
}

function spansOf(values: Values | undefined): readonly (readonly [bigint, bigint])[] {
  return values !== undefined && !isUnknown(values) && values.kind === "intervals" ? values.intervals : [];
}
