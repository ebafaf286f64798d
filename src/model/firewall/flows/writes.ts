import { isUnknown } from "../../../engine/unknown.ts";
import type { Maybe } from "../../../engine/unknown.ts";
import { beforeConntrack } from "../evaluate/host.ts";
import { keyOf } from "../evaluate/state.ts";
import type { Chain, Field, Statement, Table } from "../ruleset.ts";
import type { Bit, Node } from "./diagram.ts";
import type { View } from "./fields.ts";
import type { Block, Space } from "./space.ts";

/** What rules write: substitutions in what comes after them. */
export class Writes {
  readonly #space: Space;
  readonly #inChain = new Map<Chain, boolean>();
  readonly #operations = new Map<string, (f: Node) => Node>();
  #blur: ((f: Node) => Node) | undefined;

  constructor(space: Space) {
    this.#space = space;
  }

  /** True where a chain, or one that it calls, writes something that later matches see. */
  inChain(table: Table, chain: Chain): boolean {
    const found = this.#inChain.get(chain);
    if (found !== undefined) return found;
    const called = new Set<Chain>([chain]);
    let writes = false;
    for (const one of called) {
      for (const { statements } of one.rules) {
        for (const statement of statements) {
          writes ||= statement.kind === "nat" || statement.kind === "notrack" || statement.kind === "assign" || (statement.kind === "other" && /mark$| set$/.test(statement.name));
          const verdicts = statement.kind === "verdict" ? [statement.verdict] : statement.kind === "vmap" && !isUnknown(statement.elements) ? statement.elements.map(({ verdict }) => verdict) : [];
          for (const verdict of verdicts) {
            if ((verdict?.kind !== "jump" && verdict?.kind !== "goto") || isUnknown(verdict.target)) continue;
            const target = table.chains.find(({ name }) => name === verdict.target);
            if (target) called.add(target);
          }
        }
      }
    }
    this.#inChain.set(chain, writes);
    return writes;
  }

  /** Packets that no rule has seen; a new connection's mark is 0. `fresh`: the new ones. */
  atStart(fresh: Node, { multicast, broadcast }: { multicast: Node; broadcast: Node }, f: Node): Node {
    const { diagram } = this.#space;
    const flags = new Map<number, Bit>();
    for (let level = 0; level < this.#space.flags; level++) flags.set(level, 0);
    const unmarked = this.#space.block("ct mark");
    const started = unmarked ? diagram.choose(fresh, this.#write("ct mark 0", constant(unmarked, 0n))(f), f) : f;
    const to = (flag: "to multicast" | "to broadcast"): Node => this.#write(flag, new Map([...flags, [this.#space.flagLevel(flag)!, 1 as const]]))(started);
    return diagram.choose(multicast, to("to multicast"), diagram.choose(broadcast, to("to broadcast"), this.#write("start", flags)(started)));
  }

  /** The packets that a set may become where rules write: it is no longer told what any of the fields holds that rules write. */
  blurred(set: Node): Node {
    const written = new Set<number>();
    for (let level = 0; level < this.#space.flags; level++) written.add(level);
    for (const field of this.#space.written) {
      const block = this.#space.block(field);
      if (block) for (let i = 0; i < block.bits; i++) written.add(block.first + i);
    }
    this.#blur ??= this.#space.diagram.over((level) => written.has(level), Math.max(...written), "or");
    return this.#blur(set);
  }

  /** A translation; the packet is accepted with its new address. */
  translate({ nat, to }: Statement & { kind: "nat" }, accept: Node): Node {
    const end = nat === "dnat" || nat === "redirect" ? "destination" : "source";
    const address = `${this.#space.family} ${end[0]}addr`;
    const values = new Map<number, Bit>([[this.#space.flagLevel(`nat ${end}`)!, 1]]);
    const told = to !== undefined && !isUnknown(to) ? to : undefined;
    // What the host puts in its place is an address of its own.
    if (told?.address !== undefined || told === undefined || nat === "redirect" || nat === "masquerade") {
      this.#value(address, told?.address, values);
      values.set(this.#space.flagLevel(`${end} changed`)!, 1);
    }
    if (told === undefined || told.port !== undefined) this.#value(`th ${end[0]}port`, told?.port === undefined ? undefined : BigInt(told.port), values);
    return this.#write(`${nat} ${told ? `${told.address ?? ""} ${told.port ?? ""}` : "?"}`, values)(accept);
  }

  /** Conntrack sees to a packet once: a notrack after that takes only what is `invalid`. */
  notrack(view: View, then: Node, invalid: Node): Node {
    if (view.hook === "ingress") return then;
    const exempt = this.#write("notrack", new Map<number, Bit>([[this.#space.flagLevel("notracked")!, 1]]))(then);
    const before = beforeConntrack(view);
    const { diagram } = this.#space;
    return before === "yes" ? exempt : diagram.choose(invalid, exempt, before === "maybe" ? diagram.union(exempt, then) : then);
  }

  /** A field that gets a new value. */
  assign(statement: Statement & { kind: "assign" }, then: Node): Node {
    const field = keyOf(statement.field);
    const block = this.#space.block(field);
    const values = new Map<number, Bit>();
    if (/addr$/.test(field)) values.set(this.#space.flagLevel(field.endsWith("saddr") ? "source changed" : "destination changed")!, 1);
    if (field.startsWith("@")) values.set(this.#space.flagLevel("rewritten")!, 1);
    if (block) this.#calculate(block, statement.from === undefined ? field : keyOf(statement.from), statement.value, values);
    if (values.size === 0) return then;
    const { value } = statement;
    return this.#write(`${field} ${statement.from ?? ""} ${isUnknown(value) ? "?" : `${value.and} ${value.xor}`}`, values)(then);
  }

  /** What the model names without saying what it writes. */
  other({ name }: Statement & { kind: "other" }, then: Node): Node {
    const fields = name === "mark" ? ["meta mark"] : name === "connmark" ? ["ct mark", "meta mark"] : / set$/.test(name) ? [keyOf(name.slice(0, -4))] : [];
    const values = new Map<number, Bit>();
    for (const field of fields) {
      const level = this.#space.flagLevel(field);
      if (level !== undefined) values.set(level, 1);
    }
    return values.size === 0 ? then : this.#write(`${name} ?`, values)(then);
  }

  #value(field: Field, value: bigint | undefined, values: Map<number, Bit>): void {
    const block = this.#space.block(field)!;
    if (value !== undefined) for (const [level, bit] of constant(block, value)) values.set(level, bit);
    const flag = this.#space.flagLevel(field);
    if (flag !== undefined) values.set(flag, value === undefined ? 1 : 0);
  }

  #calculate(block: Block, from: Field, value: Maybe<{ readonly and: bigint; readonly xor: bigint }>, values: Map<number, Bit>): void {
    const flag = this.#space.flagLevel(block.field);
    const source = this.#space.block(from);
    if (isUnknown(value) || block.classes || (value.and !== 0n && (source === undefined || source.classes))) {
      if (flag !== undefined) values.set(flag, 1);
      return;
    }
    for (let i = 0; i < block.bits; i++) {
      const level = block.first + block.bits - 1 - i;
      const [kept, turned] = [(value.and >> BigInt(i)) & 1n, (value.xor >> BigInt(i)) & 1n];
      if (kept === 0n || i >= source!.bits) values.set(level, turned ? 1 : 0);
      else {
        const old = source!.first + source!.bits - 1 - i;
        if (old !== level || turned) values.set(level, { level: old, turned: turned === 1n });
      }
    }
    if (flag === undefined) return;
    if (value.and === 0n) values.set(flag, 0);
    else if (from !== block.field) {
      const known = this.#space.flagLevel(from);
      values.set(flag, known === undefined ? 0 : { level: known, turned: false });
    }
  }

  #write(key: string, values: ReadonlyMap<number, Bit>): (f: Node) => Node {
    let operation = this.#operations.get(key);
    if (!operation) this.#operations.set(key, (operation = this.#space.diagram.writing(values)));
    return operation;
  }
}

function constant(block: Block, value: bigint): Map<number, Bit> {
  const bits = new Map<number, Bit>();
  for (let i = 0; i < block.bits; i++) bits.set(block.first + block.bits - 1 - i, (value >> BigInt(i)) & 1n ? 1 : 0);
  return bits;
}
