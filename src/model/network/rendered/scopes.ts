import { unknown } from "../../../engine/unknown.ts";
import type { Value } from "../../fleet/fleet.ts";

/** A variable of a template: its value, and the name that a host's variable gives it by. */
export interface Local {
  readonly value: Value | undefined;
  readonly from: string | undefined;
  /** Made here as a list of its own, so that no other name sees what is added to it. */
  readonly own?: boolean;
}

type Scope = Map<string, Local>;

const CHANGED = unknown("a template changes it on the way");

/** The variables that a template sets, loop by loop, as Jinja keeps them: what a loop's body sets ends with the turn. */
export class Scopes {
  #scopes: Scope[] = [new Map()];

  get(name: string): Local | undefined {
    for (let index = this.#scopes.length - 1; index >= 0; index--) {
      const found = this.#scopes[index]!.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  set(name: string, local: Local): void {
    this.#scopes.at(-1)!.set(name, local);
  }

  /** Replaces the value of a name where it is kept; a host's variable is hidden by it from here on. */
  change(name: string, local: Local): void {
    const holder = this.#scopes.findLast((scope) => scope.has(name)) ?? this.#scopes[0]!;
    holder.set(name, local);
  }

  /** What a name stands for is not known any more. */
  hide(name: string): void {
    this.change(name, { value: CHANGED, from: undefined });
  }

  within<T>(bound: ReadonlyMap<string, Local>, work: () => T): T {
    this.#scopes.push(new Map(bound));
    const result = work();
    this.#scopes.pop();
    return result;
  }

  /** Goes ways of which it is not known whether they are taken: what any of them changes is hidden behind them. */
  perhaps(ways: readonly (() => void)[]): void {
    const before = this.#scopes.map((scope) => new Map(scope));
    const changed: (readonly [number, string])[] = [];
    for (const way of ways) {
      way();
      for (const [index, scope] of this.#scopes.entries()) {
        for (const [name, local] of scope) if (before[index]!.get(name) !== local) changed.push([index, name]);
      }
      this.#scopes = before.map((scope) => new Map(scope));
    }
    for (const [index, name] of changed) this.#scopes[index]!.set(name, { value: CHANGED, from: undefined });
  }
}
