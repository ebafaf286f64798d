import { HOLE } from "../template/jinja.ts";
import type { Say } from "./check-chains.ts";
import type { Expression, RuleNode } from "./tree.ts";

/** Chains below a base chain that the kernel allows (NFT_JUMP_STACK_SIZE of 16, with the base chain itself). */
const DEEPEST = 15;

/** A jump or goto, and where it is written. */
interface Jump {
  readonly target: string;
  readonly at: Expression;
}

/** The chains of one table with where each leads to. */
export class Jumps {
  readonly #jumps = new Map<string, Jump[]>();
  readonly #bases = new Set<string>();
  readonly #maps = new Map<string, Jump[]>();
  readonly #used = new Map<string, string[]>();

  /** Takes note of a chain. */
  chain(name: string, base: boolean): void {
    if (base) this.#bases.add(name);
    if (!this.#jumps.has(name)) this.#jumps.set(name, []);
  }

  /** Takes note of what a chain's rule jumps to. */
  rule(chain: string, rule: RuleNode, expand: (expression: Expression) => Expression): void {
    const found = this.#jumps.get(chain);
    if (!found) return;
    const take = (one: RuleNode): void => {
      for (const statement of one.statements) {
        if (statement.kind === "verdict") {
          if (statement.target) add(found, statement.target, expand);
          statement.chain?.forEach(take);
        } else if (statement.kind === "vmap") {
          const map = statement.map.kind === "variable" ? expand(statement.map) : statement.map;
          if (map.kind === "set-reference") this.#used.set(chain, [...(this.#used.get(chain) ?? []), map.name.text]);
          else verdicts(map, found, expand);
        }
      }
    };
    take(rule);
  }

  /** Takes note of the elements of a verdict map. */
  map(name: string, elements: Expression, expand: (expression: Expression) => Expression): void {
    let found = this.#maps.get(name);
    if (!found) this.#maps.set(name, (found = []));
    verdicts(elements, found, expand);
  }

  /** Tells of jumps into base chains, and of those below a base chain that go in a circle or too deep. */
  check(say: Say): void {
    for (const [chain, maps] of this.#used) for (const map of new Set(maps)) for (const jump of this.#maps.get(map) ?? []) this.#jumps.get(chain)!.push(jump);
    for (const jumps of this.#jumps.values()) {
      for (const { target, at } of jumps) if (this.#bases.has(target)) say(at, `${target} is a base chain, and no rule can jump into one: the kernel refuses the whole file. Move its rules into a chain without a hook.`);
    }
    const heights = new Map<string, number>();
    for (const base of this.#bases) if (!this.#visit(base, heights, say)) return;
  }

  /** Follows the jumps in depth without recursion; false once a fault is told. */
  #visit(base: string, heights: Map<string, number>, say: Say): boolean {
    const open = new Set<string>([base]);
    const path: { name: string; next: number; height: number }[] = [{ name: base, next: 0, height: 0 }];
    while (path.length > 0) {
      const top = path.at(-1)!;
      const jump = this.#jumps.get(top.name)?.[top.next++];
      if (jump === undefined) {
        path.pop();
        open.delete(top.name);
        heights.set(top.name, top.height);
        const above = path.at(-1);
        if (above) above.height = Math.max(above.height, top.height + 1);
        continue;
      }
      const { target, at } = jump;
      if (this.#bases.has(target) || !this.#jumps.has(target)) continue;
      if (open.has(target)) {
        const names = path.map(({ name }) => name);
        say(at, `These jumps go in a circle (${[...names.slice(names.indexOf(target)), target].join(" → ")}): the kernel refuses the whole file. Take one of them out.`);
        return false;
      }
      const height = heights.get(target);
      if (path.length + (height ?? 0) > DEEPEST) {
        say(at, `Jumps nest deeper than ${DEEPEST} chains here: the kernel refuses the whole file. Flatten the chains.`);
        return false;
      }
      if (height === undefined) {
        open.add(target);
        path.push({ name: target, next: 0, height: 0 });
      } else top.height = Math.max(top.height, height + 1);
    }
    return true;
  }
}

function add(found: Jump[], written: Expression, expand: (expression: Expression) => Expression): void {
  const target = written.kind === "variable" ? expand(written) : written;
  if (target.kind === "word" && !target.text.includes(HOLE)) found.push({ target: target.text, at: written });
}

function verdicts(map: Expression, found: Jump[], expand: (expression: Expression) => Expression): void {
  const set = map.kind === "variable" ? expand(map) : map;
  if (set.kind !== "set") return;
  for (const { value } of set.elements) if (value?.kind === "verdict" && value.target) add(found, value.target, expand);
}
